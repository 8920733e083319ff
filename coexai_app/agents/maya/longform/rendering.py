"""How blocks are shown, whatever the file: who is named before a paragraph, the time before a heading, the line under a quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coexai_app.agents.maya.longform.schemas import TextBlock, leads
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
    """The blocks as a page has them."""
    for block, lead in zip(blocks, leads(blocks), strict=True):
        text = quoted(block.text, language) if block.kind is PartKind.QUOTE else block.text
        yield Shown(block, text, lead, block.byline)


def quoted(text: str, language: str) -> str:
    left, right = _MARKS.get(language, ("“", "”"))
    return f"{left}{text}{right}"
