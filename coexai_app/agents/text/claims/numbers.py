"""Finds numbers with their units, currencies, magnitudes and hedges, in digits or in words.

Called by the package's `find` and by `source.SourceIndex`; `quantities` compares what is found here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

from coexai_app.agents.report import ClaimKind

from .mention import Mention, Quantity, Unit
from .number_words import spelled
from .units import (
    CLOCK,
    MAGNITUDE_AFTER,
    MAGNITUDE_LETTER,
    MONEY_BEFORE,
    MONEY_SIGNS,
    UNIT_AFTER,
    UNIT_SYMBOLS,
    UNIT_WORD_AFTER,
    UNIT_WORDS,
    magnitude,
    magnitude_letter,
)
from .words import Token, fold, sentence_starts, stem, stop_words, tokens

_GAP = "[ \u00a0\u202f\u2009]"
_CLOCK = re.compile(
    rf"(?<![\w.,:/-])(?P<h>\d{{1,2}})(?:[:.h](?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?)?"
    rf"(?:{_GAP}?(?P<half>[ap]\.?{_GAP}?m\b\.?)|{_GAP}?(?P<uhr>uhr|h|hrs|o['’]clock)\b)?(?![\w:/]|[.,]\d)",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?<![\w.,])v?\d+\.\d+\.\d+(?:\.\d+)*(?:[-+](?:alpha|beta|rc|dev|post)[\w.]*)?(?!\w)|(?<!\w)v\d+(?:\.\d+)*(?!\w)", re.IGNORECASE
)
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+\d[\d ()./-]{6,}\d|\(0?\d{1,4}\)[ -]?\d[\d -]{5,}\d|0\d{1,4}[ /-]\d[\d -]{3,}\d|\d{3}[-.]\d{3}[-.]\d{4}|\d{3}-\d{4})(?![\w-]|[.,]\d)"
)
_MIXED = re.compile(
    r"(?<![\w.,/])(?:(?P<whole>\d{1,3})[ \u00a0]?)?(?P<glyph>[¼½¾⅓⅔⅕⅛⅜⅝⅞])|(?<![\w.,/])(?:(?P<whole2>\d{1,2}) )?(?P<top>\d{1,2})[/⁄](?P<bottom>\d{1,2})(?![\w/]|[.,]\d)"
)
_GLYPHS = {"¼": "1/4", "½": "1/2", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅕": "1/5", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}
_PLAIN = re.compile(r"\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,'’]\d+)*")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|ère|ème|e|º|ª)(?![\w°])")
_GLUED = re.compile(r"[a-z]{2,5}(?!\w)")
_ABOUT = re.compile(
    r"(?:\b(?P<about>about|around|roughly|approximately|approx\.?|circa|ca\.?|some|an estimated|estimated|or so|rund|etwa|ungefähr|zirka|circa|unos|unas"
    r"|cerca de|alrededor de|aproximadamente|en torno a|environ|près de|autour de|circa|quasi|ongeveer|rond|perto de|in the region of|upwards? of|close to)"
    r"|\b(?P<under>nearly|almost|just under|up to|fast|knapp|beinahe|annähernd|casi|presque|bijna|quase)"
    r"|\b(?P<over>over|above|at least|über|mindestens|al menos|por lo menos|plus|exceed(?:ed|ing|s)?|topped|surpass(?:ed|ing|es)?|beyond|passed|superó|supera|superan"
    r"|superaron|überstieg|übertraf|überschritt|dépassé|oltre|meer dan|au moins|well over)"
    r"|\b(?P<more>more than|greater than|mehr als|más de|plus de|più di|mais de|no fewer than|no less than)"
    r"|\b(?P<less>less than|fewer than|below|under|weniger als|unter|menos de|moins de|meno di|minder dan|not even|no more than|at most|höchstens|como máximo)"
    r"|(?P<tilde>[~≈∼])|(?P<gt>[>≥])|(?P<lt>[<≤]))"
    r"[ \u00a0]?(?:a |an |the |de |los |las |el |la |die |der |den )?(?:only )?[$£€¥₹]?$",
    re.IGNORECASE,
)
_HEDGES = {"about": "about", "tilde": "about", "under": "under", "over": "over", "more": "more", "gt": "more", "less": "less", "lt": "less"}
_RANGE = re.compile(
    r"\s*(?:[–—‒-]|to|and|or|through|bis|und|oder|a|y|o|u|à|et|ou|al|e|tot|en|von|auf|up to|,|/)\s*(?:(?:about|over|a|la|las|los)\s+)?[$£€¥₹]?\s*"
)
_BARE_AFTER = re.compile(r"\s*(?:[.,;:!?)\]…]|$|\n|[–—])")


def find_numbers(
    text: str,
    language: str,
    blocked: Sequence[tuple[int, int]] = (),
    words: Sequence[Token] | None = None,
    sentences: Sequence[int] | None = None,
) -> list[Mention]:
    """All numbers outside `blocked` in order, not overlapping; the weak ones too (see Mention)."""
    words = tokens(text) if words is None else words
    taken = _Spans(blocked)
    found: list[Mention] = []
    for finder in (_phones, _clocks, _versions, _fractions):
        for mention in finder(text):
            if taken.free(mention.start, mention.end):
                taken.add(mention.start, mention.end)
                found.append(mention)
    starts = [w.start for w in words]
    for match in (m for pattern in ((_SPACED, _PLAIN) if language not in ("en", "und") else (_PLAIN,)) for m in pattern.finditer(text)):
        if not taken.free(*match.span()):
            continue
        number = _digits(text, match, language, words, starts)
        if number and taken.free(number.start, number.end):
            taken.add(number.start, number.end)
            found.append(number)
    for hit in spelled(list(words), text, language):
        number = _in_words(text, words[hit.first].start, words[hit.last - 1].end, hit.value, hit.weak, language, words, starts)
        if number and taken.free(number.start, number.end):
            taken.add(number.start, number.end)
            found.append(number)
    found.sort(key=lambda m: m.start)
    return _inherit(found, text, sentence_starts(text) if sentences is None else sentences)


class _Spans:
    """Taken places of a text, in buckets of 256 code points, so that a look-up does not grow with the text."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._buckets: dict[int, list[tuple[int, int]]] = {}
        for start, end in spans:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        for bucket in range(start >> 8, (end >> 8) + 1):
            self._buckets.setdefault(bucket, []).append((start, end))

    def free(self, start: int, end: int) -> bool:
        return not any(s < end and start < e for bucket in range(start >> 8, (end >> 8) + 1) for s, e in self._buckets.get(bucket, ()))


