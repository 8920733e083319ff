"""Reading the calendar: a month, a week, a page of the list, one entry. A page reads as many entries as it shows, and no text of theirs.

Days are those of the entries' own wall clocks; what stands in another time zone than the organisation's says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput
from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState, Organization, Output, User
from coexai_app.services import calendar_time
from coexai_app.views import calendar as view
from coexai_app.views.base import Page, zone
from coexai_app.views.calendar import Agenda, Day, Draft, EntryFacts, EntryRow, EntryView, Span, StateCount, Week

# How many entries a day shows, in a month and in a week; the rest is a link.
MOST: Final[Mapping[str, int]] = {"month": 3, "week": 12}
MAX_LIMIT: Final = 100
WEEK: Final = timedelta(days=7)
_LIGHT: Final = (defer(col(CalendarEntry.text)), defer(col(CalendarEntry.notes)))  # type: ignore[arg-type]


@db.reads
def get(session: Session, actor: Actor, *, entry_id: UUID) -> EntryView:
    """One entry of the actor's organisation. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = access.one(session, select(CalendarEntry).where(CalendarEntry.id == entry_id), actor, "entry of the calendar")
    return whole(session, actor, row)


def whole(session: Session, actor: Actor, row: CalendarEntry) -> EntryView:
    """A row that the caller has read, as pages show it."""
    author = session.get(User, row.author_id) if row.author_id else None
    output = session.exec(access.scoped(select(Output), actor).where(Output.id == row.output_id)).first() if row.output_id else None
    when = calendar_time.resolve(row.day, row.clock, zone(row.timezone))
    facts = EntryFacts(
        zone=_home(session, actor),
        at=when.utc,
        now=db.now(session),
        may_change=_may_change(actor, row),
        told=when.told,
        by=author.name if author else "",
        output_title=output.title if output else "",
    )
    return view.whole(row, facts)


@db.reads
def blank(session: Session, actor: Actor, *, day: str = "") -> Draft:
    """What the form of a new entry starts from: the day that somebody pressed, else tomorrow, never one that has passed; at nine."""
    access.require(actor, Permission.PLAN_CONTENT)
    home = _home(session, actor)
    today = _today(session, home)
    chosen = max(today, _day(day, today)) if day else today + timedelta(days=1)
    return Draft(day=chosen.isoformat(), timezone=home)


@db.reads
def span(session: Session, actor: Actor, *, kind: str = "month", day: str = "", channel: str = "", state: str = "") -> Span:
    """The month or the week around `day` (today when that is no day), of one channel and one state unless they are empty."""
    access.require(actor, Permission.VIEW_OUTPUT)
    home = _home(session, actor)
    today = _today(session, home)
    chosen, begins = _day(day, today), calendar_time.first_weekday(home)
    own_week = _week_of(chosen, begins)
    first, last = (own_week, own_week + WEEK) if kind == "week" else _month_of(chosen, begins)
    most = MOST["week" if kind == "week" else "month"]
    found = _matching(actor, channel, state).where(col(CalendarEntry.day) >= first, col(CalendarEntry.day) < last)
    totals = _per_day(session, found)
    held = _by_day(session, actor, home, _at_most(session, found, most))
    month = 0 if kind == "week" else chosen.month

    def days(begin: date, number: int) -> tuple[Day, ...]:
        every = (begin + timedelta(days=step) for step in range(number))
        return tuple(view.day(when, held.get(when, ()), today=today, total=totals.get(when, 0), month=month) for when in every)

    shown = days(first, (last - first).days)
    before, after = (chosen - WEEK, chosen + WEEK) if kind == "week" else _neighbours(chosen)
    return Span(
        title=view.week_title(first) if kind == "week" else view.month_title(chosen),
        zone=home,
        date=chosen.isoformat(),
        today=today.isoformat(),
        previous=before.isoformat(),
        next=after.isoformat(),
        heads=tuple(shown[step].name for step in range(7)),
        weeks=tuple(Week(days=shown[step : step + 7]) for step in range(0, len(shown), 7)),
        agenda=tuple(one for one in shown if one.held and not one.out and (chosen != today or date.fromisoformat(one.date) >= own_week)),
        strip=tuple(one for one in shown if own_week <= date.fromisoformat(one.date) < own_week + WEEK),
        states=_states(session, actor, channel, first, last),
        total=sum(totals.values()),
    )


