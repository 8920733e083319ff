"""A content calendar as an iCalendar file (RFC 5545): one event for each post, in the business's time zone, or floating without one."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coexai_app.agents.maya.calendar.schemas import CalendarOutput, Entry
from coexai_app.agents.report import Report
from coexai_app.agents.text.networks import NETWORKS

if TYPE_CHECKING:
    import icalendar

# How long a post takes to publish by hand; calendar programs show shorter events badly.
_LASTS = datetime.timedelta(minutes=15)
# TEXT may hold no control character but the line break and the tab (RFC 5545 §3.3.11).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufeff\ud800-\udfff]")


def page(report: Report) -> bytes:
    """The file. Lines are folded at 75 bytes, texts escaped, and an entry keeps its UID when it is changed and exported again."""
    import icalendar

    calendar = CalendarOutput.model_validate(report.output)
    zone = zone_of(calendar.timezone)
    made = icalendar.Calendar()
    made.add("prodid", "-//CoExAI//Content calendar//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _text(report.title))
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    for number, entry in enumerate(calendar.entries):
        made.add_component(_event(entry, number, zone, now))
    if zone is not None:
        made.add_missing_timezones()
    return bytes(made.to_ical())


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None for none, and for one that this machine does not know: times are then local wherever they are read."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _event(entry: Entry, number: int, zone: ZoneInfo | None, now: datetime.datetime) -> icalendar.Event:
    import icalendar

    event = icalendar.Event()
    event.add("uid", f"{entry.id or f'{entry.date}-{number}'}@coexai")
    event.add("dtstamp", now)
    event.add("dtstart", entry.at.replace(tzinfo=zone))
    event.add("duration", _LASTS)
    label = NETWORKS[entry.channel].label
    event.add("summary", _text(f"{label}: {entry.title}"))
    event.add("description", _text(entry.text))
    event.add("categories", [label])
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    return event


def _text(value: str) -> str:
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
