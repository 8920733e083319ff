"""A transcript as turns: what one speaker says until another does, as running text that knows its places in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from coexai_app.agents.text.sentences import PROSE
from coexai_app.extract.document import BlockKind, Cue, Document

# A silence of so many seconds after a whole sentence begins a new paragraph of speech.
LONG_PAUSE = 2.0
_LONGEST = 6_000


@dataclass(slots=True)
class Turn:
    """`text` is the turn's words; `text[flow[i]:…]` stands at `source[i]` of the document. `section` is the index of the heading above.

    `cues` begin at the offsets `cue_at` of `text`; a turn without cues has none.
    """

    speaker: str = ""
    section: int = -1
    text: str = ""
    flow: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    cue_at: list[int] = field(default_factory=list)

    def add(self, words: str, start: int, cue: Cue | None) -> None:
        if self.text:
            self.text += " "
        self.flow.append(len(self.text))
        self.source.append(start)
        if cue is not None:
            self.cue_at.append(len(self.text))
            self.cues.append(cue)
        self.text += words

    def place(self, offset: int) -> int:
        """Where `text[offset]` is in the document."""
        i = bisect_right(self.flow, offset) - 1
        return self.source[i] + offset - self.flow[i]

    def cue(self, offset: int) -> Cue | None:
        i = bisect_right(self.cue_at, offset) - 1
        return self.cues[i] if i >= 0 else None


def turns(document: Document) -> list[Turn]:
    """The turns in order. Without cues every paragraph is one, and one whose sentence does not end goes on in the next."""
    found: list[Turn] = []
    for start, end, section, cue in _stretches(document):
        words = document.text[start:end].replace("\n", " ")
        speaker = cue.speaker if cue else ""
        last = found[-1] if found else None
        if last is None or last.speaker != speaker or last.section != section or _begins(document, last, start, cue):
            last = Turn(speaker=speaker, section=section)
            found.append(last)
        last.add(words, start, cue)
    return found


def _begins(document: Document, last: Turn, start: int, cue: Cue | None) -> bool:
    """A new turn of the same speaker: after a sentence's end, at a new paragraph or a long silence, or when the turn is very long."""
    before = last.cues[-1] if last.cues else None
    ended = last.text.rstrip()[-1:] in ".!?…。！？"
    if before is not None and cue is not None and cue.at - before.until >= LONG_PAUSE and before.until > 0:
        return ended
    if len(last.text) > _LONGEST:
        return True
    place = last.place(len(last.text) - 1)
    return ended and "\n\n" in document.text[place + 1 : start]


def _stretches(document: Document) -> Iterator[tuple[int, int, int, Cue | None]]:
    """The spoken stretches with the heading above each: those of the cues, without the blocks that are no prose."""
    section, blocks = -1, []
    for index, block in enumerate(document.blocks):
        if block.kind is BlockKind.HEADING:
            section = index
        elif block.kind in PROSE:
            blocks.append((block.start, block.end, section))
    if not document.cues:
        for start, end, above in blocks:
            yield start, end, above, None
        return
    at = 0
    for cue in document.cues:
        while at < len(blocks) and blocks[at][1] <= cue.start:
            at += 1
        place = at
        while place < len(blocks) and blocks[place][0] < cue.end:
            start, end = max(cue.start, blocks[place][0]), min(cue.end, blocks[place][1])
            text = document.text[start:end]
            start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
            if start < end:
                yield start, end, blocks[place][2], cue
            place += 1