@db.reads
def agenda(session: Session, actor: Actor, *, day: str = "", channel: str = "", state: str = "", page: int = 1, limit: int = 40) -> Agenda:
    """A page of the entries from `day` on (today when that is no day), earliest first, by their days."""
    access.require(actor, Permission.VIEW_OUTPUT)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    home = _home(session, actor)
    today = _today(session, home)
    first = _day(day, today)
    found = _matching(actor, channel, state).where(col(CalendarEntry.day) >= first)
    total = session.execute(found.with_only_columns(func.count())).scalar_one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(ordered(found).options(*_LIGHT).offset((page - 1) * limit).limit(limit)).all()
    held = _by_day(session, actor, home, rows)
    whole_page = Page[None](rows=(None,) * len(rows), page=page, limit=limit, total=total)
    return Agenda(
        title=f"From {first.day} {first:%B} {first.year}",
        zone=home,
        date=first.isoformat(),
        today=today.isoformat(),
        days=tuple(view.day(when, entries, today=today, total=len(entries)) for when, entries in held.items()),
        states=_states(session, actor, channel, first, None),
        label=whole_page.label,
        page=page,
        pages=whole_page.pages,
    )


def ordered(found: SelectOfScalar[CalendarEntry]) -> SelectOfScalar[CalendarEntry]:
    return found.order_by(col(CalendarEntry.day), col(CalendarEntry.clock), col(CalendarEntry.id))


def _matching(actor: Actor, channel: str, state: str) -> SelectOfScalar[CalendarEntry]:
    found = access.scoped(select(CalendarEntry), actor)
    if channel:
        found = found.where(col(CalendarEntry.channel).in_([c for c in CalendarChannel if c.value == channel]))
    if state:
        found = found.where(col(CalendarEntry.state).in_([s for s in CalendarState if s.value == state]))
    return found


def _at_most(session: Session, found: SelectOfScalar[CalendarEntry], most: int) -> Sequence[CalendarEntry]:
    """The first entries of each day."""
    order = (col(CalendarEntry.clock), col(CalendarEntry.id))
    place = func.row_number().over(partition_by=col(CalendarEntry.day), order_by=order).label("place")
    placed = found.with_only_columns(col(CalendarEntry.id), place).subquery()
    kept = select(CalendarEntry).join(placed, placed.c.id == CalendarEntry.id).where(placed.c.place <= most)
    return session.exec(ordered(kept).options(*_LIGHT)).all()


def _per_day(session: Session, found: SelectOfScalar[CalendarEntry]) -> dict[date, int]:
    counted: Any = found.with_only_columns(col(CalendarEntry.day), func.count()).group_by(col(CalendarEntry.day))
    return dict(session.execute(counted).all())


def _states(session: Session, actor: Actor, channel: str, first: date, last: date | None) -> tuple[StateCount, ...]:
    found = _matching(actor, channel, "").where(col(CalendarEntry.day) >= first)
    found = found if last is None else found.where(col(CalendarEntry.day) < last)
    counted: Any = found.with_only_columns(col(CalendarEntry.state), func.count()).group_by(col(CalendarEntry.state))
    return view.state_counts(dict(session.execute(counted).all()))


def _by_day(session: Session, actor: Actor, home: str, rows: Sequence[CalendarEntry]) -> dict[date, list[EntryRow]]:
    held: dict[date, list[EntryRow]] = defaultdict(list)
    now = db.now(session)
    for row in rows:
        at = calendar_time.resolve(row.day, row.clock, zone(row.timezone)).utc
        held[row.day].append(view.row(row, EntryFacts(zone=home, at=at, now=now, may_change=_may_change(actor, row))))
    return held


def _may_change(actor: Actor, row: CalendarEntry) -> bool:
    return actor.may(Permission.PLAN_CONTENT) and (row.test or not actor.test)


def _home(session: Session, actor: Actor) -> str:
    return session.exec(select(Organization.timezone).where(Organization.id == actor.organization_id)).one()


def _today(session: Session, home: str) -> date:
    now: datetime = db.now(session)
    return now.astimezone(zone(home)).date()


def _day(text: str, today: date) -> date:
    """The day that an address names; today when it names none that the calendar can show."""
    try:
        found = calendar_time.read_day(text)
        calendar_time.check_day(found, today)
    except InvalidInput:
        return today
    return found


def _week_of(day: date, begins: int) -> date:
    return day - timedelta(days=(day.weekday() - begins) % 7)


def _month_of(day: date, begins: int) -> tuple[date, date]:
    """The whole weeks of a month: the first day, and the day after the last one."""
    _, after = _neighbours(day)
    last = _week_of(after - timedelta(days=1), begins) + WEEK
    return _week_of(day.replace(day=1), begins), last


def _neighbours(day: date) -> tuple[date, date]:
    """The first days of the month before and of the one after."""
    first = day.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)
