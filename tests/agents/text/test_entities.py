"""Mentions, lists, hashtags, cashtags, addresses and what may be posted: X's rules on cases of our own."""

from __future__ import annotations

import time

import pytest

from coexai_app.agents.text import entities, limits, url_syntax


class TestMentions:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("Thanks @mira_k and ＠tom!", ["mira_k", "tom"]),
            ("RT @mira: bread", ["mira"]),
            ("write to mira@example.com", []),
            ("see https://example.com/@mira and @tom", ["tom"]),
            ("@mirañ is somebody else", []),
            ("@" + "a" * 20 + " fits", ["a" * 20]),
            ("", []),
        ],
    )
    def test_names(self, text: str, names: list[str]) -> None:
        assert [m.name for m in entities.mentions(text)] == names

    def test_a_list_goes_with_its_owner_and_has_its_place(self) -> None:
        text = "Follow @mira/bakers-2 today"
        (found,) = entities.mentions(text)
        assert (found.name, found.list_slug, text[found.start : found.end]) == ("mira", "/bakers-2", "@mira/bakers-2")

    def test_a_list_cannot_begin_with_a_digit(self) -> None:
        assert entities.mentions("@mira/2bakers")[0].list_slug == ""

    @pytest.mark.parametrize(("text", "name"), [("@mira yes", "mira"), ("\u00a0 @mira yes", "mira"), ("yes @mira", ""), (".@mira", "")])
    def test_replies(self, text: str, name: str) -> None:
        assert entities.reply_to(text) == name

    def test_whole_texts(self) -> None:
        assert entities.is_username("@mira") and not entities.is_username("@mira-k") and not entities.is_username("@mira/list")
        assert entities.is_list("@mira/list") and not entities.is_list("@mira") and not entities.is_list(" @mira/list")


class TestTags:
    @pytest.mark.parametrize(
        ("text", "tags"),
        [
            ("Fresh #bread, #Brötchen & #хлеб.", ["bread", "Brötchen", "хлеб"]),
            ("#パン屋 ＃面包 #خبز_طازج #ขนมปัง #रोटी", ["パン屋", "面包", "خبز_طازج", "ขนมปัง", "रोटी"]),
            ("#2024 is a year, #2024goals are not", ["2024goals"]),
            ("word#bread &#bread", []),
            ("(#one)#two", ["one", "two"]),
            ("🥖#bread ❤\ufe0f#cake", ["bread", "cake"]),
            ("press #\ufe0f\u20e3 now", []),
            ("https://example.com/#bread #cake", ["cake"]),
            ("#bread#cake", []),
            ("#col·lecció", ["col·lecció"]),
        ],
    )
    def test_hashtags(self, text: str, tags: list[str]) -> None:
        assert [t.tag for t in entities.hashtags(text)] == tags
        assert all(text[t.start + 1 : t.end] == t.tag for t in entities.hashtags(text))

    @pytest.mark.parametrize(
        ("text", "tags"),
        [("Buy $ACME, sell $brk.b.", ["ACME", "brk.b"]), ("$100 and US$ACME and $TOOLONGTAG", []), ("\u200f$ACME", ["ACME"])],
    )
    def test_cashtags(self, text: str, tags: list[str]) -> None:
        assert [t.tag for t in entities.cashtags(text)] == tags

    def test_whole_hashtags(self) -> None:
        assert entities.is_hashtag("#bread") and not entities.is_hashtag("#12") and not entities.is_hashtag("#bread ")

    @pytest.mark.parametrize(
        "text", ["#" * 60_000, "#1" * 30_000, "@" * 60_000, "@a/" * 20_000, "$A._" * 15_000, "#" + "1" * 60_000, "rt:" * 20_000]
    )
    def test_hostile_texts_cost_little_time(self, text: str) -> None:
        begin = time.perf_counter()
        entities.mentions(text), entities.hashtags(text), entities.cashtags(text), entities.reply_to(text), limits.counted(text)
        assert time.perf_counter() - begin < 5


class TestAddresses:
    @pytest.mark.parametrize(
        "text",
        [
            "https://example.com",
            "http://bäckerei.example/brot?art=roggen#preis",
            "https://10.0.0.1:8080/a",
            "https://[2001:db8::1]/",
            "https://shop_1.example.com/a/b/;c=1",
        ],
    )
    def test_good_ones(self, text: str) -> None:
        assert url_syntax.is_url(text)

    @pytest.mark.parametrize(
        "text",
        ["example.com", "javascript:alert(1)", "https://", "https://exa mple.com", "https://example.com/<b>", "https://300.1.1.1/", "https://-a.com",
         "https://a_b.com", "https://example.com\n", "https://[::g]/", "https://localhost"],
    )  # fmt: skip
    def test_bad_ones(self, text: str) -> None:
        assert not url_syntax.is_url(text)

    def test_without_its_protocol(self) -> None:
        assert url_syntax.is_url("example.com/menu", protocol=False)

    def test_a_label_that_says_it_is_encoded_must_be(self) -> None:
        assert limits.urls("http://xn--bäckerei.com/") == ()

    @pytest.mark.parametrize(
        "text", ["https://" + "a." * 30_000, "https://" + "a-" * 30_000, "https://a.de/" + "%" * 60_000, "u:" * 30_000]
    )
    def test_hostile_ones_cost_little_time(self, text: str) -> None:
        begin = time.perf_counter()
        assert not url_syntax.is_url(text, protocol=False)
        assert time.perf_counter() - begin < 2


class TestCounted:
    def test_a_post_within_its_limit(self) -> None:
        assert limits.counted("Bread 🥖") == limits.Counted(length=8, permillage=28, valid=True, valid_end=7)

    @pytest.mark.parametrize("text", ["", "bad\ufffe", "bad\ufeff", "bad\uffff", "a" * 281, "面" * 141])
    def test_what_may_not_be_posted(self, text: str) -> None:
        assert not limits.counted(text).valid

    @pytest.mark.parametrize("text", ["\u200fשלום\u200f", "\u2067abc\u2069", "\u061cخبز", "a" * 280, "面" * 140])
    def test_what_may(self, text: str) -> None:
        assert limits.counted(text).valid

    def test_it_says_how_much_fits(self) -> None:
        assert limits.counted("a" * 300).valid_end == 280
        assert limits.counted("a" * 270 + " https://example.com/long").valid_end == 271
        assert limits.counted("good\uffffbad").valid_end == 4

    def test_a_letter_and_its_accent_are_one(self) -> None:
        assert limits.counted("e\u0301" * 280) == limits.Counted(length=280, permillage=1000, valid=True, valid_end=560)
