"""What a coworker wrote before, for its own organisation alone, real and test apart; and the warning about what it says again."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.text.reuse import Earlier
from coexai_app.models import Job, Output
from coexai_app.models.base import new_id
from coexai_app.services import earlier
from tests.people import People
from tests.work import create, job_id, work_all


def of(person: Actor, *, agent: str = "maya", but: UUID | None = None, test: bool = False) -> tuple[Earlier, ...]:
    with db.reading() as session:
        return earlier.of_agent(session, organization_id=person.organization_id, agent=agent, job_id=but or new_id(), test=test)


def report_of(view_id: UUID) -> dict:
    with db.reading() as session:
        return session.exec(select(Output).where(Output.job_id == view_id)).one().report


def reuse_check(report: dict) -> dict:
    return next(check for check in report["checks"] if check["id"] == "reuse")


@pytest.fixture
def first(people: People) -> UUID:
    view = create(people.alice)
    work_all()
    return job_id(view)


class TestOfAgent:
    def test_the_texts_of_the_outputs_the_newest_first(self, people: People, first: UUID) -> None:
        create(
            people.alice, text="Bread is baked at night, and sold in the morning. " * 12 + "Everybody in the town knows it by its smell."
        )
        work_all()
        found = of(people.alice)
        assert len(found) == 2 and found[1].texts and found[1].title.startswith("What a year of counting")
        assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)

    def test_another_organisation_sees_none_of_them(self, people: People, first: UUID) -> None:
        assert len(of(people.alice)) == 1 and of(people.mallory) == ()

    def test_nor_another_coworker_nor_the_job_itself_nor_a_test(self, people: People, first: UUID) -> None:
        assert of(people.alice, agent="sam") == () == of(people.alice, but=first) == of(people.alice, test=True)

    def test_a_test_job_knows_only_test_outputs(self, people: People, first: UUID) -> None:
        with db.transaction() as session:
            session.get_one(Job, first).test = True
        assert of(people.alice) == () and len(of(people.alice, test=True)) == 1

    def test_a_changed_output_is_read_again(self, people: People, first: UUID) -> None:
        before = of(people.alice)[0]
        with db.transaction() as session:
            row = session.exec(select(Output).where(Output.job_id == first)).one()
            output = {**row.report["output"], "posts": [{"text": "Only this is left."}]}
            row.report, row.version = {**row.report, "output": output}, row.version + 1
        assert before.texts != of(people.alice)[0].texts == ("Only this is left.",)

    def test_an_output_that_nobody_can_read_has_no_texts(self, people: People, first: UUID) -> None:
        with db.transaction() as session:
            row = session.exec(select(Output).where(Output.job_id == first)).one()
            row.capability, row.report, row.version = "gone", {**row.report, "output": {"what": 1}}, row.version + 1
        assert of(people.alice)[0].texts == ()


class TestThreads:
    def test_the_same_post_again_is_warned_of_with_its_places(self, people: People, first: UUID) -> None:
        again = create(people.alice)
        work_all()
        report = report_of(job_id(again))
        check = reuse_check(report)
        assert (check["status"], check["points"], check["max_points"]) == ("warn", 0, 3)
        place = check["findings"][0]
        text = report["output"]["posts"][place["part"]]["text"]
        assert 0 <= place["start"] < place["end"] <= len(text) and "What a year of counting" in place["message"]
        assert report["score"]["max_points"] == 100 and report["score"]["rubric"] == "maya.thread/2"

    def test_a_first_thread_has_nothing_to_repeat(self, first: UUID) -> None:
        check = reuse_check(report_of(first))
        assert (check["status"], check["points"], check["findings"]) == ("pass", 3, [])

    def test_what_another_organisation_wrote_is_never_compared(self, people: People, first: UUID) -> None:
        theirs = create(people.mallory)
        work_all()
        report = report_of(job_id(theirs))
        assert reuse_check(report)["status"] == "pass" and "said" not in report["analysis"]


def test_no_row_of_a_missing_output_is_made(session: Session, people: People) -> None:
    assert earlier.of_agent(session, organization_id=people.alice.organization_id, agent="maya", job_id=new_id(), test=False) == ()
    assert session.exec(select(Output).where(col(Output.organization_id) == people.alice.organization_id)).all() == []
