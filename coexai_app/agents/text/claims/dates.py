"""Finds dates in seven languages and compares them, whatever their format.

Called by the package's `find`, by `source.SourceIndex` and by `verdicts`. Month names of all languages are known at once, so that
a Spanish output can be checked against an English source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from coexai_app.agents.report import ClaimKind

from .date_patterns import (
    ABBREVIATED_MONTHS,
    DOUBTFUL_MONTHS,
    MONTH_CUE,
    MONTHS,
    NAMED,
    NAMED_DAYS,
    PATTERNS,
    QUARTERS,
    SECOND_YEAR,
    WEEKDAYS,
    YEAR_CUE,
)
from .mention import Day, Mention
from .words import fold, word_set

_COUNTED = re.compile(r"[ \u00a0-](?P<word>[^\W\d_]+)")
# Languages that write weekdays in lower case.
_LOWER_CASE_WEEKDAYS = word_set(
    "lunes martes miércoles jueves viernes sábado domingo lundi mardi mercredi jeudi vendredi samedi dimanche"
    " lunedì martedì mercoledì giovedì venerdì sabato domenica"
)
# No format has more than so many code points before and after a digit or a name.
_BEFORE, _AFTER = 44, 36
_NAME = re.compile(r"[^\W\d_]{3,}")
_NAMES = frozenset({*MONTHS, *ABBREVIATED_MONTHS, *QUARTERS}) | frozenset(part for name in WEEKDAYS for part in name.split("-"))
_COUNTED_ALWAYS = word_set("people men women children percent million billion")
_DETERMINER = re.compile(r"\b(?:the|a|this|that|its|his|her|their|our|el|la|del|das|die|der|dem)[ \u00a0]$", re.IGNORECASE)


def find_dates(text: str) -> list[Mention]:
    """All dates in order, not overlapping; the longest format wins at a place."""
    taken: list[Mention] = []
    busy = bytearray(len(text) + 1)
    windows = _windows(text)
    for pattern, named in zip(PATTERNS, NAMED, strict=True):
        for match in (m for low, high in windows[named] for m in pattern.finditer(text, low, high)):
            start, end = match.span()
            if any(busy[start:end]):
                continue
            days = _readings(match, text)
            if not days:
                continue
            start, end = _trim(text, start, end)
            if (begin := match.groupdict().get("from")) and days[0].day:
                _claim(taken, busy, text, *match.span("from"), (replace(days[0], day=int(begin), weekday=0),))
                start = match.start("day")
            _claim(taken, busy, text, start, end, days)
    for match in SECOND_YEAR.finditer(text):
        first, short = int(match["year"]), int(match["short"])
        if (
            not any(busy[match.start() : match.end()])
            and short > first % 100
            and text[match.start() - 1 : match.start()] not in (".", ",", "/", "-")
        ):
            _claim(taken, busy, text, match.start(), match.start() + 4, (Day(year=first),))
            _claim(taken, busy, text, match.start("short"), match.end(), (Day(year=first // 100 * 100 + short),))
    for match in re.finditer(r"(?<!\d)[12]\d{3}(?!\d)", text):
        if not any(busy[match.start() : match.end()]) and _is_year(text, match.start(), match.end()):
            _claim(taken, busy, text, match.start(), match.end(), (Day(year=int(match.group())),))
    taken.sort(key=lambda m: m.start)
    return taken


def _windows(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The stretches of a text that may hold a date: what is near a digit, and what is near a name of the calendar."""
    return (
        _around(m.span() for m in re.finditer(r"\d+", text)),
        _around(m.span() for m in _NAME.finditer(text) if fold(m.group()) in _NAMES),
    )


def _around(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in spans:
        low, high = max(0, start - _BEFORE), end + _AFTER
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], high
        else:
            found.append((low, high))
    return found


def _claim(taken: list[Mention], busy: bytearray, text: str, start: int, end: int, days: tuple[Day, ...]) -> None:
    busy[start:end] = b"\1" * (end - start)
    taken.append(Mention(ClaimKind.DATE, start, end, text[start:end], days))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while text[end - 1] in " \u00a0-" or (text[end - 1] == "." and text[end - 2].isalpha() and end == len(text.rstrip())):
        end -= 1
    lead = re.match(r"(?:the|los|las|les|die|der|den|gli) ", text[start:end], re.IGNORECASE)
    return (start + lead.end() if lead else start), end


def _is_year(text: str, start: int, end: int) -> bool:
    """A bare four-digit number is a year from 1900 to 2099 unless something is counted, and any year after "in", "since"…"""
    before, after, year = text[max(0, start - 14) : start], text[end : end + 24], int(text[start:end])
    glued = before[-1:]
    if glued and (glued.isalnum() or glued in "_.,$£€¥₹+#/:&=@"):
        return False
    if glued in "-−–—" and glued and not re.search(r"\d{4}\s?[-−–—]$", before):
        return bool(re.search(r"(?:mid|pre|post|early|late)-$", before, re.IGNORECASE))
    if re.match(r"[\w%]|[.,:/]\d|\s?[%€$£°]|[-–]\d{3,4}[-–]\d|\s?(?:usd|eur|gbp|dollars?|euros?)\b", after, re.IGNORECASE):
        return False
    cued = bool(YEAR_CUE.search(before))
    counted = _COUNTED.match(after)
    follows = bool(counted and counted["word"].islower() and fold(counted["word"]) not in _AFTER_YEAR)
    if 1900 <= year <= 2099:
        plural = counted is not None and (
            (counted["word"].endswith("s") and not counted["word"].endswith("ss")) or counted["word"] in _COUNTED_ALWAYS
        )
        return not follows or cued or (not plural and bool(_DETERMINER.search(before)))
    return cued and not follows


