"""The outbox: one mail per event, limits, and who may look."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, update
from sqlmodel import Session, col, select

import tasks
from coexai_app import db
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import AuditLog, Mail, MailKind, MailStatus, Organization, User
from coexai_app.services import mail
from coexai_app.services.mail import Refused
from coexai_app.services.mail_templates import ENGLISH
from tests.people import People, do
from tests.work import nobody, work_all

ANA = "ana@bakery.example"


def send(key: str, *, kind: MailKind = MailKind.RESET_PASSWORD, to: str = ANA, **more: Any) -> None:
    do(mail.send, **{"kind": kind, "to": to, "data": ENGLISH[kind].example, "once_key": key, **more})


def row(session: Session, key: str) -> Mail:
    session.rollback()
    session.expire_all()
    return session.exec(select(Mail).where(Mail.once_key == key)).one()


def count(session: Session) -> int:
    session.rollback()
    return session.exec(select(func.count()).select_from(Mail)).one()


class TestSend:
    def test_without_a_mail_server_the_mail_is_kept_with_its_links(self, instance: None, session: Session) -> None:
        send("reset:1")
        assert work_all() == 1
        kept = row(session, "reset:1")
        assert (kept.status, kept.attempt, kept.to_address, kept.subject) == (MailStatus.CAPTURED, 1, ANA, "Reset your password")
        assert "http://localhost:3000/reset-password?token=" in kept.text
        assert kept.sent_at is not None

    def test_times_are_those_of_whoever_reads(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            alice = writing.get_one(User, people.alice.user_id)
            writing.get_one(Organization, people.alice.organization_id).timezone = "Asia/Tokyo"
            address = alice.email
        send("signed-in:1", kind=MailKind.NEW_SIGN_IN, to=address)
        assert "18:30 (Asia/Tokyo)" in row(session, "signed-in:1").text
        with db.transaction() as writing:
            writing.get_one(User, people.alice.user_id).timezone = "Europe/Berlin"
        send("signed-in:2", kind=MailKind.NEW_SIGN_IN, to=address)
        assert "10:30 (Europe/Berlin)" in row(session, "signed-in:2").text

    def test_it_goes_before_all_other_work(self, people: People, session: Session) -> None:
        from tests.work import create

        create(people.bob)
        send("reset:1")
        message = tasks.huey.dequeue()
        assert message is not None
        assert message.args[0] == "send-mail"

    def test_a_rollback_takes_the_mail_along(self, instance: None, session: Session) -> None:
        with pytest.raises(RuntimeError), db.transaction() as writing:
            mail.send(writing, kind=MailKind.NOTICE, to=ANA, data=ENGLISH[MailKind.NOTICE].example, once_key="n")
            raise RuntimeError
        assert count(session) == 0
        assert work_all() == 0

    def test_one_event_makes_one_mail(self, instance: None, session: Session) -> None:
        send("reset:1")
        send("reset:1", to="other@bakery.example")
        assert count(session) == 1
        assert work_all() == 1

    def test_ten_at_once_with_one_key_make_one_mail(self, instance: None, session: Session) -> None:
        with ThreadPoolExecutor(10) as pool:
            for done in [pool.submit(send, "reset:1") for _ in range(10)]:
                done.result()
        assert count(session) == 1
        assert work_all() == 1

    def test_long_keys_that_differ_only_at_the_end_are_two_events(self, instance: None, session: Session) -> None:
        send("k" * 300 + "1")
        send("k" * 300 + "2")
        assert count(session) == 2

    def test_a_wrong_address_is_refused_and_nothing_is_stored(self, instance: None, session: Session) -> None:
        for to in ("ana", "ana@bakery.example\r\nBcc: eve@evil.example", "a@b.example, c@d.example"):
            with pytest.raises(InvalidInput):
                send("k", to=to)
        assert count(session) == 0

    def test_the_link_cannot_point_elsewhere(self, instance: None, session: Session) -> None:
        with pytest.raises(ValueError, match="path of this instance"):
            send("k", data={"url": "https://evil.example/reset", "valid": "30 minutes"})
        assert count(session) == 0

    def test_mails_go_with_their_organisation_and_outlive_their_person(self, people: People, session: Session) -> None:
        send("a", organization_id=people.mallory.organization_id)
        send("b", user_id=people.mallory.user_id)
        with db.transaction() as writing:
            writing.delete(writing.get_one(User, people.mallory.user_id))
            writing.delete(writing.get_one(Organization, people.mallory.organization_id))
        assert count(session) == 1
        assert row(session, "b").user_id is None


class TestLimits:
    @pytest.mark.asvs("V2.4.1")
    def test_an_address_gets_few_such_mails_an_hour_and_others_are_free(self, instance: None, session: Session) -> None:
        most = mail.HOURLY[MailKind.RESET_PASSWORD]
        for n in range(most):
            send(f"reset:{n}")
        with pytest.raises(Refused):
            send("reset:more", to=ANA.upper())
        send("reset:0")
        send("reset:other", to="other@bakery.example")
        assert count(session) == most + 1

    def test_they_do_not_use_up_the_warnings(self, instance: None, session: Session) -> None:
        for n in range(mail.HOURLY[MailKind.RESET_PASSWORD]):
            send(f"reset:{n}")
        send("changed", kind=MailKind.PASSWORD_CHANGED)
        send("verify", kind=MailKind.VERIFY_EMAIL)
        assert row(session, "changed").status is MailStatus.WAITING

    def test_a_caller_that_swallows_the_refusal_keeps_its_own_work(self, people: People, session: Session) -> None:
        for n in range(mail.HOURLY[MailKind.RESET_PASSWORD]):
            send(f"reset:{n}")
        with db.transaction() as writing:
            writing.get_one(User, people.mallory.user_id).name = "Changed"
            with pytest.raises(Refused):
                mail.send(writing, kind=MailKind.RESET_PASSWORD, to=ANA, data=ENGLISH[MailKind.RESET_PASSWORD].example, once_key="more")
        assert session.get_one(User, people.mallory.user_id).name == "Changed"

    def test_after_an_hour_there_are_new_ones(self, instance: None, session: Session) -> None:
        for n in range(mail.HOURLY[MailKind.RESET_PASSWORD]):
            send(f"reset:{n}")
        with db.transaction() as writing:
            writing.execute(update(Mail).values(created_at=db.utcnow(-3_601)))
        send("reset:new")
        assert row(session, "reset:new").status is MailStatus.WAITING

    def test_twelve_at_once_do_not_pass_the_limit(self, instance: None, session: Session) -> None:
        def attempt(n: int) -> bool:
            try:
                send(f"reset:{n}")
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(12) as pool:
            passed = sum(pool.map(attempt, range(12)))
        assert passed == count(session) == mail.HOURLY[MailKind.RESET_PASSWORD]

    def test_an_organisation_cannot_flood_and_its_neighbour_does_not_notice(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mail, "ORGANIZATION_HOURLY", 3)
        for n in range(3):
            send(f"n{n}", kind=MailKind.NOTICE, organization_id=people.mallory.organization_id)
        with pytest.raises(Refused):
            send("n3", kind=MailKind.NOTICE, organization_id=people.mallory.organization_id)
        send("n4", kind=MailKind.NOTICE, organization_id=people.alice.organization_id)
        send("changed", kind=MailKind.PASSWORD_CHANGED, organization_id=people.mallory.organization_id)
        assert count(session) == 5

    def test_a_full_outbox_takes_no_notices_but_warnings(self, instance: None, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mail, "MAX_WAITING", 1)
        send("n0", kind=MailKind.NOTICE)
        with pytest.raises(Refused):
            send("n1", kind=MailKind.NOTICE)
        send("reset:1")
        assert count(session) == 2


def mail_id(session: Session, key: str) -> UUID:
    return row(session, key).id


class TestStaff:
    @pytest.mark.parametrize("who", ["alice", "adam", "bob", "vera", "mallory"])
    def test_nobody_else_sees_mails(self, people: People, session: Session, who: str) -> None:
        send("reset:1", organization_id=people.alice.organization_id)
        for service, more in ((mail.page, {}), (mail.get, {"mail_id": mail_id(session, "reset:1")}), (mail.retry, {"mail_id": nobody()})):
            with pytest.raises(Forbidden):
                do(service, getattr(people, who), **more)

    def test_sid_sees_the_list_without_texts(self, people: People) -> None:
        for n in range(3):
            send(f"n{n}", kind=MailKind.NOTICE)
        page = do(mail.page, people.sid, limit=2)
        assert (len(page.rows), page.total, page.label) == (2, 3, "1 to 2 of 3")
        assert "text" not in page.rows[0].model_dump()
        assert do(mail.page, people.sid, status="failed").total == 0
        assert do(mail.page, people.sid, status="nonsense").total == 0
        assert do(mail.page, people.sid, page=99, limit=2).page == 2

    def test_sid_reads_a_captured_mail_and_leaves_a_trace(self, people: People, session: Session) -> None:
        send("reset:1")
        assert do(mail.get, people.sid, mail_id=mail_id(session, "reset:1")).text == ""
        work_all()
        assert "token=" in do(mail.get, people.sid, mail_id=mail_id(session, "reset:1")).text
        session.rollback()
        found = session.exec(select(AuditLog.user_id).where(AuditLog.action == "mail.read")).all()
        assert found == [people.sid.user_id]

    @pytest.mark.parametrize("service", [mail.get, mail.retry])
    def test_an_unknown_mail_is_not_found(self, people: People, service: Callable[..., Any]) -> None:
        with pytest.raises(NotFound):
            do(service, people.sid, mail_id=nobody())

    def test_a_failed_mail_is_sent_again_and_a_waiting_one_is_not(self, people: People, session: Session) -> None:
        send("reset:1")
        with pytest.raises(Conflict):
            do(mail.retry, people.sid, mail_id=mail_id(session, "reset:1"))
        with db.transaction() as writing:
            writing.execute(update(Mail).where(col(Mail.once_key) == "reset:1").values(status=MailStatus.FAILED, attempt=6, error="x"))
        assert do(mail.retry, people.sid, mail_id=mail_id(session, "reset:1")).status == "waiting"
        work_all()
        assert row(session, "reset:1").status is MailStatus.CAPTURED

    def test_what_is_not_kept_cannot_be_sent_again(self, people: People, session: Session) -> None:
        send("reset:1")
        with db.transaction() as writing:
            writing.execute(update(Mail).values(status=MailStatus.FAILED, text="", html=""))
        with pytest.raises(Conflict, match="not kept"):
            do(mail.retry, people.sid, mail_id=mail_id(session, "reset:1"))
