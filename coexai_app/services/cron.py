"""Cron lines: checked in words, and the moments they name. Pure; `schedules.py` calls it, `cron_words.py` says the same in English.

Five fields (minute, hour, day of the month, month, day of the week) with numbers, names (MON, JAN), lists, ranges and steps, and L for the
last day of the month. As in Debian's cron, a day must match both day fields when one of them begins with a star, else either of them.

A line is read by the wall clock of its time zone. Where the clock jumps forward, a time that does not exist runs at the next valid moment;
where it goes back, a time that exists twice runs once, the first time. A line for every hour follows real time instead: it runs in each
hour that passes, so neither change makes a gap. cronsim alone agrees on times without a star ("30 2 * * *"), but leaves the missing hour
out and runs the doubled one twice as soon as minute or hour begin with one ("*/30 2 * * *"), and steps over full hours where the shift is
30 minutes (Australia/Lord_Howe). So it counts in plain calendar time here, and the zone's rules are applied to what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from coexai_app.errors import InvalidInput

MAX_LENGTH: Final = 120
LEAST_MINUTES: Final = 15
EXAMPLE: Final = "Example: 0 9 * * MON is every Monday at 09:00."
LAST_DAY: Final = "L"
MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
DAY: Final = timedelta(days=1)
_START: Final = datetime(2025, 1, 1)  # noqa: DTZ001  (a day of the calendar, in no zone)


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five: its bounds, its names (the first one stands for `names_from`), and what a message calls it."""

    one: str
    limits: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    names_from: int = 0

    @property
    def last(self) -> int:
        """Where a star ends: Sunday counts once."""
        return 6 if self.high == 7 else self.high

    def number(self, word: str) -> int | None:
        """The value of a number or a name; None for anything else."""
        if word in self.names:
            return self.names.index(word) + self.names_from
        return int(word) if word.isascii() and word.isdigit() and len(word) < 5 else None


FIELDS: Final = (
    Field("minute", "minutes go from 0 to 59", 0, 59),
    Field("hour", "hours go from 0 to 23", 0, 23),
    Field("day of the month", "days of the month go from 1 to 31, and L is the last one", 1, 31),
    Field("month", "months go from 1 to 12, or from JAN to DEC", 1, 12, MONTHS, 1),
    Field("day of the week", "days of the week go from 0 to 7 (both are Sunday), or by name from MON to SUN", 0, 7, WEEKDAYS),
)
_WANTED: Final = "Write five fields: minute, hour, day of the month, month, day of the week."


@dataclass(frozen=True, slots=True)
class Line:
    """A cron line that was understood: its text as stored, the same in numbers, and the values of each field (empty for L)."""

    text: str
    numbers: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    @property
    def every_hour(self) -> bool:
        return len(self.hours) == 24

    @property
    def dates(self) -> str:
        """A line for midnight of its days."""
        return " ".join(["0 0", *self.numbers.split()[2:]])


def parse(text: str) -> Line:
    """Reads a cron line. Raises InvalidInput (field "cron") that says in words what is wrong."""
    words = text.upper().split()
    clean = " ".join(words)
    if not words:
        raise _wrong(f"{_WANTED} {EXAMPLE}")
    if len(clean) > MAX_LENGTH:
        raise _wrong(f"This line is longer than {MAX_LENGTH} characters. Make two schedules of it.")
    if len(words) != len(FIELDS):
        raise _wrong(f"“{clean}” has {len(words)} of five fields. {_WANTED} {EXAMPLE}")
    read = [_field(clean, field, word) for field, word in zip(FIELDS, words, strict=True)]
    minutes, hours, days, months, weekdays = (values for _, values in read)
    line = Line(clean, " ".join(numbers for numbers, _ in read), minutes, hours, days, months, tuple(sorted({n % 7 for n in weekdays})))
    if _first(line) is None:
        raise _wrong(f"“{clean}” never happens: no month of it has such a day.")
    if _too_often(line):
        raise _wrong(
            f"“{clean}” runs more often than every {LEAST_MINUTES} minutes. Leave {LEAST_MINUTES} minutes or more between two runs."
        )
    return line


def zone(name: str) -> ZoneInfo:
    """The time zone with this name. Raises InvalidInput (field "timezone")."""
    try:
        # An empty name, a path or a NUL is a ValueError; a folder of the database ("Europe") an OSError.
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"“{name[:64]}” is no time zone that we know. Choose one from the list, such as Europe/Madrid."
        raise InvalidInput(message, field="timezone", fields={"timezone": message}) from None


