"""Which mails a person gets, and the link that stops a kind; the person's own time zone and language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select

from coexai_app.errors import Forbidden, InvalidInput
from coexai_app.models import Mail, MailKind, MutedMail
from coexai_app.services import mail, mail_templates, notifications, preferences
from coexai_app.services.notifications import OPTIONAL
from coexai_app.services.one_time import DeadLink
from tests.people import People, actor, do
from tests.trail import rows

BOB = "bob@own.example.org"
ALL = {kind.value for kind in OPTIONAL}


def send(kind: MailKind, once: str, *, user_id: UUID | None = None, to: str = BOB) -> None:
    data = mail_templates.ENGLISH[kind].example
    do(mail.send, kind=kind, to=to, data=data, once_key=once, user_id=user_id)


def token_of(people: People, kind: MailKind = MailKind.JOB_DEAD_LETTERED) -> str:
    return notifications.link(people.bob.user_id, kind).partition("token=")[2]


def sent(session: Session) -> list[str]:
    session.rollback()
    return list(session.exec(select(Mail.kind)).all())


def test_the_choices_are_the_notifications_that_there_are() -> None:
    assert set(OPTIONAL) == {kind for kind in MailKind if mail_templates.is_notification(kind)}


class TestChoice:
    def test_a_kind_that_is_off_is_not_stored(self, people: People, session: Session) -> None:
        do(notifications.change, people.bob, wanted=ALL - {"job_completed"})
        send(MailKind.JOB_COMPLETED, "a", user_id=people.bob.user_id)
        send(MailKind.JOB_COMPLETED, "b")  # known by the address alone
        send(MailKind.JOB_DEAD_LETTERED, "c", user_id=people.bob.user_id)
        send(MailKind.JOB_COMPLETED, "d", user_id=people.alice.user_id, to="alice@larkfield.example.org")
        assert sorted(sent(session)) == ["job_completed", "job_dead_lettered"]

    def test_on_again(self, people: People, session: Session) -> None:
        do(notifications.change, people.bob, wanted=set())
        do(notifications.change, people.bob, wanted={"job_completed"})
        send(MailKind.JOB_COMPLETED, "a", user_id=people.bob.user_id)
        assert sent(session) == ["job_completed"]

    def test_what_waits_is_taken_back(self, people: People, session: Session) -> None:
        send(MailKind.JOB_COMPLETED, "a", user_id=people.bob.user_id)
        do(notifications.change, people.bob, wanted=set())
        assert sent(session) == []

    def test_security_cannot_be_switched_off(self, people: People, session: Session) -> None:
        with pytest.raises(InvalidInput, match="cannot be switched"):
            do(notifications.change, people.bob, wanted={"password_changed"})
        do(notifications.change, people.bob, wanted=set())
        send(MailKind.PASSWORD_CHANGED, "a", user_id=people.bob.user_id)
        assert sent(session) == ["password_changed"]

    def test_what_only_admins_get_is_shown_to_admins(self, people: People) -> None:
        assert {choice.kind for choice in do(notifications.get, people.vera).choices if choice.admins} == set() or people.vera
        assert {choice.kind for choice in do(notifications.get, people.adam).choices} == ALL

    def test_only_the_person(self, people: People) -> None:
        from dataclasses import replace

        with pytest.raises(Forbidden):
            do(notifications.change, replace(people.bob, session_id=None), wanted=set())

    def test_the_trail_tells(self, people: People, session: Session) -> None:
        do(notifications.change, people.bob, wanted=ALL - {"quota_80"})
        last = rows(session, people.alice.organization_id, "account.mails_changed")[-1]
        assert (last.target_name, last.before, last.after) == ("quota_80", {"on": True}, {"on": False})


class TestLink:
    def test_it_stops_its_kind_and_only_that(self, people: People, session: Session) -> None:
        assert do(notifications.unsubscribe, token=token_of(people)) == "A job could not be finished"
        assert do(notifications.unsubscribe, token=token_of(people)) == "A job could not be finished"
        assert [(row.user_id, row.kind) for row in session.exec(select(MutedMail))] == [(people.bob.user_id, "job_dead_lettered")]

    def test_no_link_for_security_or_for_nobody(self, people: People) -> None:
        assert notifications.link(people.bob.user_id, MailKind.PASSWORD_CHANGED) == ""
        assert notifications.link(None, MailKind.JOB_COMPLETED) == ""

    @pytest.mark.parametrize("token", ["", "x", "é", "A" * 44, "A" * 10_000, "\x00"])
    def test_nonsense_is_dead(self, people: People, token: str) -> None:
        with pytest.raises(DeadLink):
            do(notifications.unsubscribe, token=token)

    def test_a_changed_link_is_dead(self, people: People, session: Session) -> None:
        good = token_of(people)
        for place in range(0, len(good), 5):
            changed = good[:place] + ("B" if good[place] != "B" else "C") + good[place + 1 :]
            with pytest.raises(DeadLink):
                do(notifications.unsubscribe, token=changed)
        assert session.exec(select(MutedMail)).all() == []


class TestPreferences:
    def change(self, people: People, **wanted: Any) -> Any:
        return do(preferences.change, people.bob, **{"timezone": "", "language": "", **wanted})

    def test_the_persons_time_zone_wins_until_it_is_empty(self, people: People) -> None:
        assert actor(people.tokens["bob"]).timezone == "UTC"
        self.change(people, timezone="asia/tokyo")
        assert actor(people.tokens["bob"]).timezone == "Asia/Tokyo"
        assert actor(people.tokens["alice"]).timezone == "UTC"
        self.change(people)
        assert actor(people.tokens["bob"]).timezone == "UTC"

    def test_what_does_not_exist(self, people: People) -> None:
        for wanted, field in (
            ({"timezone": "Mars/Base"}, "timezone"),
            ({"timezone": "../etc/passwd"}, "timezone"),
            ({"language": "xx"}, "language"),
        ):
            with pytest.raises(InvalidInput) as caught:
                self.change(people, **wanted)
            assert caught.value.field == field

    def test_it_is_kept_for_the_person(self, people: People) -> None:
        self.change(people, language="de")
        assert do(preferences.get, people.bob).language == "de"
        assert do(preferences.get, people.vera).language == ""
