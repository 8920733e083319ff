"""Dead letters: who sees them, who may act, what requeue and discard do to each job of many, and to nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, InvalidInput
from coexai_app.models import AuditLog, Job, JobStatus, JobStep, Organization, PlanName, Quota, StepState
from coexai_app.services import dead_letters, jobs, jobs_read
from coexai_app.views.dead_letters import Outcome, Refused
from tests.people import People, do
from tests.work import POST, create, give_up, job_id, nobody, work_all

BOTH = pytest.mark.parametrize("act", [dead_letters.requeue, dead_letters.discard])


def states(session: Session, *ids: UUID) -> list[JobStatus]:
    session.rollback()
    known = dict(session.exec(select(Job.id, Job.status).where(col(Job.id).in_(ids))).all())
    return [known[job] for job in ids]


def held(session: Session, person: Actor) -> int:
    session.rollback()
    return session.exec(select(Quota.reserved).where(Quota.organization_id == person.organization_id)).one()


def many(person: Actor, number: int) -> list[UUID]:
    return [give_up(person, text=f"{POST}\n\nNumber {n} of the series is here.") for n in range(number)]


class TestPage:
    def test_a_row_says_what_happened_where_and_whose_it_was(self, people: People) -> None:
        job = give_up(people.bob, at="format", message="The model is busy.")
        row = do(dead_letters.page, people.vera).rows[0]
        assert (row.id, row.by, row.agent_name) == (str(job), "Bob Birch", "Maya")
        assert (row.reason, row.error_code, row.attempts) == ("The model is busy.", "UNAVAILABLE", "4 attempts")
        assert row.step == "Step 5 of 7, Format"
        assert row.when.startswith("today ")

    def test_the_latest_to_fail_comes_first_in_pages(self, people: People) -> None:
        jobs_made = many(people.bob, 5)
        page = do(dead_letters.page, people.bob, page=2, limit=2)
        assert [row.id for row in page.rows] == [str(jobs_made[2]), str(jobs_made[1])]
        assert (page.total, page.pages, page.label) == (5, 3, "3 to 4 of 5")
        assert do(dead_letters.page, people.bob, page=99, limit=2).page == 3

    def test_only_dead_letters_are_there(self, people: People) -> None:
        create(people.bob)
        create(people.bob, text="Too short to be a post.")
        work_all()
        assert do(dead_letters.page, people.bob).total == do(dead_letters.count, people.bob) == 0

    def test_a_viewer_reads_the_reason_why_they_may_not_act(self, people: People) -> None:
        assert "read, not run" in do(dead_letters.page, people.vera).locked
        assert do(dead_letters.page, people.bob).locked == ""

    def test_another_organisation_sees_and_counts_none(self, people: People) -> None:
        give_up(people.bob)
        assert do(dead_letters.page, people.mallory).rows == ()
        assert do(dead_letters.count, people.mallory) == 0
        assert do(dead_letters.count, people.sid) == 0


class TestRequeue:
    def test_each_goes_on_where_it_stopped_and_holds_a_run_again(self, people: People, session: Session) -> None:
        first, second = many(people.bob, 2)
        assert held(session, people.bob) == 0
        outcome = do(dead_letters.requeue, people.bob, job_ids=[first, second])
        assert (outcome.done, outcome.refused) == (2, ())
        assert held(session, people.bob) == 2
        assert states(session, first, second) == [JobStatus.QUEUED] * 2
        kept = session.exec(select(JobStep.status).where(JobStep.job_id == first).order_by(col(JobStep.position))).all()
        assert kept == [StepState.DONE] * 3 + [StepState.TODO] * 4
        work_all()
        assert states(session, first, second) == [JobStatus.COMPLETED] * 2

    def test_what_is_over_the_quota_stays_and_says_so_and_the_others_go(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            writing.get_one(Organization, people.alice.organization_id).plan = PlanName.FREE
        free = do_as_free(people.bob)
        three = many(free, 3)
        with db.transaction() as writing:
            writing.exec(select(Quota).where(Quota.organization_id == free.organization_id)).one().used = 8
        outcome = do(dead_letters.requeue, free, job_ids=three)
        assert outcome.done == 2
        assert [job.id for job in outcome.refused] == [str(three[2])]
        assert outcome.refused[0].title.startswith("What a year of counting")
        assert "10 runs of this month are used up" in outcome.refused[0].reason
        assert states(session, *three) == [JobStatus.QUEUED, JobStatus.PENDING, JobStatus.DEAD_LETTER]
        assert held(session, free) == 2

    def test_the_audit_trail_names_each(self, people: People, session: Session) -> None:
        first, second = many(people.bob, 2)
        do(dead_letters.requeue, people.bob, job_ids=[first])
        do(dead_letters.discard, people.bob, job_ids=[second])
        told = session.exec(select(AuditLog.action, AuditLog.target, AuditLog.user_id)).all()
        assert ("job.resumed", str(first), people.bob.user_id) in told
        assert ("job.discarded", str(second), people.bob.user_id) in told


class TestDiscard:
    def test_it_is_a_cancelled_job_with_its_error_and_can_be_resumed(self, people: People, session: Session) -> None:
        job = give_up(people.bob)
        assert do(dead_letters.discard, people.bob, job_ids=[job]).done == 1
        assert states(session, job) == [JobStatus.CANCELLED]
        assert held(session, people.bob) == 0
        view = do(jobs_read.get, people.bob, job_id=job)
        assert (view.error_code, view.can_retry) == ("UNAVAILABLE", True)
        do(jobs.retry, people.bob, job_id=job)
        work_all()
        assert states(session, job) == [JobStatus.COMPLETED]

    def test_open_pages_hear_of_it(self, people: People, session: Session) -> None:
        from coexai_app.models import Event

        job = give_up(people.bob)
        do(dead_letters.discard, people.bob, job_ids=[job])
        last = session.exec(select(Event).where(Event.ref_id == job).order_by(col(Event.id).desc())).first()
        assert last is not None
        assert (last.kind, last.data) == ("job.cancelled", {"note": "discarded"})


class TestMany:
    @BOTH
    def test_a_viewer_is_refused_and_nothing_moves(self, people: People, session: Session, act: Callable[..., Any]) -> None:
        job = give_up(people.bob)
        with pytest.raises(Forbidden):
            do(act, people.vera, job_ids=[job])
        assert states(session, job) == [JobStatus.DEAD_LETTER]

    @BOTH
    def test_for_an_outsider_they_do_not_exist(self, people: People, session: Session, act: Callable[..., Any]) -> None:
        job, own = give_up(people.bob), give_up(people.mallory)
        outcome = do(act, people.mallory, job_ids=[job, own, nobody()])
        assert outcome.done == 1
        assert {(refused.title, refused.reason) for refused in outcome.refused} == {
            ("", "This job does not exist, or it belongs to another organisation.")
        }
        assert states(session, job) == [JobStatus.DEAD_LETTER]

    @BOTH
    def test_only_dead_letters_move(self, people: People, session: Session, act: Callable[..., Any]) -> None:
        waiting, failed, done = create(people.bob), create(people.bob, text="Too short to be a post."), create(people.bob)
        do(jobs.cancel, people.bob, job_id=job_id(waiting))
        work_all()
        ids = [job_id(job) for job in (waiting, failed, done)]
        before = states(session, *ids)
        outcome = do(act, people.bob, job_ids=ids)
        assert outcome.done == 0
        assert {refused.reason for refused in outcome.refused} == {"It is no dead letter any more: somebody has resumed or discarded it."}
        assert states(session, *ids) == before

    @BOTH
    def test_the_same_id_twice_is_one(self, people: People, act: Callable[..., Any]) -> None:
        job = give_up(people.bob)
        outcome = do(act, people.bob, job_ids=[job, job])
        assert (outcome.done, outcome.refused) == (1, ())

    @BOTH
    def test_none_is_none_and_too_many_are_refused_whole(self, people: People, session: Session, act: Callable[..., Any]) -> None:
        assert do(act, people.bob, job_ids=[]) == Outcome(done=0)
        job = give_up(people.bob)
        with pytest.raises(InvalidInput, match="more than 200 jobs"):
            do(act, people.bob, job_ids=[job, *(nobody() for _ in range(200))])
        assert states(session, job) == [JobStatus.DEAD_LETTER]

    @BOTH
    def test_two_people_at_once_move_each_job_once(self, people: People, session: Session, act: Callable[..., Any]) -> None:
        ids = many(people.bob, 6)
        start = threading.Barrier(2)

        def one(order: list[UUID]) -> Outcome:
            start.wait()
            found: Outcome = do(act, people.bob, job_ids=order)
            return found

        with ThreadPoolExecutor(2) as pool:
            outcomes = [f.result(30) for f in [pool.submit(one, ids), pool.submit(one, ids[::-1])]]
        assert sum(outcome.done for outcome in outcomes) == 6
        assert sum(len(outcome.refused) for outcome in outcomes) == 6
        assert held(session, people.bob) == (6 if act is dead_letters.requeue else 0)


class TestWords:
    def test_what_was_done_and_what_stayed(self) -> None:
        refused = tuple(Refused(id=str(n), title=f"Job {n}", reason="No runs are left.") for n in range(6))
        outcome = Outcome(done=1, refused=refused)
        assert outcome.told("requeued") == "1 job requeued, 6 could not be."
        assert [stayed.titles for stayed in outcome.stayed] == ["“Job 0”, “Job 1”, “Job 2”, “Job 3” and 2 more"]
        assert Outcome(done=2).told("discarded") == "2 jobs discarded."


def do_as_free(person: Actor) -> Actor:
    """The same person, as a log-in after the change of plan makes them."""
    from dataclasses import replace

    return replace(person, plan_name=PlanName.FREE)
