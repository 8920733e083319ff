"""Looks one mention up in the sources and says in plain words why it is or is not supported.

Called by `ledger`. One judge per kind; the first source that supports a claim wins, the document's text before all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coexai_app.agents.report import ClaimKind, SourceSpan

from .dates import covers, days_of
from .links import host
from .mention import Day, Mention, Quantity
from .name_lookup import judge_name
from .quantities import contradicts, is_down, other_noun, quantity, rounds, same_value, units_agree
from .quotes import CHECKED_FROM
from .slots import elsewhere, rival
from .source import SourceIndex, Text, best_placed


@dataclass(frozen=True, slots=True)
class Verdict:
    """`source` is None exactly when the claim is not supported."""

    source: SourceSpan | None
    reason: str


def judge(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    """The verdict on one mention of a part; `sources[0]` is the document's text."""
    return _JUDGES[mention.kind](mention, claim, sources)


def _number(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
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
        if year := _as_year(c, source):
            first, last = claim.words_of(mention.start, mention.end)
            other = rival(claim, first, last, source, source.value_bounds, lambda m, source=source: _same(mention, m, claim, source))  # type: ignore[misc]
            if other and source is sources[0]:
                nearest = nearest or Verdict(None, f"the source has {other.text} here, not {mention.text}")
                continue
            best = best_placed(year, source, near)
            return Verdict(source.span(best.start, best.end), "exact match")
        if c.hedge:
            rounded = [m for m in source.numbers if rounds(c, quantity(m)) and units_agree(mention, m, claim, source)]
            if rounded:
                best = best_placed(rounded, source, near)
                return Verdict(source.span(best.start, best.end), f"rounded from {best.text}")
        if equal and source is sources[0] and not nearest:
            best = best_placed(equal, source, near)
            nearest = Verdict(None, f"the source has {_shown(best, source)}, not {mention.text}")
    return nearest or Verdict(None, _nearest_number(mention, claim, sources[0]))


def _equal(mention: Mention, claim: Text, source: SourceIndex) -> list[Mention]:
    c = quantity(mention)
    down = any(v < 0 for v in c.values)
    keys = {v * f for v in c.values for f in (1, *(u.factor for u in (*c.units, *c.inherited)))}
    if down:
        keys |= {-v for v in keys}
    found = {m.start: m for key in keys for m in source.by_value.get(key, ())}
    return [
        m for m in sorted(found.values(), key=lambda m: m.start)
        if same_value(c, quantity(m), down=down and is_down(source.text[slice(*source.sentence_span(source.sentence(m.start)))]))
    ]  # fmt: skip


def _misplaced(mention: Mention, claim: Text, source: SourceIndex, agreeing: list[Mention]) -> Verdict | None:
    """The value is in the source, but it belongs to something else there."""
    c = quantity(mention)
    if all(contradicts(c, quantity(m)) for m in agreeing):
        return Verdict(None, f"the source has {_shown(agreeing[0], source)}, without “{_direction(c.hedge)}”")
    first, last = claim.words_of(mention.start, mention.end)
    if other := rival(claim, first, last, source, source.value_bounds, lambda m: _same(mention, m, claim, source)):
        if _comparable(c, other, mention, claim, source):
            return Verdict(None, f"the source has {other.text} here, not {mention.text}")
    if c.label and c.label in source.labelled and not any(quantity(m).label == c.label for m in agreeing):
        labelled = [m for m in source.labelled[c.label] if not quantity(m).units]
        if labelled and not c.units:
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
    dimensions = {u.dimension for u in (*c.units, *c.inherited)}
    pool = [
        m for m in source.numbers
        if not m.weak and not quantity(m).literal and (dimensions & {u.dimension for u in quantity(m).units} if dimensions else set(c.nouns) & set(quantity(m).nouns))
    ]  # fmt: skip
    if not pool:
        return "no such number in the source"
    best = best_placed(pool, source, near)
    if len(source.stems_near(best.start) & near) < 2:
        return "no such number in the source"
    return f"the source has {_shown(best, source)}, not {mention.text}"


def _date(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    near, wanted = claim.stems_near(mention.start), list(days_of(mention))
    fault: Verdict | None = None
    for source in sources:
        equal = [m for m in source.dates if any(covers(fine, coarse) for coarse in wanted for fine in days_of(m))]
        if equal:
            first, last = claim.words_of(mention.start, mention.end)
            other = rival(
                claim, first, last, source, source.value_bounds, lambda m, starts=frozenset(m.start for m in equal): m.start in starts
            )  # type: ignore[misc]
            other = other or elsewhere(mention, claim, source, equal, lambda m: m.kind is ClaimKind.DATE and _same_shape(wanted, m))
            if other and source is sources[0]:
                fault = fault or Verdict(None, f"the source has {other.text} here, not {mention.text}")
                continue
            best = best_placed(
                equal, source, near, lambda m: (m.text.casefold() == mention.text.casefold()) * 2 + any(a in wanted for a in days_of(m))
            )
            return Verdict(source.span(best.start, best.end), _same_date(mention, best))
        year = wanted[0]
        if year.year and not (year.month or year.quarter or year.weekday):
            bare = [m for m in source.by_value.get(year.year, ()) if not quantity(m).units]  # type: ignore[call-overload]
            if bare:
                best = best_placed(bare, source, near)
                return Verdict(source.span(best.start, best.end), "exact match")
    return fault or Verdict(None, _nearest_date(mention, near, sources[0]))


def _same_shape(wanted: list[Day], mention: Mention) -> bool:
    """Whether two dates say the same parts (a year and a month, say)."""
    shapes = {(bool(d.year), bool(d.month), bool(d.day), bool(d.decade)) for d in wanted}
    return any((bool(d.year), bool(d.month), bool(d.day), bool(d.decade)) in shapes for d in days_of(mention))


def _same_date(claim: Mention, source: Mention) -> str:
    if claim.text.casefold() == source.text.casefold():
        return "exact match"
    exact = any(a == b for a in days_of(claim) for b in days_of(source))
    return "same date, other format" if exact else f"part of {source.text}"


def _nearest_date(mention: Mention, near: frozenset[str], source: SourceIndex) -> str:
    wanted = next(days_of(mention))
    pool = [m for m in source.dates if any(bool(d.year) == bool(wanted.year) and bool(d.month) == bool(wanted.month) for d in days_of(m))]
    if not pool:
        return "no such date in the source"
    best = best_placed(pool, source, near)
    return (
        f"the source has {best.text}, not {mention.text}"
        if len(source.stems_near(best.start) & near) >= 2
        else "no such date in the source"
    )


def _quote(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    inner = mention.text[1:-1]
    for source in sources:
        if place := source.quotes.place(inner):
            exact = source.text[slice(*place)].casefold() == inner.strip(" .,!?;:").casefold()
            return Verdict(source.span(*place), "exact match" if exact else "same words, other marks")
    if len(mention.value) < CHECKED_FROM:  # type: ignore[arg-type]
        return Verdict(None, "the quoted words are not in the source")
    nearest = sources[0].quotes.nearest(inner)
    return Verdict(None, f"the quoted words differ: the source has “{nearest}”" if nearest else "these words are not in the source")


def _link(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    wanted = str(mention.value)
    for source in sources:
        for other in source.addresses:
            if other.value == wanted:
                return Verdict(source.span(other.start, other.end), "exact match" if other.text == mention.text else "same address")
        for address, start, end, url in source.linked:
            if address == wanted:
                return Verdict(_linked(source, start, end, url), "a link of the source")
    if wanted == host(wanted) and not wanted.startswith("mailto:"):
        for source in sources:
            if places := source.hosts.get(wanted):
                start, end, url = places[0]
                return Verdict(_linked(source, start, end, url), "the same site")
    known = [other for source in sources for other in source.hosts.get(host(wanted), ())]
    return Verdict(None, f"the source has {known[0][2]}, not {mention.text}" if known else "no such address in the source")


def _linked(source: SourceIndex, start: int, end: int, url: str) -> SourceSpan:
    """The words of a link; a link without words (a picture) shows its address."""
    if start < end:
        return source.span(start, end)
    return SourceSpan(start=0, end=len(url), quote=url, origin="source.links")


def _name(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    return Verdict(*judge_name(mention, claim, sources))


_JUDGES: dict[ClaimKind, Callable[[Mention, Text, Sequence[SourceIndex]], Verdict]] = {
    ClaimKind.NUMBER: _number,
    ClaimKind.DATE: _date,
    ClaimKind.NAME: _name,
    ClaimKind.QUOTE: _quote,
    ClaimKind.LINK: _link,
}