def slots(text: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """The moments that a line names, in UTC, each later than the one before and than `after`. It ends where 50 years pass without one."""
    line, there = parse(text), zone(timezone)
    last = after
    for slot in _real(line, there, after) if line.every_hour else _wall(line, there, after):
        moment = slot.astimezone(UTC)
        if moment > last:
            last = moment
            yield moment


def next_slot(text: str, timezone: str, after: datetime) -> datetime | None:
    """The first slot later than `after`, in UTC; None when there is none."""
    return next(slots(text, timezone, after), None)


def instant(local: datetime, there: ZoneInfo) -> datetime:
    """The UTC moment of a wall-clock time: the first of two, and the next valid one where it does not exist."""
    found = local.replace(tzinfo=there, fold=0)
    while (moment := found.astimezone(UTC)).astimezone(there).replace(tzinfo=None, fold=0) != found.replace(tzinfo=None):
        found = (found.replace(tzinfo=None, second=0, microsecond=0) + timedelta(minutes=1)).replace(tzinfo=there)
    return moment


def _wall(line: Line, there: ZoneInfo, after: datetime) -> Iterator[datetime]:
    for local in CronSim(line.numbers, after.astimezone(there).replace(tzinfo=None, fold=0)):
        yield instant(local, there)


def _real(line: Line, there: ZoneInfo, after: datetime) -> Iterator[datetime]:
    start = datetime.combine(after.astimezone(there).date() - DAY, time())
    for day in CronSim(line.dates, start):
        yield from sorted({moment for hour in line.hours for minute in line.minutes for moment in _twice(day, hour, minute, there)})


def _twice(day: datetime, hour: int, minute: int, there: ZoneInfo) -> Iterator[datetime]:
    """The UTC moments at which a clock shows this: none, one or two."""
    local = day.replace(hour=hour, minute=minute)
    for fold in (0, 1):
        moment = local.replace(tzinfo=there, fold=fold).astimezone(UTC)
        if moment.astimezone(there).replace(tzinfo=None, fold=0) == local:
            yield moment


def _field(line: str, field: Field, word: str) -> tuple[str, tuple[int, ...]]:
    """One field in numbers, as text and as values. L has no value. A leading star stays: it decides how the day fields go together."""
    values, last = set[int](), False
    for item in word.split(","):
        if field.high == 31 and item == LAST_DAY:
            last = True
            continue
        body, slash, step = item.partition("/")
        low, high = _bounds(line, field, body, open_end=bool(slash))
        if slash and not (step.isascii() and step.isdigit() and 0 < int(step[:4]) <= field.high):
            raise _wrong(f"“{line}”: a step is a number from 1 to {field.high}, as in */{max(2, field.low)} for the {field.one}.")
        values.update(range(low, high + 1, int(step) if slash else 1))
    found = tuple(sorted(values))
    if word == "*":
        return word, found
    star = [word.partition(",")[0]] if word.startswith("*") else []
    return ",".join([*star, *map(str, found), *([LAST_DAY] if last else [])]), found


def _bounds(line: str, field: Field, body: str, *, open_end: bool) -> tuple[int, int]:
    """From where to where an item of a list goes: a star, a range, or one value (with a step: from there to the end)."""
    if body == "*":
        return field.low, field.last
    first, dash, second = body.partition("-")
    low = _value(line, field, first)
    if not dash:
        return low, max(low, field.last) if open_end else low
    high = _value(line, field, second)
    if field.high == 7 and high == 0 and low > 0:
        high = 7  # FRI-SUN
    if low > high:
        raise _wrong(f"“{line}”: the range {body} runs backwards. Write the smaller one first, or split it in two with a comma.")
    return low, high


def _value(line: str, field: Field, word: str) -> int:
    if not word:
        raise _wrong(f"“{line}”: something is missing beside a comma, a hyphen or a slash in the {field.one}.")
    number = field.number(word)
    if number is None:
        if word.isascii() and word.isdigit():
            raise _wrong(f"“{line}”: {field.limits}.")
        raise _wrong(f"“{line}”: “{word[:20]}” is no {field.one}; {field.limits}.")
    if not field.low <= number <= field.high:
        raise _wrong(f"“{line}”: {field.limits}.")
    return number


def _first(line: Line) -> datetime | None:
    try:
        return next(CronSim(line.numbers, _START), None)
    except CronSimError:
        return None


def _too_often(line: Line) -> bool:
    """Whether two runs may stand closer than the limit: within an hour, over a full hour, or over midnight."""
    minutes = line.minutes
    if any(later - earlier < LEAST_MINUTES for earlier, later in pairwise(minutes)):
        return True
    if 60 - minutes[-1] + minutes[0] >= LEAST_MINUTES:
        return False
    if any(later - earlier == 1 for earlier, later in pairwise(line.hours)):
        return True
    return line.hours[0] == 0 and line.hours[-1] == 23 and _days_follow(line)


def _days_follow(line: Line) -> bool:
    """Whether it runs on two days in a row, in any four years."""
    for earlier, later in pairwise(CronSim(line.dates, _START)):
        if later - earlier == DAY:
            return True
        if later - _START > 1_461 * DAY:
            return False
    return False


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(message, field="cron", fields={"cron": message})
