"""The brand voice: how a business talks, what it never says, and texts that sound like it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from coexai_app.business.fields import Paragraphs, Sentences, Strict, Word, Words, line, one_by_one

MOST_SAMPLES: Final = 5
MOST_WORDS: Final = 100


class ReadingLevel(StrEnum):
    """Whom a text must be easy for."""

    ANY = ""
    PLAIN = "plain"
    GENERAL = "general"
    EXPERT = "expert"


class EmojiPolicy(StrEnum):
    ANY = ""
    NONE = "none"
    FEW = "few"


class HashtagPolicy(StrEnum):
    ANY = ""
    NONE = "none"
    ONE = "one"
    FEW = "few"


class Perspective(StrEnum):
    """Who speaks in a text."""

    ANY = ""
    WE = "we"
    ONE = "i"
    NEUTRAL = "neutral"


# The most hashtags of a text; None: as its job asks.
HASHTAGS: Final = {HashtagPolicy.ANY: None, HashtagPolicy.NONE: 0, HashtagPolicy.ONE: 1, HashtagPolicy.FEW: 2}
# The most emoji of a post.
EMOJI: Final = {EmojiPolicy.ANY: None, EmojiPolicy.NONE: 0, EmojiPolicy.FEW: 1}


def _comma(value: Any) -> Any:
    """Words as a list, one a line, or with commas between them."""
    return one_by_one(value.replace(",", "\n").replace(";", "\n") if isinstance(value, str) else value)


def _samples(value: Any) -> Any:
    return [item for item in value if not isinstance(item, str) or line(item)] if isinstance(value, list | tuple) else value


def _slider(value: Any) -> Any:
    """A step of a slider; forms send text, and nothing for the middle."""
    if isinstance(value, str):
        said = value.strip()
        return int(said) if said.lstrip("-").isdecimal() and len(said) <= 3 else (0 if not said else value)
    return value


# A tone between two ends: -2 the first, 0 neither, 2 the second.
Slider = Annotated[int, BeforeValidator(_slider), Field(ge=-2, le=2)]


class Term(Strict):
    """A word that the business says, and those that it does not say for it: "guests" instead of "customers"."""

    use: Word
    instead_of: Annotated[Words, BeforeValidator(_comma)] = Field(min_length=1, max_length=20)


def _terms(value: Any) -> Any:
    """Terms as entries, or as lines like "guests: customers, clients"."""
    if isinstance(value, str):
        value = [row for row in value.replace("\r", "\n").split("\n") if line(row)]
    if not isinstance(value, list | tuple):
        return value
    return [_term(item) if isinstance(item, str) else item for item in value]


def _term(row: str) -> dict[str, str]:
    use, colon, instead = row.partition(":")
    if not colon or not line(use) or not line(instead):
        raise ValueError("Write one a line, the word that you use first: guests: customers, clients")
    return {"use": use, "instead_of": instead}


class Voice(Strict):
    """`avoid` holds words, `banned` whole phrases that no text may hold; both are found whatever their case, as whole words.

    The sliders run from formal to `casual`, serious to `playful`, reserved to `enthusiastic`, plain to `technical`.
    """

    casual: Slider = 0
    playful: Slider = 0
    enthusiastic: Slider = 0
    technical: Slider = 0
    perspective: Perspective = Perspective.ANY
    terms: Annotated[tuple[Term, ...], BeforeValidator(_terms)] = Field(default=(), max_length=MOST_WORDS)
    tone: Annotated[Words, BeforeValidator(_comma)] = Field(default=(), max_length=12)
    do: Sentences = Field(default=(), max_length=30)
    dont: Sentences = Field(default=(), max_length=30)
    use: Annotated[Words, BeforeValidator(_comma)] = Field(default=(), max_length=MOST_WORDS)
    avoid: Annotated[Words, BeforeValidator(_comma)] = Field(default=(), max_length=MOST_WORDS)
    banned: Words = Field(default=(), max_length=MOST_WORDS)
    reading_level: ReadingLevel = ReadingLevel.ANY
    emoji: EmojiPolicy = EmojiPolicy.ANY
    hashtags: HashtagPolicy = HashtagPolicy.ANY
    samples: Annotated[tuple[Annotated[Paragraphs, Field(min_length=1, max_length=2_000)], ...], BeforeValidator(_samples)] = Field(
        default=(), max_length=MOST_SAMPLES
    )
