"""Finds numbers with their units, currencies, magnitudes and hedges, in digits or in words.

Called by the package's `find` and by `source.SourceIndex`; `quantities` compares what is found here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from .hedges import hedge as hedge_before
from .mention import Mention, Quantity, Unit
from .number_forms import clocks, fractions, magnitude_after, number_mention, phones, unit_after, versions
from .number_parts import parts
from .number_words import Spelled, spelled
from .units import MONEY_BEFORE, MONEY_SIGNS
from .words import JOINTS, SPACES, Token, fold, sentence_starts, stem, stop_words, tokens

_PLAIN = re.compile(r"\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,'’]\d+)*")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d)")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|ère|ème|e|º|ª)(?![\w°])")
# Longer strings of digits are identifiers and compare as text; Python refuses to read more than 4,300 digits as a number.
_LONGEST = 40
_GLUED = re.compile(r"[a-z]{1,5}(?!\w)")
_RANGE = re.compile(
    r"\s*(?:[–—‒-]|to|and|or|through|bis|und|oder|a|y|o|u|à|et|ou|al|e|tot|en|von|auf|up to|,|/)\s*(?:(?:about|over|a|la|las"
    r"|los)\s+)?[$£€¥₹]?\s*"
)
_AT = re.compile(r"\b(?:at|um|a las?)\s$", re.IGNORECASE)


def find_numbers(
    text: str,
    language: str,
    blocked: Sequence[tuple[int, int]] = (),
    words: Sequence[Token] | None = None,
    sentences: Sequence[int] | None = None,
) -> list[Mention]:
    """All numbers outside `blocked` in order, not overlapping; the weak ones too (see Mention)."""
    words = tokens(text) if words is None else words
    taken = Spans(blocked)
    found: list[Mention] = []
    for finder in (phones, clocks, versions, fractions, parts):
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
        number = _in_words(text, hit, language, words, starts)
        if number and taken.free(number.start, number.end):
            taken.add(number.start, number.end)
            found.append(number)
    found.sort(key=lambda m: m.start)
    return _inherit(found, text, sentence_starts(text) if sentences is None else sentences)


class Spans:
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
    before = text[start - 1 : start] or " "
    inside = (
        before.isalnum() or before == "_" or text[start - 2 : start] == "&#" or (before in "-‑" and text[start - 2 : start - 1].isupper())
    )
    if inside and not MONEY_BEFORE.search(text[max(0, start - 5) : start]):
        return None
    if before in ".," and text[start - 2 : start - 1].isdigit():
        return None
    if end - start > _LONGEST:
        return number_mention(text, start, end, Quantity((), literal=match.group()))
    values, step = _readings(match.group(), language)
    if not values:
        return number_mention(text, start, end, Quantity((), literal=match.group()))
    sign = before in "-−–" and not text[start - 2 : start - 1].strip(" (\n\t\u00a0")
    money = MONEY_BEFORE.search(text[max(0, start - 6) : start])
    if money:
        start -= len(money.group())
        sign = text[start - 1 : start] in ("-", "−") and not text[start - 2 : start - 1].strip(" (\n")
    factor, end = magnitude_after(text, end, language, money=bool(money))
    units: tuple[Unit, ...] = MONEY_SIGNS[money.group().strip(SPACES)] if money else ()
    bare_m = not money and text[end : end + 1] == "m" and not text[end + 1 : end + 2].isalnum()
    if not money:
        units, end = unit_after(text, end, glued=True)
    else:
        _, end = unit_after(text, end, glued=False, only=units)
    if bare_m:
        values = (*values, *(v * 10**6 for v in values))
    ordinal = _ORDINAL.match(text, end) if not units and factor == 1 else None
    end = ordinal.end() if ordinal else end
    if text[end : end + 1].isalpha() and not units and factor == 1 and not ordinal:
        glued = _GLUED.match(text, end)
        if not glued:
            return None
        return number_mention(text, start, glued.end(), Quantity(values, nouns=(fold(glued.group()),), step=step))
    if sign:
        start, values = start - 1, tuple(-v for v in values)
    over = text[end : end + 1] == "+" and not text[end + 1 : end + 2].isdigit()
    hedge = "more" if over else hedge_before(text, start)
    end += over
    quantity = Quantity(
        tuple(v * factor for v in values), units, step=step * factor, hedge=hedge,
        nouns=() if not units and _is_hour(text, start, int(values[0])) else _nouns(text, end, words, starts, language),
        label=_label(text, start, words, starts), ordinal=bool(ordinal),
    )  # fmt: skip
    return number_mention(text, start, end, quantity)


def _in_words(text: str, hit: Spelled, language: str, words: Sequence[Token], starts: Sequence[int]) -> Mention | None:
    start, end, value, weak = words[hit.first].start, words[hit.last - 1].end, hit.value, hit.weak
    if re.search(r"\b(?:por|per|pour)[ \u00a0]$", text[max(0, start - 5) : start], re.IGNORECASE) and value == 100:
        return None
    factor, end = magnitude_after(text, end, language, money=False) if value < 1000 else (1, end)
    units, end = unit_after(text, end, glued=False)
    digits = str(value * factor)
    weak = weak and factor == 1 and (not units or language != "en" or value != 1 or units[0].name not in ("percent", "hour", "minute"))
    quantity = Quantity(
        (Fraction(value * factor),),
        units,
        step=_step(digits),
        hedge=hedge_before(text, start),
        nouns=() if _is_hour(text, start, value) else _nouns(text, end, words, starts, language),
        spelled=True,
        ordinal=hit.ordinal,
    )
    return number_mention(text, start, end, quantity, weak)


def _is_hour(text: str, start: int, value: int) -> bool:
    """ "at ten": what follows is not what is counted ("The second bake at ten made the difference")."""
    return 0 < value <= 24 and bool(_AT.search(text[max(0, start - 7) : start]))


def _nouns(text: str, end: int, words: Sequence[Token], starts: Sequence[int], language: str) -> tuple[str, ...]:
    """The stems of up to three words that follow directly and are no function words."""
    stops, found, last = stop_words(language), [], end
    for word in words[bisect_left(starts, end) : bisect_left(starts, end) + 3]:
        if text[last : word.start].strip(JOINTS) or word.key in stops or word.key[0].isdigit() or "  " in text[last : word.start]:
            break
        found.append(stem(word.text))
        last = word.end
    return tuple(found)


def _label(text: str, start: int, words: Sequence[Token], starts: Sequence[int]) -> str:
    """The capitalised word directly before: "Python" of "Python 3.11"."""
    i = bisect_left(starts, start) - 1
    if i < 0 or not words[i].upper or text[words[i].end : start].strip(SPACES) or words[i].end == start:
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
    quantity = replace(q, values=values, inherited=inherited or q.inherited, nouns=nouns)
    return Mention(mention.kind, mention.start, mention.end, mention.text, quantity, mention.weak)


def _factor_of(mention: Mention, text: str) -> int:
    q = mention.value
    assert isinstance(q, Quantity)
    lead = re.match(r"\D*(\d[\d.,'’]*)", mention.text)
    if not lead or not q.values:
        return 1
    shown, _ = _readings(lead.group(1).rstrip(".,"), "en")
    return int(q.values[0] / shown[0]) if shown and shown[0] and q.values[0] / shown[0] >= 1000 else 1
