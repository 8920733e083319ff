"""Entries of the calendar as an iCalendar file (RFC 5545). Pure; `calendar_feed.py` and `calendar_export.py` call it.

Each event has the wall-clock time of its entry with the rules of its time zone (VTIMEZONE) beside it, so that a calendar program keeps
09:00 over a change of the clocks, too. What the clocks jump over is written as the time that it counts as.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from coexai_app.models import CalendarEntry, CalendarState
from coexai_app.services import calendar_time
from coexai_app.views.base import zone
from coexai_app.views.calendar import CHANNELS, CHIPS

if TYPE_CHECKING:
    from icalendar import Event, Timezone

PRODUCT: Final = "-//CoExAI//Content calendar//EN"
MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
# How long an event lasts: a post has no length, and one of nothing is hard to see.
LENGTH: Final = timedelta(minutes=15)
# How often a calendar program should ask again (RFC 7986 §5.7).
REFRESH: Final = timedelta(hours=1)
# Of a text, so that a feed stays small: calendar programs show a few lines.
MAX_TEXT: Final = 4_000
_STATUS: Final = {CalendarState.CANCELLED: "CANCELLED", CalendarState.SCHEDULED: "CONFIRMED", CalendarState.PUBLISHED: "CONFIRMED"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the events: the name that calendar programs show, the origin that makes ids unique and links whole."""

    name: str
    origin: str
    host: str


def render(frame: Frame, rows: Sequence[CalendarEntry]) -> bytes:
    """The file. The same entries are the same bytes, so that its ETag means something."""
    from icalendar import Calendar, vDuration, vText

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", vText(frame.name))
    made.add("x-wr-calname", vText(frame.name))
    made.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(REFRESH))
    for name, (first, last) in sorted(_zones(rows).items()):
        made.add_component(_rules(name, first, last))
    for row in rows:
        made.add_component(_event(frame, row))
    written: bytes = made.to_ical()
    return written


def _event(frame: Frame, row: CalendarEntry) -> Event:
    from icalendar import Event

    when = calendar_time.resolve(row.day, row.clock, zone(row.timezone))
    link = f"{frame.origin}/calendar?view=list&date={row.day.isoformat()}"
    about = [f"{CHANNELS[row.channel]}, {CHIPS[row.state][2].lower()}", when.told, row.text[:MAX_TEXT], link]
    event = Event()
    event.add("uid", f"{row.id}@{frame.host}")
    event.add("sequence", row.version - 1)
    event.add("dtstamp", row.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("created", row.created_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", row.updated_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", when.local)
    event.add("duration", LENGTH)
    event.add("summary", f"{CHANNELS[row.channel]}: {row.title}")
    event.add("description", "\n\n".join(part for part in about if part))
    event.add("categories", [CHANNELS[row.channel]])
    event.add("status", _STATUS.get(row.state, "TENTATIVE"))
    event.add("transp", "TRANSPARENT")
    event.add("url", link)
    return event


def _zones(rows: Sequence[CalendarEntry]) -> dict[str, tuple[date, date]]:
    """The time zones of the entries, each with its first and its last day."""
    found: dict[str, tuple[date, date]] = {}
    for row in rows:
        name = zone(row.timezone).key
        first, last = found.get(name, (row.day, row.day))
        found[name] = (min(first, row.day), max(last, row.day))
    return {name: days for name, days in found.items() if name != "UTC"}


@lru_cache(maxsize=64)
def _rules(name: str, first: date, last: date) -> Timezone:
    """What the clocks of a zone do from the year before `first` to the year after `last`.

    icalendar's own `Timezone.from_tzinfo` writes when the clocks go forward as the time that they show then; RFC 5545 §3.6.5 wants the one
    that they would have shown without, and a reader is an hour off on that day.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    there, begin = ZoneInfo(name), datetime(first.year - 1, 1, 1, tzinfo=UTC)
    made = Timezone()
    made.add("tzid", name)
    for change in (begin, *_changes(there, begin, datetime(last.year + 2, 1, 1, tzinfo=UTC))):
        now, before = change.astimezone(there), (change - timedelta(seconds=1)).astimezone(there)
        offset, was = now.utcoffset() or timedelta(), before.utcoffset() or timedelta()
        part = TimezoneDaylight() if now.dst() else TimezoneStandard()
        part.add("dtstart", (change + was).replace(tzinfo=None))
        part.add("tzoffsetfrom", was)
        part.add("tzoffsetto", offset)
        part.add("tzname", now.tzname() or name)
        made.add_component(part)
    return made


def _changes(there: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moments at which the offset of a zone changes, to the second."""
    step = timedelta(days=1)
    while begin < end:
        low, high = begin, begin + step
        if low.astimezone(there).utcoffset() != high.astimezone(there).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                same = middle.astimezone(there).utcoffset() == low.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high
        begin += step