def _mention(text: str, start: int, end: int, value: Quantity, weak: bool = False) -> Mention:
    return Mention(ClaimKind.NUMBER, start, end, text[start:end], value, weak)


def _phones(text: str) -> list[Mention]:
    found = []
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 7 <= len(digits) <= 15:
            found.append(_mention(text, *match.span(), Quantity((), literal="tel" + digits.removeprefix("00").lstrip("0"))))
    return found


def _clocks(text: str) -> list[Mention]:
    found = []
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["h"]), int(match["m"] or 0)
        half, uhr, separator = match["half"], match["uhr"], text[match.end("h") : match.end("h") + 1]
        if not (half or (uhr and uhr.casefold() not in ("h", "hrs")) or (match["m"] and separator in ":h")):
            continue
        if hour > 24 and not match["s"]:
            if hour > 59 or half:
                continue
        if half and hour <= 12:
            values: tuple[int, ...] = (hour % 12 * 60 + minute + (720 if half[0] in "pP" else 0),)
        elif hour <= 12 and not uhr and separator == ":":
            values = (hour * 60 + minute, (hour % 12 + 12) * 60 + minute)
        else:
            values = (hour * 60 + minute,)
        seconds = Fraction(int(match["s"] or 0), 60)
        found.append(_mention(text, *match.span(), Quantity(tuple(v + seconds for v in values), (CLOCK,))))
    return found


def _versions(text: str) -> list[Mention]:
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
        found.append(_mention(text, *match.span(), Quantity((), literal=literal)))
    return found


def _fractions(text: str) -> list[Mention]:
    found = []
    for match in _MIXED.finditer(text):
        if match["glyph"]:
            value = Fraction(_GLYPHS[match["glyph"]]) + int(match["whole"] or 0)
        elif int(match["bottom"]) == 0 or (int(match["top"]), int(match["bottom"])) == (24, 7):
            continue
        else:
            value = Fraction(int(match["top"]), int(match["bottom"])) + int(match["whole2"] or 0)
        start, end = match.span()
        units, end = _unit(text, end, glued=True)
        found.append(_mention(text, start, end, Quantity((value,), units, nouns=(), step=Fraction(1, 8))))
    return found


