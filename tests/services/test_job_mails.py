"""Mails about jobs go to who waits for them, once, and not to who switched them off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.models import Job, Mail, MailKind, Output, PlanName
from coexai_app.models.base import now
from coexai_app.services import endings, jobs, members, notifications, runs
from tests.factors import email_of
from tests.people import People, do
from tests.work import create, work_all

ABOUT_JOBS = (MailKind.JOB_COMPLETED, MailKind.JOB_DEAD_LETTERED, MailKind.QUOTA_80, MailKind.QUOTA_100)


def mails(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    found = session.exec(select(Mail.kind, Mail.to_address).where(col(Mail.kind).in_(ABOUT_JOBS)).order_by(col(Mail.to_address))).all()
    return [(str(kind), address) for kind, address in found]


def waited(job_id: UUID, minutes: float) -> None:
    with db.transaction() as session:
        session.get_one(Job, job_id).created_at = now() - timedelta(minutes=minutes)


def lose(job_id: UUID) -> None:
    """A worker takes the job for its last try, and fails."""
    with db.transaction() as session:
        session.get_one(Job, job_id).max_attempts = 1
    with db.transaction() as session:
        (claim,) = runs.claim_next(session)
    assert claim.id == job_id
    endings.interrupted(claim, ValueError("broken"))


class TestDone:
    def test_who_waited_long_is_told_with_the_way_to_the_result(self, people: People, session: Session) -> None:
        view = create(people.bob)
        waited(UUID(view.id), 11)
        work_all()
        assert mails(session) == [("job_completed", email_of(people.bob))]
        text = session.exec(select(Mail.text).where(Mail.kind == MailKind.JOB_COMPLETED)).one()
        output_id = session.exec(select(Output.id)).one()
        assert f"/outputs/{output_id}" in text

    def test_who_is_still_at_the_page_is_not(self, people: People, session: Session) -> None:
        waited(UUID(create(people.bob).id), 9)
        work_all()
        assert mails(session) == []

    def test_who_switched_it_off_or_left_is_not(self, people: People, session: Session) -> None:
        do(notifications.change, people.bob, wanted=["job_dead_lettered"])
        for person in (people.bob, people.adam):
            waited(UUID(create(person).id), 60)
        do(members.remove, people.alice, user_id=people.adam.user_id)
        work_all()
        assert mails(session) == []


class TestGivenUp:
    def test_the_reason_and_the_way_back_are_in_the_mail(self, people: People, session: Session) -> None:
        job_id = UUID(create(people.bob).id)
        lose(job_id)
        assert mails(session) == [("job_dead_lettered", email_of(people.bob))]
        text = session.exec(select(Mail.text).where(Mail.kind == MailKind.JOB_DEAD_LETTERED)).one()
        assert f"/jobs/{job_id}" in text
        assert "Something went wrong on our side" in text

    def test_each_time_it_is_given_up_anew(self, people: People, session: Session) -> None:
        job_id = UUID(create(people.bob).id)
        lose(job_id)
        do(jobs.retry, people.bob, job_id=job_id)
        lose(job_id)
        assert len(mails(session)) == 2


class TestRuns:
    def test_admins_are_told_once_at_four_fifths_and_once_at_the_end(self, people: People, session: Session) -> None:
        alice = replace(people.alice, plan_name=PlanName.FREE)
        admins = sorted([email_of(people.alice), email_of(people.adam)])
        made = [create(alice) for _ in range(7)]
        assert mails(session) == []
        made.append(create(alice))
        assert mails(session) == [("quota_80", address) for address in admins]
        do(jobs.cancel, alice, job_id=UUID(made[-1].id))
        create(alice)
        assert len(mails(session)) == 2
        for _ in range(2):
            create(alice)
        assert sorted(mails(session)) == sorted([(kind, address) for kind in ("quota_80", "quota_100") for address in admins])
