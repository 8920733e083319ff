"""Every template, with its example and with hostile values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from coexai_app.models import MailKind
from coexai_app.services import mail_layout, mail_templates
from coexai_app.services.mail_layout import Rendered
from coexai_app.services.mail_templates import ENGLISH
from coexai_app.settings import ROOT

ORIGIN = "https://app.example.com"
SCRIPT = "\"><script>alert(1)</script>'&"


def render(kind: MailKind, **changes: Any) -> Rendered:
    return mail_templates.render(kind, {**ENGLISH[kind].example, **changes}, origin=ORIGIN, address_line="Larkfield Ltd, 1 Lane, Town")


class Document(HTMLParser):
    """What a reader's client makes of it: links, words, tags, and whether the tags close."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attributes)["href"] or "")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("kind", list(MailKind))
class TestEveryKind:
    def test_the_example_renders_whole(self, kind: MailKind) -> None:
        made = render(kind)
        assert 10 <= len(made.subject) <= 100
        for part in (made.subject, made.text, made.html):
            assert not re.search(r"\{[a-z_]*\}|\bNone\b", re.sub(r"<style>.*?</style>", "", part, flags=re.S))
        assert "You get this mail because" in made.text
        assert "Larkfield Ltd, 1 Lane, Town" in made.text
        assert "Larkfield Ltd, 1 Lane, Town" in made.html

    def test_text_and_html_have_the_same_links_and_all_go_to_this_instance(self, kind: MailKind) -> None:
        made = render(kind)
        links = set(Document(made.html).links)
        in_text = set(re.findall(r"https://app\.example\.com\S*", made.text))
        assert links == in_text
        if ENGLISH[kind].button:
            assert ORIGIN + ENGLISH[kind].example["url"] in links

    def test_nothing_is_loaded_from_anywhere(self, kind: MailKind) -> None:
        assert not {"img", "script", "link", "iframe", "form", "object"} & set(Document(render(kind).html).tags)
        assert "url(" not in render(kind).html

    @pytest.mark.asvs("V1.2.1")
    def test_values_are_text_and_never_markup(self, kind: MailKind) -> None:
        plain = render(kind)
        changed = {key: SCRIPT for key, value in ENGLISH[kind].example.items() if isinstance(value, str) and key != "url"}
        made = render(kind, **changed)
        assert "<script" not in made.html
        assert Document(made.html).tags == Document(plain.html).tags
        if changed:
            assert "".join(Document(made.html).words).count("<script>alert(1)</script>") >= 1

    def test_a_link_may_hold_what_html_must_escape(self, kind: MailKind) -> None:
        if ENGLISH[kind].button:
            made = render(kind, url="/verify?a=1&b='2'\"")
            assert f"{ORIGIN}/verify?a=1&b='2'\"" in Document(made.html).links
            assert f"{ORIGIN}/verify?a=1&b='2'\"" in made.text

    def test_a_missing_value_is_named(self, kind: MailKind) -> None:
        for key in ENGLISH[kind].keys:
            data = {k: v for k, v in ENGLISH[kind].example.items() if k != key}
            with pytest.raises(ValueError, match=key):
                mail_templates.render(kind, data, origin=ORIGIN)


class TestHostileValues:
    @pytest.mark.asvs("V1.3.11")
    def test_a_name_cannot_add_a_line_to_the_subject(self) -> None:
        made = render(MailKind.INVITATION, inviter="Eve\r\nBcc: all@evil.example")
        assert "\n" not in made.subject
        assert "\r" not in made.subject

    @pytest.mark.parametrize("name", ["Win at evil.example", "https://evil.example/x", "http://evil.example", "www.evil.example"])
    def test_a_name_does_not_become_a_link(self, name: str) -> None:
        made = render(MailKind.INVITATION, organization=name)
        assert "evil.example" not in made.text
        assert "evil.\u2060example" in made.text
        assert "https://evil" not in made.html

    def test_an_address_is_shown_as_it_is(self) -> None:
        assert "alice.archer@larkfield.example" in render(MailKind.EMAIL_CHANGED).text
        assert "203.0.113.7" in render(MailKind.EMAIL_CHANGED).text

    def test_characters_that_turn_the_direction_are_dropped_and_those_of_persian_stay(self) -> None:
        assert mail_layout.plain("a\u202eb\u2066c") == "abc"
        assert mail_layout.plain("می\u200cخواهم") == "می\u200cخواهم"

    def test_a_long_value_is_cut(self) -> None:
        made = render(MailKind.INVITATION, organization="x" * 5_000)
        assert len(made.subject) <= 200
        assert len(made.text) < 5_000

    @pytest.mark.asvs("V1.3.7", "V1.3.10")
    def test_a_value_cannot_reach_into_the_template(self) -> None:
        made = render(MailKind.INVITATION, inviter="{organization.__class__} {0} {")
        assert "{organization.__class__} {0} {" in made.subject

    @pytest.mark.asvs("V1.2.2")
    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
            "home",
            "/a b",
            "/a\r\nb",
            f"{ORIGIN}.evil.example/",
            f"{ORIGIN}@evil.example/",
        ],
    )
    def test_a_link_leads_to_this_instance_only(self, url: str) -> None:
        with pytest.raises(ValueError, match="path of this instance"):
            render(MailKind.VERIFY_EMAIL, url=url)

    def test_the_whole_address_of_this_instance_is_fine_too(self) -> None:
        assert f"{ORIGIN}/verify?token=1" in render(MailKind.VERIFY_EMAIL, url=f"{ORIGIN}/verify?token=1").text


class TestLook:
    def test_every_colour_is_one_of_the_products(self) -> None:
        tokens = set(re.findall(r"#[0-9a-f]{6}", (ROOT / "assets" / "tokens.css").read_text()))
        used = set(re.findall(r"#[0-9a-f]{6}", render(MailKind.RESET_PASSWORD).html))
        assert len(used) > 10
        assert used <= tokens


class TestValues:
    def test_times_are_shown_in_utc(self) -> None:
        made = render(MailKind.NEW_SIGN_IN, when=datetime(2026, 3, 1, 23, 5, tzinfo=UTC))
        assert "When: 1 March 2026, 23:05 UTC" in made.text

    def test_or_in_the_zone_of_whoever_reads(self) -> None:
        data = {**ENGLISH[MailKind.NEW_SIGN_IN].example, "when": datetime(2026, 3, 1, 23, 5, tzinfo=UTC)}
        made = mail_templates.render(MailKind.NEW_SIGN_IN, data, origin=ORIGIN, timezone="Europe/Berlin")
        assert "When: 2 March 2026, 00:05 (Europe/Berlin)" in made.text

    def test_the_text_names_no_button(self) -> None:
        assert [kind for kind in MailKind if "button" in render(kind).text] == []

    def test_a_fact_without_a_value_is_left_out(self) -> None:
        assert "Device" not in render(MailKind.NEW_SIGN_IN, device="").text

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"colour": "red"}, "colour"),
            ({"when": datetime(2026, 3, 1)}, "zone"),
            ({"device": None}, "NoneType"),
            ({"device": 1.5}, "float"),
        ],
    )
    def test_a_wrong_value_is_the_callers_mistake(self, changes: dict[str, Any], says: str) -> None:
        with pytest.raises(ValueError, match=says):
            render(MailKind.NEW_SIGN_IN, **changes)

    def test_an_unknown_language_is_english(self) -> None:
        example = ENGLISH[MailKind.ACCOUNT_DELETED].example
        assert mail_templates.render(MailKind.ACCOUNT_DELETED, example, origin=ORIGIN, locale="tlh").subject == "Your account was deleted"
