"""The list of jobs (filters by person and words, reasons), the steps of a job as its page shows them, and running it once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.pipeline import StepEvent, StepStatus
from coexai_app.errors import InvalidInput, NotFound, Unavailable
from coexai_app.models import Event, File, Job, JobStatus, JobStep, Membership, StepState
from coexai_app.services import checkpoints, dispatch, jobs, jobs_read
from coexai_app.services.checkpoints import Recorder
from coexai_app.services.leases import Claim
from tests.people import People, do
from tests.services.test_jobs import _break, _due, claim
from tests.work import POST, create, give_up, job_id, nobody, work_all


def titled(person: Actor, title: str) -> UUID:
    made = create(person, text=f"# {title}\n\n{POST}")
    return job_id(made)


def found(person: Actor, **filters: Any) -> list[str]:
    return [row.title for row in do(jobs_read.page, person, **filters).rows]


class TestPerson:
    def test_me_and_others_by_their_id(self, people: People) -> None:
        mine, theirs = job_id(create(people.bob)), job_id(create(people.alice))
        assert [row.id for row in do(jobs_read.page, people.bob, person="me").rows] == [str(mine)]
        assert [row.id for row in do(jobs_read.page, people.bob, person=str(people.alice.user_id)).rows] == [str(theirs)]
        assert do(jobs_read.page, people.vera, person="me").total == 0

    @pytest.mark.parametrize("person", ["nobody", "ME", "'; --", "0", "9" * 400])
    def test_what_names_nobody_finds_nothing(self, people: People, person: str) -> None:
        create(people.bob)
        assert do(jobs_read.page, people.bob, person=person).total == 0

    def test_somebody_of_another_organisation_finds_nothing(self, people: People) -> None:
        create(people.mallory)
        assert do(jobs_read.page, people.bob, person=str(people.mallory.user_id)).total == 0

    def test_the_choice_lists_who_has_jobs_here_and_nobody_else(self, people: People) -> None:
        create(people.bob)
        create(people.alice)
        create(people.mallory)
        assert [(p.value, p.label) for p in do(jobs_read.people, people.vera)] == [
            (str(people.alice.user_id), "Alice Archer"),
            (str(people.bob.user_id), "Bob Birch"),
        ]
        assert [p.label for p in do(jobs_read.people, people.bob)] == ["Alice Archer"]
        assert do(jobs_read.people, people.mallory) == ()

    def test_jobs_in_another_house_do_not_bring_a_colleague_into_the_choice(self, people: People) -> None:
        with db.transaction() as session:
            session.add(Membership(user_id=people.mallory.user_id, organization_id=people.alice.organization_id, role="member"))
        create(people.mallory)
        assert do(jobs_read.people, people.alice) == ()

    def test_who_left_can_still_be_chosen(self, people: People, session: Session) -> None:
        create(people.bob)
        with db.transaction() as writing:
            writing.execute(delete(Membership).where(col(Membership.user_id) == people.bob.user_id))
        assert [p.label for p in do(jobs_read.people, people.alice)] == ["Bob Birch"]
        assert do(jobs_read.page, people.alice, person=str(people.bob.user_id)).total == 1


class TestWords:
    @pytest.mark.parametrize(
        ("query", "hits"),
        [
            ("autumn", ["Autumn menu 100% new"]),
            ("AUTUMN MENU", ["Autumn menu 100% new"]),
            ("  menu  ", ["Spring menu of Über uns", "Autumn menu 100% new"]),
            ("100%", ["Autumn menu 100% new"]),
            ("%", ["Autumn menu 100% new"]),
            ("_", ["under_score"]),
            ("r_s", ["under_score"]),
            ("über", ["Spring menu of Über uns"]),
            ("ÜBER UNS", ["Spring menu of Über uns"]),
            ("\\", []),
            ("/", []),
            ("x' or '1'='1", []),
            ("   ", ["under_score", "Spring menu of Über uns", "Autumn menu 100% new"]),
        ],
    )
    def test_are_looked_for_as_they_stand_in_any_case(self, people: People, query: str, hits: list[str]) -> None:
        for title in ("Autumn menu 100% new", "Spring menu of Über uns", "under_score"):
            with db.transaction() as session:
                session.get_one(Job, titled(people.bob, title)).title = title
        assert found(people.vera, query=query) == hits

    def test_filters_add_up_and_pages_count_what_is_found(self, people: People) -> None:
        for n in range(3):
            titled(people.bob, f"Oven {n}")
        titled(people.alice, "Oven 9")
        titled(people.bob, "Bread")
        page = do(jobs_read.page, people.vera, query="oven", person=str(people.bob.user_id), status="active", agent="maya", limit=2, page=2)
        assert (len(page.rows), page.total, page.label) == (1, 3, "3 to 3 of 3")

    def test_another_organisations_titles_are_not_found(self, people: People) -> None:
        titled(people.bob, "Secret oven")
        assert found(people.mallory, query="oven") == []


class TestReasons:
    def test_a_waiting_row_says_why_it_waits(self, people: People) -> None:
        create(people.mallory)
        create(people.mallory)
        waiting = do(jobs_read.page, people.mallory).rows[0]
        assert waiting.status == "pending"
        assert waiting.reason == do(jobs_read.get, people.mallory, job_id=UUID(waiting.id)).reason != ""

    def test_a_failed_one_says_why_and_a_done_or_cancelled_one_nothing(self, people: People) -> None:
        create(people.bob)
        create(people.bob, text="Too short to be a post.")
        work_all()
        do(jobs.cancel, people.bob, job_id=job_id(create(people.bob)))
        reasons = {row.status: row.reason for row in do(jobs_read.page, people.bob).rows}
        assert reasons["failed"]
        assert reasons["completed"] == reasons["cancelled"] == ""


class TestSteps:
    def test_a_builtin_step_says_so_and_a_model_its_tokens_and_money(self, people: People) -> None:
        made = create(people.bob)
        work_all()
        with db.transaction() as session:
            step = session.exec(select(JobStep).where(JobStep.job_id == job_id(made), JobStep.name == "generate")).one()
            step.meta = {**step.meta, "usage": {"calls": 1, "input_tokens": 1_000, "output_tokens": 240, "cost_micros": 3_100}}
        steps = {step.name: step for step in do(jobs_read.get, people.bob, job_id=job_id(made)).steps}
        assert steps["extract"].cost == "builtin"
        assert steps["generate"].cost == "1,240 tokens, $0.0031"
        assert {step.origin for step in steps.values()} == {""}

    def test_a_running_step_says_since_when(self, people: People, session: Session) -> None:
        made = create(people.bob)
        held = claim()
        assert held is not None
        _start(held, "extract")
        steps = do(jobs_read.get, people.bob, job_id=job_id(made)).steps
        event = session.exec(select(Event).where(Event.kind == "step.running")).one()
        assert steps[0].started == round(event.created_at.timestamp() * 1000)
        assert {step.started for step in steps[1:]} == {0}
        assert steps[0].took == steps[0].cost == ""

    def test_kept_steps_name_the_attempt_that_did_them(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        made = create(people.bob)
        for broken in ("generate", "check"):
            _break(monkeypatch, broken, Unavailable("The model is busy."))
            _again(people.bob, made.id)
            monkeypatch.undo()
        _again(people.bob, made.id)
        done = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert (done.status, len(done.attempts)) == ("completed", 3)
        assert [step.origin for step in done.steps] == [
            *["Kept from attempt 1"] * 3,
            *["Kept from attempt 2"] * 2,
            *["Attempt 3"] * 2,
        ]

    def test_without_its_events_a_kept_step_names_no_attempt(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        made = create(people.bob)
        _break(monkeypatch, "generate", InvalidInput("Cannot be written."))
        work_all()
        with db.transaction() as session:
            session.execute(delete(Event).where(col(Event.kind).startswith("step.")))
        monkeypatch.undo()
        do(jobs.retry, people.bob, job_id=job_id(made))
        work_all()
        steps = do(jobs_read.get, people.bob, job_id=job_id(made)).steps
        assert steps[0].origin == "Kept from an earlier attempt"

    def test_a_failed_step_says_why_and_resume_says_where(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        made = create(people.bob)
        _break(monkeypatch, "generate", InvalidInput("Cannot be written."))
        work_all()
        view = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert (view.steps[3].status, view.steps[3].summary) == ("failed", "Cannot be written.")
        assert view.resume_label == "Resume at step 4, Write"

    def test_a_step_that_its_worker_left_behind_does_not_look_as_if_it_ran(self, people: People) -> None:
        job = give_up(people.bob, at="analyze")
        with db.transaction() as session:
            session.exec(select(JobStep).where(JobStep.job_id == job, JobStep.name == "analyze")).one().status = StepState.RUNNING
        left = do(jobs_read.get, people.bob, job_id=job).steps[1]
        assert (left.status, left.started, left.took) == ("failed", 0, "")
        assert left.summary == "The worker stopped in the middle of this step."
        with db.transaction() as session:
            session.get_one(Job, job).status = JobStatus.PENDING
        view = do(jobs_read.get, people.bob, job_id=job)
        assert view.steps[1].status == "todo"
        assert not view.step_line.startswith("Step")


class TestAgain:
    def test_gives_the_input_back_as_the_form_holds_it(self, people: People) -> None:
        made = create(people.bob, text=POST, posts=6, link=False)
        again = do(jobs_read.again, people.vera, job_id=job_id(made))
        assert (again.agent, again.capability, again.file_names) == ("maya", "blog-to-thread", {})
        assert again.values["text"] == POST.strip() or again.values["text"] == POST
        assert (again.values["posts"], again.values["link"]) == ("6", "false")
        assert "url" not in again.values
        repeated = create(people.bob, **again.values)
        with db.reading() as session:
            first, second = (session.get_one(Job, job_id(view)) for view in (made, repeated))
            assert first.input == second.input

    def test_a_file_goes_by_reference_and_not_when_it_is_gone(self, people: People) -> None:
        with db.transaction() as writing:
            file = File(organization_id=people.bob.organization_id, name="a.md", content_type="text/markdown", size=3, sha256="", key="k")
            writing.add(file)
        made = create(people.bob, file=str(file.id))
        again = do(jobs_read.again, people.bob, job_id=job_id(made))
        assert (again.values["file"], again.file_names) == (str(file.id), {"file": "a.md"})
        with db.transaction() as writing:
            writing.execute(delete(File))
        again = do(jobs_read.again, people.bob, job_id=job_id(made))
        assert ("file" in again.values, again.file_names) == (False, {})

    def test_for_an_outsider_it_does_not_exist(self, people: People) -> None:
        made = create(people.bob)
        for job in (job_id(made), nobody()):
            with pytest.raises(NotFound):
                do(jobs_read.again, people.mallory, job_id=job)


class TestProgress:
    def test_a_running_step_says_how_far_it_is(self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checkpoints, "PROGRESS_SECONDS", 0.0)
        made = create(people.bob)
        held = claim()
        recorder = Recorder(held)
        recorder.progress(0.1, "nothing runs yet")
        recorder(StepEvent(0, "extract", "Read the source", StepStatus.RUNNING, ""))
        recorder.progress(0.2, "Listening, 12:03 of 58:10")
        step = next(step for step in do(jobs_read.get, people.bob, job_id=job_id(made)).steps if step.status == "running")
        assert (step.name, step.summary) == ("extract", "Listening, 12:03 of 58:10")
        assert list(session.exec(select(Event.kind).where(Event.kind == "step.running"))) == ["step.running"] * 2
        recorder(StepEvent(0, "extract", "Read the source", StepStatus.DONE, "", summary="412 words", result={}))
        recorder.progress(0.9, "too late")
        recorder.show()
        assert do(jobs_read.get, people.bob, job_id=job_id(made)).steps[0].summary == "412 words"

    def test_not_more_often_than_somebody_looks(self, people: People, session: Session) -> None:
        create(people.bob)
        recorder = Recorder(claim())
        recorder(StepEvent(0, "extract", "Read the source", StepStatus.RUNNING, ""))
        for _ in range(50):
            recorder.progress(0.5, "again and again")
        assert session.exec(select(Event).where(Event.kind == "step.running")).all() == []


def _start(held: Claim, step: str) -> None:
    recorder = Recorder(held)
    recorder(StepEvent(0, step, step, StepStatus.RUNNING, ""))
    recorder.show()


def _again(person: Actor, job: str) -> None:
    """The next try, at once."""
    _due(UUID(job))
    with db.transaction() as session:
        dispatch.offer(session, person.organization_id)
    work_all()
