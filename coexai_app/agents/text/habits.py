"""How a business writes, measured on its sample texts: sentence length, contractions, exclamation marks, emoji, dashes, typical words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from coexai_app.agents.text import brand, sentences, words

# Fewer words tell no habit.
FEWEST_WORDS: Final = 80
TYPICAL_WORDS: Final = 12
CONTRACTION: Final = re.compile(
    r"\b(?:[A-Za-z]+n['’]t|(?:I|you|he|she|it|we|they|that|there|who|what|let)['’](?:m|re|s|ve|ll|d))\b", re.IGNORECASE
)
EXCLAMATION: Final = re.compile(r"[!！]+")
_DASH: Final = re.compile(r"—|(?<=\s)–(?=\s)")


class Habits(BaseModel):
    """Rates per sentence, except `sentence_words` and `sentence_spread` (words, mean and standard deviation) and `emoji` (per text).

    `words` is how many words were measured: under 80 nothing is known, and every rate is 0.
    """

    model_config = ConfigDict(frozen=True)

    words: int = 0
    sentence_words: float = 0.0
    sentence_spread: float = 0.0
    contractions: float = 0.0
    exclamations: float = 0.0
    questions: float = 0.0
    dashes: float = 0.0
    emoji: float = 0.0
    vocabulary: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.words >= FEWEST_WORDS


def learn(samples: Sequence[str], language: str = "und") -> Habits:
    """What the samples have in common."""
    found = [s.text for sample in samples for row in sample.split("\n") for s in sentences.split(row, language)]
    lengths = [count for s in found if (count := words.word_count(s))]
    if sum(lengths) < FEWEST_WORDS:
        return Habits(words=sum(lengths))
    mean = sum(lengths) / len(lengths)
    whole = "\n".join(samples)
    terms = Counter(t.text.lower() for t in words.tokens(whole) if len(t.text) > 3 and t.text.lower() not in words.stopwords(language))

    def rate(pattern: re.Pattern[str]) -> float:
        return round(len(pattern.findall(whole)) / len(lengths), 3)

    return Habits(
        words=sum(lengths),
        sentence_words=round(mean, 1),
        sentence_spread=round((sum((n - mean) ** 2 for n in lengths) / len(lengths)) ** 0.5, 1),
        contractions=rate(CONTRACTION),
        exclamations=rate(EXCLAMATION),
        questions=rate(re.compile(r"[?？]")),
        dashes=rate(_DASH),
        emoji=round(len(brand.emoji(whole)) / len(samples), 2),
        vocabulary=tuple(word for word, count in terms.most_common(TYPICAL_WORDS) if count > 1),
    )
