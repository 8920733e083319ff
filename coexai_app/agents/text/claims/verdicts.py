"""Looks one mention up in the sources and says in plain words why it is or is not supported.

Called by `ledger`. One judge per kind; the first source that supports a claim wins, the document's text before all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from coexai_app.agents.report import ClaimKind, SourceSpan

from .dates import days_of
from .links import host
from .mention import Day, Mention
from .name_lookup import judge_name
from .number_verdicts import Verdict, judge_number
from .quantities import quantity
from .quotes import CHECKED_FROM
from .slots import elsewhere, rival
from .source import MOST_PLACED, SourceIndex, Text, best_placed


def judge(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    """The verdict on one mention of a part; `sources[0]` is the document's text."""
    return _JUDGES[mention.kind](mention, claim, sources)


def _date(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> Verdict:
    near, wanted = claim.stems_near(mention.start), list(days_of(mention))
    fault: Verdict | None = None
    for source in sources:
        equal, places = source.dated(wanted)
        if equal:
            first, last = claim.words_of(mention.start, mention.end)
            other = rival(claim, first, last, source, source.value_bounds, lambda m, places=places: m.start in places)  # type: ignore[misc]
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
    shape = bool(wanted.year), bool(wanted.month)
    pool = list(islice((m for m in source.dates if any((bool(d.year), bool(d.month)) == shape for d in days_of(m))), MOST_PLACED))
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
    ClaimKind.NUMBER: judge_number,
    ClaimKind.DATE: _date,
    ClaimKind.NAME: _name,
    ClaimKind.QUOTE: _quote,
    ClaimKind.LINK: _link,
}
