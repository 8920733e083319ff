"""A heading for each section, in the source's words: its own heading, the first sentence where it is short enough to stand above the rest,
a short sentence from nearby, or what the section is about. `writing` calls `headed`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from coexai_app.agents.maya.material import Material, Piece
from coexai_app.agents.maya.outline import CONCLUSIONS, calm
from coexai_app.agents.maya.units import BULLET, Unit
from coexai_app.agents.report import KeyPhrase
from coexai_app.agents.text import coherence, words
from coexai_app.agents.text.networks import graphemes
from coexai_app.agents.text.pointing import POINTING, SUBORDINATE
from coexai_app.agents.text.strangers import strange
from coexai_app.extract.document import BlockKind, Document

LONGEST = 80
_LIST_NAME = 3
# What must be left under a heading that is the beginning of the text.
_MORE = 40
_SENTENCE = (12, 75)
QUOTES = re.compile('["“”„«»「]')
_STOPPED = re.compile(r"[.!?…]\s|[。！？]")
_STOP = re.compile(r"(?<![.…])[.。:：]$")
# "A: " names nobody, where the question stands above.
_UNNAMED = re.compile(r"^[A-Z]: ")
_QUOTE = re.compile('^["“„«‘「]')


def headed(
    document: Document, material: Material, unit: Unit, stretch: tuple[int, int], phrases: Collection[KeyPhrase], used: Collection[str]
) -> tuple[str, str]:
    """The heading ("" when nothing serves) and the text of a section that shows `unit`, out of the source's `stretch`. `used` are the texts
    that the newsletter has already: none of them is said again as a heading."""
    said = "\n".join(used).casefold()
    taken = {text.casefold() for text in used}
    text = unit.posts[0]
    if (question := _asked(material, unit)) and question.casefold() not in said:
        return question, _UNNAMED.sub("", text)

    def free(heading: str) -> bool:
        return bool(heading) and heading.casefold() not in taken

    lead, _, rest = (part.strip() for part in text.partition("\n"))
    own = _bare(_above(document, unit, stretch))
    listed = rest.startswith(BULLET) and lead.endswith((":", "：")) and len(lead) <= LONGEST and free(_bare(lead))
    if listed and (len(lead.split()) <= _LIST_NAME or not free(own)):
        return _bare(lead), rest
    if free(own):
        return (own, rest) if rest and _bare(lead).casefold() == own.casefold() else (own, text)
    if (lifted := liftable(material, unit)) and free(_bare(lifted)):
        return _bare(lifted), text.removeprefix(lifted).strip()
    if sentence := _bare(_nearby(material, unit, stretch, said)):
        return sentence, text
    named = [p.text for p in phrases if p.text.casefold() in text.casefold() and free(p.text) and words.word_count(p.text) > 1]
    if named:
        return coherence.capitalised(named[0]), text
    if material.pieces[max(0, min(unit.members))].speaker:
        return "", text
    return (clause, text) if free(clause := clause_of(text)) else ("", text)


def clause_of(text: str) -> str:
    """What stands before the first comma or stop, when it is a clause that a heading can be; else ""."""
    clause = _bare(text.split("\n")[0].split(", ")[0])
    low, high = _SENTENCE
    fits = (
        low <= len(graphemes(clause)) <= high
        and len(text) - len(clause) >= _MORE
        and not SUBORDINATE.match(clause)
        and not POINTING.search(clause)
        and not QUOTES.search(clause)
    )
    return clause if fits and words.word_count(clause) >= 4 and not _STOPPED.search(clause) else ""


def liftable(material: Material, unit: Unit) -> str:
    """The unit's first sentence when it can be a heading and leave enough below it that is understood; "" when not."""
    if len(unit.members) < 2 or min(unit.members) < 0:
        return ""
    first = material.pieces[min(unit.members)]
    rest = unit.posts[0].removeprefix(first.opening).strip()
    if rest == unit.posts[0] or not _stands(first) or len(rest) < _MORE or POINTING.match(coherence.bare_opening(rest)):
        return ""
    return "" if coherence.dangling(rest, material.language) or rest.startswith(BULLET) else first.opening


def _stands(piece: Piece) -> bool:
    low, high = _SENTENCE
    return (
        low <= len(graphemes(piece.opening)) <= high
        and not (piece.lead or piece.deictic or piece.speaker)
        and not _QUOTE.match(piece.opening)
        and not POINTING.search(piece.opening)
    )


def _bare(text: str) -> str:
    return _STOP.sub("", text.strip())


def _above(document: Document, unit: Unit, stretch: tuple[int, int]) -> str:
    """The source's heading above the words: the one within the stretch, or the one that opens it."""
    title = document.title.strip()
    found = ""
    for block in document.blocks:
        if block.start >= unit.start and found:
            break
        if block.kind is BlockKind.HEADING and (stretch[0] <= block.start <= unit.start or 0 <= stretch[0] - block.end <= 2):
            found = calm(document.block_text(block).strip(), document.text)
    return "" if found == title or CONCLUSIONS.match(found) or len(graphemes(found)) > LONGEST else found


def _asked(material: Material, unit: Unit) -> str:
    """In an interview: the short question that the unit answers."""
    first = min(unit.members)
    before = material.pieces[first - 1] if first > 0 else None
    if not material.turns or before is None or not before.question or not material.pieces[first].speaker:
        return ""
    return before.text if before.speaker != material.pieces[first].speaker and len(graphemes(before.text)) <= LONGEST else ""


def _nearby(material: Material, unit: Unit, stretch: tuple[int, int], said: str) -> str:
    """A short sentence of the stretch that stands alone and is not `said` already, about the same or in the same paragraph."""
    blocks = {material.pieces[i].block for i in unit.members if i >= 0}
    found = [
        (round(piece.score + 0.6 * words.overlap(piece.terms, unit.terms), 6), -abs(piece.start - unit.start), piece.opening)
        for i, piece in enumerate(material.pieces)
        if stretch[0] <= piece.start < stretch[1]
        and i not in unit.members
        and _stands(piece)
        and _bare(piece.text).casefold() not in said
        and not strange(piece.text, material.language)
        and not (piece.question or piece.bridged or coherence.leans(piece.opening, material.language))
        and (piece.block in blocks or words.overlap(piece.terms, unit.terms) > 0)
    ]
    return max(found)[2] if found else ""
