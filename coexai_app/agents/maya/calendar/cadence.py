"""When posts appear: the moments of a plan, from the first day, the weeks, the posts a week and the time of day of each channel."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from coexai_app.agents.text.networks import NETWORKS, Channel

# Usual times, local. Conventions, not measurements: LinkedIn before the working day, search in the morning, the short networks around
# lunch and after work, pictures in the evening. A business that knows its readers gives its own.
TIMES: Final[Mapping[Channel, str]] = MappingProxyType(
    {
        Channel.LINKEDIN_ARTICLE: "08:00",
        Channel.LINKEDIN: "09:00",
        Channel.GOOGLE: "10:00",
        Channel.X: "12:00",
        Channel.BLUESKY: "12:30",
        Channel.FACEBOOK: "13:00",
        Channel.MASTODON: "17:30",
        Channel.THREADS: "18:00",
        Channel.INSTAGRAM: "19:00",
    }
)
# Days of the week (Monday is 0) by posts a week, as far apart as they go; weekends last.
WEEKDAYS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType(
    {1: (1,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4), 6: (0, 1, 2, 3, 4, 5), 7: (0, 1, 2, 3, 4, 5, 6)}
)
_WORKDAYS = 5
_TIME = re.compile(r"^(?P<channel>[a-z_ ]+?)[\s:=]+(?P<time>\d{1,2}[:.]\d{2})$")
_NAMES = {**{c.value: c for c in Channel}, **{row.label.lower(): c for c, row in NETWORKS.items()}, "google": Channel.GOOGLE}


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment for a post; `week` counts from 1."""

    date: datetime.date
    time: str
    channel: Channel
    week: int


def parse_times(text: str) -> dict[Channel, str]:
    """ "linkedin 08:30, facebook 17:00" as times by channel. Raises ValueError with the part that cannot be read."""
    found: dict[Channel, str] = {}
    for part in filter(None, (piece.strip().lower() for piece in re.split(r"[,;\n]", text))):
        match = _TIME.match(part)
        channel = _NAMES.get(match["channel"].strip()) if match else None
        if match is None or channel is None:
            raise ValueError(f"“{part[:40]}” is not a channel and a time. Write it like this: linkedin 08:30, facebook 17:00.")
        hour, minute = map(int, re.split("[:.]", match["time"]))
        if hour > 23 or minute > 59:
            raise ValueError(f"“{match['time']}” is not a time of day.")
        found[channel] = f"{hour:02}:{minute:02}"
    return found


def next_monday(timezone: str) -> datetime.date:
    """The first Monday after today, where the business is."""
    today = datetime.datetime.now(ZoneInfo(timezone or "UTC")).date()
    return today + datetime.timedelta(days=7 - today.weekday())


def slots(start: datetime.date, weeks: int, per_week: int, channels: Sequence[Channel], times: Mapping[Channel, str]) -> list[Slot]:
    """The moments in order of time. A week runs seven days from `start`; channels take turns with their days, so that not everything
    appears on the same one."""
    found: list[Slot] = []
    for week in range(weeks):
        monday = start + datetime.timedelta(days=7 * week - start.weekday())
        for place, channel in enumerate(channels):
            for weekday in WEEKDAYS[per_week]:
                day = (weekday + place) % _WORKDAYS if per_week < _WORKDAYS else weekday
                date = monday + datetime.timedelta(days=day + (7 if day < start.weekday() else 0))
                found.append(Slot(date, times.get(channel, TIMES[channel]), channel, week + 1))
    order = {channel: place for place, channel in enumerate(channels)}
    return sorted(found, key=lambda slot: (slot.date, slot.time, order[slot.channel]))
