"""Subject lines and preheader out of the source: its title, its headings and its short sentences, each a different kind of line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from coexai_app.agents.maya import hook
from coexai_app.agents.maya.material import Material, Piece
from coexai_app.agents.maya.newsletter.schemas import PREHEADER_LIMIT, SUBJECT_LIMIT, SUBJECTS, Subject, SubjectKind
from coexai_app.agents.maya.outline import CONCLUSIONS, NUMBERED_HEADING, calm, is_label
from coexai_app.agents.text import coherence, compress, hooks, words
from coexai_app.agents.text.networks import Channel, clipped, graphemes
from coexai_app.agents.text.pointing import POINTING

_SHORTEST = 15
_SHORTEST_PREHEADER = 35
_ALIKE = 0.6
_PIECES = 120
# Where a title has its main clause: before a colon or a dash with spaces, and before or after a bar, which often holds the site's name.
_TITLE_BREAK = re.compile(r"\s+[|·»]\s+|\s+[–—-]\s+|:\s+")
_NUMBERING = re.compile(
    r"^(?:#?\d{1,2}[.):]\s+|(?:step|tip|schritt|paso|étape|passo|stap|tipp|consejo|conseil)\s+\d{1,2}[.):]?\s+)", re.IGNORECASE
)
_STOP = re.compile(r"(?<![.…])[.。]$")
_ONLY_YEAR = re.compile(r"\D*\b(?:1[5-9]|20)\d\d\b\D*")
_QUOTED = re.compile('["“”„«»「」]')


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    kind: SubjectKind
    value: float


def length(text: str) -> int:
    """Characters as a reader of an inbox sees them."""
    return len(graphemes(text))


def kind_of(text: str) -> SubjectKind:
    """What a line is: it asks, it has a number, or neither."""
    if text.rstrip("\"'”’»").endswith(("?", "？")):
        return SubjectKind.QUESTION
    return SubjectKind.NUMBER if any(c.isdigit() for c in _NUMBERING.sub("", text)) else SubjectKind.STATEMENT


def choose(material: Material, title: str, refused: Collection[str] = ()) -> tuple[Subject, ...]:
    """Three lines of different kinds, the plain one first, each the best of its kind; where the source has no number or question, other
    sentences of it. Fewer when it has no more short ones."""
    lines = sorted((line for line in _lines(material, calm(title, "")) if line.text not in refused), key=lambda line: -line.value)
    chosen: list[_Line] = []
    for kind in SubjectKind:
        best = next((line for line in lines if line.kind is kind and line.value > 0 and _new(line, chosen, material.language)), None)
        if best and len(chosen) < SUBJECTS:
            chosen.append(best)
    for line in lines:
        if len(chosen) < SUBJECTS and _new(line, chosen, material.language):
            chosen.append(line)
    if chosen and not any(line.kind is SubjectKind.PLAIN for line in chosen):
        plain = next((line for line in chosen if line.kind is SubjectKind.STATEMENT), None)
        chosen = [replace(plain, kind=SubjectKind.PLAIN), *(line for line in chosen if line is not plain)] if plain else chosen
    return tuple(Subject(text=line.text, kind=line.kind) for line in chosen)


def _new(line: _Line, chosen: Collection[_Line], language: str) -> bool:
    own = set(words.terms(line.text, language))
    return not any(line.text.casefold() == c.text.casefold() or words.overlap(own, words.terms(c.text, language)) > _ALIKE for c in chosen)


def _lines(material: Material, title: str) -> Iterator[_Line]:
    yield from _of_title(material, title)
    for part in material.parts:
        heading = _NUMBERING.sub("", part.title).strip()
        if part.title and not NUMBERED_HEADING.match(heading) and not CONCLUSIONS.match(heading) and is_label(heading) and _fits(heading):
            kind = kind_of(heading)
            yield _Line(_bare(heading), kind, 0.25 + 0.4 * (kind is not SubjectKind.STATEMENT))
    about = set(words.terms(title, material.language))
    best = sorted(material.pieces, key=lambda piece: (-piece.score, piece.start))[:_PIECES]
    questions = [piece for piece in material.pieces if piece.question and piece not in best][:_PIECES]
    for piece in [*best, *questions]:
        for text in _short(piece, material.language):
            kind = kind_of(text)
            shown = length(text)
            value = piece.score + 0.2 * (25 <= shown <= 50) + 0.15 * bool(hooks.HOOK_CONTRAST.search(text)) - 0.2 * (text != piece.text)
            value += 0.5 * words.overlap(piece.terms, about) - 0.4 * bool(POINTING.search(text)) - 0.3 * bool(_ONLY_YEAR.fullmatch(text))
            yield _Line(_bare(text), kind, max(0.01, value))


def _of_title(material: Material, title: str) -> Iterator[_Line]:
    if not title:
        return
    if _fits(title):
        yield _Line(_bare(title), SubjectKind.PLAIN, 3.0)
    pieces = [piece.strip() for piece in _TITLE_BREAK.split(title) if piece.strip()]
    for place, text in enumerate(pieces):
        if len(pieces) > 1 and _fits(text) and words.word_count(text) >= 3 and not text[:1].islower():
            yield _Line(_bare(text), SubjectKind.PLAIN, 2.0 - 0.2 * place)
    if not _fits(title) and not any(_fits(text) for text in pieces):
        shortened = next((text for text in compress.variants(title, material.language) if _fits(text)), "")
        if shortened:
            yield _Line(_bare(shortened), SubjectKind.PLAIN, 1.5)
        elif cut := clipped(Channel.BLUESKY, title, SUBJECT_LIMIT):
            yield _Line(cut, SubjectKind.PLAIN, -1.0)


def _short(piece: Piece, language: str) -> Iterator[str]:
    """The sentence, or a shorter form of it, that can stand in an inbox."""
    if piece.speaker:
        yield from (text for text in (piece.text,) if piece.question and _fits(text) and not coherence.dangling(text, language))
        return
    if not piece.opening or piece.deictic or piece.lead or coherence.leans(piece.text, language):
        return
    if hook.WORN_OUT.search(piece.text) or _QUOTED.search(piece.opening):
        return
    if _fits(piece.opening):
        yield piece.opening
        return
    for text in compress.variants(piece.opening, language):
        if _fits(text):
            yield text
            return
    clauses = [text for text in compress.clauses(piece.opening, language) if _fits(text) and not coherence.dangling(text, language)]
    yield from clauses[:1]


def _fits(text: str) -> bool:
    return (
        _SHORTEST <= length(_bare(text)) <= SUBJECT_LIMIT
        if any(c.isascii() and c.isalpha() for c in text)
        else 10 <= length(text) <= SUBJECT_LIMIT
    )


def _bare(text: str) -> str:
    """Without the full stop: a subject line has none."""
    return _STOP.sub("", " ".join(text.split()))


def preheader(material: Material, subjects: Collection[Subject], used: Collection[str], refused: Collection[str] = ()) -> str:
    """One sentence that adds to the subject instead of repeating it, best one that the newsletter does not use; at most 110 characters."""
    said = [set(words.terms(subject.text, material.language)) for subject in subjects]
    body = "\n".join(used)

    def worth(piece: Piece) -> float:
        repeats = max((words.overlap(piece.terms, terms) for terms in said), default=0.0)
        return piece.score - 0.8 * repeats - 0.25 * (piece.text in body) - 0.3 * piece.question - 0.2 * bool(_QUOTED.search(piece.text))

    able = [p for p in material.pieces if p.opening and not p.lead and not p.deictic and not p.speaker and p.text not in refused]
    ranked = sorted(able, key=lambda piece: (-worth(piece), piece.start))
    for piece in ranked:
        texts = (piece.opening, *compress.variants(piece.opening, material.language))
        fitting = next((text for text in texts if (_SHORTEST_PREHEADER if " " in text else 12) <= length(text) <= PREHEADER_LIMIT), "")
        if fitting:
            return fitting
    return next((text for piece in ranked if (text := clipped(Channel.BLUESKY, piece.opening, PREHEADER_LIMIT))), "")