def _readings(digits: str, language: str) -> tuple[tuple[Fraction, ...], Fraction]:
    """The values that a digit string may mean, likeliest first, and the place value of its last shown digit."""
    plain = re.sub("[ \u00a0\u202f\u2009'’]", "", digits)
    separators = [c for c in plain if c in ".,"]
    if not separators:
        return (Fraction(plain),), _step(plain)
    last = separators[-1]
    groups = re.split("[.,]", plain)
    grouped = all(len(g) == 3 for g in groups[1:]) and 0 < len(groups[0]) <= 3 and groups[0] != "0"
    if len(set(separators)) == 2:
        whole, _, part = plain.rpartition(last)
        return (Fraction(re.sub("[.,]", "", whole) + "." + part),), Fraction(1, 10 ** len(part))
    if len(separators) > 1:
        return ((Fraction("".join(groups)),), _step("".join(groups))) if grouped else ((), Fraction(1))
    decimal = Fraction(f"{groups[0]}.{groups[1]}")
    if not grouped:
        return (decimal,), Fraction(1, 10 ** len(groups[1]))
    together = Fraction("".join(groups))
    thousands_first = last == "," if language in ("en", "und") else last == "."
    return ((together, decimal) if thousands_first else (decimal, together)), _step("".join(groups)) if thousands_first else Fraction(
        1, 1000
    )


def _step(digits: str) -> Fraction:
    return Fraction(10 ** (len(digits) - len(digits.rstrip("0")))) if digits.strip("0") else Fraction(1)


def _digits(text: str, match: re.Match[str], language: str, words: Sequence[Token], starts: Sequence[int]) -> Mention | None:
    start, end = match.span()
    before = text[start - 1 : start]
    if (
        before.isalnum()
        or before == "_"
        or (before in "-‑" and text[start - 2 : start - 1].isupper())
        or (before == "#" and text[start - 2 : start - 1] == "&")
    ):
        if not MONEY_BEFORE.search(text[max(0, start - 5) : start]):
            return None
    if before in ".," and text[start - 2 : start - 1].isdigit():
        return None
    values, step = _readings(match.group(), language)
    if not values:
        return _mention(text, start, end, Quantity((), literal=match.group()))
    sign = before in "-−–" and before != "" and not text[start - 2 : start - 1].strip(" (\n\t\u00a0")
    money = MONEY_BEFORE.search(text[max(0, start - 6) : start])
    if money:
        start -= len(money.group())
        sign = text[start - 1 : start] in ("-", "−") and not text[start - 2 : start - 1].strip(" (\n")
    factor, end = _magnitude(text, end, language, money=bool(money))
    units: tuple[Unit, ...] = MONEY_SIGNS[money.group().strip("  \u202f")] if money else ()
    bare_m = not money and text[end : end + 1] == "m" and not text[end + 1 : end + 2].isalnum()
    if not money:
        units, end = _unit(text, end, glued=True)
    else:
        _, end = _unit(text, end, glued=False, only=units)
    if bare_m:
        values = (*values, *(v * 10**6 for v in values))
    ordinal = _ORDINAL.match(text, end) if not units and factor == 1 else None
    end = ordinal.end() if ordinal else end
    if text[end : end + 1].isalpha() and not units and factor == 1 and not ordinal:
        glued = _GLUED.match(text, end)
        if not glued:
            return None
        return _mention(text, start, glued.end(), Quantity(values, nouns=(fold(glued.group()),), step=step))
    if sign:
        start, values = start - 1, tuple(-v for v in values)
    over = text[end : end + 1] == "+" and not text[end + 1 : end + 2].isdigit()
    hedge = "more" if over else _hedge(text, start)
    end += over
    quantity = Quantity(
        tuple(v * factor for v in values), units, step=step * factor, hedge=hedge, nouns=_nouns(text, end, words, starts, language),
        label=_label(text, start, words, starts),
    )  # fmt: skip
    return _mention(text, start, end, quantity)


def _in_words(
    text: str, start: int, end: int, value: int, weak: bool, language: str, words: Sequence[Token], starts: Sequence[int]
) -> Mention | None:
    if re.search(r"\b(?:por|per|pour)[ \u00a0]$", text[max(0, start - 5) : start], re.IGNORECASE) and value == 100:
        return None
    factor, end = _magnitude(text, end, language, money=False) if value < 1000 else (1, end)
    units, end = _unit(text, end, glued=False)
    digits = str(value * factor)
    weak = weak and factor == 1 and (not units or language != "en" or value != 1 or units[0].name not in ("percent", "hour", "minute"))
    quantity = Quantity(
        (Fraction(value * factor),),
        units,
        step=_step(digits),
        hedge=_hedge(text, start),
        nouns=_nouns(text, end, words, starts, language),
        spelled=True,
    )
    return _mention(text, start, end, quantity, weak)


