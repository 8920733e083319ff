"""What is on the table while a calendar is made: the sources with what can be taken from each, whose turn it is, and what is used up.
`writing` fills it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from coexai_app.agents.maya.calendar.schemas import Angle
from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.units import Unit
from coexai_app.agents.text.networks import Channel
from coexai_app.extract.document import Document

_SIMILAR = 0.62
_READER = re.compile(
    r"\b(?:you|your|yourself|tú|tu|tus|usted|du|dein|deine|Sie|Ihr|Ihre|Ihren|vous|votre|vos|voi|você|seu|je|jij|uw)\b|"
    r"^(?:count|keep|start|print|write|ask|use|take|make|try|buy|put|let|give|read|look)\b",
    re.IGNORECASE,
)
_QUOTE = re.compile('["“„«「]')


@dataclass(slots=True)
class Shelf:
    """One source: what can be taken from it, and what was. `offset` is where its text begins in the joined one."""

    document: Document
    offset: int
    material: Material
    refused: frozenset[str]
    ranked: dict[Channel, list[Unit]]
    under: dict[Channel, tuple[str, ...]]
    used: set[int] = field(default_factory=set)
    sections: Counter[int] = field(default_factory=Counter)
    taken: Counter[Channel] = field(default_factory=Counter)


@dataclass(slots=True)
class Desk:
    """What is on the table while a plan is made: the sources, and what was chosen from them."""

    shelves: list[Shelf]
    chosen: list[Unit] = field(default_factory=list)
    angles: dict[Channel, Angle] = field(default_factory=dict)
    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def turns(self, channel: Channel) -> list[Shelf]:
        """The sources in fair turns: who gave this channel the least, then who gave the least at all, comes first."""
        return sorted(self.shelves, key=lambda shelf: (shelf.taken[channel], shelf.taken.total()))

    def take(self, shelf: Shelf, unit: Unit, channel: Channel) -> None:
        number = len(self.chosen)
        self.chosen.append(unit)
        shelf.used |= unit.members
        shelf.sections[unit.section] += 1
        shelf.taken[channel] += 1
        self.angles[channel] = angle_of(unit)
        for term in unit.terms:
            self.holders[term].add(number)

    def clashes(self, shelf: Shelf, unit: Unit) -> bool:
        """The unit shares a sentence with what is planned, or says nearly the same."""
        if unit.members & shelf.used:
            return True
        near = Counter(number for term in unit.terms for number in self.holders.get(term, ()))
        return any(
            shared / max(1, min(len(unit.terms), len(self.chosen[number].terms))) > _SIMILAR
            and min(len(unit.terms), len(self.chosen[number].terms)) >= 4
            for number, shared in near.items()
        )


def angle_of(unit: Unit) -> Angle:
    """What the words lead with."""
    text = unit.posts[0]
    head = text.split("\n")[0]
    if min(unit.members, default=0) < 0:
        return Angle.LIST
    if "?" in head or "？" in head:
        return Angle.QUESTION
    if _QUOTE.search(head):
        return Angle.QUOTE
    if any(c.isdigit() for c in head):
        return Angle.NUMBER
    return Angle.ADVICE if _READER.search(head) else Angle.POINT
