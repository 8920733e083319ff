"""The calendar in a tab: what the address shows, what the dialog saves, what a move answers, the secret address, results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.models import CalendarEntry, LoginSession, Output
from coexai_app.services import calendar
from state.calendar import CalendarState
from state.calendar_add import CalendarAddState
from state.calendar_feed import CalendarFeedState
from tests.people import People, do
from tests.services.test_calendar import SOON, TODAY, calendar_result, entry
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

FORM = {
    "title": "Why we bake less",
    "channel": "linkedin",
    "state": "draft",
    "day": SOON.isoformat(),
    "clock": "09:00",
    "timezone": "Europe/Berlin",
    "text": "Words",
    "notes": "",
}


def rows(session: Session) -> list[CalendarEntry]:
    session.rollback()
    session.expire_all()
    return list(session.exec(select(CalendarEntry)).all())


def shown(state: Any) -> list[str]:
    return [one.title for week in state.span.weeks for day in week.days for one in day.held]


class TestTheAddress:
    async def test_it_says_view_day_and_filters(self, people: People) -> None:
        entry(people.bob, title="Mine", channel="x", state="idea")
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, f"/calendar?date={SOON}", CalendarState)
            assert shown(await see(tab, CalendarState)) == ["Mine"]
            await visit(tab, f"/calendar?view=week&date={SOON}&channel=blog", CalendarState)
            state = await see(tab, CalendarState)
            assert (state.shown, len(state.span.weeks), shown(state)) == ("week", 1, [])
            await visit(tab, "/calendar?view=list&state=idea", CalendarState)
            state = await see(tab, CalendarState)
            assert [day.held[0].title for day in state.agenda.days] == ["Mine"]
            assert state.ways.month == f"/calendar?date={TODAY}&state=idea"

    async def test_nonsense_is_this_month(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/calendar?view=%00&date=x&channel=%27&state=%22&page=-1", CalendarState)
            state = await see(tab, CalendarState)
            assert (state.shown, state.span.date) == ("month", TODAY.isoformat())

    async def test_a_filter_goes_to_its_address_and_back(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, f"/calendar?date={SOON}", CalendarState)
            await act(tab, CalendarState, "choose_state", wanted="draft")
            assert went(tab)[-1] == f"/calendar?date={SOON}&state=draft"
            await visit(tab, f"/calendar?date={SOON}&state=draft", CalendarState)
            await act(tab, CalendarState, "choose_state", wanted="draft")
            assert went(tab)[-1] == f"/calendar?date={SOON}"


class TestTheDialog:
    async def test_what_is_saved_is_there(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/calendar?date={SOON}", CalendarState)
            await act(tab, CalendarState, "new", day=SOON.isoformat())
            state = await see(tab, CalendarState)
            assert state.show and state.draft.day == SOON.isoformat() and "Europe/Berlin" in state.zones
            await act(tab, CalendarState, "save", form=FORM)
            state = await see(tab, CalendarState)
            assert (state.show, state.saving, shown(state)) == ("", False, ["Why we bake less"])
            assert state.toast.startswith("Saved for")
        assert [(row.timezone, row.text) for row in rows(session)] == [("Europe/Berlin", "Words")]

    async def test_what_is_wrong_stands_at_its_field_and_the_dialog_stays(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarState, "new", day="")
            for change, field in (
                ({"title": ""}, "title"),
                ({"day": "soon"}, "day"),
                ({"clock": "9"}, "clock"),
                ({"timezone": "X/Y"}, "timezone"),
            ):
                await act(tab, CalendarState, "save", form={**FORM, **change})
                state = await see(tab, CalendarState)
                assert list(state.errors) == [field] and state.show and not state.saving
        assert rows(session) == []

    async def test_somebody_elses_change_is_told_and_kept(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarState, "open", entry_id=made.id)
            do(calendar.update, people.alice, entry_id=UUID(made.id), version=1, title="Alice's")
            await act(tab, CalendarState, "save", form=FORM)
            state = await see(tab, CalendarState)
            assert "Somebody changed" in state.errors[""] and state.show
            await act(tab, CalendarState, "delete")
            assert "Somebody changed" in (await see(tab, CalendarState)).errors[""]
        assert [row.title for row in rows(session)] == ["Alice's"]

    async def test_a_copy_opens_and_the_first_one_stays(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarState, "open", entry_id=made.id)
            await act(tab, CalendarState, "duplicate")
            assert (await see(tab, CalendarState)).draft.id != made.id
            await act(tab, CalendarState, "delete")
        assert [str(row.id) for row in rows(session)] == [made.id]

    async def test_a_viewer_reads_and_saves_nothing(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarState, "open", entry_id=made.id)
            assert not (await see(tab, CalendarState)).may_save
            await act(tab, CalendarState, "save", form=FORM)
            assert "role" in (await see(tab, CalendarState)).problem
        assert rows(session)[0].text == ""


class TestMoves:
    async def test_a_drop_keeps_the_time_and_is_answered(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        later = (SOON + timedelta(days=1)).isoformat()
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/calendar?date={SOON}", CalendarState)
            await act(tab, CalendarState, "move", form={"entry": made.id, "version": "1", "day": later, "clock": ""})
            state = await see(tab, CalendarState)
            assert (state.answered, state.problem) == (1, "")
            assert "09:00" in state.toast
        assert [(row.day.isoformat(), f"{row.clock:%H:%M}", row.version) for row in rows(session)] == [(later, "09:00", 2)]

    async def test_a_refused_one_is_answered_too(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        past = (TODAY - timedelta(days=2)).isoformat()
        sent: list[dict[str, str]] = [
            {"entry": made.id, "version": "1", "day": past},
            {"entry": made.id, "version": "7", "day": SOON.isoformat()},
            {"entry": made.id, "version": "9" * 30, "day": SOON.isoformat()},
            {"entry": "nonsense", "version": "1", "day": SOON.isoformat()},
            {"entry": made.id, "version": "1", "day": "tomorrow"},
            {},
        ]
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            for number, form in enumerate(sent, start=1):
                await act(tab, CalendarState, "move", form=form)
                state = await see(tab, CalendarState)
                assert (state.answered, bool(state.problem)) == (number, True), form
        assert rows(session)[0].version == 1


class TestTheSecretAddress:
    async def test_it_is_shown_once(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarFeedState, "open")
            assert not (await see(tab, CalendarFeedState)).feed.on
            await act(tab, CalendarFeedState, "make")
            state = await see(tab, CalendarFeedState)
            assert "/calendar/cxc_" in state.url and state.feed.on
            await act(tab, CalendarFeedState, "kept")
            assert (await see(tab, CalendarFeedState)).url == ""
            await act(tab, CalendarFeedState, "switch_off")
            assert not (await see(tab, CalendarFeedState)).feed.on

    async def test_an_old_log_in_leads_to_where_it_is_confirmed(self, people: People) -> None:
        with db.transaction() as session:
            session.execute(update(LoginSession).values(authenticated_at=db.utcnow(-3600)))
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarFeedState, "make")
            assert went(tab)[-1] == "/confirm?next=/calendar"
            assert (await see(tab, CalendarFeedState)).url == ""


class TestResults:
    async def test_a_plan_goes_on_the_calendar_once(self, people: People, session: Session) -> None:
        result = calendar_result(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            for told in ("3 entries are on the calendar now.", "3 entries of this result are on the calendar already."):
                await act(tab, CalendarAddState, "plan", output_id=str(result))
                assert (await see(tab, CalendarAddState)).toast == told
                assert went(tab)[-1] == f"/calendar?date={SOON}"
        assert len(rows(session)) == 3

    async def test_any_result_is_asked_when_and_where(self, people: People, session: Session) -> None:
        result = calendar_result(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/calendar", CalendarState)
            await act(tab, CalendarAddState, "add", form=FORM)
            assert rows(session) == []
            await act(tab, CalendarAddState, "ask", output_id=str(result))
            state = await see(tab, CalendarAddState)
            with db.reading() as reading:
                title = reading.get_one(Output, result).title
            assert state.show and (state.draft.channel, state.draft.title) == ("x", title)
            await act(tab, CalendarAddState, "add", form={"day": "2020-01-01", "clock": "09:00", "channel": "x"})
            assert list((await see(tab, CalendarAddState)).errors) == ["day"]
            await act(tab, CalendarAddState, "add", form={"day": SOON.isoformat(), "clock": "10:00", "channel": "threads"})
            assert (await see(tab, CalendarAddState)).show == ""
        assert [(row.channel, f"{row.clock:%H:%M}") for row in rows(session)] == [("threads", "10:00")]
