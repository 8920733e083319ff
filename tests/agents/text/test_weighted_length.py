"""X's weighted length: what weighs one, what two, and what counts as a link."""

from __future__ import annotations

import time

import pytest

from coexai_app.agents.text import limits


class TestWeight:
    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("", 0),
            ("Hello", 5),
            ("Grüße, señor — “œuvre” …", 25),
            ("e\u0301", 1),
            ("Привет", 6),
            ("你好", 4),
            ("안녕", 4),
            ("😀", 2),
            ("👩‍👩‍👧‍👦", 2),
            ("👍🏽", 2),
            ("🇩🇪", 2),
            ("1\ufe0f\u20e3", 2),
            ("❤\ufe0f", 2),
            ("©", 1),
            ("§ 5", 3),
            ("x" * 280, 280),
        ],
    )
    def test_of_a_text(self, text: str, length: int) -> None:
        assert limits.weighted_length(text) == length

    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("https://example.com", 23),
            ("Read https://example.com/a/very/long/path?with=query&and=more#fragment now", 5 + 23 + 4),
            ("example.com and example.org", 23 + 5 + 23),
            ("I met Bob.Then we left.", 23),
            ("version 2.0", 11),
            ("mail me at a.b@example.com", 26),
            ("(https://example.com/a_(b))", 25),
        ],
    )
    def test_of_links(self, text: str, length: int) -> None:
        assert limits.weighted_length(text) == length

    def test_a_link_has_its_place(self) -> None:
        text = "See example.com/menu, please"
        (link,) = limits.urls(text)
        assert text[link.start : link.end] == link.url == "example.com/menu"

    @pytest.mark.parametrize("text", ["a" * 20_000 + ".com", "a." * 10_000, "http://" * 3_000, "x.com/" + "(" * 5_000, "é.à" * 8_000])
    def test_hostile_texts_cost_little_time(self, text: str) -> None:
        started = time.perf_counter()
        limits.weighted_length(text)
        assert time.perf_counter() - started < 1.0
