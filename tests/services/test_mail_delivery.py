"""Mails leave: through real servers, once, later when it does not work, and never with anything left behind."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text, update
from sqlmodel import Session, col, select

import tasks
from coexai_app import db, settings
from coexai_app.models import Lock, Mail, MailKind, MailStatus
from coexai_app.services import mail, mail_delivery
from coexai_app.services.mail_templates import ENGLISH
from tests.mailserver import Sink, dialogue, scripted, sink
from tests.people import do
from tests.work import work_all

ANA = "ana@bakery.example"
TOKEN = "3q2-7wExampleOnly"


@pytest.fixture
def server(instance: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A mail server, and the settings that name it."""
    with sink() as running:
        use(monkeypatch, running.port)
        yield running


def use(monkeypatch: pytest.MonkeyPatch, port: int, **more: Any) -> None:
    values = {"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}"), "smtp_timeout_seconds": 0.3, **more}
    changed = settings.get().model_copy(update=values)
    monkeypatch.setattr(settings, "get", lambda: changed)


def send(key: str = "reset:1", *, kind: MailKind = MailKind.RESET_PASSWORD, to: str = ANA) -> UUID:
    do(mail.send, kind=kind, to=to, data=ENGLISH[kind].example, once_key=key)
    with db.reading() as session:
        return session.exec(select(Mail.id).where(Mail.once_key == key)).one()


def row(session: Session, key: str = "reset:1") -> Mail:
    session.rollback()
    session.expire_all()
    return session.exec(select(Mail).where(Mail.once_key == key)).one()


def sweep() -> None:
    with db.transaction() as session:
        mail_delivery.sweep_mails(session)


