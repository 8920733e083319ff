"""Cron lines in plain English, and the builder's choices ("every week on Monday at 09:00") as cron lines and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final

from coexai_app.errors import InvalidInput
from coexai_app.services import cron
from coexai_app.services.cron import LAST_DAY, Line
from coexai_app.views.base import zone
from coexai_app.views.schedules import When

DAY_NAMES: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WORKDAYS: Final = (1, 2, 3, 4, 5)
WEEKEND_LAST: Final = (1, 2, 3, 4, 5, 6, 0)
# More times than this a day are no sentence any more.
MOST_TIMES: Final = 4
# The builder offers the days that every month has, and the last one.
MONTH_DAYS: Final = (*(str(day) for day in range(1, 29)), LAST_DAY)
_ENDINGS: Final[Mapping[int, str]] = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def describe(text: str, timezone: str) -> str:
    """ "Every Monday at 09:00 (Europe/Madrid)" for the usual lines, the text itself for others, also for one that is none."""
    line = _read(text)
    return f"{(line and _sentence(line)) or text} ({timezone})"


def compose(form: Mapping[str, str], days: Sequence[str] = ()) -> str:
    """The cron line of the builder's form; empty for "once". Raises InvalidInput with the field.

    `form` has repeat (once, daily, weekdays, weekly, monthly, cron), time ("09:00"), day ("1" to "28" or "L") and cron; `days` are the
    chosen days of the week, "0" (Sunday) to "6".
    """
    repeat = form.get("repeat", "")
    if repeat == "once":
        return ""
    if repeat == "cron":
        return cron.parse(form.get("cron", "")).text
    at = _time(form.get("time", ""))
    start = f"{at.minute} {at.hour}"
    if repeat == "daily":
        return f"{start} * * *"
    if repeat == "weekdays":
        return f"{start} * * 1-5"
    if repeat == "weekly":
        chosen = sorted({day for day in days if day in set("0123456")})
        if not chosen:
            raise _wrong("days", "Choose at least one day of the week.")
        return f"{start} * * {','.join(chosen)}"
    if repeat == "monthly":
        if form.get("day", "") not in MONTH_DAYS:
            raise _wrong("day", "Choose a day from 1 to 28, or the last day of the month.")
        return f"{start} {form['day']} * *"
    raise _wrong("repeat", "Choose how often it runs.")


def once(form: Mapping[str, str], timezone: str) -> datetime:
    """The UTC moment of the builder's date and time. Raises InvalidInput with the field."""
    there = cron.zone(timezone)
    try:
        day = date.fromisoformat(form.get("date", ""))
    except ValueError:
        raise _wrong("date", "Choose a date, such as 2027-03-01.") from None
    if not 2000 <= day.year <= 2200:
        raise _wrong("date", "Choose a date within the next year.")
    return cron.instant(datetime.combine(day, _time(form.get("time", ""))), there)


def decompose(text: str, timezone: str, moment: datetime | None) -> When:
    """What the builder shows for a schedule: its choices when it could have made the line, else the line itself."""
    if not text:
        local = moment.astimezone(zone(timezone)) if moment else None
        return When(
            repeat="once",
            date=f"{local:%Y-%m-%d}" if local else "",
            time=f"{local:%H:%M}" if local else When().time,
            timezone=timezone,
        )
    line, plain = _read(text), When(repeat="cron", cron=text, timezone=timezone)
    if line is None:
        return plain
    _, _, day, month, weekday = line.numbers.split()
    if len(line.minutes) != 1 or len(line.hours) != 1 or month != "*":
        return plain
    at = {"time": f"{line.hours[0]:02}:{line.minutes[0]:02}", "timezone": timezone, "cron": line.text}
    if (day, weekday) == ("*", "*"):
        return When(repeat="daily", **at)
    if weekday == "*" and day in MONTH_DAYS:
        return When(repeat="monthly", day=day, **at)
    if day == "*" and not weekday.startswith("*"):
        if line.weekdays == WORKDAYS:
            return When(repeat="weekdays", **at)
        return When(repeat="weekly", days=tuple(str(day) for day in line.weekdays), **at)
    return plain


def _read(text: str) -> Line | None:
    """A stored line; None for one that an older version may have allowed."""
    try:
        return cron.parse(text)
    except InvalidInput:
        return None


def _sentence(line: Line) -> str:
    minute, hour, day, month, weekday = line.numbers.split()
    if (day, month, weekday) == ("*", "*", "*") and (words := _within_the_day(line, minute, hour)):
        return words
    if len(line.minutes) != 1 or len(line.hours) > MOST_TIMES:
        return ""
    times = _listed([f"{n:02}:{line.minutes[0]:02}" for n in line.hours])
    if (day, month) == ("*", "*") and not (weekday.startswith("*") and weekday != "*"):
        return f"Every {_weekdays(line.weekdays)} at {times}"
    if weekday != "*" or day.startswith("*"):
        return ""
    on = _listed([*(f"{n}{_ENDINGS.get(n, 'th')}" for n in line.days), *(["last day"] if LAST_DAY in day else [])])
    if month == "*":
        return f"Every month on the {on} at {times}"
    if month.startswith("*") or len(line.months) > MOST_TIMES:
        return ""
    return f"Every year on the {on} of {_listed([MONTH_NAMES[n - 1] for n in line.months])} at {times}"


def _within_the_day(line: Line, minute: str, hour: str) -> str:
    """Lines that run all day long: every so many minutes or hours."""
    if hour == "*" and line.minutes in ((0, 15, 30, 45), (0, 20, 40), (0, 30)):
        return f"Every {60 // len(line.minutes)} minutes"
    if len(line.minutes) != 1:
        return ""
    past = f", {line.minutes[0]} minutes past" if line.minutes[0] else ""
    if hour == "*":
        return f"Every hour{past}"
    steps = 24 // len(line.hours)
    if len(line.hours) > 1 and line.hours == tuple(range(0, 24, steps)):
        return f"Every {steps} hours{past}"
    return ""


def _weekdays(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "day"
    if tuple(days) == WORKDAYS:
        return "weekday"
    return _listed([DAY_NAMES[day] for day in WEEKEND_LAST if day in days])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise _wrong("time", "Choose a time, such as 09:00.") from None


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, field=field, fields={field: message})
