"""What a model is asked for a summary, and how its answer becomes blocks. Times, quotes, names and links stay builtin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coexai_app.agents.maya.answers import plain, repeats
from coexai_app.agents.maya.longform.schemas import Length, TextBlock
from coexai_app.agents.maya.podcasts.compose import FIXED, FIXED_HEADINGS, MOST_TITLE
from coexai_app.agents.maya.speech import prompts
from coexai_app.agents.maya.speech.schemas import TalkInput
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import Usage
from coexai_app.business import BusinessProfile
from coexai_app.extract.document import Document
from coexai_app.llm.base import Prompt

WORDS = {Length.SHORT: 300, Length.MEDIUM: 550, Length.LONG: 1_000}
_POINTS = {Length.SHORT: 3, Length.MEDIUM: 5, Length.LONG: 7}
_MOST_CHAPTERS, _MOST_POINTS = 14, 9
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "standfirst", "takeaways", "chapters"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": MOST_TITLE},
        "standfirst": {"type": "string", "maxLength": 500},
        "takeaways": {"type": "array", "maxItems": _MOST_POINTS, "items": {"type": "string", "minLength": 1, "maxLength": 400}},
        "chapters": {
            "type": "array",
            "minItems": 1,
            "maxItems": _MOST_CHAPTERS,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["number", "heading", "paragraph"],
                "properties": {
                    "number": {"type": "integer"},
                    "heading": {"type": "string", "minLength": 1, "maxLength": 120},
                    "paragraph": {"type": "string", "minLength": 1, "maxLength": 2_000},
                },
            },
        },
    },
}


def write(document: Document, data: TalkInput, builtin: tuple[TextBlock, ...], business: BusinessProfile) -> Prompt:
    """Asks for the summary's words; the chapters are numbered, so that each keeps its time."""
    numbered = "\n".join(f"{i}. {block.label}: {block.text}" for i, block in enumerate(_chapters(builtin), 1))
    task = (
        f"Write a summary of the episode of about {WORDS[data.length]} words for a blog: a title, a standfirst of one or two "
        f"sentences that "
        f"says who speaks about what, {_POINTS[data.length]} key takeaways of one sentence each, and for every chapter in the data "
        f"section "
        "“chapters” its number, a heading of at most ten words and one paragraph on what is said in it. Name who says what. No "
        "markup, no "
        "links, no emoji, no hashtags, no worn-out phrases. The data section “outline” shows the most telling sentences."
    )
    return prompts.asked(task, document, data, business, SCHEMA, chapters=numbered, outline=prompts.told(builtin))


def read(answer: object, document: Document, builtin: tuple[TextBlock, ...]) -> tuple[TextBlock, ...]:
    """The blocks of an answer, made safe; () when it is no summary."""
    if not isinstance(answer, dict) or not isinstance(answer.get("chapters"), list):
        return ()
    language = document.language
    title, standfirst = _line(answer.get("title")), _line(answer.get("standfirst"))
    given = answer.get("takeaways")
    points: list[str] = []
    for point in map(_line, given[:_MOST_POINTS] if isinstance(given, list) else []):
        if point and not repeats(point, points, language):
            points.append(point)
    own = _chapters(builtin)
    written: dict[int, tuple[str, str]] = {}
    for chapter in answer["chapters"][:_MOST_CHAPTERS]:
        number = chapter.get("number") if isinstance(chapter, dict) else None
        if not isinstance(number, int) or not 1 <= number <= len(own) or number in written:
            continue
        heading, text = _line(chapter.get("heading"))[:160], _line(chapter.get("paragraph"))
        if heading and text and not repeats(text, [t for _, t in written.values()], language):
            written[number] = (heading, text)
    if not title or len(title) > MOST_TITLE or not written or 2 * len(written) < len(own):
        return ()
    blocks = [TextBlock(kind=PartKind.TITLE, text=title)]
    if standfirst:
        blocks.append(TextBlock(kind=PartKind.STANDFIRST, text=standfirst))
    if points:
        blocks.append(TextBlock(kind=PartKind.HEADING, text=FIXED.get(language, FIXED["en"])[0]))
        blocks += [TextBlock(kind=PartKind.ITEM, text=point) for point in points]
    for number in sorted(written):
        heading, text = written[number]
        blocks.append(TextBlock(kind=PartKind.HEADING, text=heading, at=own[number - 1].at))
        blocks.append(TextBlock(kind=PartKind.PARAGRAPH, text=text))
    return (*blocks, *_tail(builtin, language))


def expected_use(options: TalkInput, characters: int) -> Usage:
    return prompts.use(WORDS[options.length], characters)


def _chapters(builtin: tuple[TextBlock, ...]) -> list[TextBlock]:
    return [block for block in builtin if block.kind is PartKind.HEADING and block.text.casefold() not in FIXED_HEADINGS]


def _tail(builtin: tuple[TextBlock, ...], language: str) -> tuple[TextBlock, ...]:
    """The builtin quotes, names and links, and what the person asked to say."""
    fixed = FIXED.get(language, FIXED["en"])
    ends = (i for i, b in enumerate(builtin) if b.kind is PartKind.HEADING and b.text in fixed[1:])
    start = next(ends, None)
    if start is not None:
        return builtin[start:]
    return builtin[-1:] if builtin[-1].kind is PartKind.PARAGRAPH and not builtin[-1].spans else ()


def _line(value: object) -> str:
    return " ".join(plain(value).split()) if isinstance(value, str) else ""
