"""How blocks are shown, whatever the file: who is named before a paragraph, the time before a heading, the line under a quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coexai_app.agents.maya.longform.schemas import TextBlock, clock
from coexai_app.agents.parts import PartKind

# Quotation marks by language; the English ones elsewhere.
_MARKS = {"de": ("„", "“"), "fr": ("« ", " »"), "es": ("«", "»"), "it": ("«", "»"), "pt": ("«", "»"), "nl": ("‘", "’")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as it stands on the page. `lead` goes before the text (a speaker, a time), `byline` under it; `text` has its marks."""

    block: TextBlock
    text: str
    lead: str = ""
    byline: str = ""

    @property
    def kind(self) -> PartKind:
        return self.block.kind

    @property
    def line(self) -> str:
        """Lead and text in one line of plain text."""
        if self.kind is PartKind.HEADING:
            return f"{self.lead} {self.text}" if self.lead else self.text
        return f"{self.lead}: {self.text}" if self.lead else self.text


def shown(blocks: Sequence[TextBlock], language: str) -> Iterator[Shown]:
    """The blocks as a page has them. A speaker is named when another one takes over, and again after a heading."""
    speaking = ""
    for block in blocks:
        if block.kind is PartKind.HEADING:
            speaking = ""
            yield Shown(block, block.text, lead=clock(block.at) if block.at is not None else "")
        elif block.kind is PartKind.QUOTE:
            yield Shown(block, quoted(block.text, language), byline=byline(block))
        elif block.kind in (PartKind.STANDFIRST, PartKind.PARAGRAPH, PartKind.ITEM) and block.speaker:
            lead = block.speaker if block.speaker != speaking or block.kind is not PartKind.PARAGRAPH else ""
            speaking = block.speaker if block.kind is PartKind.PARAGRAPH else ""
            yield Shown(block, block.text, lead=lead)
        else:
            yield Shown(block, block.text)


def byline(block: TextBlock) -> str:
    """ "Anna Ruiz at 12:03", "12:03", "Anna Ruiz", or nothing."""
    time = clock(block.at) if block.at is not None else ""
    return f"{block.speaker}, {time}" if block.speaker and time else block.speaker or time


def quoted(text: str, language: str) -> str:
    left, right = _MARKS.get(language, ("“", "”"))
    return f"{left}{text}{right}"
