"""How hard a text is to read: the Flesch reading ease in its national forms, and a US school grade for English.

Formulas, with W words, S sentences, Y syllables (asl = W/S, asw = Y/W):
en  206.835 - 1.015 asl - 84.6 asw (Flesch, 1948); grade 0.39 asl + 11.8 asw - 15.59 (Kincaid, 1975), of `graded` and `runs`
de  180 - asl - 58.5 asw (Amstad, 1978)
es  206.835 - 60 asw - 1.02 asl (Fernández Huerta, 1959)
fr  207 - 1.015 asl - 73.6 asw (Kandel and Moles, 1958)
it  217 - 1.3 asl - 60 asw (Flesch-Vacca, 1972)
nl  206.84 - 0.93 asl - 77 asw (Douma, 1960)
pt  248.835 - 1.015 asl - 84.6 asw (Martins et al., 1996)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from coexai_app.agents.text import syllables_en, words

# Constant, factor of asl, factor of asw.
_FORMULAS = {
    "en": (206.835, 1.015, 84.6),
    "de": (180.0, 1.0, 58.5),
    "es": (206.835, 1.02, 60.0),
    "fr": (207.0, 1.015, 73.6),
    "it": (217.0, 1.3, 60.0),
    "nl": (206.84, 0.93, 77.0),
    "pt": (248.835, 1.015, 84.6),
}
_BANDS = ((70.0, "easy"), (50.0, "plain"), (30.0, "demanding"))
_VOWELS = re.compile(r"[aeiouyáéíóúàèìòùâêîôûäëïöüãõœæ]+", re.IGNORECASE)
_SPANISH_HIATUS = re.compile(r"[aeo](?=[aeo])|[íú](?=[aeo])|[aeo](?=[íú])", re.IGNORECASE)


class Readability(BaseModel):
    """`ease` from 0 (hard) to 100 (easy), None in a language without a formula; `grade` is the US school grade, English only."""

    model_config = ConfigDict(frozen=True)

    ease: float | None = None
    grade: float | None = None
    words_per_sentence: float = 0.0
    band: str = "unknown"


def syllables(word: str, language: str) -> int:
    """Syllables of a word, by its vowel groups; English has rules of its own, the Romance languages split hiatus."""
    if language == "en":
        return syllables_en.count(word)
    word = word.lower()
    groups = len(_VOWELS.findall(word))
    if language in ("es", "pt", "it"):
        groups += len(_SPANISH_HIATUS.findall(word))
    elif language == "fr" and re.search(r"[^aeiouyéèêàù](?:e|es|ent)$", word) and groups > 1:
        groups -= 1
    return max(1, groups)


def of(sentences: Sequence[str], language: str) -> Readability:
    """The readability of some sentences, taken together."""
    counts = [[token.text for token in words.tokens(sentence)] for sentence in sentences]
    total = sum(map(len, counts))
    if not counts or not total:
        return Readability()
    per_sentence = total / len(counts)
    formula = _FORMULAS.get(language)
    if formula is None:
        return Readability(words_per_sentence=round(per_sentence, 1))
    per_word = sum(syllables(word, language) for line in counts for word in line) / total
    constant, by_sentence, by_word = formula
    ease = min(100.0, max(0.0, constant - by_sentence * per_sentence - by_word * per_word))
    grade = _grade(sentences) if language == "en" else None
    band = next((name for limit, name in _BANDS if ease >= limit), "hard")
    return Readability(ease=round(ease, 1), grade=grade, words_per_sentence=round(per_sentence, 1), band=band)


_RUN = re.compile(r"\b[^.!?]+[.!?]*")
_FRAGMENT_WORDS = 2
_GRADED_WORD = re.compile(r"[^\s–—]*[^\W_][^\s–—]*")
_MARKS = re.compile(r"^\W+|\W+$")


def graded(sentence: str) -> list[tuple[str, int]]:
    """The words of a sentence and their syllables as Flesch counts them (How to Write Plain English, 1979, chapter 2): what stands between
    two spaces is one word ("full-length", "$15"), and abbreviations, figures and symbols have one syllable."""
    found = [_MARKS.sub("", word) for word in _GRADED_WORD.findall(sentence)]
    shouts = 2 * sum(word.isupper() for word in found) > len(found)
    return [(word, 1 if syllables_en.is_sign(word, shouts=shouts) else syllables_en.count(word)) for word in found]


def _grade(sentences: Sequence[str]) -> float | None:
    """The school grade of English sentences; None without a word."""
    found = [pair for sentence in sentences for pair in graded(sentence)]
    if not found:
        return None
    per_word = sum(syllables for _, syllables in found) / len(found)
    return round(max(0.0, 0.39 * len(found) / runs(sentences) + 11.8 * per_word - 15.59), 1)


def runs(sentences: Sequence[str]) -> int:
    """The sentences of the school grade, as other tools count them: what ends in . ! or ? and has more than two words. A line without a
    stop belongs to the next one. At least 1."""
    found = _RUN.findall(" ".join(sentences))
    return max(1, sum(len(_GRADED_WORD.findall(run)) > _FRAGMENT_WORDS for run in found))
