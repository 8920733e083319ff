"""Numbers with a form of their own: telephone numbers, clock times, versions and fractions; and the units and hedges around any number.

Called by `numbers`.
"""

from __future__ import annotations

import re
from fractions import Fraction

from coexai_app.agents.report import ClaimKind

from .mention import Mention, Quantity, Unit
from .units import (
    CLOCK,
    MAGNITUDE_AFTER,
    MAGNITUDE_LETTER,
    UNIT_AFTER,
    UNIT_SYMBOLS,
    UNIT_WORD_AFTER,
    UNIT_WORDS,
    magnitude,
    magnitude_letter,
)

_GAP = "[ \u00a0\u202f\u2009]"
_CLOCK = re.compile(
    rf"(?<![\w.,:/-])(?P<h>\d{{1,2}})(?:[:.h](?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?)?"
    rf"(?:{_GAP}?(?P<half>[ap]\.?{_GAP}?m\b\.?)|{_GAP}?(?P<uhr>uhr|h|hrs|o['’]clock)\b)?(?![\w:/]|[.,]\d)",
    re.IGNORECASE,
)
_AT = re.compile(r"\b(?:a las?|à|às|alle|at)[ \u00a0]$", re.IGNORECASE)
_VERSION = re.compile(
    r"(?<![\w.,])v?\d+\.\d+\.\d+(?:\.\d+)*(?:[-+](?:alpha|beta|rc|dev|post)[\w.]*)?(?!\w)|(?<!\w)v\d+(?:\.\d+)*(?!\w)", re.IGNORECASE
)
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+\d[\d ()./-]{6,}\d|\(0?\d{1,4}\)[ -]?\d[\d -]{5,}\d|0\d{1,4}[ /-]\d[\d -]{3,}\d|\d{3}[-.]\d{3}[-.]\d{4}"
    r"|\d{3}-\d{4})(?![\w-]|[.,]\d)"
)
_MIXED = re.compile(
    r"(?<![\w.,/])(?:(?P<whole>\d{1,3})[ \u00a0]?)?(?P<glyph>[¼½¾⅓⅔⅕⅛⅜⅝⅞])|(?<![\w.,/])(?:(?P<whole2>\d{1,2})"
    r" )?(?P<top>\d{1,2})[/⁄](?P<bottom>\d{1,2})(?![\w/]|[.,]\d)"
)
_GLYPHS = {"¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅕": "1/5", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}


def number_mention(text: str, start: int, end: int, value: Quantity, weak: bool = False) -> Mention:
    return Mention(ClaimKind.NUMBER, start, end, text[start:end], value, weak)


def phones(text: str) -> list[Mention]:
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 7 <= len(digits) <= 15:
            found.append(number_mention(text, *match.span(), Quantity((), literal="tel" + digits.removeprefix("00").lstrip("0"))))
    return found


def clocks(text: str) -> list[Mention]:
    found = []
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["h"]), int(match["m"] or 0)
        half, uhr, separator = match["half"], match["uhr"], text[match.end("h") : match.end("h") + 1]
        if not (
            half
            or (uhr and (uhr.casefold() not in ("h", "hrs") or _AT.search(text[max(0, match.start() - 7) : match.start()])))
            or (match["m"] and separator in ":h")
        ):
            continue
        if hour > 24 and not match["s"] and (hour > 59 or half):
            continue
        if half and hour <= 12:
            values: tuple[int, ...] = (hour % 12 * 60 + minute + (720 if half[0] in "pP" else 0),)
        elif hour <= 12 and not uhr and separator == ":":
            values = (hour * 60 + minute, (hour % 12 + 12) * 60 + minute)
        else:
            values = (hour * 60 + minute,)
        seconds = Fraction(int(match["s"] or 0), 60)
        found.append(number_mention(text, *match.span(), Quantity(tuple(v + seconds for v in values), (CLOCK,))))
    return found


def versions(text: str) -> list[Mention]:
    found = []
    for match in _VERSION.finditer(text):
        literal = match.group().casefold().removeprefix("v")
        groups = literal.split(".")
        if (
            len(groups) > 2
            and len(groups[0]) <= 3
            and all(len(g) == 3 and g.isdigit() for g in groups[1:])
            and match.group()[0] not in "vV"
        ):
            continue
        found.append(number_mention(text, *match.span(), Quantity((), literal=literal)))
    return found


def fractions(text: str) -> list[Mention]:
    found = []
    for match in _MIXED.finditer(text):
        if match["glyph"]:
            value = Fraction(_GLYPHS[match["glyph"]]) + int(match["whole"] or 0)
        elif int(match["bottom"]) == 0 or (int(match["top"]), int(match["bottom"])) == (24, 7):
            continue
        else:
            value = Fraction(int(match["top"]), int(match["bottom"])) + int(match["whole2"] or 0)
        start, end = match.span()
        units, end = unit_after(text, end, glued=True)
        found.append(number_mention(text, start, end, Quantity((value,), units, nouns=(), step=Fraction(1, 8))))
    return found


def magnitude_after(text: str, end: int, language: str, *, money: bool) -> tuple[int, int]:
    """The factor after a number and where it ends; "m" counts only after a currency, a bare one may be metres."""
    if match := MAGNITUDE_AFTER.match(text, end):
        if match["word"].casefold() == "mil" and text[match.end() : match.end() + 9].casefold().lstrip().startswith("millones"):
            return 10**9, match.end() + len(" millones")
        return magnitude(match["word"], language), match.end()
    letter = MAGNITUDE_LETTER.match(text, end)
    if letter and (money or letter["letter"] or letter["glued"] not in ("m", "mm", "b", "T")):
        return magnitude_letter(letter["letter"] or letter["glued"]), letter.end()
    return 1, end


def unit_after(text: str, end: int, *, glued: bool, only: tuple[Unit, ...] = ()) -> tuple[tuple[Unit, ...], int]:
    """The unit right after a number, longest name first; `only` accepts a repetition of units that are known ("$5 USD")."""
    symbol = UNIT_AFTER.match(text, end)
    word = UNIT_WORD_AFTER.match(text, end)
    best: tuple[tuple[Unit, ...], int] = ((), end)
    if symbol and (glued or symbol.group()[-1] in "%€£$" or only):
        units = UNIT_SYMBOLS[symbol["symbol"]]
        spaced = symbol.group() != symbol["symbol"]
        if not (
            spaced and symbol["symbol"] in ("C", "F", "m2", "L", "V", "W", "x", "t") and not only and symbol["symbol"] not in ("t", "W")
        ):
            best = (units, symbol.end())
    if word and word.end() >= best[1]:
        best = (UNIT_WORDS[word["word"].casefold()], word.end())
    if only:
        return best if set(best[0]) & set(only) else ((), end)
    return best
