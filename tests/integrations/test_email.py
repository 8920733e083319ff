"""Messages as they are put together, and what is refused before anything leaves."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coexai_app import settings as configuration
from coexai_app.errors import InvalidInput
from coexai_app.integrations import email


def message(**changes: object) -> email.Message:
    values = {"to": "ana@bakery.example", "subject": "Hello", "text": "Hello\n", "html": "<p>Hello</p>"}
    return email.Message(**{**values, **changes})  # type: ignore[arg-type]


def parsed(made: email.Message) -> EmailMessage:
    return message_from_bytes(email.compose(made).as_bytes(), policy=policy.default)


def configure(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    changed = configuration.get().model_copy(update=values)
    monkeypatch.setattr(configuration, "get", lambda: changed)


class TestCompose:
    def test_text_and_html_are_alternatives_of_one_message(self) -> None:
        made = parsed(message(text="Grüße\n", html="<p>Grüße</p>"))
        assert made.get_content_type() == "multipart/alternative"
        assert [part.get_content_type() for part in made.iter_parts()] == ["text/plain", "text/html"]
        assert made.get_body(("plain",)).get_content() == "Grüße\r\n"  # type: ignore[union-attr]
        assert made["Auto-Submitted"] == "auto-generated"

    def test_every_line_is_short_and_seven_bits_wide(self) -> None:
        made = message(text="ü" * 3_000, html=f"<p>{'ü' * 3_000}</p>", subject="日本語 " * 40)
        lines = email.compose(made).as_bytes().split(b"\r\n")
        assert max(map(len, lines)) <= 78
        assert all(line.isascii() for line in lines)

    def test_the_id_and_the_date_are_the_same_each_time(self) -> None:
        made = message(message_id="0190", date=datetime(2026, 3, 12, 9, 30, tzinfo=UTC))
        assert parsed(made)["Message-ID"] == parsed(made)["Message-ID"] == "<0190@localhost>"
        assert parsed(made)["Date"] == "Thu, 12 Mar 2026 09:30:00 +0000"

    def test_a_long_link_in_a_header_stays_a_link(self) -> None:
        link = f"<https://{'a' * 60}.{'b' * 60}.example/settings/notifications>"
        data = email.compose(message(headers={"List-Unsubscribe": link}, message_id="x" * 90)).as_bytes().decode()
        assert f"\r\nList-Unsubscribe: {link}\r\n" in data
        assert f"\r\nMessage-ID: <{'x' * 90}@localhost>\r\n" in data

    @settings(max_examples=150, deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200))
    def test_any_subject_arrives_as_it_was(self, subject: str) -> None:
        shown = " ".join(subject.split())
        assert parsed(message(subject=shown))["Subject"] == shown

    def test_the_sender_is_a_name_in_any_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        configure(monkeypatch, mail_from="Bäckerei, Müller & Söhne <post@bücher.example>")
        sender = parsed(message())["From"].addresses[0]
        assert (sender.display_name, sender.addr_spec) == ("Bäckerei, Müller & Söhne", "post@xn--bcher-kva.example")

    @pytest.mark.parametrize(
        ("public_url", "host"),
        [("https://app.example.com/x", "app.example.com"), ("http://10.1.2.3:3000", "[10.1.2.3]"), ("http://[::1]:3000", "[IPv6:::1]")],
    )
    def test_the_host_is_that_of_the_public_address(self, monkeypatch: pytest.MonkeyPatch, public_url: str, host: str) -> None:
        configure(monkeypatch, public_url=public_url)
        assert email.host() == host
        assert parsed(message(message_id="1"))["Message-ID"] == f"<1@{host}>"


class TestAddresses:
    @pytest.mark.parametrize(
        ("typed", "sent"),
        [
            ("ana@bakery.example", "ana@bakery.example"),
            ("ana+news@bakery.example", "ana+news@bakery.example"),
            ("ana@bücher.example", "ana@xn--bcher-kva.example"),
            ("aña@bakery.example", "aña@bakery.example"),
            ("o'hara@localhost", "o'hara@localhost"),
        ],
    )
    def test_good_ones(self, typed: str, sent: str) -> None:
        assert email.address(typed).addr_spec == sent

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "ana",
            "ana@",
            "@bakery.example",
            "ana@bakery.example\r\nBcc: eve@evil.example",
            "ana\n@bakery.example",
            "ana@bakery.example, eve@evil.example",
            "ana@bakery.example eve@evil.example",
            "Ana <ana@bakery.example>",
            "<ana@bakery.example>",
            '"ana eve"@bakery.example',
            "ana@[127.0.0.1]",
            "ana..b@bakery.example",
            ".ana@bakery.example",
            "ana@bakery..example",
            "ana@-bakery.example",
            "a" * 65 + "@bakery.example",
            "ana@" + "b" * 64 + ".example",
            "ana\x00@bakery.example",
            "ana@bakery.example\u2028Bcc: eve@evil.example",
        ],
    )
    def test_bad_ones(self, typed: str) -> None:
        with pytest.raises(InvalidInput):
            email.address(typed)
        with pytest.raises(InvalidInput):
            message(to=typed)


@pytest.mark.asvs("V1.3.11")
class TestInjection:
    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
    def test_a_line_break_in_a_header_is_refused(self, end: str) -> None:
        poison = f"x{end}Bcc: eve@evil.example"
        for changes in ({"subject": poison}, {"headers": {"X-Kind": poison}}, {"message_id": poison}, {"headers": {f"X{end}Bcc": "eve"}}):
            with pytest.raises(InvalidInput):
                message(**changes)
        with pytest.raises(InvalidInput):
            email.parse_sender(f"{poison} <ana@bakery.example>")

    def test_the_body_cannot_end_the_message(self) -> None:
        made = parsed(message(text="a\r\n.\r\nMAIL FROM:<eve@evil.example>\n"))
        assert ".\r\nMAIL FROM" in made.get_body(("plain",)).get_content()  # type: ignore[union-attr]