_AFTER_YEAR = word_set(
    "and or to the in on at for with when as was were is has had after before it he she they we until till but because by a an of"
    " from through while since y en la el los las de con fue cuando que se para por a e und der die das im in mit als hat war wurde"
    " bis bei für auf et le la les du au"
)


def _readings(match: re.Match[str], text: str) -> tuple[Day, ...]:
    groups = {k: v for k, v in match.groupdict().items() if v}
    if "a" in groups:
        return _numeric(groups)
    if "decade" in groups:
        return _decade(groups["decade"])
    month = _month(groups.get("month", ""))
    if "month" in groups and not month:
        return ()
    weekday = _weekday(groups.get("weekday", ""))
    quarter = int(groups.get("quarter") or groups.get("quarter2") or 0) or QUARTERS.get(fold(groups.get("quarter_word", "")), 0)
    year = int(groups.get("year") or groups.get("year2") or 0)
    if set(groups) == {"year"} and year < 100:
        return Day(year=1900 + year), Day(year=2000 + year)
    year += 2000 if 0 < year < 100 else 0
    day = int(groups.get("day", 0))
    if set(groups) == {"month"} and not _lone_month(match, text):
        return ()
    if set(groups) == {"weekday"} and (
        NAMED_DAYS.search(text[max(0, match.start() - 12) : match.start()]) or not _lone_weekday(match.group())
    ):
        return ()
    if (
        day
        and month
        and fold(groups["month"].rstrip(".")) in ("mar", "set", "ago", "out", "may", "do")
        and not year
        and not match.group()[0].isdigit()
    ):
        return () if not groups["month"][0].isupper() else (Day(year, month, day, weekday),)
    return (Day(year, month, day, weekday, quarter),)


def _lone_weekday(word: str) -> bool:
    return word[0].isupper() or fold(word) in _LOWER_CASE_WEEKDAYS


def _lone_month(match: re.Match[str], text: str) -> bool:
    """A month without a day or year: capitalised or after a preposition; words with another meaning need both."""
    word, before = match.group(), text[max(0, match.start() - 12) : match.start()]
    cued = bool(MONTH_CUE.search(before))
    after = text[match.end() : match.end() + 2]
    if before[-1:] in "@#" and before:
        return False
    if fold(word.rstrip(".")) not in MONTHS:
        return cued and word[0].isupper() and word.lower().rstrip(".") not in ("may", "out", "set", "gen", "mar", "mag", "ago")
    if fold(word) in DOUBTFUL_MONTHS:
        return cued and (word[0].isupper() or fold(word) in ("mayo", "mai", "mars")) and not after[1:2].isupper()
    return word[0].isupper() or cued


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    key = fold(name.rstrip("."))
    return MONTHS.get(key) or ABBREVIATED_MONTHS.get(key, 0)


def _weekday(name: str) -> int:
    key = fold(name)
    if not key:
        return 0
    if key in WEEKDAYS:
        return WEEKDAYS[key]
    two = {"mo": 1, "di": 2, "mi": 3, "do": 4, "fr": 5, "sa": 6, "so": 7}
    return two.get(key) or next((n for name, n in WEEKDAYS.items() if name.startswith(key[:3])), 0)


def _numeric(groups: dict[str, str]) -> tuple[Day, ...]:
    first, second, year = int(groups["a"]), int(groups["b"]), int(groups["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    orders = ((first, second),) if groups["sep"] == "." else ((first, second), (second, first))
    weekday = _weekday(groups.get("weekday", ""))
    return tuple(dict.fromkeys(Day(year, month, day, weekday) for day, month in orders if 1 <= month <= 12 and 1 <= day <= 31))


def _decade(digits: str) -> tuple[Day, ...]:
    if len(digits) == 4:
        return (Day(decade=int(digits)),)
    return () if len(digits) < 2 else (Day(decade=1900 + int(digits)), *((Day(decade=2000 + int(digits)),) if int(digits) <= 20 else ()))


def covers(fine: Day, coarse: Day) -> bool:
    """True when everything that `coarse` says follows from `fine` ("April 2024" from "8 April 2024"), never the reverse."""
    if coarse.year and fine.year != coarse.year:
        return False
    if coarse.month and fine.month != coarse.month:
        return False
    if coarse.day and fine.day != coarse.day:
        return False
    if coarse.quarter and (fine.quarter or (fine.month + 2) // 3) != coarse.quarter:
        return False
    if coarse.decade and (fine.decade or fine.year // 10 * 10) != coarse.decade:
        return False
    return not coarse.weekday or coarse.weekday in (fine.weekday, _weekday_of(fine))


def _weekday_of(day: Day) -> int:
    try:
        return date(day.year, day.month, day.day).isoweekday()
    except ValueError:
        return 0


def days_of(mention: Mention) -> Iterator[Day]:
    assert isinstance(mention.value, tuple)
    for day in mention.value:
        if isinstance(day, Day):
            yield day
