"""The analysis of a written source: what its step tells, and what the report keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coexai_app.agents.maya import writing
from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.pipeline import StepContext
from coexai_app.agents.report import Analysis, KeySentence
from coexai_app.agents.text import audience, keys, readability
from coexai_app.extract.document import Document

KEY_SENTENCES = 10


def analyzed(document: Document, material: Material, context: StepContext) -> Analyzed:
    """Key sentences, key phrases, sections, readability, and a guess at the audience."""
    context.check()
    pieces = material.pieces
    top = keys.scored([p.text for p in pieces], document.language, KEY_SENTENCES, [0.2 + p.score for p in pieces])
    return Analyzed(
        key_sentences=tuple(
            KeySentence(text=document.text[p.start : p.end], start=p.start, end=p.end, score=score)
            for p, score in sorted(((pieces[i], score) for i, score in top), key=lambda row: row[0].start)
        ),
        key_phrases=writing.key_phrases(document),
        sections=tuple(part.title for part in material.parts if part.title),
        readability=readability.of([p.text for p in pieces[:400]], document.language),
        audience=audience.guess(document.text[:40_000]),
    )


def told(document: Document, found: Analyzed, *, plan: Sequence[Any]) -> Analysis:
    """The report's analysis, with the plan that was made from it."""
    return Analysis.model_validate(
        {
            "language": document.language,
            "key_sentences": found.key_sentences,
            "key_phrases": found.key_phrases,
            "sections": list(found.sections),
            "readability": found.readability.model_dump(),
            "audience": found.audience.model_dump(),
            "plan": list(plan),
        }
    )
