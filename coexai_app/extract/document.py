"""What every reader in this folder returns: one text, and where its parts are in it.

Every offset in the product counts Unicode code points of `Document.text`; a claim's place in the source is such a pair.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class SourceKind(StrEnum):
    URL = "url"
    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    DOCX = "docx"
    PDF = "pdf"
    TRANSCRIPT = "transcript"
    EMAIL = "email"


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    CODE = "code"
    TABLE = "table"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Block(_Frozen):
    """One paragraph-level part: `text[start:end]`, without surrounding white space.

    `level` is 1 to 6 for headings, and the depth (from 1) for list items.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0


class Link(_Frozen):
    """A hyperlink of the source: its address, and the place of its words in the text."""

    url: str
    start: int
    end: int


class Cue(_Frozen):
    """A stretch of spoken words: `text[start:end]`, said from second `at` to second `until`, by `speaker` where that is known.

    `confidence` from 0 to 1 is how sure a recogniser was; 1 for what people wrote down.
    """

    start: int
    end: int
    at: float
    until: float
    speaker: str = ""
    confidence: float = 1.0


class Section(_Frozen):
    """A heading and what stands under it up to the next heading: `text[start:end]` is the body, the heading excluded."""

    title: str
    level: int
    start: int
    end: int


class Document(_Frozen):
    """A source, read. `text` holds the blocks in reading order, separated by blank lines.

    `language` is an ISO 639-1 code, or "und" when the text is too short or too mixed to tell; `published` an ISO 8601 date. Spoken words
    have `cues`, in order; a transcript without times has cues at 0 that know only who speaks. `draft` says that a recogniser guessed the
    words, so that nobody takes them for checked ones; `teaser` that these are only the open words of a page behind a paywall. `notes` are
    sentences for people about what was not read.
    """

    kind: SourceKind
    text: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()
    cues: tuple[Cue, ...] = ()
    draft: bool = False
    teaser: bool = False
    title: str = ""
    author: str = ""
    published: str = ""
    language: str = "und"
    url: str = ""
    name: str = ""
    notes: tuple[str, ...] = ()

    def block_text(self, block: Block) -> str:
        return self.text[block.start : block.end]

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def sections(self) -> tuple[Section, ...]:
        """The text cut at its headings; what stands before the first heading is a section without a title and with level 0."""
        headings = [b for b in self.blocks if b.kind is BlockKind.HEADING]
        if not headings:
            return (Section(title="", level=0, start=0, end=len(self.text)),) if self.text else ()
        found: list[Section] = []
        if self.text[: headings[0].start].strip():
            found.append(Section(title="", level=0, start=0, end=headings[0].start))
        for heading, after in zip(headings, [*headings[1:], None], strict=True):
            end = after.start if after else len(self.text)
            found.append(Section(title=self.block_text(heading), level=heading.level, start=heading.end, end=end))
        return tuple(found)
