"""The evidence pair: texts cut into runs, so that a claim and its place in the source can light up together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from coexai_app.agents.report import Claim, ClaimStatus, Report
from coexai_app.views.base import View, count

CLAIM_TONES: Final = {ClaimStatus.SUPPORTED: "linked", ClaimStatus.UNSUPPORTED: "none", ClaimStatus.OVERRIDDEN: "kept"}
# A source longer than this shows only the paragraphs around its claims: the page stays quick, and the rest is one export away.
WHOLE_SOURCE_CHARACTERS: Final = 24_000


class Segment(View):
    """A run of text.

    `claim` is the number of the claim it shows, 0 for plain text, and `refs` all of them ("2 17"): a place in the source may
    carry several. `tone` is linked, none or kept (overridden). `anchor` ties the two sides: the id of the source's element
    on the source's side, the id that describes the claim on the other.
    """

    text: str
    claim: int = 0
    refs: str = ""
    tone: str = ""
    anchor: str = ""


class SourceBlock(View):
    """A paragraph of the source. `kind` is heading, paragraph, list_item, quote, code, table, gap (left-out paragraphs), or source: the
    heading of one of several sources, `url` its address."""

    kind: str
    segments: tuple[Segment, ...]
    url: str = ""


def segments(text: str, start: int, end: int, marks: Sequence[tuple[int, int, int, str]]) -> tuple[Segment, ...]:
    """`text[start:end]` cut at the ends of its marks (start, end, number, tone); marks may share words."""
    inside = sorted(mark for mark in marks if start <= mark[0] < mark[1] <= end)
    cuts = sorted({start, end, *(edge for first, last, *_ in inside for edge in (first, last))})
    found: list[Segment] = []
    for a, b in pairwise(cuts):
        over = [(number, tone) for first, last, number, tone in inside if first <= a and b <= last]
        refs = " ".join(str(number) for number, _ in over)
        found.append(Segment(text=text[a:b], claim=over[0][0] if over else 0, refs=refs, tone=over[0][1] if over else ""))
    return tuple(found)


def source_blocks(report: Report) -> tuple[SourceBlock, ...]:
    """The source as the page shows it: every claim's place marked; of a long one only the paragraphs around the claims."""
    text = report.source.text
    marks = [
        (c.source.start, c.source.end, n, CLAIM_TONES[c.status])
        for n, c in enumerate(report.claims, 1)
        if c.source is not None and c.source.origin == "source"
    ]
    blocks = _blocks(report)
    opening = dict(opened_by(report))
    if len(text) > WHOLE_SOURCE_CHARACTERS:
        near = {i + d for i, (_, a, b) in enumerate(blocks) for d in (-1, 0, 1) if any(a <= m[0] < b for m in marks)}
        near |= {0, 1} | {i for i, (_, start, _) in enumerate(blocks) if start in opening}
    else:
        near = set(range(len(blocks)))
    found: list[SourceBlock] = []
    known: set[str] = set()
    skipped = 0
    for i, (kind, start, end) in enumerate(blocks):
        if i not in near:
            skipped += 1
            continue
        if skipped:
            found.append(_gap(skipped))
            skipped = 0
        kind = "source" if start in opening else kind
        pieces = _anchored(segments(text, start, end, marks), known)
        found.append(SourceBlock(kind=kind, segments=pieces, url=opening.get(start, "")))
    if skipped:
        found.append(_gap(skipped))
    return tuple(found)


def opened_by(report: Report) -> tuple[tuple[int, str], ...]:
    """Where each of several sources begins, and its address; nothing of a single one."""
    return tuple((int(one["start"]), str(one["url"])) for one in _kept(report, "sources"))


def where(report: Report, claim: Claim) -> tuple[str, str]:
    """The name and the address of the one among several sources that a claim's place is in; ("", "") of a single one."""
    place = claim.source
    if place is None or place.origin != "source":
        return "", ""
    found = next((one for one in _kept(report, "sources") if one["start"] <= place.start < one["end"]), None)
    return (str(found["title"] or found["name"] or found["url"] or "Your text"), str(found["url"])) if found else ("", "")


def reading_notes(report: Report) -> tuple[str, ...]:
    """What a person should know of the reading before they trust the result: sources that were not read, and parts of them."""
    unread, read = _kept(report, "unread"), _kept(report, "sources")
    count_ = len(unread) + max(1, len(read))
    lines = [str(one["reason"]) if one["label"] in one["reason"] else f"{one['label']}: {one['reason']}" for one in unread]
    head = [f"{len(unread)} of {count_} sources could not be read. The others were; this is made from them."] if unread else []
    return (*head, *lines, *(str(note) for note in _kept(report, "reading_notes")))


def _kept(report: Report, name: str) -> Sequence[Any]:
    found = (report.analysis.model_extra or {}).get(name)
    return found if isinstance(found, list | tuple) else ()


def _anchored(pieces: Sequence[Segment], known: set[str]) -> tuple[Segment, ...]:
    """Gives the first piece of every claim an id; one id serves all claims that begin there."""
    found: list[Segment] = []
    for piece in pieces:
        fresh = [number for number in piece.refs.split() if number not in known]
        known.update(fresh)
        found.append(piece.model_copy(update={"anchor": f"source-{fresh[0]}"}) if fresh else piece)
    return tuple(found)


def _gap(paragraphs: int) -> SourceBlock:
    return SourceBlock(kind="gap", segments=(Segment(text=f"{count(paragraphs, 'paragraph')} without a claim left out"),))


def _blocks(report: Report) -> list[tuple[str, int, int]]:
    """The source's blocks as the analysis kept them, else its paragraphs."""
    kept = (report.analysis.model_extra or {}).get("blocks")
    if kept:
        return [(str(kind), int(start), int(end)) for kind, start, end, *_ in kept]
    return [("paragraph", m.start(), m.end()) for m in re.finditer(r"\S(?:.*?\S)?(?=\n\s*\n|\s*\Z)", report.source.text, re.S)]
