"""Wall-clock time of the calendar: what a day and a time of day in a time zone mean, and which day a week begins with. Pure.

A time that the clocks jump over, or that they show twice, is read as RFC 5545 §3.3.5 says: by the offset before the gap (02:30 is 03:30
then), and as the first of the two. The stored wall-clock time stays as people wrote it, so that it counts again once the day changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from coexai_app.errors import InvalidInput

FIRST_DAY: Final = date(2000, 1, 1)
FARTHEST: Final = timedelta(days=5 * 366)
MONDAY: Final = 0
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SATURDAY: Final = 5
_SUNDAY: Final = 6
# Where a week does not begin with Monday: weekData/firstDay of the Unicode CLDR, by ISO 3166 country.
_SATURDAYS: Final = "AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"
_SUNDAYS: Final = (
    "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV "
    "TH TT TW UM US VE VI WS YE ZA ZW"
)
_BEGINS: Final[Mapping[int, frozenset[str]]] = {
    _SATURDAY: frozenset(_SATURDAYS.split()),
    _SUNDAY: frozenset(_SUNDAYS.split()),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock time as it happens: in UTC, by its own clock, and what is special about it, empty for nearly all."""

    utc: datetime
    local: datetime
    told: str = ""


def resolve(day: date, clock: time, zone: ZoneInfo) -> Moment:
    """When this wall-clock time is."""
    written = datetime.combine(day, clock)
    first, second = written.replace(tzinfo=zone), written.replace(tzinfo=zone, fold=1)
    utc = first.astimezone(UTC)
    local = utc.astimezone(zone)
    on = f"{written:%H:%M} on {day.day} {day:%B %Y}"
    if local.replace(tzinfo=None) != written:
        return Moment(utc, local, f"{on} does not exist in {zone.key}: the clocks go forward. It counts as {local:%H:%M}.")
    if first.utcoffset() != second.utcoffset():
        return Moment(utc, local, f"{on} comes twice in {zone.key}: the clocks go back. The first one counts.")
    return Moment(utc, local)


def read_day(text: str, *, field: str = "day") -> date:
    """The day of a form: "2026-11-30". Raises InvalidInput for the field."""
    try:
        found = date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None
    except ValueError:
        found = None
    if found is None:
        raise wrong("Choose a day, such as 2026-11-30.", field)
    return found


def read_clock(text: str, *, field: str = "clock") -> time:
    """The time of a form: "09:00". Raises InvalidInput for the field."""
    hours, colon, minutes = text.strip().partition(":")
    minutes = minutes.removesuffix(":00") if len(minutes) == 5 else minutes  # a browser may add the seconds
    if colon and all(part.isascii() and part.isdigit() and len(part) == 2 for part in (hours, minutes)):
        hour, minute = int(hours), int(minutes)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise wrong("Choose a time, such as 09:00.", field)


def check_day(day: date, today: date) -> None:
    """Raises InvalidInput for a day that no plan can mean."""
    if day < FIRST_DAY:
        raise wrong(f"The calendar begins in {FIRST_DAY.year}. Choose a later day.", "day")
    if day > today + FARTHEST:
        raise wrong("This is more than five years away. Choose an earlier day.", "day")


def wrong(message: str, field: str) -> InvalidInput:
    return InvalidInput(message, field=field, fields={field: message})


@lru_cache(maxsize=256)
def first_weekday(timezone: str) -> int:
    """The day that a week begins with where this time zone is: 0 for Monday, which also counts for zones of no country."""
    country = _countries().get(timezone, "")
    return next((day for day, there in _BEGINS.items() if country in there), MONDAY)


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """The country that each zone of the time zone database was made for."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    return {parts[2]: parts[0] for line in lines if not line.startswith("#") and len(parts := line.split("\t")) > 2}
