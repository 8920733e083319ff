"""The dead letters' page and the job page: what is chosen stays chosen, dialogs speak of the right jobs, a form filled again."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.models import Job, JobStatus, Organization, PlanName, Quota
from coexai_app.services import dead_letters
from state.dead_letters import PATH, DeadLettersState
from state.job import JobState
from state.jobs import JobsState
from state.workspace import WorkspaceState
from tests import work
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went


def dead(people: People, number: int) -> list[str]:
    """Their ids as the page lists them, the latest first."""
    return [str(work.give_up(people.bob)) for _ in range(number)][::-1]


class TestChoosing:
    async def test_survives_a_refresh_and_a_page_that_connects_again(self, people: People) -> None:
        first, _, third = dead(people, 3)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            for job in (first, third):
                await act(tab, DeadLettersState, "choose", job_id=job, on=True)
            work.give_up(people.bob)
            state = await see(tab, DeadLettersState)
            await state._refresh()
            assert len(state.rows) == 4
            assert (state.chosen, state.every) == ([first, third], "mixed")
            await visit(tab, PATH, DeadLettersState)
            assert (await see(tab, DeadLettersState)).chosen == [first, third]

    async def test_leaves_out_what_somebody_else_has_moved(self, people: People) -> None:
        first, second = dead(people, 2)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            await act(tab, DeadLettersState, "choose_all")
            state = await see(tab, DeadLettersState)
            assert state.every == "true"
            from uuid import UUID

            do(dead_letters.discard, people.alice, job_ids=[UUID(first)])
            await state._refresh()
            assert (state.chosen, state.every) == ([second], "true")

    async def test_all_and_none(self, people: People) -> None:
        ids = dead(people, 2)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            await act(tab, DeadLettersState, "choose_all")
            assert (await see(tab, DeadLettersState)).chosen == ids
            await act(tab, DeadLettersState, "choose_all")
            state = await see(tab, DeadLettersState)
            assert (state.chosen, state.every) == ([], "false")

    @pytest.mark.parametrize("job", ["", "x", "'; --"])
    async def test_what_is_not_on_the_page_is_not_chosen(self, people: People, job: str) -> None:
        dead(people, 1)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            await act(tab, DeadLettersState, "choose", job_id=job, on=True)
            assert (await see(tab, DeadLettersState)).chosen == []

    async def test_a_tick_twice_is_one(self, people: People) -> None:
        (job,) = dead(people, 1)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            for on in (True, True, False):
                await act(tab, DeadLettersState, "choose", job_id=job, on=on)
            assert (await see(tab, DeadLettersState)).chosen == []


class TestActing:
    async def test_on_what_was_asked_about_and_tells_how_many(self, people: People, session: Session) -> None:
        first, second, third = dead(people, 3)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            for job in (first, second):
                await act(tab, DeadLettersState, "choose", job_id=job, on=True)
            await act(tab, DeadLettersState, "ask_chosen")
            state = await see(tab, DeadLettersState)
            assert state.asked_what == "2 jobs"
            key = state.boxes_key
            await act(tab, DeadLettersState, "requeue")
            assert (state.toast, state.chosen, state.stayed) == ("2 jobs requeued.", [], ())
            assert state.boxes_key > key
            assert [row.id for row in state.rows] == [third]

    async def test_one_row_alone_whatever_is_chosen(self, people: People, session: Session) -> None:
        first, second = dead(people, 2)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            await act(tab, DeadLettersState, "choose", job_id=first, on=True)
            await act(tab, DeadLettersState, "ask", job_id=second)
            state = await see(tab, DeadLettersState)
            assert state.asked_what.startswith("“What a year")
            await act(tab, DeadLettersState, "discard")
            assert [row.id for row in state.rows] == [first]
            assert session.exec(select(Job.status).where(Job.status == JobStatus.CANCELLED)).all() == [JobStatus.CANCELLED]

    async def test_without_a_question_nothing_happens(self, people: People) -> None:
        dead(people, 1)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            await act(tab, DeadLettersState, "choose_all")
            await act(tab, DeadLettersState, "discard")
            state = await see(tab, DeadLettersState)
            assert (len(state.rows), state.toast) == (1, "")

    async def test_what_stays_is_named_with_its_reason(self, people: People) -> None:
        dead(people, 2)
        with db.transaction() as writing:
            writing.get_one(Organization, people.alice.organization_id).plan = PlanName.FREE
            writing.exec(select(Quota).where(Quota.organization_id == people.alice.organization_id)).one().used = 9
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            await act(tab, DeadLettersState, "choose_all")
            await act(tab, DeadLettersState, "ask_chosen")
            await act(tab, DeadLettersState, "requeue")
            state = await see(tab, DeadLettersState)
            assert state.toast == "1 job requeued, 1 could not be."
            assert "10 runs of this month are used up" in state.stayed[0].reason

    async def test_a_viewer_sees_why_and_moves_nothing(self, people: People) -> None:
        (job,) = dead(people, 1)
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            for handler, arguments in (("ask", {"job_id": job}), ("requeue", {}), ("discard", {})):
                await act(tab, DeadLettersState, handler, **arguments)
            state = await see(tab, DeadLettersState)
            assert "read, not run" in state.locked
            assert len(state.rows) == 1

    async def test_another_house_sees_none_and_moves_none_by_id(self, people: People) -> None:
        (job,) = dead(people, 1)
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, PATH, DeadLettersState)
            assert (await see(tab, DeadLettersState)).rows == ()
            await act(tab, DeadLettersState, "ask", job_id=job)
            await act(tab, DeadLettersState, "discard")
            assert (await see(tab, DeadLettersState)).toast == "0 jobs discarded, 1 could not be."
        assert do(dead_letters.count, people.bob) == 1


class TestJobList:
    async def test_counts_its_dead_letters_and_lists_its_people_live(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/jobs", JobsState)
            state = await see(tab, JobsState)
            assert (state.dead, [p.label for p in state.people]) == (0, ["Everybody", "Me"])
            dead(people, 1)
            await state._refresh()
            assert (state.dead, [p.label for p in state.people]) == (1, ["Everybody", "Me", "Bob Birch"])

    async def test_person_and_words_come_from_the_address_and_go_to_it(self, people: People) -> None:
        work.create(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/jobs?q=a+YEAR+of&person=me", JobsState)
            state = await see(tab, JobsState)
            assert (len(state.rows), state.filtered) == (1, True)
            await act(tab, JobsState, "search", form={"q": " 100% "})
            await act(tab, JobsState, "choose_person", person="")
            assert went(tab) == ["/jobs?person=me&q=100%25", "/jobs?q=a+YEAR+of"]

    async def test_controls_start_anew_only_when_they_say_something_else(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/jobs", JobsState)
            state = await see(tab, JobsState)
            before = state.filters_key
            await act(tab, JobsState, "choose_status", status="failed")
            await visit(tab, went(tab)[-1], JobsState)
            assert state.filters_key == before
            await visit(tab, "/jobs", JobsState)
            assert state.filters_key == before + 1


class TestRunAgain:
    async def test_the_form_is_filled_once_with_the_same_input(self, people: People, session: Session) -> None:
        job = work.create(people.bob, text=work.POST, posts=6, link=False)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/jobs/{job.id}", JobState)
            address = (await see(tab, JobState)).again_url
            assert address == f"/agents/maya?from={job.id}"
            await visit(tab, address, WorkspaceState)
            state = await see(tab, WorkspaceState)
            values = {field.name: field.value for field in state.fields}
            assert (state.source, values["posts"], values["link"]) == ("text", "6", "false")
            key = state.form_key
            await visit(tab, address, WorkspaceState)
            assert state.form_key == key
            await act(tab, WorkspaceState, "run", form={**{k: v for k, v in values.items() if v and k != "link"}, "source": "text"})
            first, second = session.exec(select(Job.input).order_by(Job.id)).all()  # type: ignore[arg-type]
            assert first == second

    async def test_another_houses_job_fills_nothing(self, people: People) -> None:
        job = work.create(people.bob)
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, f"/agents/maya?from={job.id}", WorkspaceState)
            state = await see(tab, WorkspaceState)
            assert not any(field.value for field in state.fields if field.name in ("text", "url", "file"))
            assert state.loaded

    @pytest.mark.parametrize("job", ["x", "'; --", "0192"])
    async def test_nonsense_fills_nothing_and_breaks_nothing(self, people: People, job: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/agents/maya?from={job}", WorkspaceState)
            assert (await see(tab, WorkspaceState)).loaded
