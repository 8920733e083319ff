"""Maya's workspace: the form, the example, a run that starts once, errors at their fields, the current run in the address."""

from __future__ import annotations

import pytest
from sqlmodel import Session, func, select

from coexai_app.agents import AGENTS
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.errors import InvalidInput
from coexai_app.models import Job
from coexai_app.services import forms
from coexai_app.views.agents import CapabilityView
from state.output import OutputState
from state.workspace import WorkspaceState, _input
from tests import work
from tests.people import People
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

MAYA = "/agents/maya"


def form(**values: str) -> dict[str, str]:
    return {"source": "text", "text": work.POST, "run_key": "key-1", "link": "on", **values}


class TestForm:
    async def test_offers_what_the_capability_takes(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            state = await see(tab, WorkspaceState)
            assert [source.value for source in state.sources] == ["url", "text", "file"]
            assert state.source == "url"
            assert state.quote.blocked == ""
            assert state.loaded

    async def test_the_example_fills_it_anew(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            before = (await see(tab, WorkspaceState)).form_key
            await act(tab, WorkspaceState, "use_example")
            state = await see(tab, WorkspaceState)
            values = {field.name: field.value for field in state.fields}
            assert state.form_key > before
            assert len(values[state.source]) > 200

    async def test_an_address_can_ask_for_the_example(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"{MAYA}?example=1", WorkspaceState)
            state = await see(tab, WorkspaceState)
            assert state.source == "text"

    async def test_a_viewer_is_told_before_they_press(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            assert "read, not run" in (await see(tab, WorkspaceState)).quote.blocked


class TestRun:
    async def test_goes_to_the_job_and_shows_its_result_when_it_is_done(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=form())
            address = went(tab)[-1]
            assert address.startswith(f"{MAYA}?job=")
            await visit(tab, address, WorkspaceState)
            state = await see(tab, WorkspaceState)
            assert state.job.active
            assert not state.starting
            assert (await see(tab, OutputState)).output is None
            work.work_all()
            await state._refresh()
            output = (await see(tab, OutputState)).output
            assert output.job_id == state.job.id
            assert state.runs[0].id == state.job.id

    async def test_a_double_click_is_one_job(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            for _ in range(2):
                await act(tab, WorkspaceState, "run", form=form())
            assert len(set(went(tab))) == 1
            assert session.exec(select(func.count()).select_from(Job)).one() == 1

    async def test_the_key_changes_once_a_job_has_started(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            before = (await see(tab, WorkspaceState)).run_key
            await act(tab, WorkspaceState, "run", form=form(posts="99", run_key=before))
            assert (await see(tab, WorkspaceState)).run_key == before
            await act(tab, WorkspaceState, "run", form=form(run_key=before))
            assert (await see(tab, WorkspaceState)).run_key != before

    async def test_errors_stand_at_their_fields_and_the_form_stays(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            key = (await see(tab, WorkspaceState)).form_key
            await act(tab, WorkspaceState, "run", form=form(posts="99"))
            state = await see(tab, WorkspaceState)
            assert list(state.errors) == ["posts"]
            assert state.form_key == key
            assert not state.starting
            assert went(tab) == []

    async def test_only_the_chosen_source_counts(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=form(url="not an address", file="nothing"))
            stored = session.exec(select(Job)).one().input
            assert "url" not in stored
            assert "file" not in stored
            assert stored["text"].startswith("# What a year")

    async def test_a_tick_taken_away_is_said(self, people: People, session: Session) -> None:
        sent = form()
        del sent["link"]
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=sent)
            assert session.exec(select(Job)).one().input["link"] is False

    async def test_what_is_no_text_or_no_field_of_ours_goes_nowhere(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form={**form(), "organization_id": "x", "__class__": "y", "posts": ""})
            stored = session.exec(select(Job)).one().input
            assert not {"organization_id", "__class__", "source", "run_key"} & set(stored)

    async def test_a_viewer_starts_nothing(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=form())
            assert session.exec(select(func.count()).select_from(Job)).one() == 0

    async def test_cancel_and_resume_from_here(self, people: People) -> None:
        job = work.create(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"{MAYA}?job={job.id}", WorkspaceState)
            await act(tab, WorkspaceState, "cancel")
            assert (await see(tab, WorkspaceState)).job.can_retry
            await act(tab, WorkspaceState, "resume")
            assert (await see(tab, WorkspaceState)).job.active


class TestAddress:
    async def test_another_houses_run_is_not_there(self, people: People) -> None:
        job = work.create(people.bob)
        work.work_all()
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, f"{MAYA}?job={job.id}", WorkspaceState)
            assert (await see(tab, WorkspaceState)).missing
            assert (await see(tab, OutputState)).output is None

    async def test_leaving_a_run_takes_its_result_away(self, people: People) -> None:
        job = work.create(people.bob)
        work.work_all()
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"{MAYA}?job={job.id}", WorkspaceState)
            assert (await see(tab, OutputState)).output
            await visit(tab, MAYA, WorkspaceState)
            assert (await see(tab, WorkspaceState)).job is None
            assert (await see(tab, OutputState)).output is None

    async def test_a_refresh_leaves_an_editor_alone(self, people: People) -> None:
        job = work.create(people.bob)
        work.work_all()
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"{MAYA}?job={job.id}", WorkspaceState)
            await act(tab, OutputState, "edit")
            await (await see(tab, WorkspaceState))._refresh()
            assert (await see(tab, OutputState)).editing


class TestConnectionComesBack:
    """The page's first events run again then; what somebody typed must survive it."""

    async def test_the_form_is_not_filled_again(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"{MAYA}?example=1", WorkspaceState)
            before = (await see(tab, WorkspaceState)).form_key
            await visit(tab, f"{MAYA}?example=1", WorkspaceState)
            assert (await see(tab, WorkspaceState)).form_key == before

    async def test_an_editor_stays_open_on_the_version_it_began_with(self, people: People) -> None:
        job = work.create(people.bob)
        work.work_all()
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"{MAYA}?job={job.id}", WorkspaceState)
            await act(tab, OutputState, "edit")
            await visit(tab, f"{MAYA}?job={job.id}", WorkspaceState)
            state = await see(tab, OutputState)
            assert state.editing
            assert state.output.version == 1


class TestSeveralChoices:
    VIEW = CapabilityView(slug="c", title="C", description="", fields=tuple(forms.fields(CalendarInput)))

    def test_ticks_are_one_text_in_the_order_of_the_options(self) -> None:
        sent = {"source": "text", "text": "Words.", "channels:mastodon": "on", "channels:x": "on", "weeks": "2"}
        assert _input(sent, self.VIEW) == {"text": "Words.", "weeks": "2", "channels": "x,mastodon", "link": "false"}

    def test_what_is_no_option_is_not_sent_on(self) -> None:
        assert _input({"channels:myspace": "on", "channels": "myspace"}, self.VIEW)["channels"] == ""

    def test_none_is_said_so_that_the_field_can_answer(self) -> None:
        with pytest.raises(InvalidInput, match="Choose at least one channel") as refused:
            AGENTS["maya"].capabilities["content-calendar"].parse(_input({"text": "Words."}, self.VIEW))
        assert set(refused.value.details["fields"]) == {"channels"}