def pass_time() -> None:
    """Whatever waits is due, leases are over, and the mail server may be asked again."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with db.transaction() as session:
        session.execute(update(Mail).values(run_after=long_ago, woken_at=None, lease_until=long_ago))
        session.execute(update(Lock).where(col(Lock.name) == mail_delivery.HOLD).values(until=long_ago))


def waits(found: Mail) -> float:
    return (found.run_after - datetime.now(UTC)).total_seconds()


class TestSent:
    def test_the_mail_arrives_and_its_row_keeps_no_secret(self, server: Sink, session: Session) -> None:
        sent = send()
        work_all()
        found = row(session)
        assert (found.status, found.attempt, found.text, found.html) == (MailStatus.SENT, 1, "", "")
        assert found.sent_at is not None
        dump = " ".join(str(line) for line in session.connection().execute(text("SELECT * FROM mails")).all())
        assert ANA in dump
        assert TOKEN not in dump
        arrived = server.mails[0]
        assert arrived["Message-ID"] == f"<{sent}@localhost>"
        assert arrived["Subject"] == "Reset your password"
        for part in arrived.iter_parts():
            assert f"http://localhost:3000/reset-password?token={TOKEN}" in part.get_content()

    def test_only_notifications_can_be_unsubscribed_from(self, server: Sink) -> None:
        send("a", kind=MailKind.PASSWORD_CHANGED)
        send("b", kind=MailKind.QUOTA_80)
        work_all()
        headers = {arrived["Subject"]: arrived["List-Unsubscribe"] for arrived in server.mails}
        assert headers == {
            "Your password was changed": None,
            "80 of 100 runs of Maya used": "<http://localhost:3000/settings/notifications>",
        }

    def test_ten_wake_ups_at_once_send_one_mail(self, server: Sink, session: Session) -> None:
        sent = send()
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(mail_delivery.deliver, [sent] * 10))
        work_all()
        assert len(server.mails) == 1
        assert row(session).status is MailStatus.SENT

    def test_no_transaction_is_open_while_the_server_thinks(
        self, instance: None, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reached, go_on = threading.Event(), threading.Event()

        def think(connection: socket.socket) -> None:
            dialogue(connection, until="RCPT")
            reached.set()
            go_on.wait(10)

        with scripted(think) as port, ThreadPoolExecutor(1) as pool:
            use(monkeypatch, port, smtp_timeout_seconds=5)
            running = pool.submit(mail_delivery.deliver, send())
            assert reached.wait(5)
            with db.transaction() as writing:
                writing.execute(update(Mail).values(error="written meanwhile"))
            assert row(session).status is MailStatus.SENDING
            go_on.set()
            running.result(10)


class TestRetries:
    def test_a_passing_refusal_is_tried_again_and_others_go_on(self, server: Sink, session: Session) -> None:
        server.answers["RCPT"] = ["450 4.2.0 Greylisted"]
        send()
        work_all()
        found = row(session)
        assert (found.status, found.attempt) == (MailStatus.WAITING, 1)
        assert "450 4.2.0 Greylisted" in found.error
        assert 3 < waits(found) < 7
        send("reset:2", to="bo@bakery.example")
        work_all()
        assert server.recipients == ["bo@bakery.example"]
        pass_time()
        sweep()
        work_all()
        assert (row(session).status, row(session).error) == (MailStatus.SENT, "")
        assert [arrived["To"] for arrived in server.mails] == ["bo@bakery.example", ANA]

    def test_a_refused_recipient_is_final(self, server: Sink, session: Session) -> None:
        server.answers["RCPT"] = ["550 5.1.1 No such user"]
        send()
        work_all()
        pass_time()
        sweep()
        assert work_all() == 0
        found = row(session)
        assert (found.status, found.attempt) == (MailStatus.FAILED, 1)
        assert "No such user" in found.error

    def test_the_pauses_grow_and_after_the_last_try_it_has_failed(self, server: Sink, session: Session) -> None:
        server.answers["RCPT"] = ["450 later"] * 10
        send()
        work_all()
        pauses = []
        for _ in mail_delivery.PAUSES:
            pauses.append(waits(row(session)))
            pass_time()
            sweep()
            work_all()
        assert all(0.75 * plan - 3 < pause < 1.25 * plan for pause, plan in zip(pauses, mail_delivery.PAUSES, strict=True))
        found = row(session)
        assert (found.status, found.attempt) == (MailStatus.FAILED, 6)
        pass_time()
        sweep()
        assert work_all() == 0

    def test_a_late_wake_up_does_not_shorten_the_pause(self, server: Sink, session: Session) -> None:
        server.answers["RCPT"] = ["450 later"]
        sent = send()
        work_all()
        mail_delivery.deliver(sent)
        assert row(session).attempt == 1
        assert server.mails == []

    @pytest.mark.asvs("V16.5.2")
    def test_a_server_that_is_down_is_left_alone_and_no_try_is_used_up(
        self, instance: None, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scripted(lambda connection: connection.recv(1) and None) as port:
            use(monkeypatch, port)
            for n in range(5):
                send(f"reset:{n}", to=f"ana{n}@bakery.example")
            work_all()
            tried = [row(session, f"reset:{n}").attempt for n in range(5)]
            assert tried == [1, 0, 0, 0, 0]
            sweep()
            assert work_all() == 0
        with sink() as running:
            use(monkeypatch, running.port)
            pass_time()
            sweep()
            work_all()
            assert len(running.mails) == 5

    def test_a_reset_after_the_data_is_tried_again_under_the_same_id(
        self, instance: None, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scripted(lambda connection: dialogue(connection, until=".")) as port:
            use(monkeypatch, port)
            sent = send()
            work_all()
        assert row(session).status is MailStatus.WAITING
        with sink() as running:
            use(monkeypatch, running.port)
            pass_time()
            sweep()
            work_all()
            assert [arrived["Message-ID"] for arrived in running.mails] == [f"<{sent}@localhost>"]

    def test_our_own_fault_shows_a_reference_and_is_tried_again(self, server: Sink, session: Session) -> None:
        send()
        with db.transaction() as writing:
            writing.execute(update(Mail).values(kind="from_a_newer_version"))
        work_all()
        found = row(session)
        assert found.status is MailStatus.WAITING
        assert "Reference:" in found.error
        assert "newer" not in found.error


class TestKilled:
    def test_a_worker_that_dies_while_sending_loses_the_mail_to_another(self, server: Sink, session: Session) -> None:
        sent = send()
        assert mail_delivery._claim(sent) is not None
        tasks.huey.storage.flush_all()
        sweep()
        mail_delivery.deliver(sent)
        assert server.mails == []
        pass_time()
        sweep()
        work_all()
        assert (row(session).status, row(session).attempt) == (MailStatus.SENT, 2)

    def test_killed_between_the_servers_yes_and_the_record_it_is_sent_twice_under_one_id(self, server: Sink, session: Session) -> None:
        sent = send()
        claim = mail_delivery._claim(sent)
        assert claim is not None
        from coexai_app.integrations import email

        email.transport().send(mail_delivery._message(claim))
        pass_time()
        sweep()
        work_all()
        ids = [(arrived["Message-ID"], arrived["Date"]) for arrived in server.mails]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        assert row(session).text == ""

    def test_the_one_that_wakes_up_late_changes_nothing(self, server: Sink, session: Session) -> None:
        sent = send()
        late = mail_delivery._claim(sent)
        assert late is not None
        pass_time()
        mail_delivery.deliver(sent)
        mail_delivery._again(late, "too late", hold=None)
        assert (row(session).status, row(session).error) == (MailStatus.SENT, "")

    def test_a_mail_that_kills_every_worker_is_given_up(self, server: Sink, session: Session) -> None:
        sent = send()
        for _ in range(mail_delivery.MAX_ATTEMPTS):
            assert mail_delivery._claim(sent) is not None
            pass_time()
        assert mail_delivery._claim(sent) is None
        sweep()
        assert row(session).status is MailStatus.FAILED

    def test_a_lost_wake_up_is_made_good_once(self, server: Sink, session: Session) -> None:
        send()
        tasks.huey.storage.flush_all()
        sweep()
        assert work_all() == 0
        pass_time()
        sweep()
        sweep()
        assert work_all() == 1
        assert row(session).status is MailStatus.SENT


class TestForget:
    def age(self, **values: Any) -> None:
        with db.transaction() as session:
            session.execute(update(Mail).values(**values))

    def forget(self) -> None:
        with db.transaction() as session:
            mail_delivery.forget(session)

    def test_the_text_of_a_captured_mail_goes_after_a_week_and_the_row_after_ninety_days(self, instance: None, session: Session) -> None:
        send()
        work_all()
        self.age(created_at=datetime.now(UTC) - timedelta(days=6))
        self.forget()
        assert TOKEN in row(session).text
        self.age(created_at=datetime.now(UTC) - timedelta(days=8))
        self.forget()
        assert (row(session).text, row(session).html) == ("", "")
        self.age(created_at=datetime.now(UTC) - timedelta(days=91))
        self.forget()
        session.rollback()
        assert session.exec(select(Mail.id)).all() == []

    def test_what_waits_is_not_forgotten_but_given_up_after_two_days(self, instance: None, session: Session) -> None:
        send()
        self.age(created_at=datetime.now(UTC) - timedelta(days=91))
        self.forget()
        assert row(session).status is MailStatus.WAITING
        sweep()
        assert row(session).status is MailStatus.FAILED
