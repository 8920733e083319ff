"""The calendar as a file: CSV for a spreadsheet, iCalendar for a calendar program."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from coexai_app import access
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.models import CalendarEntry, Organization, User
from coexai_app.services import audit, calendar_feed, calendar_ics, calendar_read, calendar_time
from coexai_app.services.audit_export import BOM, cell
from coexai_app.views.base import zone
from coexai_app.views.calendar import CHANNELS, CHIPS

MOST: Final = 5_000
MEDIA_TYPES: Final = {"csv": "text/csv; charset=utf-8", "ics": calendar_ics.MEDIA_TYPE}
HEADER: Final = (
    "Date",
    "Time",
    "Time zone",
    "UTC",
    "Channel",
    "State",
    "Title",
    "Text",
    "Notes",
    "Author",
    "Result id",
    "Entry id",
)


@dataclass(frozen=True, slots=True)
class Exported:
    name: str
    media_type: str
    data: bytes


def export(session: Session, actor: Actor, *, format: str = "csv", first: date, last: date) -> Exported:  # noqa: A002  (the word of the field)
    """The entries from one day to another, both included. Raises InvalidInput, TooLarge above MOST entries."""
    access.require(actor, Permission.VIEW_OUTPUT)
    if format not in MEDIA_TYPES:
        raise InvalidInput(f"There is no format “{format[:20]}”. There are: {', '.join(MEDIA_TYPES)}.", field="format")
    if last < first:
        raise calendar_time.wrong("The last day comes before the first one. Exchange them.", "until")
    mine = access.scoped(select(CalendarEntry), actor).where(col(CalendarEntry.day) >= first, col(CalendarEntry.day) <= last)
    rows = session.exec(calendar_read.ordered(mine).limit(MOST + 1)).all()
    if len(rows) > MOST:
        raise TooLarge(f"These days hold more than {MOST:,} entries. Choose fewer days.", field="until")
    audit.record(
        session, "calendar.exported", actor=actor, format=format, first=first.isoformat(), last=last.isoformat(), entries=len(rows)
    )
    if format == "csv":
        authors = {row.author_id for row in rows if row.author_id}
        names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(authors))).all())
        data = _csv([_cells(row, names.get(row.author_id, "") if row.author_id else "") for row in rows])
    else:
        data = calendar_ics.render(calendar_feed.frame(session.get_one(Organization, actor.organization_id).name), rows)
    return Exported(f"calendar-{first}-to-{last}.{format}", MEDIA_TYPES[format], data)


def _csv(lines: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([HEADER, *lines])
    return (BOM + out.getvalue()).encode()


def _cells(row: CalendarEntry, author: str) -> list[str]:
    at = calendar_time.resolve(row.day, row.clock, zone(row.timezone)).utc
    values = (
        row.day.isoformat(),
        f"{row.clock:%H:%M}",
        row.timezone,
        f"{at:%Y-%m-%dT%H:%M:%SZ}",
        CHANNELS[row.channel],
        CHIPS[row.state][2],
        row.title,
        row.text,
        row.notes,
        author,
        row.output_id or "",
        row.id,
    )
    return [cell(value) for value in values]
