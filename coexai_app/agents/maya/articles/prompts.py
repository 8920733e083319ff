"""What a model is asked for an article, and how its answer becomes blocks. Pull quotes stay those of the builtin engine: verbatim, with
speaker and time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coexai_app.agents.maya.answers import plain, repeats
from coexai_app.agents.maya.longform.limits import ARTICLE_TITLE
from coexai_app.agents.maya.longform.schemas import Length, TextBlock
from coexai_app.agents.maya.speech import prompts
from coexai_app.agents.maya.speech.schemas import TalkInput
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import Usage
from coexai_app.agents.text import words
from coexai_app.business import BusinessProfile
from coexai_app.extract.document import Document
from coexai_app.llm.base import Prompt

WORDS = {Length.SHORT: 350, Length.MEDIUM: 650, Length.LONG: 1_100}
_MOST_SECTIONS, _MOST_PARAGRAPHS, _FEWEST_WORDS = 7, 6, 40
_TEXT = {"type": "string", "minLength": 1, "maxLength": 2_000}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "standfirst", "sections", "closing"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": ARTICLE_TITLE},
        "standfirst": {"type": "string", "maxLength": 400},
        "sections": {
            "type": "array",
            "minItems": 1,
            "maxItems": _MOST_SECTIONS,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["heading", "paragraphs"],
                "properties": {
                    "heading": {"type": "string", "minLength": 1, "maxLength": 120},
                    "paragraphs": {"type": "array", "minItems": 1, "maxItems": _MOST_PARAGRAPHS, "items": _TEXT},
                },
            },
        },
        "closing": {"type": "string", "maxLength": 800},
    },
}


def write(document: Document, data: TalkInput, builtin: tuple[TextBlock, ...], business: BusinessProfile) -> Prompt:
    """Asks for the article's words."""
    task = (
        f"Write a LinkedIn article of about {WORDS[data.length]} words from the transcript: a title of at most {ARTICLE_TITLE} "
        f"characters that says what the article "
        "is about, a standfirst of one or two sentences, three to seven sections with a heading of at most ten words and one to "
        "three paragraphs each, and a "
        "closing paragraph. Where one person speaks, write in the first person, as that person. Where several speak, name who says "
        "what. No markup, no links, no emoji, no hashtags, no "
        "worn-out phrases. The data section “outline” shows the talk's topics and most telling sentences."
    )
    return prompts.asked(task, document, data, business, SCHEMA, outline=prompts.told(builtin))


def read(answer: object, document: Document, builtin: tuple[TextBlock, ...]) -> tuple[TextBlock, ...]:
    """The blocks of an answer, made safe; () when it is no article."""
    if not isinstance(answer, dict) or not isinstance(answer.get("sections"), list):
        return ()
    title, standfirst, closing = (_line(answer.get(name)) for name in ("title", "standfirst", "closing"))
    quotes = [block for block in builtin if block.kind is PartKind.QUOTE]
    blocks: list[TextBlock] = []
    seen: list[str] = []
    for section in answer["sections"][:_MOST_SECTIONS]:
        texts = section.get("paragraphs") if isinstance(section, dict) else None
        found = [plain(t) for t in texts[:_MOST_PARAGRAPHS] if isinstance(t, str)] if isinstance(texts, list) else []
        kept: list[str] = []
        for text in filter(None, found):
            if not repeats(text, [*seen, *kept], document.language):
                kept.append(text)
        heading = _line(section.get("heading"))[:160] if isinstance(section, dict) else ""
        if not kept or not heading:
            continue
        seen += kept
        paragraphs = [TextBlock(kind=PartKind.PARAGRAPH, text=text) for text in kept]
        own = [
            q
            for q in quotes
            if words.overlap(words.terms(q.text, document.language), words.terms(" ".join(kept), document.language)) >= 0.4
        ]
        # A quote that the paragraphs hold already would be said twice.
        own = [q for q in own if q.text.rstrip(".") not in " ".join(kept)]
        quotes = [q for q in quotes if q not in own]
        blocks += [TextBlock(kind=PartKind.HEADING, text=heading), paragraphs[0], *own, *paragraphs[1:]]
    if not title or len(title) > ARTICLE_TITLE or sum(words.word_count(t) for t in seen) < _FEWEST_WORDS:
        return ()
    asked = builtin[-1] if builtin and builtin[-1].kind is PartKind.PARAGRAPH and not builtin[-1].spans else None
    return (
        TextBlock(kind=PartKind.TITLE, text=title),
        *([TextBlock(kind=PartKind.STANDFIRST, text=standfirst)] if standfirst else []),
        *blocks,
        *([TextBlock(kind=PartKind.PARAGRAPH, text=closing)] if closing and not repeats(closing, seen, document.language) else []),
        *([asked] if asked is not None else []),
    )


def expected_use(options: TalkInput, characters: int) -> Usage:
    return prompts.use(WORDS[options.length], characters)


def _line(value: object) -> str:
    return " ".join(plain(value).split()) if isinstance(value, str) else ""
