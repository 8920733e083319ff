"""The calendar: who may plan, wall-clock time, versions, results that become entries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import AuditLog, CalendarEntry, CalendarState, Event, Membership, Organization, Output
from coexai_app.models.base import now
from coexai_app.scopes import Scope
from coexai_app.services import calendar, calendar_plan, calendar_read, calendar_rules, calendar_time, outputs
from coexai_app.views.calendar import EntryView
from tests.people import People, do
from tests.work import create, nobody, work_all

TODAY = now().date()
SOON = TODAY + timedelta(days=7)
NINE = time(9)


def entry(person: Actor, **values: Any) -> EntryView:
    return do(calendar.create, person, **{"day": SOON, "clock": NINE, "title": "Why we bake less", "channel": "linkedin", **values})


def ident(view: EntryView) -> UUID:
    return UUID(view.id)


def row(session: Session, view: EntryView) -> CalendarEntry:
    session.rollback()
    session.expire_all()
    return session.exec(select(CalendarEntry).where(CalendarEntry.id == ident(view))).one()


def number(session: Session) -> int:
    session.rollback()
    return session.exec(select(func.count()).select_from(CalendarEntry)).one()


def calendar_result(person: Actor, entries: list[Any] | None = None) -> UUID:
    """A result whose output has entries, as the content calendar of a coworker has them."""
    job = create(person)
    work_all()
    made = [
        {
            "date": (SOON + timedelta(days=step)).isoformat(),
            "time": "09:00",
            "channel": "linkedin",
            "title": f"Part {step}",
            "text": f"Text {step}",
        }
        for step in range(3)
    ]
    with db.transaction() as session:
        found = session.exec(select(Output).where(Output.job_id == UUID(job.id))).one()
        found.report = {**found.report, "output": {**found.report["output"], "entries": made if entries is None else entries}}
        session.add(found)
        return found.id


class TestWhoMayPlan:
    def test_a_member_may_and_a_viewer_may_only_look(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        assert do(calendar_read.get, people.vera, entry_id=ident(made)).can_change is False
        for call, values in (
            (calendar.create, {"day": SOON, "clock": NINE, "title": "No"}),
            (calendar.update, {"entry_id": ident(made), "version": 1, "title": "No"}),
            (calendar.move, {"entry_id": ident(made), "version": 1, "day": SOON}),
            (calendar.duplicate, {"entry_id": ident(made)}),
            (calendar.delete, {"entry_id": ident(made)}),
        ):
            with pytest.raises(Forbidden):
                do(call, people.vera, **values)
        assert row(session, made).title == "Why we bake less"

    def test_another_house_sees_none_of_it(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        for call, values in (
            (calendar_read.get, {}),
            (calendar.update, {"version": 1, "title": "Mine"}),
            (calendar.move, {"version": 1, "day": SOON}),
            (calendar.duplicate, {}),
            (calendar.delete, {}),
        ):
            with pytest.raises(NotFound):
                do(call, people.mallory, entry_id=ident(made), **values)
        assert do(calendar_read.span, people.mallory, day=SOON.isoformat()).total == 0
        assert do(calendar_read.agenda, people.mallory).days == ()
        assert row(session, made).version == 1

    def test_a_test_key_changes_what_it_made_and_nothing_else(self, people: People) -> None:
        from dataclasses import replace

        key = replace(people.bob, scopes=frozenset(Scope), session_id=None, test=True)
        live = entry(people.bob)
        own = entry(key)
        assert own.test and not live.test
        with pytest.raises(Forbidden, match="test key"):
            do(calendar.move, key, entry_id=ident(live), version=1, day=SOON + timedelta(days=1))
        assert do(calendar.move, key, entry_id=ident(own), version=1, day=SOON + timedelta(days=1)).version == 2

    def test_a_key_that_may_plan_says_no_yes(self, people: People, session: Session) -> None:
        from dataclasses import replace

        key = replace(people.bob, scopes=frozenset({Scope.CALENDAR_WRITE, Scope.OUTPUTS_READ}), session_id=None)
        made = entry(people.bob, state="approved")
        with pytest.raises(Forbidden, match="approve"):
            entry(key, state="approved")
        with pytest.raises(Forbidden, match="approve"):
            do(calendar.update, key, entry_id=ident(made), version=1, text="Other words")
        own = entry(key)
        with pytest.raises(Forbidden, match="approve"):
            do(calendar.update, key, entry_id=ident(own), version=1, state="scheduled")
        moved = do(calendar.move, key, entry_id=ident(made), version=1, day=SOON + timedelta(days=1))
        assert (moved.state, row(session, made).text) == ("approved", "")


class TestEntries:
    def test_what_is_made_is_told(self, people: People, session: Session) -> None:
        made = entry(people.bob, text="A text", notes="Ask Ana for a picture", state="in_review")
        kept = row(session, made)
        assert (kept.day, kept.clock, kept.timezone, kept.version) == (SOON, NINE, "UTC", 1)
        assert (made.tone, made.icon, made.word) == ("mark", "eye", "In review")
        assert made.label == "09:00, Why we bake less, LinkedIn, In review"
        assert session.exec(select(AuditLog.action).where(AuditLog.target == made.id)).all() == ["calendar.added"]
        assert session.exec(select(Event.kind).where(Event.ref_id == ident(made))).all() == ["calendar.added"]

    def test_the_time_zone_is_the_organisations_unless_somebody_says(self, people: People, session: Session) -> None:
        with db.transaction() as changing:
            changing.get_one(Organization, people.bob.organization_id).timezone = "Europe/Berlin"
        assert entry(people.bob).timezone == "Europe/Berlin"
        there = entry(people.bob, timezone="America/New_York")
        assert (there.timezone, there.elsewhere) == ("America/New_York", "America/New_York")
        for bad in ("Mars/Olympus", "../etc", "Europe"):
            with pytest.raises(InvalidInput) as wrong:
                entry(people.bob, timezone=bad)
            assert wrong.value.field == "timezone"

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": " \u202e\x00 "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"text": "x" * 20_001}, "text"),
            ({"notes": "x" * 4_001}, "notes"),
            ({"channel": "fax"}, "channel"),
            ({"state": "done"}, "state"),
            ({"day": TODAY - timedelta(days=2)}, "day"),
            ({"day": date(1999, 12, 31)}, "day"),
            ({"day": date(9999, 12, 31)}, "day"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field(self, people: People, session: Session, values: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as wrong:
            entry(people.bob, **values)
        assert (wrong.value.field, list(wrong.value.details["fields"])) == (field, [field])
        assert number(session) == 0

    def test_hostile_words_are_kept_as_words(self, people: People, session: Session) -> None:
        title = "<script>alert(1)</script> 👩‍👩‍👧 =HYPERLINK(1)\x00\r\nBEGIN:VEVENT\u202egnp.exe"
        made = entry(people.bob, title=title, text="one\r\ntwo\x00\ud800\tthree")
        kept = row(session, made)
        assert kept.title == "<script>alert(1)</script> 👩‍👩‍👧 =HYPERLINK(1) BEGIN:VEVENTgnp.exe"
        assert kept.text == "one\ntwo\tthree"

    def test_what_was_published_may_stand_in_the_past_and_nothing_else(self, people: People) -> None:
        past = TODAY - timedelta(days=3)
        made = entry(people.bob, day=past, state="published")
        with pytest.raises(InvalidInput, match="has passed"):
            do(calendar.update, people.bob, entry_id=ident(made), version=1, state="draft")
        assert do(calendar.update, people.bob, entry_id=ident(made), version=1, state="cancelled").word == "Cancelled"

    def test_somebody_elses_change_is_never_overwritten(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        do(calendar.update, people.alice, entry_id=ident(made), version=1, title="Alice's title")
        for call in (calendar.update, calendar.move, calendar.delete):
            with pytest.raises(Conflict) as late:
                more = {} if call is calendar.delete else {"day": SOON + timedelta(days=1)}
                do(call, people.bob, entry_id=ident(made), version=1, **more)
            assert late.value.details["version"] == 2
        kept = row(session, made)
        assert (kept.title, kept.day, kept.version) == ("Alice's title", SOON, 2)

    def test_the_same_again_changes_nothing(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        do(calendar.update, people.bob, entry_id=ident(made), version=1, title="Why we bake less")
        do(calendar.move, people.bob, entry_id=ident(made), version=1, day=SOON)
        assert row(session, made).version == 1
        assert session.exec(select(AuditLog.action).where(AuditLog.target == made.id)).all() == ["calendar.added"]

    def test_a_copy_is_a_draft_of_todays_or_later(self, people: People, session: Session) -> None:
        made = entry(people.bob, state="published", day=TODAY - timedelta(days=30), text="Words")
        copy = do(calendar.duplicate, people.alice, entry_id=ident(made))
        kept = row(session, copy)
        assert (kept.state, kept.text, kept.clock, kept.author_id) == (CalendarState.DRAFT, "Words", NINE, people.alice.user_id)
        assert kept.day >= TODAY - timedelta(days=1)

    def test_deleted_is_gone_and_told(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        do(calendar.delete, people.alice, entry_id=ident(made), version=1)
        assert number(session) == 0
        assert "calendar.deleted" in session.exec(select(AuditLog.action).where(AuditLog.target == made.id)).all()
        with pytest.raises(NotFound):
            do(calendar.delete, people.alice, entry_id=ident(made))

    def test_a_calendar_has_an_end(self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(calendar_rules, "MAX_PER_ORGANIZATION", 1)
        made = entry(people.bob)
        with pytest.raises(Conflict, match="most"):
            entry(people.bob)
        with pytest.raises(Conflict, match="most"):
            do(calendar.duplicate, people.bob, entry_id=ident(made))
        assert number(session) == 1

    def test_entries_stay_when_their_author_leaves(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        with db.transaction() as leaving:
            mine = select(Membership).where(
                Membership.user_id == people.bob.user_id, Membership.organization_id == people.bob.organization_id
            )
            leaving.delete(leaving.exec(mine).one())
        assert do(calendar_read.get, people.alice, entry_id=ident(made)).by == "Bob Birch"


class TestClocks:
    """Berlin and New York move by an hour, Lord Howe by thirty minutes."""

    @pytest.mark.parametrize(
        ("zone", "day", "clock", "utc", "told"),
        [
            ("Europe/Berlin", date(2026, 3, 28), time(9), datetime(2026, 3, 28, 8), ""),
            ("Europe/Berlin", date(2026, 3, 29), time(9), datetime(2026, 3, 29, 7), ""),
            ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30), "counts as 03:30"),
            ("Europe/Berlin", date(2026, 3, 29), time(3), datetime(2026, 3, 29, 1), ""),
            ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30), "comes twice"),
            ("Europe/Berlin", date(2026, 10, 25), time(3), datetime(2026, 10, 25, 2), ""),
            ("America/New_York", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 30), "counts as 03:30"),
            ("America/New_York", date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30), "comes twice"),
            ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 45), "counts as 02:45"),
            ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), datetime(2026, 4, 4, 14, 45), "comes twice"),
        ],
    )
    def test_a_time_that_is_not_there_or_there_twice(self, zone: str, day: date, clock: time, utc: datetime, told: str) -> None:
        found = calendar_time.resolve(day, clock, ZoneInfo(zone))
        assert found.utc == utc.replace(tzinfo=UTC)
        assert told in found.told and bool(told) == bool(found.told)

    def test_a_move_over_the_change_keeps_nine_o_clock(self, people: People, session: Session) -> None:
        for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"):
            made = entry(people.bob, timezone=zone)
            steps = [SOON + timedelta(days=30 * step) for step in range(1, 13)]
            for version, day in enumerate(steps, start=1):
                do(calendar.move, people.bob, entry_id=ident(made), version=version, day=day)
                kept = row(session, made)
                at = calendar_time.resolve(kept.day, kept.clock, ZoneInfo(zone))
                assert (kept.clock, f"{at.local:%H:%M}", at.local.date()) == (NINE, "09:00", day)

    def test_what_the_clocks_do_is_told_where_it_is_read(self, people: People) -> None:
        gap = next(day for day in (date(year, 3, 31 - (5 * year // 4 + 4) % 7) for year in (TODAY.year, TODAY.year + 1)) if day > TODAY)
        made = entry(people.bob, day=gap, clock=time(2, 30), timezone="Europe/Berlin")
        assert "does not exist in Europe/Berlin" in made.told
        again = do(calendar.move, people.bob, entry_id=ident(made), version=1, day=gap + timedelta(days=1))
        assert (again.told, again.clock) == ("", "02:30")

    def test_a_drop_into_the_past_is_refused_with_a_sentence(self, people: People, session: Session) -> None:
        made = entry(people.bob)
        with pytest.raises(InvalidInput, match="This day has passed"):
            do(calendar.move, people.bob, entry_id=ident(made), version=1, day=TODAY - timedelta(days=2))
        assert row(session, made).day == SOON

    def test_a_time_is_read_as_forms_send_it(self) -> None:
        assert calendar_time.read_clock("09:30") == calendar_time.read_clock(" 09:30:00 ") == time(9, 30)
        for bad in ("", "9", "9:30", "24:00", "09:60", "٠٩:٣٠", "09:30:10", "ab:cd"):
            with pytest.raises(InvalidInput):
                calendar_time.read_clock(bad)
        for bad in ("", "2026-02-30", "30.11.2026", "2026-W10-1", "20261130"):
            with pytest.raises(InvalidInput):
                calendar_time.read_day(bad)

    def test_a_week_begins_where_people_say_it_does(self) -> None:
        begins = {zone: calendar_time.first_weekday(zone) for zone in ("Europe/Berlin", "America/New_York", "Asia/Dubai", "UTC", "Nowhere")}
        assert begins == {"Europe/Berlin": 0, "America/New_York": 6, "Asia/Dubai": 5, "UTC": 0, "Nowhere": 0}


class TestLooking:
    def test_a_month_has_whole_weeks_and_its_own_days(self, people: People) -> None:
        with db.transaction() as session:
            session.get_one(Organization, people.bob.organization_id).timezone = "Europe/Berlin"
        found = do(calendar_read.span, people.vera, day="2026-03-10")
        assert (found.title, found.previous, found.next) == ("March 2026", "2026-02-01", "2026-04-01")
        assert found.heads == ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        assert [week.days[0].date for week in found.weeks] == [
            "2026-02-23",
            "2026-03-02",
            "2026-03-09",
            "2026-03-16",
            "2026-03-23",
            "2026-03-30",
        ]
        assert [day.out for day in found.weeks[0].days] == [True] * 6 + [False]

    def test_in_new_york_it_begins_with_sunday(self, people: People) -> None:
        with db.transaction() as session:
            session.get_one(Organization, people.bob.organization_id).timezone = "America/New_York"
        assert do(calendar_read.span, people.vera, day="2026-03-10").weeks[0].days[0].date == "2026-03-01"

    def test_a_week(self, people: People) -> None:
        found = do(calendar_read.span, people.vera, kind="week", day="2026-04-01")
        assert (found.title, len(found.weeks), found.previous, found.next) == ("30 March to 5 April 2026", 1, "2026-03-25", "2026-04-08")

    def test_a_full_day_shows_three_and_says_how_many_more(self, people: People) -> None:
        for hour in range(8, 14):
            entry(people.bob, clock=time(hour), title=f"At {hour}")
        found = do(calendar_read.span, people.vera, day=SOON.isoformat())
        day = next(day for week in found.weeks for day in week.days if day.date == SOON.isoformat())
        assert ([one.title for one in day.held], day.more, found.total) == (["At 8", "At 9", "At 10"], 3, 6)
        assert day.label.endswith("6 entries")
        week = do(calendar_read.span, people.vera, kind="week", day=SOON.isoformat())
        assert len(next(day for day in week.weeks[0].days if day.date == SOON.isoformat()).held) == 6

    def test_filters_by_channel_and_state(self, people: People) -> None:
        entry(people.bob, title="One", state="draft")
        entry(people.bob, title="Two", state="idea", channel="x")
        look = {"day": SOON.isoformat()}
        assert do(calendar_read.span, people.vera, **look, channel="x").total == 1
        assert do(calendar_read.span, people.vera, **look, state="draft").total == 1
        assert do(calendar_read.span, people.vera, **look, state="nonsense").total == 0
        counted = do(calendar_read.span, people.vera, **look, state="draft").states
        assert {one.state: one.number for one in counted if one.number} == {"draft": 1, "idea": 1}

    def test_the_list_goes_on_by_pages(self, people: People) -> None:
        for step in range(5):
            entry(people.bob, day=SOON + timedelta(days=step), title=f"Day {step}")
        first = do(calendar_read.agenda, people.vera, limit=3)
        assert ([day.date for day in first.days], first.label, first.pages) == (
            [(SOON + timedelta(days=step)).isoformat() for step in range(3)],
            "1 to 3 of 5",
            2,
        )
        last = do(calendar_read.agenda, people.vera, page=9, limit=3)
        assert (last.page, [day.held[0].title for day in last.days]) == (2, ["Day 3", "Day 4"])

    def test_a_nonsense_day_is_today(self, people: People) -> None:
        for nonsense in ("", "yesterday", "2026-13-01", "0001-01-01", "9999-12-31"):
            assert do(calendar_read.span, people.vera, day=nonsense).date == TODAY.isoformat()

    def test_what_was_promised_and_is_over_is_missed(self, people: People) -> None:
        made = entry(people.bob, state="scheduled")
        with db.transaction() as session:
            changed = update(CalendarEntry).where(col(CalendarEntry.id) == ident(made)).values(day=TODAY - timedelta(days=2))
            session.execute(changed)
        seen = do(calendar_read.get, people.vera, entry_id=ident(made))
        assert (seen.missed, seen.tone, seen.icon, seen.word) == (True, "warn", "calendar-x", "Missed")

    def test_a_new_one_starts_at_nine_of_the_day_that_was_pressed(self, people: People) -> None:
        assert do(calendar_read.blank, people.bob, day=SOON.isoformat()).day == SOON.isoformat()
        assert do(calendar_read.blank, people.bob, day="2020-01-01").day == TODAY.isoformat()
        assert do(calendar_read.blank, people.bob).clock == "09:00"
        with pytest.raises(Forbidden):
            do(calendar_read.blank, people.vera)


class TestResults:
    def test_a_plan_puts_every_entry_on_its_day_once(self, people: People, session: Session) -> None:
        result = calendar_result(people.bob)
        first = do(calendar.plan, people.bob, output_id=result)
        assert (first.made, first.there, first.first) == (3, 0, SOON.isoformat())
        again = do(calendar.plan, people.alice, output_id=result)
        assert (again.made, again.there) == (0, 3)
        assert again.told == "3 entries of this result are on the calendar already."
        session.rollback()
        kept = session.exec(select(CalendarEntry).order_by(col(CalendarEntry.day))).all()
        assert [(one.title, one.text, one.channel, one.part) for one in kept] == [
            (f"Part {step}", f"Text {step}", "linkedin", step) for step in range(3)
        ]
        assert {one.state for one in kept} == {CalendarState.DRAFT}

    def test_two_at_once_plan_it_once(self, people: People, session: Session) -> None:
        from concurrent.futures import ThreadPoolExecutor

        result = calendar_result(people.bob)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda who: do(calendar.plan, who, output_id=result), [people.bob, people.alice] * 2))
        assert sorted(one.made for one in found) == [0, 0, 0, 3]
        assert number(session) == 3

    def test_an_approved_result_makes_approved_entries(self, people: People, session: Session) -> None:
        result = calendar_result(people.bob)
        with db.transaction() as changing:
            changing.get_one(Output, result).status = "approved"  # type: ignore[assignment]
        do(calendar.plan, people.bob, output_id=result)
        session.rollback()
        assert set(session.exec(select(CalendarEntry.state)).all()) == {CalendarState.APPROVED}

    def test_what_cannot_be_read_stays_out_and_is_told(self, people: People, session: Session) -> None:
        bad: list[Any] = [
            {"date": SOON.isoformat(), "time": "10:00", "channel": "carrier pigeon", "title": "", "text": "The first line"},
            {"date": "soon", "title": "No day"},
            {"date": SOON.isoformat(), "time": "25:00", "title": "No time"},
            "nonsense",
            {"date": (TODAY - timedelta(days=9)).isoformat(), "title": "x" * 500, "text": 7},
        ]
        told = do(calendar.plan, people.bob, output_id=calendar_result(people.bob, bad))
        assert told.made == 2
        assert "3 entries had no day" in told.told and "1 of them is on days that have passed" in told.told
        session.rollback()
        kept = session.exec(select(CalendarEntry).order_by(col(CalendarEntry.day).desc())).all()
        assert [(one.title[:20], one.channel) for one in kept] == [("The first line", "other"), ("x" * 20, "other")]

    def test_another_result_is_no_plan(self, people: People, session: Session) -> None:
        for entries in ([], [{"date": "never"}]):
            with pytest.raises(InvalidInput):
                do(calendar.plan, people.bob, output_id=calendar_result(people.bob, entries))
        with pytest.raises(NotFound):
            do(calendar.plan, people.mallory, output_id=calendar_result(people.bob))
        with pytest.raises(Forbidden):
            do(calendar.plan, people.vera, output_id=calendar_result(people.bob))
        assert number(session) == 0

    def test_any_result_goes_on_the_calendar_whole_or_in_part(self, people: People, session: Session) -> None:
        result = calendar_result(people.bob)
        whole = do(calendar.add, people.bob, output_id=result, day=SOON, clock=NINE)
        assert (whole.channel, whole.output_id, whole.part) == ("x", str(result), None)
        assert "Marta Ruiz" in whole.text and "\n\n" in whole.text
        part = do(calendar.add, people.bob, output_id=result, day=SOON, clock=NINE, part=0, channel="threads")
        assert (part.channel, part.part) == ("threads", 0)
        assert whole.text.startswith(part.text)
        for values, error in (
            ({"part": 99}, NotFound),
            ({"day": TODAY - timedelta(days=2)}, InvalidInput),
            ({"channel": "fax"}, InvalidInput),
        ):
            with pytest.raises(error):
                do(calendar.add, people.bob, **{"output_id": result, "day": SOON, "clock": NINE, **values})
        with pytest.raises(NotFound):
            do(calendar.add, people.mallory, output_id=result, day=SOON, clock=NINE)
        with pytest.raises(NotFound):
            do(calendar.add, people.bob, output_id=nobody(), day=SOON, clock=NINE)
        assert number(session) == 2

    def test_the_question_starts_from_the_channel_that_it_was_made_for(self, people: People) -> None:
        result = calendar_result(people.bob)
        asked = do(calendar_plan.blank, people.bob, output_id=result)
        assert (asked.channel, asked.clock) == ("x", "09:00")
        for who, error in ((people.mallory, NotFound), (people.vera, Forbidden)):
            with pytest.raises(error):
                do(calendar_plan.blank, who, output_id=result)

    def test_a_test_key_puts_no_live_result_on_the_calendar(self, people: People, session: Session) -> None:
        from dataclasses import replace

        result, key = calendar_result(people.bob), replace(people.bob, scopes=frozenset(Scope), session_id=None, test=True)
        with pytest.raises(Forbidden, match="test key"):
            do(calendar.plan, key, output_id=result)
        with pytest.raises(Forbidden, match="test key"):
            do(calendar.add, key, output_id=result, day=SOON, clock=NINE)
        assert number(session) == 0
        assert do(calendar.plan, people.bob, output_id=result).made == 3

    def test_an_entry_outlives_its_result(self, people: People, session: Session) -> None:
        result = calendar_result(people.bob)
        made = do(calendar.add, people.bob, output_id=result, day=SOON, clock=NINE)
        with db.transaction() as changing:
            changing.delete(changing.get_one(Output, result))
        kept = row(session, made)
        assert (kept.output_id, bool(kept.text)) == (None, True)

    def test_an_approved_thread_is_an_approved_entry(self, people: People) -> None:
        job = create(people.bob)
        work_all()
        with db.reading() as session:
            output = session.exec(select(Output).where(Output.job_id == UUID(job.id))).one()
        do(outputs.approve, people.bob, output_id=output.id, version=1)
        assert do(calendar.add, people.bob, output_id=output.id, day=SOON, clock=NINE).state == "approved"
