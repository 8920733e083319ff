"""Decides whether one quantity supports another: value, unit, rounding, direction, and what is counted.

Called by `verdicts`.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .mention import Mention, Quantity, Unit
from .source import SourceIndex, Text
from .words import stem

_DOWN = re.compile(r"\b(?:fell|fall|falls|falling|down|drop\w*|declin\w+|decreas\w+|loss\w*|lost|lower|less|shr[aiu]nk|below"
r"|minus|cut|reduc\w+|ca[íy]\w+|baj\w+|menos|sank|sinken|gesunken|weniger|rückgang|unter)\b", re.IGNORECASE)  # fmt: skip


def quantity(mention: Mention) -> Quantity:
    assert isinstance(mention.value, Quantity)
    return mention.value


def _relative(unit: Unit) -> bool:
    """Percent and money: a number without them is another statement."""
    return unit.dimension in ("percent", "percentage point") or unit.dimension.isupper()


def same_value(claim: Quantity, source: Quantity, *, down: bool = False) -> bool:
    """Equal in some reading, after conversion when both have units of one dimension."""
    if claim.units and source.units:
        for a in claim.units:
            for b in source.units:
                if a.dimension != b.dimension:
                    continue
                readings = slice(None) if a.name == b.name else slice(1)
                said, found = {v * a.factor for v in claim.values[readings]}, {v * b.factor for v in source.values[readings]}
                if said & found or (down and {-v for v in said} & found):
                    return True
        return False
    if set(claim.values) & set(source.values):
        return True
    return down and bool({-v for v in claim.values} & set(source.values))


def units_agree(claim: Mention, source: Mention, claimed: Text, index: SourceIndex) -> bool:
    """Percent and money are strict both ways; a bare number of the source takes the unit of its sentence when it counts nothing."""
    c, s = quantity(claim), quantity(source)
    mine, theirs = c.units or c.inherited, s.units or s.inherited
    if (_millions(c) and not theirs) or (_millions(s) and not mine):
        return True
    if mine and theirs:
        if {u.dimension for u in mine} & {u.dimension for u in theirs}:
            return True
        return not c.units and not any(_relative(u) for u in theirs) and _shares_noun(c, source, index)
    if mine:
        return _lends(source, mine, index)
    if theirs:
        if any(_relative(u) for u in theirs):
            return not c.nouns and _lends_to(claim, theirs, claimed)
        return not c.nouns or _shares_noun(c, source, index)
    if c.nouns and not s.nouns and _beside_a_relative(source, index):
        return _shares_noun(c, source, index)
    return True


def _beside_a_relative(source: Mention, index: SourceIndex) -> bool:
    """Whether the sentence of a bare number has percent or money, so that the number may mean them too."""
    if quantity(source).values[:1] >= (Fraction(1000),):
        return False
    low, high = index.sentence_span(index.sentence(source.start))
    return any(_relative(u) for other in index.numbers_in(low, high) for u in quantity(other).units)


def counts_alike(claim: Quantity, near: frozenset[str], source: Mention, index: SourceIndex) -> bool:
    """Whether two numbers may tell one fact: the noun of the claim, or two of its sentence's words, are in the source's sentence."""
    return not claim.nouns or _shares_noun(claim, source, index) or len(near & index.stems_near(source.start)) >= 2


def _millions(q: Quantity) -> bool:
    """ "84m": metres or millions."""
    return bool(q.units) and q.units[0].name == "metre" and len(q.values) > 1 and q.values[1] == q.values[0] * 10**6


def _shares_noun(claim: Quantity, source: Mention, index: SourceIndex) -> bool:
    return bool(set(claim.nouns) & (index.stems_near(source.start) | set(quantity(source).nouns)))


def _lends(source: Mention, units: tuple[Unit, ...], index: SourceIndex) -> bool:
    """ "six percent, down from fourteen": a bare number that counts nothing, in a sentence that has the unit."""
    if quantity(source).nouns and not any(u.dimension in ("months", "clock") for u in units):
        return False
    low, high = index.sentence_span(index.sentence(source.start))
    dimensions = {u.dimension for u in units}
    for other in index.numbers_in(low, high):
        q = quantity(other)
        if other.start != source.start and dimensions & {u.dimension for u in (*q.units, *q.inherited)}:
            return True
    if "months" in dimensions and re.search(
        r"\b(?:aged?|alter|edad|turned|turns|old|(?:boy|girl|man|woman|child|son|daughter) of)\b", index.text[low:high], re.IGNORECASE
    ):
        return True
    names = {stem(u.name) for u in units}
    return not quantity(source).nouns and bool(names & index.stems_near(source.start))


def _lends_to(claim: Mention, units: tuple[Unit, ...], claimed: Text) -> bool:
    """A bare claim next to the same unit in its own sentence ("from 14 to 6%" has it as inherited already)."""
    low, high = claimed.sentence_span(claimed.sentence(claim.start))
    around = claimed.text[claim.end : min(high, claim.end + 12)] + " " + claimed.text[max(low, claim.start - 24) : claim.start]
    return any(u.name == "percent" and "%" in around for u in units)


def rounds(claim: Quantity, source: Quantity) -> bool:
    """ "about 3 million" for 2,950,000: rounded at the digits shown and at most 10% away; over and under respect the direction."""
    for c in claim.values[:1]:
        for s in _converted(claim, source):
            if c <= 0 or s <= 0 or c == s:
                continue
            step = claim.step
            near = abs(c - s) * 2 <= step and abs(c - s) * 10 <= max(c, s)
            if claim.hedge == "about" and near:
                return True
            if claim.hedge == "under" and s < c and near:
                return True
            if claim.hedge == "less" and s < c and c - s < step and (c - s) * 4 <= c:
                return True
            if claim.hedge in ("over", "more") and s > c and s - c < step:
                return True
    return False


def rounding_range(claim: Quantity) -> tuple[Fraction, Fraction, tuple[Fraction, ...]]:
    """Outside these bounds no value rounds to the claim, whatever its hedge; and the factors that turn them into other units."""
    value = claim.values[0] if claim.values else Fraction(0)
    return value * Fraction(3, 4), max(value * Fraction(9, 8), value + claim.step), (Fraction(1), *(u.factor for u in claim.units))


def _converted(claim: Quantity, source: Quantity) -> tuple[Fraction, ...]:
    if claim.units and source.units:
        shared = [(a, b) for a in claim.units for b in source.units if a.dimension == b.dimension]
        return tuple(v * b.factor / a.factor for a, b in shared[:1] for v in source.values[:1])
    return source.values[:1]


def contradicts(claim: Quantity, source: Quantity) -> bool:
    """Equal values with a direction that the source does not have: "more than 1,200" for exactly 1,200, or the opposite direction."""
    opposite = {"more": ("less", "under"), "over": ("less", "under"), "less": ("more", "over"), "under": ("more", "over")}
    if source.hedge in opposite.get(claim.hedge, ()):
        return True
    return (claim.hedge == "more" and source.hedge not in ("more", "over")) or (
        claim.hedge == "less" and source.hedge not in ("less", "under")
    )


def other_noun(claim: Mention, supports: list[Mention], index: SourceIndex) -> Mention | None:
    """A swap of nouns: what the claim counts is counted in the source, but always by another number, and this number counts another thing.

    Returns the source's number for that noun. Silent when the noun stands anywhere in the sentence of the claimed value.
    """
    c = quantity(claim)
    if not c.nouns or c.units:
        return None
    nouns = set(c.nouns)
    for mention in supports:
        q = quantity(mention)
        low, high = index.sentence_span(index.sentence(mention.start))
        counted_here = {n for other in index.numbers_in(low, high) if other.start != mention.start for n in quantity(other).nouns}
        if not q.nouns or nouns & set(q.nouns) or nouns & (index.stems_of(index.sentence(mention.start)) - counted_here):
            return None
    for noun in c.nouns[::-1]:
        rival = next((m for m in index.counted.get(noun, ()) if not same_value(c, quantity(m))), None)
        if rival and quantity(rival).units == ():
            return rival
    return None


def is_down(text: str) -> bool:
    return bool(_DOWN.search(text))
