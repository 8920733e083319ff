"""The calendar: what is planned to be published, put there, changed, moved and deleted by people. Reading is in `calendar_read.py`.

A day and a time are kept as the wall clock of a time zone shows them: whoever moves 09:00 over a change of the clocks has 09:00. Every
change counts the version up, so that two people never overwrite each other. Nothing here publishes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, db, live
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict
from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState
from coexai_app.services import audit, calendar_read, calendar_time, cron
from coexai_app.services.calendar_plan import add, plan
from coexai_app.services.calendar_rules import checked, fields, home_zone, room, today
from coexai_app.services.calendar_time import wrong
from coexai_app.views.calendar import EntryView

__all__ = ["add", "create", "delete", "duplicate", "move", "plan", "update"]

# What counts as a person's yes: to get there, or to change the words of what is there, takes the permission to approve.
YES: Final = frozenset({CalendarState.APPROVED, CalendarState.SCHEDULED, CalendarState.PUBLISHED})
# What is still to come; the rest may stand on any day.
AHEAD: Final = frozenset(CalendarState) - {CalendarState.PUBLISHED, CalendarState.CANCELLED}


def create(
    session: Session,
    actor: Actor,
    *,
    day: date,
    clock: time,
    title: str,
    channel: str = CalendarChannel.OTHER,
    state: str = CalendarState.DRAFT,
    timezone: str = "",
    text: str = "",
    notes: str = "",
) -> EntryView:
    """Puts an entry on the calendar; `timezone` empty: the organisation's.

    Raises InvalidInput (per field), Forbidden for a yes that the actor may not say, Conflict when the calendar is full.
    """
    access.require(actor, Permission.PLAN_CONTENT)
    values = checked(channel=channel, state=state, title=title, text=text, notes=notes)
    _require_yes(actor, values, None)
    zone = cron.zone(timezone or home_zone(session, actor)).key
    _check_day(session, day, zone, values["state"])
    room(session, actor)
    row = CalendarEntry(
        organization_id=actor.organization_id,
        author_id=actor.user_id,
        day=day,
        clock=clock.replace(second=0, microsecond=0),
        timezone=zone,
        test=actor.test,
        **values,
    )
    session.add(row)
    return _told(session, actor, row, "calendar.added")


def update(
    session: Session,
    actor: Actor,
    *,
    entry_id: UUID,
    version: int | None,
    day: date | None = None,
    clock: time | None = None,
    timezone: str | None = None,
    channel: str | None = None,
    state: str | None = None,
    title: str | None = None,
    text: str | None = None,
    notes: str | None = None,
) -> EntryView:
    """Changes what is given and keeps the rest.

    Raises as `create`, NotFound, and Conflict when somebody changed it after `version` (None: whatever there is now).
    """
    access.require(actor, Permission.PLAN_CONTENT)
    row = _open(session, actor, entry_id, version)
    before = fields(row)
    asked = {"channel": channel, "state": state, "title": title, "text": text, "notes": notes}
    values = checked(**{name: value for name, value in asked.items() if value is not None})
    _require_yes(actor, values, row)
    zone = row.timezone if timezone is None else cron.zone(timezone).key
    there = day or row.day
    if (there, zone) != (row.day, row.timezone) or (row.state not in AHEAD and values.get("state") in AHEAD):
        _check_day(session, there, zone, values.get("state", row.state))
    row.day, row.timezone = there, zone
    row.clock = (clock or row.clock).replace(second=0, microsecond=0)
    for name, value in values.items():
        setattr(row, name, value)
    if fields(row) == before:
        return calendar_read.whole(session, actor, row)
    row.version += 1
    return _told(session, actor, row, "calendar.changed", before=before)


def move(session: Session, actor: Actor, *, entry_id: UUID, version: int, day: date, clock: time | None = None) -> EntryView:
    """Puts an entry on another day, at the same wall-clock time unless `clock` says another one. Raises as `update`."""
    access.require(actor, Permission.PLAN_CONTENT)
    row = _open(session, actor, entry_id, version)
    at = (clock or row.clock).replace(second=0, microsecond=0)
    if (row.day, row.clock) == (day, at):
        return calendar_read.whole(session, actor, row)
    if row.day != day:
        _check_day(session, day, row.timezone, row.state)
    before = fields(row)
    row.day, row.clock, row.version = day, at, row.version + 1
    return _told(session, actor, row, "calendar.moved", before=before)


def duplicate(session: Session, actor: Actor, *, entry_id: UUID) -> EntryView:
    """The same once more, as a draft, at the same time of the same day, or of today when that has passed. Raises NotFound, Conflict."""
    access.require(actor, Permission.PLAN_CONTENT)
    row = access.one(session, select(CalendarEntry).where(CalendarEntry.id == entry_id), actor, "entry of the calendar")
    room(session, actor)
    kept = row.model_dump(include={"clock", "timezone", "channel", "title", "text", "notes", "output_id", "part"})
    copy = CalendarEntry(
        organization_id=actor.organization_id,
        author_id=actor.user_id,
        day=max(row.day, today(session, row.timezone)),
        state=CalendarState.DRAFT,
        test=actor.test,
        **kept,
    )
    session.add(copy)
    return _told(session, actor, copy, "calendar.added")


def delete(session: Session, actor: Actor, *, entry_id: UUID, version: int | None = None) -> None:
    """Takes an entry off the calendar; a result that it came from stays. Raises NotFound, and Conflict for a `version` that is over."""
    access.require(actor, Permission.PLAN_CONTENT)
    row = _open(session, actor, entry_id, version)
    audit.record(session, "calendar.deleted", actor=actor, target=str(row.id), target_name=row.title, before=fields(row), after={})
    live.publish(session, actor.organization_id, "calendar.deleted", row.id)
    session.delete(row)
    session.flush()


def _require_yes(actor: Actor, values: Mapping[str, Any], row: CalendarEntry | None) -> None:
    """A key that may plan but not approve says no yes, and changes no words of what has one."""
    state = values.get("state", row.state if row else CalendarState.DRAFT)
    words = row is not None and any(values.get(name, getattr(row, name)) != getattr(row, name) for name in ("title", "text", "channel"))
    if state in YES and (row is None or row.state not in YES or words):
        access.require(actor, Permission.APPROVE_OUTPUT)


def _check_day(session: Session, day: date, timezone: str, state: CalendarState) -> None:
    here = today(session, timezone)
    calendar_time.check_day(day, here)
    if day < here and state in AHEAD:
        raise wrong("This day has passed. Choose today or a later one, or mark it as published.", "day")


def _open(session: Session, actor: Actor, entry_id: UUID, version: int | None) -> CalendarEntry:
    found = select(CalendarEntry).where(CalendarEntry.id == entry_id).with_for_update()
    row = access.one(session, found, actor, "entry of the calendar")
    access.require_mode(actor, test=row.test)
    if version is not None and row.version != version:
        raise Conflict("Somebody changed this entry meanwhile. Look at it again, then change it.", version=row.version)
    return row


def _told(session: Session, actor: Actor, row: CalendarEntry, action: str, *, before: dict[str, Any] | None = None) -> EntryView:
    """What every change ends with: an audit row, a word to open pages, the view."""
    row.updated_at = db.now(session)
    session.flush()
    audit.record(session, action, actor=actor, target=str(row.id), target_name=row.title, before=before or {}, after=fields(row))
    live.publish(session, row.organization_id, action, row.id)
    return calendar_read.whole(session, actor, row)
