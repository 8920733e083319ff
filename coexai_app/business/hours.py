"""Opening hours: per weekday several spans, "closed", or nothing said. People write them as a line ("09:00-13:00, 14:00-18:00")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from coexai_app.business.fields import Strict, line

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED: Final = "closed"
MOST_SPANS: Final = 4
DAY_MINUTES: Final = 24 * 60
_SPAN: Final = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?\s*(?:-|–|—|to|until)\s*(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?", re.IGNORECASE
)
_ALL_DAY: Final = re.compile(r"(?:24\s*h(?:ours)?|all day|00:00\s*[-–]\s*24:00)", re.IGNORECASE)
_HOW: Final = "Write it like 09:00-13:00, 14:00-18:00, or “closed”, or leave it empty."


def day(value: Any) -> Any:
    """A day in its one form: "09:00-13:00, 14:00-18:00", "closed", or "" when nothing is said.

    A span whose end is before its start goes past midnight ("18:00-02:00"). Raises ValueError with what to write instead.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(_HOW)
    text = line(value)
    if not text or text.casefold() == CLOSED:
        return text.casefold()
    if _ALL_DAY.fullmatch(text):
        return "00:00-24:00"
    spans = [_span(part.strip()) for part in re.split(r"[,;]|\band\b", text) if part.strip()]
    if not spans:
        raise ValueError(_HOW)
    if len(spans) > MOST_SPANS:
        raise ValueError(f"A day has at most {MOST_SPANS} times. Join some of them.")
    spans.sort()
    for (start, end), (after, _) in pairwise(spans):
        if end > after:
            raise ValueError(f"{_text(start, end)} and what follows it overlap. Join them into one.")
    if len(spans) > 1 and spans[-1][1] > DAY_MINUTES + spans[0][0]:
        raise ValueError(f"{_text(*spans[-1])} goes on until after the first opening. Check the times.")
    return ", ".join(_text(start, end) for start, end in spans)


def spans(text: str) -> Sequence[tuple[int, int]]:
    """The spans of a day in its one form, as minutes after midnight; an end after 1440 is on the next day."""
    return [_span(part) for part in text.split(", ")] if text and text != CLOSED else []


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text[:40]}” is not a time of opening. {_HOW}")
    begins, ends = found[3] or "", found[6] or ""
    half = begins or (ends if int(found[1]) <= 12 else "")
    start, end = _minutes(found[1], found[2], half), _minutes(found[4], found[5], ends)
    if ends and not begins and start > end:
        start = _minutes(found[1], found[2], "am")  # "9-5 pm" begins in the morning
    if start in (DAY_MINUTES, end):
        raise ValueError(f"“{text[:40]}” begins and ends at the same time. {_HOW}")
    return start, end if end > start else end + DAY_MINUTES


def _minutes(hour: str, minute: str | None, half: str) -> int:
    h, m = int(hour), int(minute or 0)
    if half:
        if not 1 <= h <= 12:
            raise ValueError(f"There is no {h} {half.lower()}. {_HOW}")
        h = h % 12 + (12 if half.lower() == "pm" else 0)
    if h * 60 + m > DAY_MINUTES or m > 59:
        raise ValueError(f"There is no {h}:{m:02} on a clock. {_HOW}")
    return h * 60 + m


def _text(start: int, end: int) -> str:
    later = end if end <= DAY_MINUTES else end - DAY_MINUTES
    return f"{start // 60:02}:{start % 60:02}-{later // 60:02}:{later % 60:02}"


Day = Annotated[str, BeforeValidator(day), Field(max_length=100)]


class Hours(Strict):
    """A week. An empty day says nothing about it."""

    monday: Day = ""
    tuesday: Day = ""
    wednesday: Day = ""
    thursday: Day = ""
    friday: Day = ""
    saturday: Day = ""
    sunday: Day = ""

    def said(self) -> bool:
        return any(getattr(self, name) for name in DAYS)

    def line(self) -> str:
        """ "Mon 09:00-13:00, 14:00-18:00; Sun closed"."""
        return "; ".join(f"{name[:3].capitalize()} {text}" for name in DAYS if (text := getattr(self, name)))
