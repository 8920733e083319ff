"""Spoken lines to a `Document`: turns become paragraphs, and every line a cue. All readers of spoken sources end here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict

from coexai_app.errors import TooLarge
from coexai_app.extract.builder import Builder, Run, fold
from coexai_app.extract.document import BlockKind, Cue, Document, SourceKind
from coexai_app.extract.limits import LIMITS, label

# A turn longer than this is cut at the next sentence's end; where no sentence ends, at twice the length.
_TURN: Final = 1_200
# Without speakers there are no turns: paragraphs then are as long as in a written text.
_PARAGRAPH: Final = 600
_SHORT: Final = 150
_PAUSE_SECONDS: Final = 3.0
_LONG_PAUSE_SECONDS: Final = 8.0
_ENDS: Final = re.compile(r"[.!?…。！？؟۔।॥։።]['\"”’»)\]]*$")
_SENTENCE: Final = re.compile(r"[.!?…؟۔।॥։።]['\"”’»)\]]*\s+|[。！？][”’」』）]*\s*")
_SHORTENED: Final = """
    dr mr mrs ms st prof no vs etc sr jr inc ltd co approx e.g i.e z.b d.h u.a bzw ca nr m mme
"""
_ABBREVIATIONS: Final = frozenset(_SHORTENED.split())


class Line(BaseModel):
    """A stretch of speech as a file or a recogniser tells it; times in seconds. `breaks` begins a new turn of a speaker nobody names."""

    model_config = ConfigDict(frozen=True)

    text: str
    at: float = 0.0
    until: float = 0.0
    speaker: str = ""
    confidence: float = 1.0
    breaks: bool = False


class Spoken(BaseModel):
    """Lines on their way to a document; how they cross into the reading process."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[Line, ...]
    title: str = ""
    author: str = ""
    draft: bool = False


def read(data: bytes, *, name: str = "") -> Document:
    """The document of a `Spoken` in JSON. For `isolated.call`."""
    told = Spoken.model_validate_json(data)
    return assemble(told.lines, name=name, title=told.title, author=told.author, draft=told.draft)


def assemble(
    lines: Iterable[Line], *, name: str = "", url: str = "", title: str = "", author: str = "", draft: bool = False, why_empty: str = ""
) -> Document:
    """The document of these lines, in the order of their times. Raises `InvalidInput` without a word, `TooLarge`."""
    clean = [line.model_copy(update={"text": text}) for line in lines if (text := fold(line.text)) and any(c.isalnum() for c in text)]
    clean.sort(key=lambda line: line.at)
    if len(clean) > LIMITS.cues:
        raise TooLarge(
            f"{label(name)} has more than {LIMITS.cues:,} cues, which is the limit. Split it and add the parts one by one.",
            limit=LIMITS.cues,
        )
    builder = Builder(name)
    cues: list[Cue] = []
    for paragraph in _paragraphs(clean):
        text = paragraph.text
        builder.add(BlockKind.PARAGRAPH, [Run(text)])
        start = builder.blocks[-1].start
        cues += (
            Cue(
                start=start + begin,
                end=start + begin + len(line.text),
                at=max(0.0, round(line.at, 3)),
                until=max(0.0, round(max(line.at, line.until), 3)),
                speaker=line.speaker,
                confidence=round(min(1.0, max(0.0, line.confidence)), 3),
            )
            for begin, line in zip(paragraph.starts, paragraph.lines, strict=True)
        )
    document = builder.document(SourceKind.TRANSCRIPT, title=title, author=author, url=url, why_empty=why_empty)
    return document.model_copy(update={"cues": tuple(cues), "draft": draft})


@dataclass(slots=True)
class _Paragraph:
    lines: list[Line] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    length: int = 0
    _parts: list[str] = field(default_factory=list)

    def add(self, line: Line) -> None:
        if self.lines:
            gap = "" if _runs_on(self.lines[-1].text, line.text) else " "
            self._parts.append(gap)
            self.length += len(gap)
        self.starts.append(self.length)
        self._parts.append(line.text)
        self.length += len(line.text)
        self.lines.append(line)

    @property
    def text(self) -> str:
        return "".join(self._parts)


def _paragraphs(lines: Sequence[Line]) -> Iterator[_Paragraph]:
    current = _Paragraph()
    for line in _pieces(lines):
        if current.lines and _begins(line, current):
            yield current
            current = _Paragraph()
        current.add(line)
    if current.lines:
        yield current


def _begins(line: Line, current: _Paragraph) -> bool:
    """Whether a new paragraph begins with this line."""
    last = current.lines[-1]
    if line.speaker != last.speaker or line.breaks:
        return True
    most = _TURN if line.speaker else _PARAGRAPH
    if current.length + len(line.text) > 2 * most:
        return True
    pause = line.at - last.until
    if not _ENDS.search(last.text):
        return not line.speaker and pause >= _LONG_PAUSE_SECONDS
    if current.length + len(line.text) > most:
        return True
    return not line.speaker and pause >= _PAUSE_SECONDS and current.length >= _SHORT


def _pieces(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, one that is longer than a turn cut at its sentences; the times of the pieces are shared out by their length."""
    for line in lines:
        most = _TURN if line.speaker else _PARAGRAPH
        if len(line.text) <= most:
            yield line
            continue
        span, done = max(0.0, line.until - line.at), 0
        for number, piece in enumerate(_cut(line.text, most)):
            at = line.at + span * done / len(line.text)
            done += len(piece)
            until = line.at + span * min(1.0, done / len(line.text))
            yield line.model_copy(update={"text": piece, "at": at, "until": until, "breaks": line.breaks and not number})


def _cut(text: str, most: int) -> Iterator[str]:
    """Pieces of at most `most` characters where sentences end; where none does, at a space."""
    begin, last = 0, 0
    for end in [*_sentence_ends(text), len(text)]:
        if end - begin > most and last > begin:
            yield text[begin:last].strip()
            begin = last
        while end - begin > 2 * most:
            space = text.rfind(" ", begin + most, begin + 2 * most)
            stop = space if space > 0 else begin + 2 * most
            yield text[begin:stop].strip()
            begin = stop
        last = end
    if text[begin:].strip():
        yield text[begin:].strip()


def _sentence_ends(text: str) -> Iterator[int]:
    for found in _SENTENCE.finditer(text):
        word = text[max(0, found.start() - 12) : found.start()].rpartition(" ")[2].lower()
        if found[0].startswith(".") and (word in _ABBREVIATIONS or len(word) == 1 or text[found.end() : found.end() + 1].islower()):
            continue
        yield found.end()


def _runs_on(before: str, after: str) -> bool:
    """Scripts without spaces between words go on without one."""
    return _is_wide(before[-1]) and _is_wide(after[0]) and not unicodedata.combining(after[0])


def _is_wide(letter: str) -> bool:
    hangul = "\u1100" <= letter <= "\u11ff" or "\uac00" <= letter <= "\ud7ff"
    return not hangul and (unicodedata.east_asian_width(letter) in "WF" or "\u0e00" <= letter <= "\u0e7f")
