"""The brand voice: how a business talks, what it never says, and texts that sound like it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from coexai_app.business.fields import Paragraphs, Sentences, Strict, Words, line, one_by_one

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


# The most hashtags of a text; None: as its job asks.
HASHTAGS: Final = {HashtagPolicy.ANY: None, HashtagPolicy.NONE: 0, HashtagPolicy.ONE: 1, HashtagPolicy.FEW: 2}
# The most emoji of a post.
EMOJI: Final = {EmojiPolicy.ANY: None, EmojiPolicy.NONE: 0, EmojiPolicy.FEW: 1}


def _comma(value: Any) -> Any:
    """Words as a list, one a line, or with commas between them."""
    return one_by_one(value.replace(",", "\n").replace(";", "\n") if isinstance(value, str) else value)


def _samples(value: Any) -> Any:
    return [item for item in value if not isinstance(item, str) or line(item)] if isinstance(value, list | tuple) else value


class Voice(Strict):
    """`avoid` holds words, `banned` whole phrases that no text may hold; both are found whatever their case, as whole words."""

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
