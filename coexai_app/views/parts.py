"""The parts of an output as pages show them: with the claims marked, by channel, and where a network folds a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Report
from coexai_app.agents.text.network_table import NETWORKS, Channel, Network
from coexai_app.views.base import View, count
from coexai_app.views.evidence import CLAIM_TONES, Segment, SourceBlock, segments

_DEVICES: Final = {"mobile": "phones", "desktop": "computers"}


class Piece(View):
    """A run of a text up to a fold, its claims marked. `fold` says which one it is, empty for the last run."""

    segments: tuple[Segment, ...]
    fold: str = ""


class PartView(View):
    """One part. `name` is what people call it, `label` its length as "212 of 280", empty without a limit. `lead` and `byline` as in
    `Part`; `line` is all of it as plain text. `network` is what people call its network, empty for none; `pieces` are the text cut where
    that network folds it, the first time after `fold` characters (0: never)."""

    index: int
    kind: str
    name: str
    group: str
    text: str
    length: int
    limit: int
    label: str
    over: bool
    segments: tuple[Segment, ...]
    lead: str = ""
    byline: str = ""
    line: str = ""
    network: str = ""
    fold: int = 0
    pieces: tuple[Piece, ...] = ()


class GroupView(View):
    """The parts of one channel. `layout` is posts, prose or entries; `size` says how much it is."""

    slug: str
    name: str
    layout: str
    size: str
    parts: tuple[PartView, ...]


def parts(report: Report, told: Sequence[Part], source: Sequence[SourceBlock]) -> tuple[PartView, ...]:
    """The parts of an output with the report's claims marked in them; `source` ties each to its place there."""
    described: dict[int, str] = {}
    for segment in (s for block in source for s in block.segments if s.anchor):
        for number in segment.refs.split():
            described.setdefault(int(number), segment.anchor)
    shown: list[PartView] = []
    for index, part in enumerate(told):
        marks = [(c.start, c.end, n, CLAIM_TONES[c.status]) for n, c in enumerate(report.claims, 1) if c.part == index]
        network = NETWORKS[Channel(part.channel)] if part.channel else None
        shown.append(
            PartView(
                index=index,
                kind=part.kind,
                name=part.label,
                group=part.group,
                text=part.text,
                length=part.length,
                limit=part.limit,
                label=f"{part.length:,} of {part.limit:,}" if part.limit else "",
                over=0 < part.limit < part.length,
                segments=_marked(part.text, 0, len(part.text), marks, described),
                lead=part.lead,
                byline=part.byline,
                line=_line(part),
                network=network.label if network else "",
                fold=network.folds[0][1] if network and network.folds else 0,
                pieces=tuple(
                    Piece(segments=_marked(part.text, start, end, marks, described), fold=fold)
                    for start, end, fold in runs(part.text, network)
                )
                if part.kind is PartKind.POST
                else (),
            )
        )
    return tuple(shown)


def groups(shown: Sequence[PartView]) -> tuple[GroupView, ...]:
    """The parts by channel, in the order in which they come."""
    found: list[GroupView] = []
    for name, members in groupby(shown, key=lambda part: part.group):
        of = tuple(members)
        kinds = {part.kind for part in of}
        layout = "posts" if kinds == {PartKind.POST} else "entries" if kinds == {PartKind.ENTRY} else "prose"
        found.append(GroupView(slug=f"g{len(found) + 1}", name=name or "Text", layout=layout, size=_size(layout, of), parts=of))
    return tuple(found)


def full_names(shown: Sequence[PartView]) -> tuple[str, ...]:
    """What people call the parts where they stand without their group: "Newsletter, Heading 2". A part that is all of its text, or says
    itself where it belongs, is called as it is."""
    sizes = Counter(part.group for part in shown)
    bare = len(sizes) == 1
    return tuple(
        part.name if bare or sizes[part.group] == 1 or part.kind is PartKind.ENTRY else f"{part.group}, {part.name}" for part in shown
    )


def runs(text: str, network: Network | None) -> tuple[tuple[int, int, str], ...]:
    """The text cut at the folds of a network, at the end of a word, as (start, end, which fold); whole where nothing is folded."""
    found: list[tuple[int, int, str]] = []
    start = 0
    for device, characters in network.folds if network else ():
        at = _cut(text, characters, network.fold_lines if network else 0)
        if start < at < len(text):
            found.append((start, len(text[:at].rstrip()), f"…see more on {_DEVICES[device]}, {characters} characters"))
            start = at + len(text[at:]) - len(text[at:].lstrip())
    return (*found, (start, len(text), ""))


def _marked(
    text: str, start: int, end: int, marks: Sequence[tuple[int, int, int, str]], described: Mapping[int, str]
) -> tuple[Segment, ...]:
    """`text[start:end]` with the claims in it, one that a fold cuts on both of its sides; each tied to its place in the source."""
    near = [(max(start, first), min(end, last), number, tone) for first, last, number, tone in marks if first < end and start < last]
    found = segments(text, start, end, near)
    return tuple(one.model_copy(update={"anchor": described.get(one.claim, "")}) for one in found)


def _line(part: Part) -> str:
    """A part as it is copied: "12:03 The dough", "Anna Ruiz: We waited.", "• One point", a quote with who said it under it."""
    if part.kind is PartKind.HEADING:
        return f"{part.lead} {part.text}".strip()
    text = f"• {part.text}" if part.kind is PartKind.ITEM and not part.lead else f"{part.lead}: {part.text}" if part.lead else part.text
    text = f"“{text}”" if part.kind is PartKind.QUOTE and "“" not in text else text
    return f"{text}\n({part.byline})" if part.byline else text


def _cut(text: str, characters: int, lines: int) -> int:
    """Where the characters or the lines (0: any number) are used up, whichever comes first; after a whole word where there is one."""
    ends = [match.start() for match in re.finditer("\n", text)]
    at = min(characters, ends[lines - 1] if 0 < lines <= len(ends) else len(text))
    if at >= len(text) or text[at].isspace():
        return at
    word = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at))
    return word if word > at // 2 else at


def _size(layout: str, of: Sequence[PartView]) -> str:
    if layout == "posts":
        return count(len(of), "post")
    if layout == "entries":
        return count(len(of), "entry", "entries")
    return count(sum(len(part.text.split()) for part in of), "word")
