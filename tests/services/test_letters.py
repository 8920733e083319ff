"""Newsletters and calendars from the job to the file: run, edited by parts, judged again, exported, run once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from coexai_app.agents.parts import Words
from coexai_app.errors import Forbidden, InvalidInput, NotFound
from coexai_app.models import Job, Output, OutputStatus
from coexai_app.services import jobs, jobs_read, outputs, outputs_read
from coexai_app.views.outputs import OutputView
from tests.agents.maya.letters import MONDAY, REPAIR
from tests.people import People, do
from tests.work import work_all

ORDERS: dict[str, dict[str, Any]] = {
    "longform-to-newsletter": {"text": REPAIR, "call_to_action": "Book a repair", "button_link": "https://example.com/book"},
    "content-calendar": {"text": REPAIR, "start": MONDAY, "channels": "linkedin,x", "weeks": "2", "link": "false"},
}
FORMATS = {"longform-to-newsletter": ["html", "txt", "md", "docx", "json"], "content-calendar": ["csv", "ics", "txt", "md", "docx", "json"]}


@pytest.fixture(params=ORDERS)
def skill(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def output(people: People, session: Session, skill: str) -> OutputView:
    do(jobs.create, people.bob, agent="maya", capability=skill, data=ORDERS[skill], idempotency_key=str(uuid4()))
    work_all()
    return do(outputs_read.get, people.bob, output_id=session.exec(select(Output.id)).one())


def words(view: OutputView) -> list[Words]:
    return [Words(part.text, of) for of, part in enumerate(view.parts)]


def stored(session: Session) -> Output:
    """The row as it is now, whatever this session has read before."""
    session.rollback()
    return session.exec(select(Output)).one()


class TestLetters:
    def test_it_is_judged_and_has_no_claim_without_a_source(self, session: Session, output: OutputView) -> None:
        row = stored(session)
        assert (row.max_points, row.unsupported) == (100, 0)
        assert row.points >= 90

    def test_an_edit_is_judged_again_and_keeps_the_rest(self, people: People, session: Session, output: OutputView) -> None:
        changed = words(output)
        changed[0] = Words("We repaired 9,999 bikes in Ghent last year.", 0)
        after = do(outputs.edit, people.bob, output_id=UUID(output.id), version=output.version, parts=changed)
        assert stored(session).unsupported == after.unsupported >= 1
        assert [part.text for part in after.parts][1:] == [part.text for part in output.parts][1:]

    def test_a_claim_can_be_taken_out_of_a_part(self, people: People, session: Session, output: OutputView) -> None:
        changed = words(output)
        last = len(changed) - (2 if "newsletter" in session.exec(select(Output)).one().capability else 1)
        changed[last] = Words("Count your hours. The city paid us €77,777.", last)
        view = do(outputs.edit, people.bob, output_id=UUID(output.id), version=output.version, parts=changed)
        open_ = next(i for i, c in enumerate(view.claims) if "77,777" in c.text)
        do(outputs.remove_claim, people.bob, output_id=UUID(view.id), version=view.version, claim=open_)
        row = stored(session)
        assert "77,777" not in str(row.report["output"])
        assert row.unsupported == 0

    def test_every_format_is_a_file(self, people: People, output: OutputView, skill: str) -> None:
        for name in FORMATS[skill]:
            file = do(outputs.export, people.vera, output_id=UUID(output.id), format=name)
            assert file.data
            assert file.name.endswith(f".{name}")

    def test_it_can_be_approved(self, people: People, session: Session, output: OutputView) -> None:
        do(outputs.approve, people.adam, output_id=UUID(output.id), version=output.version)
        assert stored(session).status is OutputStatus.APPROVED

    def test_an_outsider_sees_nothing_and_a_viewer_changes_nothing(self, people: People, output: OutputView) -> None:
        with pytest.raises(NotFound):
            do(outputs.export, people.mallory, output_id=UUID(output.id), format="md")
        with pytest.raises(Forbidden):
            do(outputs.edit, people.vera, output_id=UUID(output.id), version=output.version, parts=words(output))

    def test_it_can_be_run_once_more_as_it_was(self, people: People, session: Session, output: OutputView, skill: str) -> None:
        job = session.exec(select(Job)).one()
        again = do(jobs_read.again, people.bob, job_id=job.id)
        understood = do(jobs.check, people.bob, agent="maya", capability=skill, data=again.values)
        assert understood.model_dump(mode="json", exclude_none=True) == job.input


class TestCalendarJob:
    def test_its_page_names_the_channels(self, people: People, session: Session) -> None:
        do(jobs.create, people.bob, agent="maya", capability="content-calendar", data=ORDERS["content-calendar"], idempotency_key="k")
        view = do(jobs_read.get, people.bob, job_id=session.exec(select(Job.id)).one())
        assert ("Channels", "LinkedIn, X") in [tuple(pair) for pair in view.input]

    def test_no_channel_is_refused_at_its_field(self, people: People) -> None:
        with pytest.raises(InvalidInput) as refused:
            data = {**ORDERS["content-calendar"], "channels": ""}
            do(jobs.create, people.bob, agent="maya", capability="content-calendar", data=data, idempotency_key="k")
        assert set(refused.value.details["fields"]) == {"channels"}
