"""How what a person said of a part is judged against a later result: the bad must not come back, the good must stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from coexai_app.agents.report import ClaimKind
from coexai_app.agents.text import words
from coexai_app.evals.cases import PartNote, Verdict
from coexai_app.evals.reading import ADDED, Made, holds, listed, share, short, somewhere

# So many words of a bad part in a row are that part again; shorter parts count whole.
_RUN: Final = 4
_BACK: Final = 0.5
_FACT_KINDS: Final = frozenset({ClaimKind.NUMBER, ClaimKind.DATE, ClaimKind.NAME})


def judge(note: PartNote, made: Made) -> str:
    """The reason why the result does not follow the note; "" when it does."""
    return _NOTES[note.verdict](note, made)


def _bad(note: PartNote, made: Made) -> str:
    why = f" ({short(note.note)})" if note.note else ""
    for phrase in note.words:
        if where := next((part for part in made.parts if holds(part.text, phrase)), None):
            return f"{where.label} says “{short(phrase)}” again{why}."
    if note.words:
        return ""
    for part in made.parts:
        if again(note.text, part.text):
            return f"{part.label} says again what was bad: “{short(note.text)}”{why}."
    return ""


def _good(note: PartNote, made: Made) -> str:
    texts = [part.text for part in made.parts]
    if note.words:
        missing = [phrase for phrase in note.words if not somewhere(texts, phrase)]
        return f"What was good is gone: {listed(missing)}." if missing else ""
    if any(again(note.text, text) for text in texts):
        return ""
    language = made.report.source.language
    facts = _facts(note.text, language)
    there = {key for text in texts for key in _facts(text, language)}
    if missing := [said for key, said in facts.items() if key not in there]:
        return f"What was good is gone: {listed(missing)}."
    if not facts and share(note.text, made) < _BACK:
        return f"What was good is gone: “{short(note.text)}”."
    return ""


def again(before: str, after: str) -> bool:
    """Whether a text says an earlier one again: at least half of its words, in runs of four."""
    old, new = _said(before), _said(after)
    size = min(_RUN, len(old))
    if not size:
        return False
    runs = [tuple(old[i : i + size]) for i in range(len(old) - size + 1)]
    there = {tuple(new[i : i + size]) for i in range(len(new) - size + 1)}
    return sum(run in there for run in runs) / len(runs) >= _BACK


def _said(text: str) -> list[str]:
    return [token.text.casefold() for token in words.tokens(ADDED.sub(" ", text))]


def _facts(text: str, language: str) -> dict[object, str]:
    """The numbers, dates and names of a text: what they mean, and how they are said."""
    from coexai_app.agents.text.claims import Quantity, find

    found: dict[object, str] = {}
    for mention in find(ADDED.sub(" ", text), language=language):
        if mention.kind in _FACT_KINDS:
            value = mention.value
            found[value.values[:1] if isinstance(value, Quantity) else value if isinstance(value, str) else tuple(value)] = mention.text
    return found


_NOTES: Final[Mapping[Verdict, Callable[[PartNote, Made], str]]] = MappingProxyType({Verdict.BAD: _bad, Verdict.GOOD: _good})
