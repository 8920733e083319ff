"""Schedules in a tab: the dialog that asks when, from the workspace and from the list, and what can be done with each row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, func, select

from coexai_app.models import Job, JobStatus, Schedule
from coexai_app.models.base import now
from coexai_app.services import schedules, schedules_read
from state.schedules import SchedulesState, WhenState
from state.workspace import WorkspaceState
from tests import work
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

MAYA = "/agents/maya"
LATER = {"source": "text", "text": work.POST, "run_key": "key-1", "link": "on", "intent": "schedule"}
MONDAYS = {"repeat": "weekly", "day-1": "on", "time": "09:00", "timezone": "Europe/Madrid", "title": "Monday thread", "intent": ""}


def tomorrow() -> str:
    return f"{now() + timedelta(days=1):%Y-%m-%d}"


def number(session: Session, table: Any) -> int:
    session.rollback()
    return session.exec(select(func.count()).select_from(table)).one()


def make(people: People, **values: Any) -> Any:
    given = {"agent": "maya", "capability": "blog-to-thread", "data": {"text": work.POST}, "cron_line": "0 9 * * MON", "timezone": "UTC"}
    return do(schedules.create, people.bob, **{**given, **values})


class TestFromTheWorkspace:
    async def test_the_filled_form_opens_the_dialog_and_runs_nothing(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            dialog = await see(tab, WhenState)
            assert dialog.show
            assert (dialog.title, dialog.lead) == ("What a year of counting taught our bakery", "Maya, Blog post to thread")
            assert dialog.when.date == tomorrow()
            assert len(dialog.preview.runs) == 5
            assert "Europe/Madrid" in dialog.zones
            assert number(session, Job) == 0

    async def test_a_wrong_form_says_so_at_its_field_and_opens_nothing(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form={**LATER, "posts": "99"})
            assert "posts" in (await see(tab, WorkspaceState)).errors
            assert (await see(tab, WhenState)).show == ""

    async def test_repeat_makes_a_schedule_and_goes_to_the_list(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            await act(tab, WhenState, "submit", form=MONDAYS)
            assert went(tab) == ["/schedules"]
            made = session.exec(select(Schedule)).one()
            assert (made.cron, made.timezone, made.title) == ("0 9 * * 1", "Europe/Madrid", "Monday thread")
            assert made.input["text"].startswith("# What a year")
            dialog = await see(tab, WhenState)
            assert (dialog.show, dialog.saving) == ("", False)
            await act(tab, WhenState, "submit", form=MONDAYS)
            assert number(session, Schedule) == 1

    async def test_once_makes_a_waiting_job_and_goes_to_it(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            await act(tab, WhenState, "submit", form={"repeat": "once", "date": tomorrow(), "time": "09:00", "timezone": "UTC"})
            (address,) = went(tab)
            assert address.startswith(f"{MAYA}?job=")
            await visit(tab, address, WorkspaceState)
            job = (await see(tab, WorkspaceState)).job
            assert (job.word, job.status) == ("Scheduled", JobStatus.PENDING)
            assert job.reason.startswith("It starts ")
            assert (await see(tab, WorkspaceState)).shell.busy == ()

    async def test_what_is_wrong_stands_in_the_dialog(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            for form, field in (
                ({**MONDAYS, "repeat": "cron", "cron": "61 * * * *"}, "cron"),
                ({**MONDAYS, "timezone": "Mars/Olympus"}, "timezone"),
                ({"repeat": "once", "date": "2020-01-01", "time": "09:00", "timezone": "UTC"}, "date"),
                ({"repeat": "weekly", "time": "09:00", "timezone": "UTC"}, "days"),
            ):
                await act(tab, WhenState, "submit", form=form)
                dialog = await see(tab, WhenState)
                assert list(dialog.errors) == [field]
                assert dialog.show
            assert went(tab) == []
            assert number(session, Schedule) + number(session, Job) == 0

    async def test_a_limit_is_said_in_the_dialog_too(self, people: People, monkeypatch: Any) -> None:
        monkeypatch.setattr(schedules, "MAX_PER_ORGANIZATION", 0)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            await act(tab, WhenState, "submit", form=MONDAYS)
            assert "0 schedules" in (await see(tab, WhenState)).errors[""]

    async def test_a_preview_saves_nothing(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            await act(tab, WhenState, "submit", form={**MONDAYS, "repeat": "daily", "time": "07:30", "intent": "preview"})
            assert (await see(tab, WhenState)).preview.words == "Every day at 07:30 (Europe/Madrid)"
            await act(tab, WhenState, "submit", form={**MONDAYS, "repeat": "cron", "cron": "* * * * *", "intent": "preview"})
            dialog = await see(tab, WhenState)
            assert (dialog.preview.runs, list(dialog.errors)) == ((), ["cron"])
            assert number(session, Schedule) == 0

    async def test_a_viewer_opens_and_saves_nothing(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, MAYA, WorkspaceState)
            await act(tab, WorkspaceState, "run", form=LATER)
            await act(tab, WhenState, "submit", form=MONDAYS)
            assert (await see(tab, WhenState)).show == ""
            assert number(session, Schedule) == 0


class TestList:
    async def test_pause_resume_run_and_delete(self, people: People, session: Session) -> None:
        view = make(people)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/schedules", SchedulesState)
            await act(tab, SchedulesState, "pause", schedule_id=view.id)
            assert (await see(tab, SchedulesState)).rows[0].word == "Paused"
            await act(tab, SchedulesState, "resume", schedule_id=view.id)
            assert (await see(tab, SchedulesState)).rows[0].word == "On"
            key = (await see(tab, SchedulesState)).run_key
            for _ in range(2):
                await act(tab, SchedulesState, "run_now", schedule_id=view.id, key=key)
            assert len(set(went(tab))) == 1
            assert number(session, Job) == 1
            await act(tab, SchedulesState, "ask_delete", schedule_id=view.id)
            state = await see(tab, SchedulesState)
            assert state.ask
            assert state.doomed.title == view.title
            await act(tab, SchedulesState, "delete")
            assert (await see(tab, SchedulesState)).rows == ()
            assert (await see(tab, SchedulesState)).ask == ""

    async def test_edit_starts_from_what_it_is_and_saves_it(self, people: People) -> None:
        view = make(people)
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, "/schedules", SchedulesState)
            await act(tab, SchedulesState, "edit", schedule_id=view.id)
            dialog = await see(tab, WhenState)
            assert (dialog.when.repeat, dialog.when.days, dialog.title) == ("weekly", ("1",), view.title)
            await act(tab, WhenState, "submit", form={**MONDAYS, "repeat": "monthly", "day": "L", "title": "Month end"})
            saved = do(schedules_read.get, people.bob, schedule_id=UUID(view.id))
            assert (saved.title, saved.words, saved.by) == ("Month end", "Every month on the last day at 09:00 (Europe/Madrid)", "Adam Ash")

    async def test_follows_what_the_sweep_does(self, people: People) -> None:
        view = make(people)
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/schedules", SchedulesState)
            do(schedules.run_now, people.bob, schedule_id=UUID(view.id), idempotency_key="k")
            state = await see(tab, SchedulesState)
            await state._refresh()
            assert state.rows[0].last_job_id

    async def test_another_house_sees_and_does_nothing(self, people: People, session: Session) -> None:
        view = make(people)
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, "/schedules", SchedulesState)
            assert (await see(tab, SchedulesState)).rows == ()
            for handler, more in (("pause", {}), ("run_now", {"key": "k"}), ("edit", {}), ("ask_delete", {})):
                await act(tab, SchedulesState, handler, schedule_id=view.id, **more)
            await act(tab, SchedulesState, "delete")
            assert (await see(tab, WhenState)).show == ""
            assert session.exec(select(Schedule)).one().enabled
            assert number(session, Job) == 0

    async def test_a_viewer_changes_nothing(self, people: People, session: Session) -> None:
        view = make(people)
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/schedules", SchedulesState)
            await act(tab, SchedulesState, "pause", schedule_id=view.id)
            assert session.exec(select(Schedule)).one().enabled
            assert not (await see(tab, SchedulesState)).rows[0].can_pause

    async def test_nonsense_from_the_browser_breaks_nothing(self, people: People) -> None:
        view = make(people)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/schedules?page=9999", SchedulesState)
            assert (await see(tab, SchedulesState)).page == 1
            await act(tab, SchedulesState, "pause", schedule_id="'; drop table schedules")
            await act(tab, SchedulesState, "edit", schedule_id=view.id)
            await act(tab, WhenState, "submit", form={"repeat": "weekly", "day-x": "on", "day-<b>": "on", "time": "9", "timezone": "\0"})
            assert (await see(tab, WhenState)).errors
            assert do(schedules_read.get, people.bob, schedule_id=UUID(view.id)).words == "Every Monday at 09:00 (UTC)"
