"""Who speaks, in a transcript that came as plain text: "Anna Ruiz: …", "[12:03] Anna: …", "12:03 …" become the document's cues."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from coexai_app.agents.text.sentences import PROSE
from coexai_app.extract.document import Block, BlockKind, Cue, Document

_TIME = r"[\[(]?(?P<{0}>(?:\d{{1,2}}:)?\d{{1,2}}:\d{{2}})(?:[.,]\d{{1,3}})?[\])]?"
_WORD = r"[^\W\d_a-zà-ÿ][\w.'’-]{0,30}"
_PARTICLE = r"(?:de|da|di|do|dos|du|del|della|la|le|el|al|bin|ibn|van|von|der|den|ten|ter|zu|y|e|of|the)"
_NAME = rf"(?P<who>{_WORD}(?: (?:{_PARTICLE} ){{0,2}}(?:{_WORD}|\d{{1,2}})){{0,4}})"
_LABEL = re.compile(
    rf"(?:^|(?<=\n))[ \t]*(?:[-–•*>]\s+)?(?:\*\*)?(?:{_TIME.format('first')}\s*[-–—:]?\s*)?"
    rf"{_NAME}(?:\s*{_TIME.format('second')})?(?:\*\*)?\s*[:：](?:\*\*)?\s+(?=\S)"
)
_STAMP = re.compile(rf"(?:^|(?<=\n))[ \t]*{_TIME.format('first')}\s*[-–—:]?\s+(?=\S)")
# Words with a colon that are no speakers.
_NOT_SPEAKERS_LIST = (
    "note notes tip tips example examples warning update edit source sources photo image step question answer ps p.s result "
    "results summary "
    "problem solution first second third finally today conclusion agenda title date time place hinweis beispiel tipp quelle bild "
    "ergebnis "
    "nota ejemplo consejo fuente foto resultado exemple astuce image résultat remarque attention "
    "part chapter day week month phase rule lesson reason mistake myth fact point number option day teil kapitel tag woche schritt regel "
    "paso parte día semana regla étape partie jour semaine règle passo giorno settimana regola stap deel dag dia semana regra"
)
_NUMBER = re.compile(r"\s+\d{1,2}$")
_NOT_SPEAKERS = frozenset(_NOT_SPEAKERS_LIST.split())
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class _Label:
    start: int
    end: int
    who: str
    at: float | None


def heard(document: Document) -> Document:
    """The document with cues from its labels; as it is when it has cues, or no labels that look like speakers or times."""
    if document.cues:
        return document
    found = _labelled(document)
    return document if found is None else found


def _labelled(document: Document) -> Document | None:
    spoken = tuple(block if block.kind is not BlockKind.HEADING else _as_speech(document, block) for block in document.blocks)
    document = document.model_copy(update={"blocks": spoken})
    labels = [label for block in document.blocks if block.kind in PROSE for label in _labels(document, block)]
    names = Counter(label.who for label in labels if label.who)
    speakers = {name for name, count in names.items() if count >= _FEWEST or (len(names) > 1 and sum(names.values()) >= 4)}
    labels = [label for label in labels if (label.who in speakers if label.who else label.at is not None)]
    if len(labels) < _FEWEST:
        return None
    return document.model_copy(update={"cues": tuple(_cues(document, labels))})


def _as_speech(document: Document, block: Block) -> Block:
    """A short line with a label ("Dana: What did you do first?") looks like a heading, and is none."""
    labelled = next(_labels(document, block), None)
    return block if labelled is None else Block(kind=BlockKind.PARAGRAPH, start=block.start, end=block.end)


def _labels(document: Document, block: Block) -> Iterator[_Label]:
    text = document.text[block.start : block.end]
    taken = -1
    for match in _LABEL.finditer(text):
        if _NUMBER.sub("", match["who"].casefold()) not in _NOT_SPEAKERS:
            taken = match.start()
            yield _Label(block.start + match.start(), block.start + match.end(), match["who"], _seconds(match["first"] or match["second"]))
    if taken < 0:
        for match in _STAMP.finditer(text):
            yield _Label(block.start + match.start(), block.start + match.end(), "", _seconds(match["first"]))


def _cues(document: Document, labels: list[_Label]) -> Iterator[Cue]:
    """Every prose block between its labels; a block without one goes on with who spoke before."""
    who, at = "", 0.0
    times = [label.at for label in labels if label.at is not None]
    waiting = iter([*labels, None])
    label = next(waiting)
    for block in document.blocks:
        if block.kind not in PROSE:
            continue
        start = block.start
        while label is not None and label.start < block.end:
            if document.text[start : label.start].strip():
                yield Cue(start=start, end=label.start, at=at, until=_next(times, at), speaker=who)
            who, at, start = label.who or who, at if label.at is None else label.at, label.end
            label = next(waiting)
        if document.text[start : block.end].strip():
            yield Cue(start=start, end=block.end, at=at, until=_next(times, at), speaker=who)


def _next(times: list[float], at: float) -> float:
    from bisect import bisect_right

    place = bisect_right(times, at)
    return times[place] if place < len(times) else at


def _seconds(clock: str | None) -> float | None:
    if not clock:
        return None
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return float(total)
