"""Dates of documents in one form. The readers call it with what front matter, meta tags and file properties say."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_PDF = re.compile(r"^D:(\d{4})(\d{2})?(\d{2})?")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?$")
# English only: a date that is written with digits alone and the day first or last is ambiguous, so it is left out.
_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%a, %d %b %Y", "%A, %B %d, %Y", "%A, %d %B %Y")
_EARLIEST_YEAR = 1900


def iso_date(value: object) -> str:
    """`value` (a date, or text that names one day) as "YYYY-MM-DD", or "" when it does not name one."""
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return day.isoformat() if _plausible(day) else ""
    text = str(value or "").strip()
    for pattern in (_ISO, _PDF, _COMPACT):
        if found := pattern.search(text):
            year, month, day_number = (int(part or 1) for part in found.groups())
            try:
                day = date(year, month, day_number)
            except ValueError:
                return ""
            return day.isoformat() if _plausible(day) else ""
    text = re.sub(r"\s+\d{1,2}:\d{2}.*$", "", re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", text))
    for form in _FORMATS:
        try:
            day = datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return day.isoformat() if _plausible(day) else ""
    return ""


def _plausible(day: date) -> bool:
    return day.year >= _EARLIEST_YEAR
