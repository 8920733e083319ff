"""The secret address of a calendar and the files of it, read by a second parser: what they say, to whom, and for how long."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, FreshLoginNeeded, InvalidInput, NotFound, TooLarge
from coexai_app.models import AuditLog, CalendarEntry, CalendarFeed, LoginSession, Organization, User
from coexai_app.models.base import now
from coexai_app.services import calendar, calendar_export, calendar_feed, calendar_ics, calendar_time, members
from coexai_app.services.calendar_ics import Frame
from tests.people import People, do
from tests.services.test_calendar import NINE, SOON, TODAY, entry, ident

FRAME = Frame("Larkfield, content", "https://app.example.org", "app.example.org")


def address(person: Actor) -> str:
    """The token of a new address."""
    return do(calendar_feed.make, person).url.rpartition("/")[2].removesuffix(".ics")


def parsed(data: bytes) -> Any:
    """The file as another library reads it, which is strict about what RFC 5545 asks."""
    from ical.calendar_stream import IcsCalendarStream

    return IcsCalendarStream.calendar_from_ics(data.decode())


def seen(token: str) -> Any:
    return parsed(do(calendar_feed.read, token=token).data)


def kept(**values: Any) -> CalendarEntry:
    given = {"day": date(2026, 3, 29), "clock": NINE, "timezone": "Europe/Berlin", "channel": "linkedin", "title": "A title", **values}
    return CalendarEntry.model_validate({"organization_id": UUID(int=1), "author_id": None, **given})


class TestAddress:
    def test_it_is_shown_once_and_only_its_hash_is_kept(self, people: People, session: Session, dump: Any) -> None:
        made = do(calendar_feed.make, people.vera)
        token = made.url.rpartition("/")[2].removesuffix(".ics")
        assert made.url == f"http://localhost:8000/calendar/{token}.ics" or made.url.endswith(f"/calendar/{token}.ics")
        assert token not in dump() and token not in repr(made)
        shown = do(calendar_feed.status, people.vera)
        assert (shown.on, shown.ending) == (True, token[-4:])
        assert not do(calendar_feed.status, people.bob).on

    def test_a_new_one_ends_the_old_one(self, people: People, session: Session) -> None:
        first, second = address(people.bob), address(people.bob)
        assert do(calendar_feed.read, token=second).data
        with pytest.raises(NotFound):
            do(calendar_feed.read, token=first)
        assert len(session.exec(select(CalendarFeed)).all()) == 1

    def test_it_can_be_switched_off(self, people: People, session: Session) -> None:
        token = address(people.bob)
        do(calendar_feed.switch_off, people.alice)
        assert do(calendar_feed.read, token=token).data
        do(calendar_feed.switch_off, people.bob)
        do(calendar_feed.switch_off, people.bob)
        with pytest.raises(NotFound):
            do(calendar_feed.read, token=token)
        told = session.exec(select(AuditLog.action).where(col(AuditLog.action).startswith("calendar_feed."))).all()
        assert sorted(told) == ["calendar_feed.made", "calendar_feed.switched_off"]

    def test_a_stolen_session_makes_none(self, people: People) -> None:
        with db.transaction() as session:
            session.execute(update(LoginSession).values(authenticated_at=db.utcnow(-3600)))
        with pytest.raises(FreshLoginNeeded):
            do(calendar_feed.make, people.bob)

    def test_no_key_makes_one(self, people: People) -> None:
        from dataclasses import replace

        from coexai_app.scopes import Scope

        key = replace(people.bob, scopes=frozenset(Scope), session_id=None)
        for call in (calendar_feed.make, calendar_feed.status, calendar_feed.switch_off):
            with pytest.raises(Forbidden):
                do(call, key)

    @pytest.mark.parametrize("nonsense", ["", "cxc_", "cxc_" + "a" * 43, "cxc_" + "é" * 43, "' OR 1=1 --", "x" * 5_000])
    def test_a_guess_opens_nothing(self, people: People, nonsense: str) -> None:
        address(people.bob)
        with pytest.raises(NotFound):
            do(calendar_feed.read, token=nonsense)

    def test_it_dies_with_the_membership_and_does_not_come_back_with_it(self, people: People, session: Session) -> None:
        from coexai_app.models import Membership, Role

        token = address(people.bob)
        do(members.remove, people.alice, user_id=people.bob.user_id)
        with pytest.raises(NotFound):
            do(calendar_feed.read, token=token)
        with db.transaction() as again:
            again.add(Membership(user_id=people.bob.user_id, organization_id=people.alice.organization_id, role=Role.MEMBER))
        with pytest.raises(NotFound):
            do(calendar_feed.read, token=token)

    def test_it_is_closed_while_its_person_or_the_house_is(self, people: People) -> None:
        token = address(people.bob)

        def closed() -> bool:
            try:
                do(calendar_feed.read, token=token)
            except NotFound:
                return True
            return False

        for model, ident_of, values in (
            (User, people.bob.user_id, {"disabled_at": now()}),
            (Organization, people.bob.organization_id, {"deleted_at": now()}),
            (Organization, people.bob.organization_id, {"require_second_factor": True}),
        ):
            assert not closed()
            with db.transaction() as session:
                session.execute(update(model).where(col(model.id) == ident_of).values(**values))
            assert closed()
            with db.transaction() as session:
                back = dict.fromkeys(values, False) if "require_second_factor" in values else dict.fromkeys(values)
                session.execute(update(model).where(col(model.id) == ident_of).values(**back))

    def test_its_reading_is_written_down_now_and_then(self, people: People, session: Session) -> None:
        token = address(people.bob)
        assert do(calendar_feed.read, token=token).note
        do(calendar_feed.note_read, token=token)
        assert not do(calendar_feed.read, token=token).note
        assert do(calendar_feed.status, people.bob).read.startswith("today")


class TestWhatItHolds:
    def test_one_house_three_months_back_and_no_test(self, people: People) -> None:
        from dataclasses import replace

        from coexai_app.scopes import Scope

        entry(people.bob, title="Ours")
        do(calendar.create, people.mallory, day=SOON, clock=NINE, title="Theirs")
        entry(replace(people.bob, scopes=frozenset(Scope), session_id=None, test=True), title="A test")
        entry(people.bob, title="Long ago", day=TODAY - timedelta(days=120), state="published")
        entry(people.bob, title="Far away", day=TODAY + timedelta(days=450))
        assert [event.summary for event in seen(address(people.vera)).events] == ["LinkedIn: Ours"]
        assert [event.summary for event in seen(address(people.mallory)).events] == ["Other: Theirs"]

    def test_nothing_yet_is_a_calendar_too(self, people: People) -> None:
        assert seen(address(people.bob)).events == []

    def test_an_event_keeps_its_id_and_counts_its_changes(self, people: People) -> None:
        made = entry(people.bob)
        token = address(people.bob)
        first = seen(token).events[0]
        do(calendar.move, people.bob, entry_id=ident(made), version=1, day=SOON + timedelta(days=1), clock=time(10, 30))
        second = seen(token).events[0]
        assert (first.uid, first.sequence) == (second.uid, 0) and second.sequence == 1
        assert second.dtstart.date() == SOON + timedelta(days=1) and f"{second.dtstart:%H:%M}" == "10:30"

    def test_the_same_calendar_is_the_same_bytes(self, people: People) -> None:
        entry(people.bob, timezone="Europe/Berlin")
        token = address(people.bob)
        assert do(calendar_feed.read, token=token).data == do(calendar_feed.read, token=token).data


class TestICalendar:
    def test_hostile_words_stay_words(self) -> None:
        title = "A; b, c\\n: “quoted” 👩‍👩‍👧 " + "long " * 30
        text = "BEGIN:VEVENT\r\nSUMMARY:injected\n\nEND:VCALENDAR\n" + "ü" * 300
        data = calendar_ics.render(FRAME, [kept(title=title.strip()[:200], text=text.replace("\r", ""))])
        assert max(len(line) for line in data.split(b"\r\n")) <= 75
        assert data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b"")
        found = parsed(data)
        assert len(found.events) == 1
        assert found.events[0].summary == f"LinkedIn: {title.strip()[:200]}"
        assert "BEGIN:VEVENT\nSUMMARY:injected\n\nEND:VCALENDAR" in found.events[0].description

    def test_the_name_of_a_house_breaks_out_of_nothing(self) -> None:
        data = calendar_ics.render(Frame("A, B; C\\D", "https://x.example", "x.example"), [])
        assert b"X-WR-CALNAME:A\\, B\\; C\\\\D\r\n" in data and b"\r\nNAME:A\\, B\\; C\\\\D\r\n" in data

    @pytest.mark.parametrize(
        ("zone", "days"),
        [
            ("Europe/Berlin", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2026, 12, 1)]),
            ("America/New_York", [date(2026, 3, 7), date(2026, 3, 8), date(2026, 10, 31), date(2026, 11, 1), date(2027, 1, 2)]),
            ("Australia/Lord_Howe", [date(2026, 4, 4), date(2026, 4, 5), date(2026, 10, 3), date(2026, 10, 4), date(2026, 12, 31)]),
            ("Africa/Casablanca", [date(2026, 2, 14), date(2026, 2, 15), date(2026, 3, 22), date(2026, 6, 1)]),
            ("UTC", [date(2026, 3, 28)]),
        ],
    )
    def test_every_hour_of_these_days_is_the_same_moment_by_the_rules_in_the_file(self, zone: str, days: list[date]) -> None:
        """The reader has only the VTIMEZONE: its zone is made anew from it, and must agree with ours on each quarter of an hour."""
        clocks = [time(hour, minute) for hour in range(6) for minute in (0, 15, 30, 45)] + [NINE]
        rows = [kept(day=day, clock=clock, timezone=zone) for day in days for clock in clocks]
        data = calendar_ics.render(FRAME, rows)
        ours = [calendar_time.resolve(row.day, row.clock, ZoneInfo(zone)) for row in rows]
        assert [event.dtstart.replace(tzinfo=None) for event in parsed(data).events] == [at.local.replace(tzinfo=None) for at in ours]
        if zone == "UTC":
            assert b"VTIMEZONE" not in data
            return
        changes = _rules(data)
        for at in ours:
            assert _by_rules(changes, at.local.replace(tzinfo=None, fold=0)) == at.utc.replace(tzinfo=None), at

    def test_states_are_told_in_the_terms_of_the_format(self) -> None:
        rows = [kept(state=state) for state in ("idea", "approved", "scheduled", "published", "cancelled")]
        found = [event.status for event in parsed(calendar_ics.render(FRAME, rows)).events]
        assert [str(getattr(one, "value", one)) for one in found] == ["TENTATIVE", "TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]


def _rules(data: bytes) -> list[tuple[datetime, timedelta, timedelta]]:
    """The observances of the file, read by hand: from which wall-clock time on, the offset before, the offset from then."""
    found: list[tuple[datetime, timedelta, timedelta]] = []
    values: dict[str, str] = {}
    for line in data.decode().split("\r\n"):
        name, _, value = line.partition(":")
        if line in ("BEGIN:STANDARD", "BEGIN:DAYLIGHT"):
            values = {}
        elif line in ("END:STANDARD", "END:DAYLIGHT"):
            found.append(
                (datetime.strptime(values["DTSTART"], "%Y%m%dT%H%M%S"), _offset(values["TZOFFSETFROM"]), _offset(values["TZOFFSETTO"]))
            )
        else:
            values[name] = value
    return sorted(found)


def _offset(text: str) -> timedelta:
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))


def _by_rules(changes: list[tuple[datetime, timedelta, timedelta]], local: datetime) -> datetime:
    """What a wall-clock time is in UTC by RFC 5545 §3.6.5: of the moments that it may be, the first one that its own offset agrees with."""
    moments = []
    for _, before, after in changes:
        for offset in (before, after):
            utc = local - offset
            passed = [to for begin, of, to in changes if begin - of <= utc]
            if passed and passed[-1] == offset:
                moments.append(utc)
    return min(moments)


class TestFiles:
    def test_a_spreadsheet_runs_nothing_of_it(self, people: People, session: Session) -> None:
        entry(people.bob, title='=HYPERLINK("http://evil.example")', text="+1\n=2", notes="@sum", timezone="Europe/Berlin")
        made = do(calendar_export.export, people.vera, first=SOON, last=SOON)
        rows = list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"), newline="")))
        assert rows[0] == list(calendar_export.HEADER)
        cells = dict(zip(rows[0], rows[1], strict=True))
        assert (cells["Title"][:2], cells["Text"][:2], cells["Notes"][:2]) == ("'=", "'+", "'@")
        assert (cells["Date"], cells["Time"], cells["Time zone"], cells["Author"]) == (
            SOON.isoformat(),
            "09:00",
            "Europe/Berlin",
            "Bob Birch",
        )
        assert made.name == f"calendar-{SOON}-to-{SOON}.csv"
        assert session.exec(select(AuditLog.action).where(AuditLog.action == "calendar.exported")).all()

    def test_the_same_as_icalendar(self, people: People) -> None:
        entry(people.bob)
        made = do(calendar_export.export, people.vera, format="ics", first=SOON, last=SOON)
        assert [event.summary for event in parsed(made.data).events] == ["LinkedIn: Why we bake less"]

    def test_only_its_own_house_and_only_these_days(self, people: People) -> None:
        entry(people.bob, title="Ours")
        entry(people.bob, title="Later", day=SOON + timedelta(days=1))
        assert b"Ours" not in do(calendar_export.export, people.mallory, first=SOON, last=SOON).data
        assert b"Later" not in do(calendar_export.export, people.vera, first=SOON, last=SOON).data

    def test_what_cannot_be_made(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        entry(people.bob)
        with pytest.raises(InvalidInput):
            do(calendar_export.export, people.vera, first=SOON, last=SOON - timedelta(days=1))
        with pytest.raises(InvalidInput):
            do(calendar_export.export, people.vera, format="exe", first=SOON, last=SOON)
        monkeypatch.setattr(calendar_export, "MOST", 0)
        with pytest.raises(TooLarge):
            do(calendar_export.export, people.vera, first=SOON, last=SOON)