def _magnitude(text: str, end: int, language: str, *, money: bool) -> tuple[int, int]:
    """The factor after a number and where it ends; "m" counts only after a currency, a bare one may be metres."""
    if match := MAGNITUDE_AFTER.match(text, end):
        if match["word"].casefold() == "mil" and text[match.end() : match.end() + 9].casefold().lstrip().startswith("millones"):
            return 10**9, match.end() + len(" millones")
        return magnitude(match["word"], language), match.end()
    letter = MAGNITUDE_LETTER.match(text, end)
    if letter and (money or letter["letter"] not in ("m", "mm", "b", "T")):
        return magnitude_letter(letter["letter"]), letter.end()
    return 1, end


def _unit(text: str, end: int, *, glued: bool, only: tuple[Unit, ...] = ()) -> tuple[tuple[Unit, ...], int]:
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


def _hedge(text: str, start: int) -> str:
    match = _ABOUT.search(text[max(0, start - 32) : start])
    return _HEDGES[match.lastgroup] if match and match.lastgroup else ""


def _nouns(text: str, end: int, words: Sequence[Token], starts: Sequence[int], language: str) -> tuple[str, ...]:
    """The stems of up to three words that follow directly and are no function words."""
    stops, found, last = stop_words(language), [], end
    for word in words[bisect_left(starts, end) : bisect_left(starts, end) + 3]:
        if text[last : word.start].strip("  -‑") or word.key in stops or word.key[0].isdigit() or "  " in text[last : word.start]:
            break
        found.append(stem(word.text))
        last = word.end
    return tuple(found)


def _label(text: str, start: int, words: Sequence[Token], starts: Sequence[int]) -> str:
    """The capitalised word directly before: "Python" of "Python 3.11"."""
    i = bisect_left(starts, start) - 1
    if i < 0 or not words[i].upper or text[words[i].end : start].strip("  ") or words[i].end == start:
        return ""
    return "" if words[i].initial and words[i].key in stop_words("en") else fold(words[i].text)


def _inherit(found: list[Mention], text: str, sentences: Sequence[int]) -> list[Mention]:
    """Gives "5" of "5 to 10 million" and "14" of "from 14 to 6%" the unit (as inherited) and the magnitude of its neighbour."""
    for i in range(len(found) - 2, -1, -1):
        here, after = found[i], found[i + 1]
        if not isinstance(here.value, Quantity) or not isinstance(after.value, Quantity) or here.value.literal or after.value.literal:
            continue
        if after.start - here.end > 16 or not _RANGE.fullmatch(text, here.end, after.start):
            continue
        quantity, follower = here.value, after.value
        values = quantity.values
        factor = _factor_of(after, text)
        if factor > 1 and values and all(v < 1000 for v in values):
            values = (*values, *(v * factor for v in values))
        units = () if quantity.units else (follower.units or follower.inherited)
        if quantity.units and not follower.units and quantity.units[0].dimension.isupper():
            found[i + 1] = _with(after, follower.values, quantity.units, follower.nouns)
        found[i] = _with(here, values, units, quantity.nouns or ((follower.nouns) if not quantity.units else ()))
    return found


def _with(mention: Mention, values: tuple[Fraction, ...], inherited: tuple[Unit, ...], nouns: tuple[str, ...]) -> Mention:
    q = mention.value
    assert isinstance(q, Quantity)
    quantity = Quantity(values, q.units, inherited or q.inherited, q.step, q.hedge, q.literal, nouns, q.label, q.spelled)
    return Mention(mention.kind, mention.start, mention.end, mention.text, quantity, mention.weak)


def _factor_of(mention: Mention, text: str) -> int:
    q = mention.value
    assert isinstance(q, Quantity)
    lead = re.match(r"\D*(\d[\d.,'’]*)", mention.text)
    if not lead or not q.values:
        return 1
    shown, _ = _readings(lead.group(1).rstrip(".,"), "en")
    return int(q.values[0] / shown[0]) if shown and shown[0] and q.values[0] / shown[0] >= 1000 else 1
