"""The calendar for the API's clients. The rules are in `calendar.py`; here entries are found, and shown with timestamps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput
from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState, User
from coexai_app.services import calendar, calendar_time
from coexai_app.views import partner_calendar as view
from coexai_app.views.base import zone
from coexai_app.views.listing import Listing
from coexai_app.views.partner_calendar import PartnerEntry

_SOONEST: Final = (col(CalendarEntry.day), col(CalendarEntry.clock))
# What a field of an entry is called here.
_NAMES: Final = {"day": "date", "clock": "time"}
ORDERS: Final[Mapping[str, Any]] = {
    "date": _SOONEST,
    "-date": tuple(column.desc() for column in _SOONEST),
    "created_at": (),
    "-created_at": (col(CalendarEntry.id).desc(),),
}


@db.reads
def page(
    session: Session,
    actor: Actor,
    *,
    first: date | None = None,
    last: date | None = None,
    channel: str = "",
    state: str = "",
    page: int = 1,
    limit: int = 20,
    sort: str = "date",
) -> Listing[PartnerEntry]:
    """A page of the organisation's entries, from one day to another, both included. `sort` is a key of ORDERS."""
    access.require(actor, Permission.VIEW_OUTPUT)
    found = access.scoped(select(CalendarEntry), actor)
    if first is not None:
        found = found.where(col(CalendarEntry.day) >= first)
    if last is not None:
        found = found.where(col(CalendarEntry.day) <= last)
    if channel:
        found = found.where(CalendarEntry.channel == CalendarChannel(channel))
    if state:
        found = found.where(CalendarEntry.state == CalendarState(state))
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    rows = session.exec(found.order_by(*ORDERS[sort], col(CalendarEntry.id)).offset((page - 1) * limit).limit(limit)).all()
    authors = {row.author_id for row in rows if row.author_id}
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(authors))).all())
    shown = [_shown(row, names.get(row.author_id, "") if row.author_id else "") for row in rows]
    return Listing[PartnerEntry].of(shown, page=page, limit=limit, total=total)


@db.reads
def get(session: Session, actor: Actor, *, entry_id: UUID) -> PartnerEntry:
    """One entry. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    return _whole(session, actor, entry_id)


def create(
    session: Session,
    actor: Actor,
    *,
    day: date,
    clock: time,
    title: str,
    channel: str,
    state: str,
    timezone: str = "",
    text: str = "",
    notes: str = "",
) -> PartnerEntry:
    """A new entry. Raises as `calendar.create`."""
    access.require(actor, Permission.PLAN_CONTENT)
    given = {"title": title, "channel": channel, "state": state, "timezone": timezone, "text": text, "notes": notes}
    with _said_as_asked():
        made = calendar.create(session, actor, day=day, clock=clock, **given)
    return _whole(session, actor, UUID(made.id))


def update(
    session: Session,
    actor: Actor,
    *,
    entry_id: UUID,
    version: int | None = None,
    day: date | None = None,
    clock: time | None = None,
    timezone: str | None = None,
    channel: str | None = None,
    state: str | None = None,
    title: str | None = None,
    text: str | None = None,
    notes: str | None = None,
) -> PartnerEntry:
    """Changes what is given and keeps the rest. Without a `version` it changes what is there now. Raises as `calendar.update`."""
    access.require(actor, Permission.PLAN_CONTENT)
    with _said_as_asked():
        calendar.update(
            session,
            actor,
            entry_id=entry_id,
            version=version,
            day=day,
            clock=clock,
            timezone=timezone,
            channel=channel,
            state=state,
            title=title,
            text=text,
            notes=notes,
        )
    return _whole(session, actor, entry_id)


@contextmanager
def _said_as_asked() -> Iterator[None]:
    """Names a wrong field as the API does."""
    try:
        yield
    except InvalidInput as error:
        name = _NAMES.get(error.field or "", error.field or "")
        raise calendar_time.wrong(error.message, name) from None


def _whole(session: Session, actor: Actor, entry_id: UUID) -> PartnerEntry:
    row = access.one(session, select(CalendarEntry).where(CalendarEntry.id == entry_id), actor, "entry of the calendar")
    session.refresh(row)
    author = session.get(User, row.author_id) if row.author_id else None
    return _shown(row, author.name if author else "")


def _shown(row: CalendarEntry, by: str) -> PartnerEntry:
    when = calendar_time.resolve(row.day, row.clock, zone(row.timezone))
    return view.entry(row, at=when.utc, note=when.told, by=by)
