"""A long text in blocks: title, standfirst, headings, paragraphs, quotes, items. Articles, podcast summaries, newsletters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from coexai_app.agents.parts import Part, Parted, PartKind, Words
from coexai_app.agents.pipeline import StepResult
from coexai_app.agents.report import Review
from coexai_app.agents.text.reuse import Earlier

# What people call a block; those of the kinds in _COUNTED are numbered.
_NAMES: Final[Mapping[PartKind, str]] = {
    PartKind.SUBJECT: "Subject",
    PartKind.PREHEADER: "Preview text",
    PartKind.TITLE: "Title",
    PartKind.STANDFIRST: "Standfirst",
    PartKind.HEADING: "Heading",
    PartKind.PARAGRAPH: "Paragraph",
    PartKind.QUOTE: "Quote",
    PartKind.ITEM: "Point",
    PartKind.POST: "Post",
    PartKind.ENTRY: "Entry",
}
_COUNTED: Final = frozenset({PartKind.HEADING, PartKind.PARAGRAPH, PartKind.QUOTE, PartKind.ITEM, PartKind.POST, PartKind.ENTRY})
_SPOKEN: Final = frozenset({PartKind.STANDFIRST, PartKind.PARAGRAPH, PartKind.ITEM})


class Length(StrEnum):
    """How long a text should be; each capability says in words what it means."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


# What the form calls them.
LENGTHS: Final[dict[str, JsonValue]] = {"short": "Short", "medium": "Medium", "long": "Long"}


class TextBlock(BaseModel):
    """One text. `text` has neither the quotation marks nor the time or name that a file or page shows beside it.

    `speaker` said it, from second `at` of a recording (None: nobody knows, or it is not shown). `spans` are its places in the source,
    of the builtin engine's words only. `group` names which of several texts it belongs to.
    """

    model_config = ConfigDict(frozen=True)

    kind: PartKind
    text: str = Field(min_length=1, max_length=8_000)
    speaker: str = ""
    at: float | None = None
    spans: tuple[tuple[int, int], ...] = ()
    group: str = ""

    @property
    def label(self) -> str:
        """ "Quote by Anna Ruiz at 12:03", "Heading at 3:40", "Title"."""
        name = _NAMES[self.kind]
        if self.speaker:
            name += f" by {self.speaker}" if self.kind is PartKind.QUOTE else f", {self.speaker}"
        return f"{name} at {clock(self.at)}" if self.at is not None else name

    @property
    def byline(self) -> str:
        """Under a quote: "Anna Ruiz, 12:03", "12:03", "Anna Ruiz", or nothing."""
        if self.kind is not PartKind.QUOTE:
            return ""
        time = clock(self.at) if self.at is not None else ""
        return f"{self.speaker}, {time}" if self.speaker and time else self.speaker or time


class LongformOutput(Parted):
    """A long text. A capability with limits of its own makes a subclass: `limits` are the most characters of a kind of block."""

    most_parts: ClassVar[int] = 200
    most_characters: ClassVar[int] = 8_000
    limits: ClassVar[Mapping[PartKind, int]] = {}

    blocks: tuple[TextBlock, ...] = Field(title="Text", min_length=1, max_length=200)

    def parts(self) -> tuple[Part, ...]:
        counts: Counter[tuple[str, PartKind]] = Counter()
        found = []
        for block, lead in zip(self.blocks, leads(self.blocks), strict=True):
            counts[block.group, block.kind] += 1
            name = _NAMES[block.kind]
            label = block.label
            if block.kind in _COUNTED:
                label = f"{name} {counts[block.group, block.kind]}{label.removeprefix(name)}"
            limit = self.limits.get(block.kind, 0)
            found.append(
                Part(
                    kind=block.kind,
                    text=block.text,
                    label=label,
                    group=block.group,
                    lead=lead,
                    byline=block.byline,
                    length=len(block.text) if limit else 0,
                    limit=limit,
                )
            )
        return tuple(found)

    def rewritten(self, words: Sequence[Words]) -> Self:
        """As `Parted.rewritten`. A new text is a paragraph of the group before it."""
        blocks: list[TextBlock] = []
        for said in words:
            if said.of is not None and 0 <= said.of < len(self.blocks):
                blocks.append(self.blocks[said.of].model_copy(update={"text": said.text}))
            else:
                blocks.append(TextBlock(kind=PartKind.PARAGRAPH, text=said.text, group=blocks[-1].group if blocks else ""))
        return type(self)(blocks=tuple(blocks))

    def of(self, *kinds: PartKind) -> Iterable[TextBlock]:
        return (block for block in self.blocks if block.kind in kinds)

    @property
    def title(self) -> str:
        return next((block.text for block in self.of(PartKind.TITLE, PartKind.SUBJECT)), self.blocks[0].text)


class LongformDrafted(StepResult):
    """Step "generate": the blocks, by the builtin engine or a model."""

    blocks: tuple[TextBlock, ...]
    by_model: bool = False

    def summary(self) -> str:
        words = sum(len(b.text.split()) for b in self.blocks)
        sections = sum(b.kind is PartKind.HEADING for b in self.blocks)
        return f"{words:,} words, {sections} {'section' if sections == 1 else 'sections'}"


class LongformChecked(StepResult):
    """Step "check": the verdict, the blocks as they are after repairs, and the earlier outputs that they repeat."""

    blocks: tuple[TextBlock, ...]
    review: Review
    repaired: int = 0
    said: tuple[Earlier, ...] = ()

    def summary(self) -> str:
        total, open_ = len(self.review.claims), sum(c.status.value == "unsupported" for c in self.review.claims)
        return f"{total} claims, {open_} without a source" if open_ else f"{total} claims, all with a source"


def leads(blocks: Iterable[TextBlock]) -> Iterator[str]:
    """What stands before each block: the time before a heading, who speaks before a text. A speaker is named when another one takes over,
    and again after a heading."""
    speaking = ""
    for block in blocks:
        if block.kind is PartKind.HEADING:
            speaking = ""
            yield clock(block.at) if block.at is not None else ""
        elif block.kind in _SPOKEN and block.speaker:
            yield block.speaker if block.speaker != speaking or block.kind is not PartKind.PARAGRAPH else ""
            speaking = block.speaker if block.kind is PartKind.PARAGRAPH else ""
        else:
            yield ""


def clock(seconds: float) -> str:
    """A place in a recording as players show it: "0:07", "12:03", "1:02:03"."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
