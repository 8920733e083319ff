"""One source to everything, from the job to the calendar: its steps, what is left out, edits, files, and a model that is paid once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.agents.parts import Words
from coexai_app.errors import Conflict, InvalidInput, NotAcceptable, NotFound
from coexai_app.llm.compatible import Compatible
from coexai_app.llm.router import Router
from coexai_app.models import Charge, Job, JobStep, Output, Quota
from coexai_app.models.base import now
from coexai_app.services import calendar, calendar_plan, dispatch, jobs, jobs_read, outputs, outputs_read, partner_jobs, runs
from coexai_app.views.jobs import JobView
from coexai_app.views.outputs import OutputView
from tests.agents.maya.letters import REPAIR
from tests.agents.maya.posts import texts, thread_of
from tests.agents.maya.test_letters_model import letter
from tests.llm.vendor_server import OpenAIProtocol, Reply, VendorServer
from tests.people import People, do
from tests.work import job_id, work_all

TARGETS = "thread,newsletter,linkedin"
SHORT = (
    "From Monday our bakery opens at six instead of seven. Eleven commuters asked for it in one week. The first rolls leave the oven at "
    "ten to six. The shop closes at two."
)


def ordered(people: People, text: str = REPAIR, targets: str = TARGETS, **more: Any) -> JobView:
    data = {"text": text, "targets": targets, **more}
    return do(jobs.create, people.bob, agent="maya", capability="repurpose", data=data, idempotency_key=str(uuid4()))


@pytest.fixture
def output(people: People, session: Session) -> OutputView:
    ordered(people)
    work_all()
    return do(outputs_read.get, people.bob, output_id=session.exec(select(Output.id)).one())


def words(view: OutputView) -> list[Words]:
    return [Words(part.text, of) for of, part in enumerate(view.parts)]


class TestJob:
    def test_it_has_the_steps_of_what_was_chosen_and_no_others(self, people: People, session: Session) -> None:
        made = ordered(people, targets="newsletter,thread")
        names = [step.name for step in do(jobs_read.get, people.bob, job_id=job_id(made)).steps]
        assert names == ["extract", "analyze", "thread", "newsletter", "output"]
        work_all()
        assert {step.status for step in do(jobs_read.get, people.bob, job_id=job_id(made)).steps} == {"done"}

    def test_its_page_names_what_was_wished(self, people: People) -> None:
        view = do(jobs_read.get, people.bob, job_id=job_id(ordered(people)))
        assert ("What to make", "Thread for X, Newsletter, LinkedIn post") in [tuple(pair) for pair in view.input]

    def test_all_of_it_is_one_run(self, people: People, session: Session, output: OutputView) -> None:
        assert session.exec(select(Charge.capability)).all() == ["repurpose"]
        assert session.exec(select(Quota.used)).all() == [1]
        assert (output.score, output.max_score) == (sum(c.points for c in output.checks), 300)

    def test_what_cannot_be_made_says_so_on_both_pages_and_does_not_look_done(self, people: People, session: Session) -> None:
        made = ordered(people, SHORT)
        work_all()
        steps = {step.name: step for step in do(jobs_read.get, people.bob, job_id=job_id(made)).steps}
        assert {name: step.status for name, step in steps.items()}["newsletter"] == "empty"
        assert steps["newsletter"].summary.startswith("Left out. This source has only 33 words")
        assert {step.status for name, step in steps.items() if name != "newsletter"} == {"done"}
        view = do(outputs_read.get, people.bob, output_id=session.exec(select(Output.id)).one())
        assert [group.name for group in view.groups] == ["Thread for X", "LinkedIn post"]
        assert view.notes[0].startswith("Not made. Newsletter: ")

    def test_when_nothing_can_be_made_it_fails_and_costs_no_run(self, people: People, session: Session) -> None:
        made = ordered(people, SHORT, "newsletter")
        work_all()
        failed = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert failed.status == "failed"
        assert "A newsletter needs at least 60" in failed.reason
        assert session.exec(select(Output)).all() == []
        assert session.exec(select(Charge)).all() == []

    def test_it_can_be_run_once_more_as_it_was(self, people: People, session: Session, output: OutputView) -> None:
        job = session.exec(select(Job)).one()
        again = do(jobs_read.again, people.bob, job_id=job.id)
        understood = do(jobs.check, people.bob, agent="maya", capability="repurpose", data=again.values)
        assert understood.model_dump(mode="json", exclude_none=True) == job.input


class TestOutput:
    def test_parts_are_named_with_their_text_where_they_stand_alone(self, output: OutputView) -> None:
        assert {part.name for part in output.parts if part.group == "LinkedIn post"} == {"LinkedIn post"}
        assert [group.layout for group in output.groups] == ["posts", "prose", "posts"]

    def test_an_edit_is_judged_again_and_the_other_texts_stay(self, people: People, session: Session, output: OutputView) -> None:
        changed = words(output)
        last = len(changed) - 1
        changed[last] = Words("We repaired 9,999 bikes in Ghent last year.", last)
        after = do(outputs.edit, people.bob, output_id=UUID(output.id), version=output.version, parts=changed)
        assert after.unsupported >= 1
        assert [part.text for part in after.parts][:-1] == [part.text for part in output.parts][:-1]
        assert after.max_score == 300
        with pytest.raises(Conflict, match="9,999"):
            do(outputs.approve, people.adam, output_id=UUID(output.id), version=after.version)
        claim = next(i for i, c in enumerate(after.claims) if c.status == "unsupported")
        kept = do(outputs.override, people.bob, output_id=UUID(output.id), version=after.version, claim=claim, reason="The books say so")
        assert kept.claims[claim].override == "The books say so"

    def test_a_text_over_its_limit_cannot_be_approved(self, people: People, output: OutputView) -> None:
        changed = words(output)
        changed[0] = Words("We printed every price on a board outside the shop. " * 8, 0)
        after = do(outputs.edit, people.bob, output_id=UUID(output.id), version=output.version, parts=changed)
        assert after.parts[0].over
        assert after.unsupported == 0
        with pytest.raises(Conflict, match="Post 1 is too long"):
            do(outputs.approve, people.adam, output_id=UUID(output.id), version=after.version)

    def test_more_than_a_thread_takes_is_an_error_in_words(self, people: People, output: OutputView) -> None:
        many = [words(output)[0], *(Words(f"Line {i} of it.") for i in range(30)), *words(output)[1:]]
        with pytest.raises(InvalidInput, match="Thread for X can have at most 25 parts"):
            do(outputs.edit, people.bob, output_id=UUID(output.id), version=output.version, parts=many)

    def test_the_archive_can_be_had_at_every_door(self, people: People, session: Session, output: OutputView) -> None:
        assert [made.format for made in output.exports] == ["docx", "md", "txt", "zip", "json"]
        file = do(outputs.export, people.vera, output_id=UUID(output.id), format="zip")
        assert (file.media_type, file.name.endswith(".zip")) == ("application/zip", True)
        with zipfile.ZipFile(io.BytesIO(file.data)) as packed:
            assert {"report.json", "newsletter/newsletter.html", "thread/thread.txt", "linkedin/linkedin.txt"} <= set(packed.namelist())
        job = session.exec(select(Job.id)).one()
        assert do(partner_jobs.output, people.vera, job_id=job, format="zip").data[:2] == b"PK"
        with pytest.raises(NotAcceptable):
            do(partner_jobs.output, people.vera, job_id=job, format="ics")
        with pytest.raises(NotFound):
            do(outputs.export, people.mallory, output_id=UUID(output.id), format="zip")


class TestCalendar:
    SOON = date.fromisoformat(f"{now():%Y-%m-%d}") + timedelta(days=3)

    def test_the_question_asks_which_text(self, people: People, output: OutputView) -> None:
        asked = do(calendar_plan.blank, people.bob, output_id=UUID(output.id))
        assert [option.value for option in asked.texts] == ["Thread for X", "Newsletter", "LinkedIn post"]
        assert asked.channel == ""

    @pytest.mark.parametrize(("group", "channel"), [("Thread for X", "x"), ("Newsletter", "newsletter"), ("LinkedIn post", "linkedin")])
    def test_a_text_goes_where_it_belongs(self, people: People, output: OutputView, group: str, channel: str) -> None:
        entry = do(calendar.add, people.bob, output_id=UUID(output.id), day=self.SOON, clock=time(9), group=group)
        assert (entry.channel, entry.title) == (channel, f"{output.title}, {group}"[:200])
        around = ("title", "subject", "preheader")
        assert entry.text == "\n\n".join(part.text for part in output.parts if part.group == group and part.kind not in around)

    def test_a_channel_can_be_said_and_a_part_too(self, people: People, output: OutputView) -> None:
        given = {"output_id": UUID(output.id), "day": self.SOON, "clock": time(9)}
        assert do(calendar.add, people.bob, **given, group="LinkedIn post", channel="facebook").channel == "facebook"
        assert do(calendar.add, people.bob, **given, part=0).channel == "x"
        assert do(calendar.add, people.bob, **given).channel == "other"

    def test_a_text_that_is_not_there_is_not_found(self, people: People, output: OutputView) -> None:
        with pytest.raises(NotFound):
            do(calendar.add, people.bob, output_id=UUID(output.id), day=self.SOON, clock=time(9), group="Fax")
        with pytest.raises(NotFound):
            do(calendar.add, people.mallory, output_id=UUID(output.id), day=self.SOON, clock=time(9), group="Newsletter")


class TestModel:
    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[VendorServer]:
        server = VendorServer()
        vendor = Compatible(api_key="", model="small", base_url=server.url, sleep=lambda seconds: None)
        model = Router([vendor], sleep=lambda seconds: None)
        monkeypatch.setattr(runs.router, "from_settings", lambda config: model)
        yield server
        server.close()

    def test_after_an_outage_nothing_is_asked_a_second_time(self, people: People, session: Session, server: VendorServer) -> None:
        """The thread's plan is paid for, then the server is down: the second try begins with the thread's words, and the newsletter."""
        answer = OpenAIProtocol()
        posts = [text.rsplit("\n\n", 1)[0] for text in texts(thread_of(REPAIR, link=False, hashtags=0))]
        plan = {"posts": [{"role": "body", "point": text, "section": ""} for text in posts]}
        good = [answer.whole(json.dumps(said)) for said in ({"posts": posts}, letter())]
        server.say(answer.whole(json.dumps(plan)), Reply(status=500, body=b"{}"))
        made = ordered(people, targets="thread,newsletter")
        work_all()
        waiting = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert [step.status for step in waiting.steps] == ["done", "done", "failed", "todo", "todo"]
        first = len(server.requests)
        assert len([r for r in server.requests if "Plan a thread" in str(r.body)]) == 1
        kept = session.exec(select(JobStep).where(JobStep.name == "thread")).one()
        assert kept.result and set(kept.result["pieces"]) == {"strategize"}
        server.say(*good)
        with db.transaction() as writing:
            row = writing.get_one(Job, job_id(made))
            row.run_after = row.run_after.replace(year=2020)
        with db.transaction() as writing:
            dispatch.offer(writing, people.bob.organization_id)
        work_all()
        done = do(jobs_read.get, people.bob, job_id=job_id(made))
        assert done.status == "completed", done.reason
        assert [step.status for step in done.steps] == ["kept", "kept", "done", "done", "done"]
        later = [str(request.body) for request in server.requests[first:]]
        assert not [body for body in later if "Plan a thread" in body]
        assert (len([b for b in later if "posts of the plan" in b]), len(later)) == (1, 2)
        session.rollback()
        report = session.exec(select(Output.report)).one()
        assert (report["usage"]["calls"], report["engine"]["provider"]) == (3, "compatible")
        assert {piece["engine"]["provider"] for piece in report["output"]["pieces"]} == {"compatible"}
        assert session.exec(select(JobStep.result).where(JobStep.name == "thread")).one() is None

    def test_each_call_has_a_key_of_its_own(self, people: People, server: VendorServer) -> None:
        answer = OpenAIProtocol()
        posts = [text.rsplit("\n\n", 1)[0] for text in texts(thread_of(REPAIR, link=False, hashtags=0))]
        server.say(answer.whole(json.dumps({"posts": []})), answer.whole(json.dumps({"posts": posts})), answer.whole(json.dumps(letter())))
        ordered(people, targets="thread,newsletter")
        work_all()
        keys = [request.headers.get("idempotency-key") for request in server.requests]
        assert len(set(keys)) == len(keys) >= 3
