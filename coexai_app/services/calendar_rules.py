"""What every entry of the calendar must be, whoever puts it there. For `calendar.py` and `calendar_plan.py`."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Conflict
from coexai_app.models import CalendarChannel, CalendarEntry, CalendarState, Organization
from coexai_app.services import cron
from coexai_app.services.calendar_time import wrong

MAX_PER_ORGANIZATION: Final = 20_000
MAX_TITLE: Final = 200
MAX_TEXT: Final = 20_000
MAX_NOTES: Final = 4_000
# They turn the reading order around, so that a title would show as another one.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# So much of a text stands in the trail.
_TOLD: Final = 200


def checked(**given: str) -> dict[str, Any]:
    """The fields that are given, as they are stored. Raises InvalidInput for the first one that is wrong."""
    values: dict[str, Any] = dict(given)
    for name, kind in (("channel", CalendarChannel), ("state", CalendarState)):
        if name in given and given[name] not in list(kind):
            raise wrong(f"There is no {name} “{plain_line(given[name])[:40]}”. There are: {', '.join(kind)}.", name)
        if name in given:
            values[name] = kind(given[name])
    if "title" in given:
        values["title"] = plain_line(given["title"])
        if not values["title"]:
            raise wrong("Give it a title, such as the first words of the post.", "title")
    for name, most in (("title", MAX_TITLE), ("text", MAX_TEXT), ("notes", MAX_NOTES)):
        if name in ("text", "notes") and name in given:
            values[name] = plain_text(given[name])
        if len(values.get(name, "")) > most:
            raise wrong(f"This has at most {most:,} characters. Shorten it.", name)
    return values


def home_zone(session: Session, actor: Actor) -> str:
    """The organisation's own time zone; the actor's may be another one."""
    return session.get_one(Organization, actor.organization_id).timezone


def today(session: Session, timezone: str) -> date:
    """The day that it is there now, by the database's clock."""
    return db.now(session).astimezone(cron.zone(timezone)).date()


def room(session: Session, actor: Actor, wanted: int = 1) -> None:
    """Lets one transaction at a time add entries. Raises Conflict when there is no room for so many."""
    db.serialize(session, f"calendar:{actor.organization_id}")
    there = session.exec(select(func.count()).where(CalendarEntry.organization_id == actor.organization_id)).one()
    if there + wanted > MAX_PER_ORGANIZATION:
        raise Conflict(f"The calendar holds {MAX_PER_ORGANIZATION:,} entries, which is the most. Delete old ones first.")


def plain_line(text: str) -> str:
    """A text as one line, without what cannot be seen or turns its direction; emoji stay whole."""
    seen = (" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text if c not in _TURNING)
    return " ".join("".join(seen).split())


def plain_text(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def fields(row: CalendarEntry) -> dict[str, Any]:
    """What an entry says, for the trail."""
    return {
        "date": row.day.isoformat(),
        "time": f"{row.clock:%H:%M}",
        "timezone": row.timezone,
        "channel": row.channel.value,
        "state": row.state.value,
        "title": row.title,
        "text": row.text[:_TOLD],
        "notes": row.notes[:_TOLD],
    }
