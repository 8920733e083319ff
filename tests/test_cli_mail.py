"""`coexai mail`: what the operator of an instance sees and does."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from coexai_app import settings
from coexai_app.cli import main
from coexai_app.models import MailKind
from coexai_app.services import mail
from coexai_app.services.mail_templates import ENGLISH
from tests.mailserver import sink
from tests.people import do
from tests.work import nobody, work_all

Captured = pytest.CaptureFixture[str]


def send(key: str) -> None:
    do(mail.send, kind=MailKind.RESET_PASSWORD, to="ana@bakery.example", data=ENGLISH[MailKind.RESET_PASSWORD].example, once_key=key)


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    changed = settings.get().model_copy(update={"smtp_url": SecretStr(url), "smtp_timeout_seconds": 0.5})
    monkeypatch.setattr(settings, "get", lambda: changed)


class TestOutbox:
    def test_the_list_names_a_mail_and_show_prints_its_link(self, instance: None, capsys: Captured) -> None:
        send("reset:1")
        work_all()
        assert main(["mail"]) == 0
        line = capsys.readouterr().out
        assert "Kept here" in line
        assert "ana@bakery.example  Reset your password" in line
        assert main(["mail", "show", line.split()[0]]) == 0
        assert "http://localhost:3000/reset-password?token=" in capsys.readouterr().out

    def test_retry_sends_a_kept_mail_once_there_is_a_server(
        self, instance: None, capsys: Captured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send("reset:1")
        work_all()
        main(["mail"])
        found = capsys.readouterr().out.split()[0]
        with sink() as server:
            use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
            assert main(["mail", "retry", found]) == 0
            work_all()
        assert server.recipients == ["ana@bakery.example"]
        assert main(["mail"]) == 0
        assert "Reset" not in capsys.readouterr().out
        assert main(["mail", "--all"]) == 0
        assert "Sent" in capsys.readouterr().out
        assert main(["mail", "retry", found]) == 1

    def test_an_empty_outbox_says_so(self, instance: None, capsys: Captured) -> None:
        assert main(["mail"]) == 0
        assert capsys.readouterr() == ("", "No mails.\n")

    @pytest.mark.parametrize("action", ["show", "retry"])
    def test_a_wrong_id_exits_with_2(self, instance: None, capsys: Captured, action: str) -> None:
        assert main(["mail", action, "12"]) == 2
        assert main(["mail", action, str(nobody())]) == 2
        assert "Traceback" not in capsys.readouterr().err


class TestTest:
    def test_without_a_server_it_says_where_mails_are(self, capsys: Captured) -> None:
        assert main(["mail", "test", "ana@bakery.example"]) == 0
        out, err = capsys.readouterr()
        assert out == "Nothing was sent.\n"
        assert "SMTP_URL" in err

    def test_with_a_server_the_message_arrives(self, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
        with sink() as server:
            use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
            assert main(["mail", "test", "ana@bakery.example"]) == 0
        assert server.mails[0]["Subject"] == "Test message"
        assert "took the message" in capsys.readouterr().out

    def test_what_the_server_answers_is_told(self, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
        with sink() as server:
            server.answers["RCPT"] = ["550 5.7.1 Relaying denied"]
            use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
            assert main(["mail", "test", "ana@bakery.example"]) == 1
        assert "550 5.7.1 Relaying denied" in capsys.readouterr().err

    def test_a_wrong_address_exits_with_2(self, capsys: Captured) -> None:
        assert main(["mail", "test", "ana"]) == 2
        assert "e-mail address" in capsys.readouterr().err


class TestPreview:
    def test_it_writes_the_html(self, tmp_path: Path, capsys: Captured) -> None:
        assert main(["mail", "--preview", "invitation", "-o", str(tmp_path / "mail.html")]) == 0
        assert "Join Larkfield Studio on CoExAI" in (tmp_path / "mail.html").read_text()
        assert main(["mail", "--preview", "invitation"]) == 0
        assert capsys.readouterr().out == (tmp_path / "mail.html").read_text()

    def test_an_unknown_kind_names_all(self, capsys: Captured) -> None:
        assert main(["mail", "--preview", "love_letter"]) == 2
        assert "reset_password" in capsys.readouterr().err
