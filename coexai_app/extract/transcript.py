"""Plain transcripts, by speaker labels, by times, or both. `reading.py` calls it for texts; by what the text is, whatever its name.

A turn begins with a line of one of these forms, and goes on to the next:
    ANNA: words            [00:12:03] Anna Ruiz: words        Anna (00:12): words        00:12 words
    Anna Ruiz  0:12        00:12:03 Anna Ruiz                 [00:12:03]                 0:12
    words                  words                              words                      words
A recipe, an agenda and an article with notes have such lines, too, so the whole text has to look like speech.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from coexai_app.extract.builder import clean
from coexai_app.extract.document import Document
from coexai_app.extract.speakers import is_name, label_of
from coexai_app.extract.spoken import Line, assemble

_CLOCK: Final = r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)(?:[.,](?P<part>\d{1,3}))?"
_STAMP: Final = rf"(?:\[{_CLOCK}\]|\({_CLOCK.replace('?P<', '?P<r_')}\)|{_CLOCK.replace('?P<', '?P<b_')}(?![\w:.]))"
_RANGE: Final = r"(?:\s*(?:-->|[-–—])\s*[\[(]?\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?)?"
_AHEAD: Final = re.compile(rf"^(?:\*\*)?{_STAMP}{_RANGE}(?:\*\*)?[ \t]*[-–—|:]?[ \t]*(?P<rest>.*)$", re.ASCII)
_BEHIND: Final = re.compile(
    rf"^(?:\*\*)?(?P<name>[^\[(:：]{{1,60}}?)(?:\*\*)?[ \t]*[|·•,–-]?[ \t]*{_STAMP}{_RANGE}(?:\*\*)?"
    r"[ \t]*(?P<colon>[:：])?(?:\*\*)?[ \t]*(?P<rest>.*)$"
)
_MERIDIEM: Final = re.compile(r"^\s*(?:[ap]\.?m\.?|uhr|h)\b", re.IGNORECASE)
_ENDS: Final = (".", "?", "!", "…", "。", "？", "！", "؟", "।", '."', ".”", "?”", "!”", '?"', '!"', "-", "–", "—")
_HEADING: Final = re.compile(r"^#{1,6}\s")
_BULLET: Final = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s")
_MOST_PREAMBLE_LINES: Final = 12
_MOST_PREAMBLE_SHARE: Final = 0.2
# Of the paragraphs of a text with labels alone, this share has one; the others go on with what somebody says.
_LABELLED_SHARE: Final = 0.4
_CHANGES: Final = 0.5
# What a written interview puts before its questions and its answers (en, de, es and pt, fr, it, nl). Nobody is named so who speaks.
_QUESTION_AND_ANSWER: Final = ({"q", "a"}, {"f", "a"}, {"p", "r"}, {"q", "r"}, {"d", "r"}, {"v", "a"})
_SPEECH_ENDS: Final = 0.5
_FEWEST_WORDS: Final = 2.0


@dataclass(slots=True)
class _Turn:
    speaker: str
    at: float | None
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as turns. `preamble` is what stands before the first; `bare` counts times without brackets and without a speaker."""

    turns: Sequence[_Turn]
    preamble: Sequence[str]
    paragraphs: int
    bare: int


def read(text: str, *, name: str = "", url: str = "") -> Document | None:
    """The document of a transcript, or None for a text that is none."""
    found = _parsed(clean(text))
    turns = found.turns
    timed = sum(turn.at is not None for turn in turns)
    if timed >= max(2, 0.5 * len(turns)):
        if not _is_timed_speech(found):
            return None
    elif not _is_labelled_speech(found):
        return None
    title = found.preamble[0].strip().strip("#* ") if found.preamble else ""
    return assemble(_lines(turns), name=name, url=url, title=title)


def _parsed(text: str) -> _Text:
    turns: list[_Turn] = []
    preamble: list[str] = []
    paragraphs = bare = 0
    lines = [line.strip() for line in text.split("\n")]
    for number, line in enumerate(lines):
        if not line:
            continue
        after = next((later for later in lines[number + 1 : number + 3] if later), "")
        if turn := _turn(line, after):
            paragraphs += 1
            bare += turn.at is not None and not turn.speaker and line[0].isdigit()
            turns.append(turn)
        elif turns:
            paragraphs += bool(turns[-1].words)
            turns[-1].words.append(line)
        else:
            preamble.append(line)
    return _Text(turns, preamble, max(1, paragraphs), bare)


