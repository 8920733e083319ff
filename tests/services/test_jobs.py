"""The life of a job: created once, run once, cancelled, resumed, and never another organisation's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import Session, col, select

import tasks
from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, QuotaExceeded, Unavailable
from coexai_app.models import Event, Job, JobStatus, JobStep, Organization, Output, PlanName, Quota, StepState
from coexai_app.services import account_deletion, dispatch, endings, jobs, jobs_read, members, quotas, runs, sweep, transitions, workers
from coexai_app.services import agents as quoting
from coexai_app.services.checkpoints import Recorder
from coexai_app.services.endings import Finished
from coexai_app.services.leases import Claim, Watch
from coexai_app.services.transitions import Fenced
from tests.people import People, do
from tests.work import POST, create, job_id, nobody, work_all


def quota(session: Session, person: Actor) -> tuple[int, int]:
    session.rollback()
    row = session.exec(select(Quota).where(Quota.organization_id == person.organization_id)).first()
    return (row.used, row.reserved) if row else (0, 0)


def state(session: Session, job: UUID) -> JobStatus:
    session.rollback()
    return session.exec(select(Job.status).where(Job.id == job)).one()


class TestCreate:
    def test_a_job_waits_in_the_queue_with_all_its_steps(self, people: People) -> None:
        view = create(people.bob)
        assert view.status == "queued"
        assert [s.name for s in view.steps] == ["extract", "analyze", "strategize", "generate", "format", "check", "output"]
        assert {s.status for s in view.steps} == {"todo"}

    def test_it_holds_one_run_of_the_month(self, people: People, session: Session) -> None:
        create(people.bob)
        assert quota(session, people.bob) == (0, 1)

    def test_the_same_key_makes_one_job_and_holds_one_run(self, people: People, session: Session) -> None:
        first, second = create(people.bob, key="k1"), create(people.bob, key="k1")
        assert first.id == second.id
        assert quota(session, people.bob) == (0, 1)

    def test_the_same_key_for_another_input_is_refused(self, people: People) -> None:
        create(people.bob, key="k1")
        with pytest.raises(Conflict):
            create(people.bob, key="k1", text=POST + "\n\nAnother paragraph.")

    def test_two_organisations_may_use_the_same_key(self, people: People) -> None:
        assert create(people.bob, key="k1").id != create(people.mallory, key="k1").id

    def test_twenty_at_once_with_one_key_make_one_job(self, people: People, session: Session) -> None:
        with ThreadPoolExecutor(20) as pool:
            made = {f.result().id for f in [pool.submit(create, people.bob, key="same") for _ in range(20)]}
        assert len(made) == 1
        assert quota(session, people.bob) == (0, 1)

    @pytest.mark.asvs("V2.2.1", "V16.5.3")
    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"text": "  "}, "input"),
            ({"url": "ftp://example.org/x"}, "url"),
            ({"url": "https://example.org", "text": "both"}, "input"),
            ({"text": POST, "posts": 99}, "posts"),
            ({"text": POST, "colour": "red"}, "colour"),
            ({"file": "not-an-id"}, "file"),
        ],
    )
    def test_wrong_input_names_its_field_and_stores_and_holds_nothing(
        self, people: People, session: Session, data: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            create(people.bob, **data)
        assert field in caught.value.details["fields"]
        assert session.exec(select(Job)).all() == []
        assert quota(session, people.bob) == (0, 0)

    def test_an_unknown_coworker_and_one_that_is_not_here_yet_are_not_found(self, people: People) -> None:
        for agent in ("eve", "jordan"):
            with pytest.raises(NotFound):
                do(jobs.create, people.bob, agent=agent, capability="blog-to-thread", data={"text": POST}, idempotency_key="k")

    def test_a_viewer_is_refused(self, people: People) -> None:
        with pytest.raises(Forbidden):
            create(people.vera)

    @pytest.mark.asvs("V2.2.3")
    def test_a_file_of_another_organisation_does_not_exist(self, people: People, session: Session) -> None:
        from coexai_app.models import File

        with db.transaction() as writing:
            file = File(organization_id=people.alice.organization_id, name="a.md", content_type="text/markdown", size=3, sha256="", key="k")
            writing.add(file)
        with pytest.raises(NotFound):
            create(people.mallory, file=str(file.id))
        made = create(people.bob, file=str(file.id))
        assert made.title == "a.md"
        assert ("File", "a.md") in made.input


@pytest.mark.asvs("V2.3.2", "V2.4.1")
class TestQuota:
    @pytest.mark.asvs("V2.3.4")
    def test_fifty_at_once_at_the_limit_minus_one_let_one_through(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            quotas._ensure(writing, people.mallory.organization_id, "maya", quotas.period())
        with db.transaction() as writing:
            row = writing.exec(select(Quota).where(Quota.organization_id == people.mallory.organization_id)).one()
            row.used = 9

        def attempt(_: int) -> bool:
            try:
                create(people.mallory)
            except QuotaExceeded:
                return False
            return True

        with ThreadPoolExecutor(10) as pool:
            passed = sum(pool.map(attempt, range(50)))
        assert passed == 1
        assert quota(session, people.mallory) == (9, 1)

    def test_a_finished_run_is_used_a_failed_one_is_given_back(self, people: People, session: Session) -> None:
        create(people.bob)
        create(people.bob, text="Too short to be a post.")
        work_all()
        assert quota(session, people.bob) == (1, 0)

    def test_the_refusal_names_limit_and_date(self, people: People) -> None:
        with db.transaction() as writing:
            writing.get_one(Organization, people.mallory.organization_id).plan = PlanName.FREE
            quotas._ensure(writing, people.mallory.organization_id, "maya", quotas.period())
        with db.transaction() as writing:
            writing.exec(select(Quota).where(Quota.organization_id == people.mallory.organization_id)).one().used = 10
        with pytest.raises(QuotaExceeded, match=r"Maya's 10 runs of this month are used up\. They start anew on 1 "):
            create(people.mallory)


class TestRun:
    def test_a_job_runs_to_its_output(self, people: People, session: Session) -> None:
        made = create(people.bob)
        work_all()
        done = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert (done.status, done.steps_done, done.attempt) == ("completed", 7, 1)
        assert done.title == "What a year of counting taught our bakery"
        output = session.exec(select(Output).where(Output.job_id == job_id(made))).one()
        assert output.unsupported == 0
        assert str(output.id) == done.output_id

    def test_the_job_shows_its_input_as_the_form_does(self, people: People) -> None:
        made = create(people.bob, text="# " + "long words " * 100, hashtags=1)
        shown = dict(do(jobs_read.get, people.bob, job_id=job_id(made)).input)
        assert shown["Text"].endswith("…")
        assert (shown["Hashtags"], shown["Link to the source"]) == ("1", "yes")

    def test_the_same_message_five_times_makes_one_output_and_one_charge(self, people: People, session: Session) -> None:
        create(people.bob)
        for _ in range(5):
            runs.work()
        assert len(session.exec(select(Output)).all()) == 1
        assert quota(session, people.bob) == (1, 0)

    def test_five_workers_at_once_make_one_output(self, people: People, session: Session) -> None:
        create(people.bob)
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(lambda _: runs.work(), range(5)))
        assert len(session.exec(select(Output)).all()) == 1
        assert session.exec(select(Job.attempt)).one() == 1

    def test_bad_input_fails_at_once_with_its_reason_and_no_retry(self, people: People, session: Session) -> None:
        made = create(people.bob, text="Too short to be a post.")
        work_all()
        failed = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert failed.status == "failed"
        assert failed.reason
        assert failed.can_retry
        assert session.exec(select(Output)).all() == []

    def test_the_free_plan_runs_one_at_a_time_and_the_next_says_why_it_waits(self, people: People) -> None:
        with db.transaction() as writing:
            workers.sign_in(writing)
        first, second = create(people.mallory), create(people.mallory)
        with db.transaction() as writing:
            assert writing.get_one(Organization, people.mallory.organization_id).plan is PlanName.FREE
        assert (first.status, second.status) == ("queued", "pending")
        assert second.reason == "1 of 1 jobs run at once on the Free plan. It is next."
        work_all()
        assert {do(jobs_read.get, people.mallory, job_id=job_id(j)).status for j in (first, second)} == {"completed"}

    def test_events_tell_the_whole_story_in_order(self, people: People, session: Session) -> None:
        made = create(people.bob)
        work_all()
        told = session.exec(select(Event.kind).where(Event.ref_id == job_id(made)).order_by(col(Event.id))).all()
        assert [k for k in told if k.startswith("job.")] == ["job.pending", "job.queued", "job.processing", "job.completed"]
        assert sum(k == "step.done" for k in told) == 7


class TestWhoStartedIt:
    """Bob orders, and what he may do is taken from him before a worker comes."""

    @pytest.mark.asvs("V8.3.2")
    @pytest.mark.parametrize("gone", ["removed", "left", "viewer", "account"])
    def test_his_job_does_not_run_says_why_and_gives_its_run_back(self, people: People, session: Session, gone: str) -> None:
        job = job_id(create(people.bob))
        {
            "removed": lambda: do(members.remove, people.alice, user_id=people.bob.user_id),
            "left": lambda: do(members.leave, people.bob),
            "viewer": lambda: do(members.change_role, people.alice, user_id=people.bob.user_id, role="viewer"),
            "account": lambda: do(account_deletion.delete_account, people.bob, typed="bob@own.example.org"),
        }[gone]()
        work_all()
        assert state(session, job) is JobStatus.FAILED
        told = do(jobs_read.get, people.alice, job_id=job)
        why = "Bob Birch's role does not allow to run a coworker" if gone == "viewer" else "Bob Birch does not work here"
        assert why in f"{told.reason} {told.advice}"
        assert "Resume it" in f"{told.reason} {told.advice}"
        assert quota(session, people.alice) == (0, 0)
        assert session.exec(select(Output)).all() == []

    def test_whoever_resumes_it_is_who_it_runs_for(self, people: People, session: Session) -> None:
        job = job_id(create(people.bob))
        do(members.remove, people.alice, user_id=people.bob.user_id)
        work_all()
        do(jobs.retry, people.adam, job_id=job)
        work_all()
        assert state(session, job) is JobStatus.COMPLETED
        assert session.exec(select(Job.user_id)).one() == people.adam.user_id

    def test_a_colleagues_job_stays_theirs_when_it_is_resumed(self, people: People, session: Session) -> None:
        job = job_id(create(people.bob))
        do(jobs.cancel, people.adam, job_id=job)
        do(jobs.retry, people.adam, job_id=job)
        assert session.exec(select(Job.user_id)).one() == people.bob.user_id

    def test_one_that_is_barred_holds_up_no_other(self, people: People, session: Session) -> None:
        first, second = job_id(create(people.bob)), job_id(create(people.adam))
        do(members.remove, people.alice, user_id=people.bob.user_id)
        work_all()
        assert (state(session, first), state(session, second)) == (JobStatus.FAILED, JobStatus.COMPLETED)


class TestTrouble:
    def test_a_trouble_that_may_pass_is_tried_again_later_and_keeps_finished_steps(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = create(people.bob)
        _break(monkeypatch, "generate", Unavailable("The model is busy."))
        work_all()
        waiting = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert (waiting.status, waiting.word) == ("pending", "Will try again")
        assert waiting.reason.startswith("The model is busy. Next try ")
        assert [s.status for s in waiting.steps][:4] == ["done", "done", "done", "failed"]
        monkeypatch.undo()
        _due(job_id(made))
        with db.transaction() as writing:
            dispatch.offer(writing, people.bob.organization_id)
        work_all()
        done = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert done.status == "completed"
        assert [s.status for s in done.steps][:4] == ["kept", "kept", "kept", "done"]
        assert quota(session, people.bob) == (1, 0)

    def test_after_the_last_try_it_is_a_dead_letter_and_the_run_is_given_back(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = create(people.bob)
        _break(monkeypatch, "analyze", Unavailable("The model is busy."))
        for _ in range(4):
            _due(job_id(made))
            with db.transaction() as writing:
                dispatch.offer(writing, people.bob.organization_id)
            work_all()
        dead = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert (dead.status, dead.attempt) == ("dead_letter", 4)
        assert quota(session, people.bob) == (0, 0)

    @pytest.mark.asvs("V16.5.1")
    def test_an_unknown_error_shows_a_reference_and_not_its_text(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        made = create(people.bob)
        _break(monkeypatch, "analyze", ValueError("secret: password=hunter2"))
        work_all()
        view = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert "hunter2" not in view.model_dump_json()
        assert "Reference: " in view.reason

    def test_resume_starts_at_the_failed_step_and_holds_a_run_again(
        self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = create(people.bob)
        _break(monkeypatch, "format", InvalidInput("Cannot be formatted."))
        work_all()
        assert quota(session, people.bob) == (0, 0)
        monkeypatch.undo()
        resumed = do(jobs.retry, people.bob, job_id=job_id(made))
        assert resumed.status == "queued"
        assert quota(session, people.bob) == (0, 1)
        work_all()
        done = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert [s.status for s in done.steps] == ["kept"] * 4 + ["done"] * 3
        assert quota(session, people.bob) == (1, 0)

    def test_a_worker_that_wakes_after_its_lease_changes_nothing(self, people: People, session: Session) -> None:
        made = create(people.bob)
        held = claim()
        assert held is not None
        _expire(job_id(made))
        sweep.tick()
        work_all()
        assert state(session, job_id(made)) is JobStatus.COMPLETED
        with pytest.raises(Fenced):
            work_on(held)
        endings.complete([Finished(held, Report.model_validate(session.exec(select(Output.report)).one()), Recorder(held))])
        assert len(session.exec(select(Output)).all()) == 1
        assert quota(session, people.bob) == (1, 0)

    def test_a_frozen_worker_may_not_record_a_step(self, people: People) -> None:
        create(people.bob)
        held = claim()
        assert held is not None
        with db.transaction() as writing:
            writing.get_one(Job, held.id).fence += 1
        with pytest.raises(Fenced):
            work_on(held)


def claim() -> Claim | None:
    with db.transaction() as writing:
        return next(iter(runs.claim_next(writing)), None)


def work_on(held: Claim) -> Report:
    """Works like a worker that was frozen: nothing keeps its lease, and it does not look around."""
    watch = _Frozen(show=lambda: None, cut_short=lambda claim, reason: None)
    return runs.run_claimed(held, watch, Recorder(held))


class _Frozen(Watch):
    def check(self) -> bool:
        return False


class TestSweep:
    def test_a_lost_message_is_sent_again(self, people: People, session: Session) -> None:
        made = create(people.bob)
        tasks.huey.storage.flush_all()
        assert work_all() == 0
        with db.transaction() as writing:
            writing.get_one(Job, job_id(made)).sent_at = datetime(2020, 1, 1, tzinfo=UTC)
        sweep.tick()
        work_all()
        assert state(session, job_id(made)) is JobStatus.COMPLETED

    def test_a_silent_worker_loses_its_job_and_finished_steps_are_kept(self, people: People, session: Session) -> None:
        made = create(people.bob)
        held = claim()
        assert held is not None
        with pytest.raises(KeyboardInterrupt):
            _run_until("generate", held)
        assert state(session, job_id(made)) is JobStatus.PROCESSING
        _expire(job_id(made))
        sweep.tick()
        work_all()
        assert state(session, job_id(made)) is JobStatus.COMPLETED
        steps = session.exec(select(JobStep.status).where(JobStep.job_id == job_id(made)).order_by(col(JobStep.position))).all()
        assert steps[:3] == [StepState.KEPT] * 3
        assert quota(session, people.bob) == (1, 0)

    def test_a_running_job_whose_lease_holds_is_left_alone(self, people: People, session: Session) -> None:
        made = create(people.bob)
        assert claim() is not None
        sweep.tick()
        assert state(session, job_id(made)) is JobStatus.PROCESSING


class TestCancel:
    def test_a_waiting_job_is_cancelled_at_once_and_its_run_given_back(self, people: People, session: Session) -> None:
        made = create(people.bob)
        assert do(jobs.cancel, people.bob, job_id=job_id(made)).status == "cancelled"
        assert quota(session, people.bob) == (0, 0)
        work_all()
        assert session.exec(select(Output)).all() == []

    def test_a_running_job_stops_at_the_next_step(self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        made = create(people.bob)
        reached, go_on = threading.Event(), threading.Event()

        def pause(*_: Any) -> None:
            reached.set()
            assert go_on.wait(10)

        _before(monkeypatch, "analyze", pause)
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(runs.work)
            assert reached.wait(10)
            view = do(jobs.cancel, people.bob, job_id=job_id(made))
            assert (view.status, view.word) == ("processing", "Stopping")
            go_on.set()
            running.result(10)
        assert state(session, job_id(made)) is JobStatus.CANCELLED
        assert quota(session, people.bob) == (0, 0)

    def test_a_finished_job_cannot_be_cancelled(self, people: People) -> None:
        made = create(people.bob)
        work_all()
        with pytest.raises(Conflict):
            do(jobs.cancel, people.bob, job_id=job_id(made))

    def test_a_viewer_is_refused(self, people: People) -> None:
        made = create(people.bob)
        with pytest.raises(Forbidden):
            do(jobs.cancel, people.vera, job_id=job_id(made))


class TestOutsiders:
    @pytest.mark.parametrize("service", [jobs_read.get, jobs.cancel, jobs.retry])
    def test_another_organisations_job_does_not_exist(self, people: People, service: Callable[..., Any]) -> None:
        made = create(people.bob)
        with pytest.raises(NotFound):
            do(service, people.mallory, job_id=job_id(made))
        with pytest.raises(NotFound):
            do(service, people.mallory, job_id=nobody())

    def test_lists_show_only_ones_own(self, people: People) -> None:
        create(people.bob)
        assert do(jobs_read.page, people.mallory).total == 0
        assert do(jobs_read.page, people.vera).total == 1

    def test_staff_has_no_way_in_without_a_membership(self, people: People) -> None:
        made = create(people.bob)
        with pytest.raises(NotFound):
            do(jobs_read.get, people.sid, job_id=job_id(made))


class TestTransitions:
    def test_the_table_has_no_way_out_of_completed(self) -> None:
        assert transitions.TRANSITIONS[JobStatus.COMPLETED] == frozenset()
        assert set(transitions.TRANSITIONS) == set(JobStatus)

    @pytest.mark.asvs("V2.3.1")
    @pytest.mark.parametrize("to", list(JobStatus))
    def test_a_completed_job_never_moves(self, people: People, session: Session, to: JobStatus) -> None:
        made = create(people.bob)
        work_all()
        with pytest.raises(Conflict), db.transaction() as writing:
            transitions.move(writing, writing.get_one(Job, job_id(made)), to)
        assert state(session, job_id(made)) is JobStatus.COMPLETED


class TestList:
    def test_pages_filters_and_labels(self, people: People) -> None:
        for n in range(5):
            create(people.bob, text=f"{POST}\n\nNumber {n} of the series is here.")
        work_all()
        page = do(jobs_read.page, people.vera, page=2, limit=2)
        assert (len(page.rows), page.total, page.pages, page.label) == (2, 5, 3, "3 to 4 of 5")
        assert do(jobs_read.page, people.vera, status="failed").total == 0
        assert do(jobs_read.page, people.vera, status="nonsense").total == 0
        assert do(jobs_read.page, people.vera, page=99, limit=2).page == 3


def _break(monkeypatch: pytest.MonkeyPatch, step: str, error: Exception) -> None:
    def fail(*_: Any) -> None:
        raise error

    _before(monkeypatch, step, fail)


def _before(monkeypatch: pytest.MonkeyPatch, step: str, call: Callable[..., None]) -> None:
    """Lets something happen just before a step of the real pipeline."""
    from dataclasses import replace

    from coexai_app import agents

    agent = agents.AGENTS["maya"]
    capability = agent.capabilities["blog-to-thread"]

    def wrapped(original: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            call(*arguments)
            return original(*arguments)

        return run

    steps = tuple(replace(s, run=wrapped(s.run)) if s.name == step else s for s in capability.steps)
    changed = replace(agent, capabilities={"blog-to-thread": replace(capability, steps=steps)})
    monkeypatch.setattr(agents, "AGENTS", {**agents.AGENTS, "maya": changed})


def _run_until(step: str, held: Claim) -> None:
    """Works like a process that is killed in the middle of a step: nothing of that step is recorded."""
    patch = pytest.MonkeyPatch()

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    try:
        _before(patch, step, die)
        work_on(held)
    finally:
        patch.undo()


def _expire(job: UUID) -> None:
    with db.transaction() as writing:
        row = writing.get_one(Job, job)
        assert row.lease_until is not None
        row.lease_until = row.lease_until.replace(year=2020)


def _due(job: UUID) -> None:
    with db.transaction() as writing:
        row = writing.get_one(Job, job)
        row.run_after = row.run_after.replace(year=2020)


class TestDryRun:
    def test_stores_nothing_and_holds_nothing(self, people: People, session: Session) -> None:
        understood = do(jobs.check, people.bob, agent="maya", capability="blog-to-thread", data={"text": POST})
        assert understood.model_dump()["text"] == POST.strip()
        assert session.exec(select(Job)).all() == []
        assert quota(session, people.bob) == (0, 0)

    def test_says_what_the_real_one_would_say(self, people: People) -> None:
        with pytest.raises(InvalidInput):
            do(jobs.check, people.bob, agent="maya", capability="blog-to-thread", data={"text": POST, "colour": "red"})
        with pytest.raises(NotFound):
            do(jobs.check, people.bob, agent="maya", capability="sing", data={"text": POST})
        with pytest.raises(NotFound):
            do(jobs.check, people.bob, agent="maya", capability="blog-to-thread", data={"file": str(nobody())})
        with pytest.raises(Forbidden):
            do(jobs.check, people.vera, agent="maya", capability="blog-to-thread", data={"text": POST})
        for _ in range(10):
            create(people.mallory)
        with pytest.raises(QuotaExceeded):
            do(jobs.check, people.mallory, agent="maya", capability="blog-to-thread", data={"text": POST})


class TestQuote:
    def test_a_builtin_run_costs_one_run_and_no_money(self, people: People) -> None:
        found = do(quoting.quote, people.bob, agent="maya", capability="blog-to-thread", data={"text": POST})
        assert (found.runs, found.tokens, found.cost_micros, found.most_micros, found.blocked) == (1, 0, 0, 0, "")
        assert found.cost == "1 run, only if it completes"

    def test_with_a_model_it_names_tokens_and_money_that_grow_with_the_source(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keyed = settings.get().model_copy(update={"openai_api_key": SecretStr("sk-test")})
        monkeypatch.setattr(settings, "get", lambda: keyed)
        order = {"agent": "maya", "capability": "blog-to-thread"}
        short = do(quoting.quote, people.bob, **order, data={"text": POST})
        long = do(quoting.quote, people.bob, **order, data={"text": POST * 10})
        assert 0 < short.cost_micros < long.cost_micros < long.most_micros == 500_000
        assert 2_000 < short.tokens < long.tokens
        assert "tokens of model use, some $0.0" in short.cost

    def test_a_wrong_input_is_refused_and_an_empty_purse_is_told(self, people: People) -> None:
        with pytest.raises(InvalidInput):
            do(quoting.quote, people.bob, agent="maya", capability="blog-to-thread", data={"posts": 99})
        for _ in range(10):
            create(people.mallory)
        assert "used up" in do(quoting.quote, people.mallory, agent="maya", capability="blog-to-thread").blocked
