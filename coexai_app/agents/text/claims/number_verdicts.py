"""The verdict on a number: value and unit, rounding, and whether it stands for the same thing in the source.

Called by `verdicts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from itertools import islice

from coexai_app.agents.report import ClaimKind, SourceSpan

from .dates import days_of
from .mention import Mention, Quantity
from .quantities import contradicts, counts_alike, is_down, other_noun, quantity, rounding_range, rounds, same_value, units_agree
from .slots import elsewhere, rival
from .source import MOST_PLACED, SourceIndex, Text, best_placed

# Places of one value that are looked at, those that count the same thing first; more would only cost time.
_MOST = 100
_HOUR_CUE = re.compile(r"\b(?:at|a las?|um|from|until|till|by|to|bis|von|ab|desde|hasta|before|after|between)\s$|[–-]$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`source` is None exactly when the claim is not supported."""

    source: SourceSpan | None
    reason: str


def judge_number(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    c = quantity(mention)
    near = claim.stems_near(mention.start)
    nearest: Verdict | None = None
    for source in sources:
        if c.literal:
            if places := source.literals.get(c.literal):
                best = best_placed(places, source, near)
                return Verdict(source.span(best.start, best.end), "exact match")
            continue
        equal = _equal(mention, claim, source)
        agreeing = [m for m in equal if units_agree(mention, m, claim, source)]
        if agreeing:
            fault = _misplaced(mention, claim, source, agreeing) if source is sources[0] else None
            if fault:
                nearest = nearest or fault
                continue
            best = best_placed(agreeing, source, near, lambda m: bool(set(quantity(m).nouns) & set(c.nouns)) + (m.text == mention.text))
            return Verdict(source.span(best.start, best.end), _how(mention, best))
        if hours := _as_clock(mention, claim, source):
            best = best_placed(hours, source, near)
            return Verdict(source.span(best.start, best.end), "same time, other format")
        if year := _as_year(c, source):
            first, last = claim.words_of(mention.start, mention.end)
            other = rival(claim, first, last, source, source.value_bounds, lambda m, source=source: _same(mention, m, claim, source))  # type: ignore[misc]
            if other and source is sources[0]:
                nearest = nearest or Verdict(None, f"the source has {other.text} here, not {mention.text}")
                continue
            best = best_placed(year, source, near)
            return Verdict(source.span(best.start, best.end), "exact match")
        if c.hedge:
            rounded = [
                m
                for m in source.valued(*rounding_range(c))
                if rounds(c, quantity(m)) and units_agree(mention, m, claim, source) and counts_alike(c, near, m, source)
            ]
            if rounded:
                best = best_placed(rounded, source, near)
                return Verdict(source.span(best.start, best.end), f"rounded from {best.text}")
        equal = [m for m in equal if not m.weak]
        if equal and source is sources[0] and not nearest:
            best = best_placed(equal, source, near)
            nearest = Verdict(None, f"the source has {_shown(best, source)}, not {mention.text}")
    return nearest or Verdict(None, _nearest_number(mention, claim, sources[0]))


def _equal(mention: Mention, claim: Text, source: SourceIndex) -> list[Mention]:
    c = quantity(mention)
    down = any(v < 0 for v in c.values)
    keys = {v * f for v in c.values for f in (Fraction(1), *(u.factor for u in (*c.units, *c.inherited)))}
    if down:
        keys |= {-v for v in keys}
    return [
        m for m in _first(keys, set(c.nouns), source)
        if same_value(c, quantity(m), down=down and is_down(source.text[slice(*source.sentence_span(source.sentence(m.start)))]))
    ]  # fmt: skip


def _first(keys: set[Fraction], nouns: set[str], source: SourceIndex) -> list[Mention]:
    """The first places of some values: those that count one of the nouns, in order, and then the others."""
    alike = _merged(source.counted_by_value.get((key, noun), ()) for key in keys for noun in nouns)
    found = list(islice(alike, _MOST))
    others = (m for m in _merged(source.by_value.get(key, ()) for key in keys) if not nouns.intersection(quantity(m).nouns))
    return [*found, *islice(others, _MOST - len(found))]


def _merged(lists: Iterable[Sequence[Mention]]) -> Iterator[Mention]:
    """Mentions of several lists in order of their places, each once."""
    last = -1
    for mention in merge(*lists, key=lambda m: m.start):
        if mention.start != last:
            yield mention
        last = mention.start


def _misplaced(mention: Mention, claim: Text, source: SourceIndex, agreeing: list[Mention]) -> Verdict | None:
    """The value is in the source, but it belongs to something else there."""
    c = quantity(mention)
    if all(contradicts(c, quantity(m)) for m in agreeing):
        return Verdict(None, f"the source has {_shown(agreeing[0], source)}, without “{_direction(c.hedge)}”")
    first, last = claim.words_of(mention.start, mention.end)
    other = rival(claim, first, last, source, source.value_bounds, lambda m: _same(mention, m, claim, source))
    if other and _comparable(c, other, mention, claim, source):
        return Verdict(None, f"the source has {other.text} here, not {mention.text}")
    if c.label and c.label in source.labelled and not any(quantity(m).label == c.label for m in agreeing):
        labelled = [m for m in source.labelled[c.label] if not quantity(m).units]
        if labelled and not c.units and not any(_shortened(c, quantity(m)) for m in labelled):
            return Verdict(None, f"the source has {labelled[0].text} here, not {mention.text}")
    if other := elsewhere(mention, claim, source, agreeing, lambda m: _same_class(c, m)):
        return Verdict(None, f"the source has {_shown(other, source)} here, not {mention.text}")
    if other := other_noun(mention, agreeing, source):
        return Verdict(None, f"the source has {_shown(other, source)}, not {mention.text}")
    return None


def _same(mention: Mention, other: Mention, claim: Text, source: SourceIndex) -> bool:
    c = quantity(mention)
    if other.kind is ClaimKind.DATE:
        return any(day.year in c.values for day in days_of(other))
    return same_value(c, quantity(other)) and units_agree(mention, other, claim, source)


def _shortened(claim: Quantity, source: Quantity) -> bool:
    """ "PostgreSQL 12" for "PostgreSQL 12.17"."""
    return any(v.denominator == 1 and v == int(s) for v in claim.values[:1] for s in source.values[:1])


def _same_class(c: Quantity, other: Mention) -> bool:
    """A number of the same dimension, or bare like the claim and counting the same."""
    if other.kind is ClaimKind.DATE or other.weak:
        return False
    q = quantity(other)
    mine, theirs = {u.dimension for u in (*c.units, *c.inherited)}, {u.dimension for u in (*q.units, *q.inherited)}
    return bool(mine & theirs) if mine or theirs else bool(set(c.nouns) & set(q.nouns))


def _comparable(c: Quantity, other: Mention, mention: Mention, claim: Text, source: SourceIndex) -> bool:
    """Whether the source's value between the same words contradicts the claim; other units may state another fact."""
    if other.kind is ClaimKind.DATE:
        return not c.units
    return not (c.units and quantity(other).units and not units_agree(mention, other, claim, source))


def _direction(hedge: str) -> str:
    return {"more": "more than", "over": "over", "less": "less than", "under": "nearly"}.get(hedge, hedge)


def _how(claim: Mention, source: Mention) -> str:
    c, s = quantity(claim), quantity(source)
    if claim.text.casefold() == source.text.casefold():
        return "exact match"
    if s.spelled and not c.spelled:
        return "written as words"
    if c.spelled and not s.spelled:
        return "written in digits"
    if c.units and s.units and not {u.name for u in c.units} & {u.name for u in s.units}:
        return f"converted from {source.text}"
    return "same value, written another way" if not claim.text.startswith(source.text) else "exact match"


def _as_clock(mention: Mention, claim: Text, source: SourceIndex) -> list[Mention]:
    """ "at 11" for the source's 11:00."""
    c = quantity(mention)
    if c.units or c.inherited or c.nouns or c.values[0] > 24 or not _HOUR_CUE.search(claim.text[max(0, mention.start - 9) : mention.start]):
        return []
    minutes = {c.values[0] * 60, (c.values[0] % 12 + 12) * 60}
    return [m for m in source.clocks if minutes & set(quantity(m).values)]


def _as_year(c: Quantity, source: SourceIndex) -> list[Mention]:
    """A bare number that the source has as the year of a date."""
    if c.units or c.inherited or len(c.values) != 1 or c.values[0].denominator != 1 or not 1000 <= c.values[0] <= 2099:
        return []
    return source.years.get(int(c.values[0]), [])


def _shown(mention: Mention, source: SourceIndex) -> str:
    """A number with the word it counts, as the source writes it."""
    q = quantity(mention)
    if q.units or not q.nouns:
        return mention.text
    i = source.word_at(mention.end)
    return source.text[mention.start : source.words[i].end] if i < len(source.words) else mention.text


def _nearest_number(mention: Mention, claim: Text, source: SourceIndex) -> str:
    """Names the number of the same class in the most similar sentence, when that is similar enough to help."""
    c, near = quantity(mention), claim.stems_near(mention.start)
    mine = {u.dimension for u in (*c.units, *c.inherited)}
    lists = (source.by_dimension.get(d, ()) for d in mine) if mine else (source.counted_bare.get(noun, ()) for noun in set(c.nouns))
    pool = list(islice(_merged(lists), MOST_PLACED))
    if not pool:
        return "no such number in the source"
    best = best_placed(pool, source, near)
    if len(source.stems_near(best.start) & near) < 2:
        return "no such number in the source"
    return f"the source has {_shown(best, source)}, not {mention.text}"
