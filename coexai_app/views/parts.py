"""The parts of an output as pages show them: with the claims marked, by channel, and where a network folds a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Final

from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Report
from coexai_app.views.base import View, count
from coexai_app.views.evidence import CLAIM_TONES, Segment, SourceBlock, segments


class Piece(View):
    """A run of a text up to a fold. `fold` says which one it is, empty for the last run."""

    text: str
    fold: str = ""


class PartView(View):
    """One part. `name` is what people call it, `label` its length as "212 of 280", empty without a limit. `network` is x, linkedin, … or
    empty; `pieces` are the text cut where that network folds it."""

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
    network: str = ""
    network_name: str = ""
    pieces: tuple[Piece, ...] = ()


class GroupView(View):
    """The parts of one channel. `layout` is posts, prose or entries; `size` says how much it is."""

    slug: str
    name: str
    layout: str
    size: str
    parts: tuple[PartView, ...]


NETWORKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "linkedin": "LinkedIn",
        "instagram": "Instagram",
        "facebook": "Facebook",
        "threads": "Threads",
        "mastodon": "Mastodon",
        "bluesky": "Bluesky",
        "x": "X",
    }
)
# Where a network shows "…see more", in characters and lines, as its apps were seen to do in 2025; it gives no promise.
FOLDS: Final[Mapping[str, tuple[tuple[int, int, str], ...]]] = MappingProxyType(
    {"linkedin": ((140, 3, "…see more on phones, 140 characters"), (210, 3, "…see more on computers, 210 characters"))}
)
_X_LIMIT: Final = 280


def parts(report: Report, told: Sequence[Part], source: Sequence[SourceBlock]) -> tuple[PartView, ...]:
    """The parts of an output with the report's claims marked in them; `source` ties each to its place there."""
    described: dict[int, str] = {}
    for segment in (s for block in source for s in block.segments if s.anchor):
        for number in segment.refs.split():
            described.setdefault(int(number), segment.anchor)
    shown: list[PartView] = []
    for index, part in enumerate(told):
        marks = [(c.start, c.end, n, CLAIM_TONES[c.status]) for n, c in enumerate(report.claims, 1) if c.part == index]
        found = segments(part.text, 0, len(part.text), marks)
        network = network_of(part)
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
                segments=tuple(s.model_copy(update={"anchor": described.get(s.claim, "")}) for s in found),
                network=network,
                network_name=NETWORKS.get(network, ""),
                pieces=pieces(part.text, network) if part.kind is PartKind.POST else (),
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


def network_of(part: Part) -> str:
    """The network that a post is for, by the words of its channel and its name; X by its limit."""
    if part.kind is not PartKind.POST:
        return ""
    words = set(re.findall(r"[a-z]+", f"{part.group} {part.label}".lower()))
    named = next((network for network in NETWORKS if network in words), "")
    return named or ("x" if part.limit == _X_LIMIT else "")


def pieces(text: str, network: str) -> tuple[Piece, ...]:
    """The text cut at the folds of a network, at the end of a word; whole where nothing is folded."""
    found: list[Piece] = []
    start = 0
    for characters, lines, fold in FOLDS.get(network, ()):
        at = _cut(text, characters, lines)
        if start < at < len(text):
            found.append(Piece(text=text[start:at].strip() if found else text[start:at].rstrip(), fold=fold))
            start = at
    return (*found, Piece(text=text[start:].lstrip() if found else text))


def _cut(text: str, characters: int, lines: int) -> int:
    """Where the characters or the lines are used up, whichever comes first; after a whole word where there is one."""
    ends = [match.start() for match in re.finditer("\n", text)]
    at = min(characters, ends[lines - 1] if len(ends) >= lines else len(text))
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
