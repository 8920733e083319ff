"""Entries of the calendar as an iCalendar file (RFC 5545). Pure; `calendar_feed.py` and `calendar_export.py` call it.

Each event has the wall-clock time of its entry with the rules of its time zone (VTIMEZONE) beside it, so that a calendar program keeps
09:00 over a change of the clocks, too. What the clocks jump over is written as the time that it counts as.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from coexai_app.models import CalendarEntry, CalendarState
from coexai_app.services import calendar_time
from coexai_app.views.base import zone
from coexai_app.views.calendar import CHANNELS, CHIPS

PRODUCT: Final = "-//CoExAI//Content calendar//EN"
MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
# How long an event lasts: a post has no length, and one of nothing is hard to see.
LENGTH: Final = "PT15M"
# How often a calendar program should ask again (RFC 7986 §5.7).
REFRESH: Final = "PT1H"
# Of a text, so that a feed stays small: calendar programs show a few lines.
MAX_TEXT: Final = 4_000
_OCTETS: Final = 75
_BREAK: Final = "\n\n"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STATUS: Final = {CalendarState.CANCELLED: "CANCELLED", CalendarState.SCHEDULED: "CONFIRMED", CalendarState.PUBLISHED: "CONFIRMED"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the events: the name that calendar programs show, the origin that makes ids unique and links whole."""

    name: str
    origin: str
    host: str


def render(frame: Frame, rows: Sequence[CalendarEntry]) -> bytes:
    """The file. The same entries are the same bytes, so that its ETag means something."""
    lines = [
        "BEGIN:VCALENDAR",
        f"PRODID:{PRODUCT}",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(frame.name)}",
        f"X-WR-CALNAME:{_text(frame.name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    for name, (first, last) in sorted(_zones(rows).items()):
        lines += _rules(name, first, last)
    for row in rows:
        lines += _event(frame, row)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(frame: Frame, row: CalendarEntry) -> list[str]:
    when = calendar_time.resolve(row.day, row.clock, zone(row.timezone))
    link = f"{frame.origin}/calendar?view=list&date={row.day.isoformat()}"
    about = [f"{CHANNELS[row.channel]}, {CHIPS[row.state][2].lower()}", when.told, row.text[:MAX_TEXT], link]
    key = zone(row.timezone).key
    start = f"DTSTART:{_stamp(when.utc)}" if key == "UTC" else f"DTSTART;TZID={key}:{when.local:%Y%m%dT%H%M%S}"
    return [
        "BEGIN:VEVENT",
        f"UID:{row.id}@{frame.host}",
        f"SEQUENCE:{row.version - 1}",
        f"DTSTAMP:{_stamp(row.updated_at)}",
        f"CREATED:{_stamp(row.created_at)}",
        f"LAST-MODIFIED:{_stamp(row.updated_at)}",
        start,
        f"DURATION:{LENGTH}",
        f"SUMMARY:{_text(f'{CHANNELS[row.channel]}: {row.title}')}",
        f"DESCRIPTION:{_text(_BREAK.join(part for part in about if part))}",
        f"CATEGORIES:{_text(CHANNELS[row.channel])}",
        f"STATUS:{_STATUS.get(row.state, 'TENTATIVE')}",
        "TRANSP:TRANSPARENT",
        f"URL:{link}",
        "END:VEVENT",
    ]


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A TEXT value (RFC 5545 §3.3.11). What else controls a terminal or a parser is not part of a text."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n").replace("\n", "\\n")
    return _CONTROL.sub(" ", escaped)


def _folded(line: str) -> bytes:
    """A content line in parts of at most 75 octets (RFC 5545 §3.1), none of which ends within a character."""
    left, parts = line.encode(), []
    while len(left) > _OCTETS:
        cut = _OCTETS
        while left[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(left[:cut])
        left = b" " + left[cut:]
    return b"\r\n".join([*parts, left]) + b"\r\n"


def _zones(rows: Sequence[CalendarEntry]) -> dict[str, tuple[date, date]]:
    """The time zones of the entries, each with its first and its last day."""
    found: dict[str, tuple[date, date]] = {}
    for row in rows:
        name = zone(row.timezone).key
        first, last = found.get(name, (row.day, row.day))
        found[name] = (min(first, row.day), max(last, row.day))
    return {name: days for name, days in found.items() if name != "UTC"}


@lru_cache(maxsize=64)
def _rules(name: str, first: date, last: date) -> tuple[str, ...]:
    """What the clocks of a zone do from the year before `first` to the year after `last` (RFC 5545 §3.6.5): each change begins at the
    wall-clock time that there would have been without it."""
    there, begin = ZoneInfo(name), datetime(first.year - 1, 1, 1, tzinfo=UTC)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for change in (begin, *_changes(there, begin, datetime(last.year + 2, 1, 1, tzinfo=UTC))):
        now, before = change.astimezone(there), (change - timedelta(seconds=1)).astimezone(there)
        was = before.utcoffset() or timedelta()
        kind = "DAYLIGHT" if now.dst() else "STANDARD"
        lines += [
            f"BEGIN:{kind}",
            f"DTSTART:{(change + was).replace(tzinfo=None):%Y%m%dT%H%M%S}",
            f"TZOFFSETFROM:{before:%z}",
            f"TZOFFSETTO:{now:%z}",
            f"TZNAME:{_text(now.tzname() or name)}",
            f"END:{kind}",
        ]
    return (*lines, "END:VTIMEZONE")


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