def _turn(line: str, after: str) -> _Turn | None:
    """The turn that begins with this line; a name and a time alone begin one when there are words after them."""
    if found := _AHEAD.match(line):
        rest = found["rest"].strip()
        if _MERIDIEM.match(rest):
            return None
        if label := label_of(rest):
            return _Turn(label[0], _seconds(found), [label[1]] if label[1] else [])
        if is_name(rest) and len(rest.split()) <= 4 and not rest.endswith(_ENDS) and after and not _AHEAD.match(after):
            return _Turn(rest, _seconds(found))
        return _Turn("", _seconds(found), [rest] if rest else [])
    if label := label_of(line):
        return _Turn(label[0], None, [label[1]] if label[1] else [])
    if (found := _BEHIND.match(line)) and is_name(name := found["name"].strip(" *-–|·,")):
        rest = found["rest"].strip()
        if not _MERIDIEM.match(rest) and (found["colon"] or not rest) and (rest or after):
            return _Turn(name, _seconds(found), [rest] if rest else [])
    return None


def _seconds(found: re.Match[str]) -> float:
    groups = found.groupdict()

    def part(name: str) -> str:
        return groups[name] or groups[f"r_{name}"] or groups[f"b_{name}"] or "0"

    fraction = part("part")
    return int(part("hours")) * 3_600 + int(part("minutes")) * 60 + int(part("seconds")) + float(f"0.{fraction}")


def _is_timed_speech(found: _Text) -> bool:
    """Times that grow; bare ones count from the beginning, unlike the hours of an agenda."""
    if not _opens_soon(found):
        return False
    times = [turn.at for turn in found.turns if turn.at is not None]
    if sum(a <= b for a, b in pairwise(times)) < 0.9 * (len(times) - 1) or times[0] == times[-1]:
        return False
    if found.bare > len(times) / 2:
        return times[0] < 120 and len(times) >= 3 and any(time % 5 for time in times)
    if any(turn.speaker for turn in found.turns):
        return True
    return any(time % 5 for time in times)


def _is_labelled_speech(found: _Text) -> bool:
    """People who take turns, and come back."""
    if {turn.speaker.casefold() for turn in found.turns} in _QUESTION_AND_ANSWER or _is_written_interview(found):
        return False
    turns = found.turns
    if len(turns) < 3 or not _opens_soon(found):
        return False
    speakers = Counter(turn.speaker for turn in turns)
    if len(speakers) > (len(turns) + 1) / 2 or len(turns) < _LABELLED_SHARE * found.paragraphs:
        return False
    if len(speakers) > 1 and sum(a.speaker != b.speaker for a, b in pairwise(turns)) < _CHANGES * (len(turns) - 1):
        return False
    texts = [turn.text for turn in turns if turn.words]
    if sum(text.endswith(_ENDS) for text in texts) < _SPEECH_ENDS * len(turns):
        return False
    return sum(_size(text) for text in texts) >= _FEWEST_WORDS * len(turns)


def _is_written_interview(found: _Text) -> bool:
    """An article with a heading and a paragraph of its own before the questions: it keeps its form."""
    ahead = found.preamble
    return bool(ahead) and bool(_HEADING.match(ahead[0])) and any(line.endswith(_ENDS) and len(line.split()) > 8 for line in ahead[1:])


def _size(text: str) -> float:
    """Words; of scripts without spaces between them, two letters count as one."""
    return max(len(text.split()), sum(c > "\u2e80" for c in text) / 2)


def _opens_soon(found: _Text) -> bool:
    """A title, a date, who takes part; then speech, and no headings or lists in it."""
    ahead = sum(map(len, found.preamble))
    whole = ahead + sum(len(turn.text) for turn in found.turns)
    said = [words for turn in found.turns for words in turn.words]
    if sum(bool(_HEADING.match(line)) for line in [*found.preamble[1:], *said]) > 1:
        return False
    if sum(bool(_BULLET.match(line)) for line in said) > 0.2 * len(said):
        return False
    return len(found.preamble) <= _MOST_PREAMBLE_LINES and ahead <= max(200, _MOST_PREAMBLE_SHARE * whole)


def _lines(turns: Sequence[_Turn]) -> Iterator[Line]:
    """A turn lasts until the next one begins; nobody says when the last one ends. A time alone goes on with the speaker before."""
    speaker, at = "", 0.0
    named = any(turn.speaker for turn in turns)
    for turn, after in zip(turns, [*turns[1:], None], strict=True):
        speaker = turn.speaker or (speaker if named else "")
        at = turn.at if turn.at is not None and turn.at >= at else at
        until = after.at if after is not None and after.at is not None else at
        if turn.words:
            yield Line(text=turn.text, at=at, until=max(at, until), speaker=speaker)
