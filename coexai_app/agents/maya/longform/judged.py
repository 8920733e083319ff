"""What a rule for long texts sees: the blocks, and what is known about the source and the wishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coexai_app.agents.maya.longform.schemas import TextBlock
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Claim
from coexai_app.agents.text import sentences
from coexai_app.extract.document import Document


@dataclass(frozen=True, slots=True)
class Topic:
    """What a stretch of the source is about: `document.text[start:end]`."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LongJudged:
    """`parts` are the blocks as people see them, with labels; `claims` the ledger of the same parts.

    `wanted` are the fewest and most words, `most` characters in all (0: no limit), `counts` per kind of block the fewest and most of
    them. `fixed` are headings that are form ("Key takeaways"). `notes` are what the reader of the source found wrong with it, by name
    ("unpunctuated").
    """

    blocks: tuple[TextBlock, ...]
    parts: tuple[Part, ...]
    claims: tuple[Claim, ...]
    document: Document
    topics: tuple[Topic, ...] = ()
    wanted: tuple[int, int] = (0, 1_000_000)
    most: int = 0
    counts: Mapping[PartKind, tuple[int, int]] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    must_say: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.document.language

    def of(self, *kinds: PartKind) -> list[tuple[Part, TextBlock]]:
        return [(part, block) for part, block in zip(self.parts, self.blocks, strict=True) if block.kind in kinds]

    def sentences(self, *kinds: PartKind) -> Iterable[tuple[Part, str]]:
        """The sentences of the blocks of these kinds, line by line."""
        for part, block in self.of(*kinds):
            for line in block.text.split("\n"):
                for sentence in sentences.split(line, self.language):
                    yield part, sentence.text
