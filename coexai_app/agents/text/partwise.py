"""Style rules for an output made of labelled parts (a newsletter, a calendar): each verdict names the part that it is about.

`rules` has the same for the posts of a thread. A capability picks the parts that a rule sees, and gives the rule its points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from coexai_app.agents.parts import Part
from coexai_app.agents.text import coherence, limits, readability, sentences, words
from coexai_app.agents.text.hooks import WORN_OUT
from coexai_app.agents.text.judging import LIST_LINE, Verdict, tail

_ENDS = re.compile(r"[.!?…:。！？｡．؟۔।॥።][\"'”’»›)\]}」』）】]*$")
_SHOUT = re.compile(r"\b[A-ZÀ-Ý]{4,}(?:\s+[A-ZÀ-Ý]{2,})+\b|!{2,}|\?{2,}")
_HASHTAGS = re.compile(r"^(?:[#＃]\w+\s*)+$")
_NEAR = 0.8
_FEWEST_TERMS = 5


def prose(text: str, language: str) -> list[str]:
    """The sentences of a part: list lines, hashtags and lone addresses left out."""
    found: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or LIST_LINE.match(bare) or _HASHTAGS.match(bare):
            continue
        links = limits.urls(bare)
        if links and not bare.replace(links[-1].url, "").strip(" :"):
            continue
        found.extend(sentence.text for sentence in sentences.split(bare, language))
    return found


def whole(parts: Sequence[Part], language: str) -> Verdict:
    """Every sentence ends, and its quotation marks and brackets close."""
    for part in parts:
        for sentence in prose(part.text, language):
            links = limits.urls(sentence)
            if links and sentence.endswith(links[-1].url):
                continue
            if not _ENDS.search(sentence):
                return Verdict(0, f"{part.label} has a sentence without an end.", tail(sentence), "Finish the sentence or take it out.")
        if not coherence.balanced(part.text):
            return Verdict(0.5, f"In {part.label} a quotation mark or bracket does not close.", tail(part.text), "Close it.")
    return Verdict(1, "All sentences are whole.")


def repeats(parts: Sequence[Part], language: str) -> Verdict:
    """No sentence twice, no two parts that say nearly the same."""
    seen: dict[str, str] = {}
    for part in parts:
        for sentence in prose(part.text, language):
            key = re.sub(r"\W+", " ", sentence).casefold().strip()
            if words.word_count(sentence) >= 4 and key in seen:
                return Verdict(0, f"{seen[key]} and {part.label} share a sentence.", sentence, "Take one of them out.")
            seen.setdefault(key, part.label)
    terms = [set(words.terms(part.text, language)) for part in parts]
    for i, first in enumerate(terms):
        for j in range(i + 1, len(terms)):
            if min(len(first), len(terms[j])) >= _FEWEST_TERMS and words.overlap(first, terms[j]) > _NEAR:
                message = f"{parts[i].label} and {parts[j].label} say nearly the same."
                return Verdict(0.25, message, tail(parts[j].text), "Merge them.")
    return Verdict(1, "Nothing is said twice.")


def standing(parts: Sequence[Part], language: str) -> Verdict:
    """No part opens with a pronoun or a conjunction that needs what stood before it in the source."""
    bad = [(part.label, word) for part in parts if (word := _dangling(part.text, language))]
    if not bad:
        return Verdict(1, "Every part can be understood by itself.")
    share = max(0.0, 1 - len(bad) / max(2, len(parts) / 2))
    label, word = bad[0]
    more = f" So {'does' if len(bad) == 2 else 'do'} {len(bad) - 1} more." if len(bad) > 1 else ""
    return Verdict(share, f"{label} opens with “{word}”, which needs what stood before.{more}", "", "Say who or what is meant.")


def _dangling(text: str, language: str) -> str:
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    if LIST_LINE.match(line) or line.startswith("http"):
        return ""
    opening = next(iter(sentences.split(line, language)), None)
    return coherence.dangling(opening.text, language) if opening else ""


def calm(parts: Sequence[Part]) -> Verdict:
    """No rows of capitals, no rows of exclamation marks."""
    for part in parts:
        if match := _SHOUT.search(part.text):
            return Verdict(0, f"{part.label} shouts.", match[0], "Write it in small letters, with one mark.")
    return Verdict(1, "No shouting.")


def fresh(parts: Sequence[Part]) -> Verdict:
    """No worn-out phrases."""
    for part in parts:
        if match := WORN_OUT.search(part.text):
            return Verdict(0, f"{part.label} uses a worn-out phrase.", match[0], "Say what is meant in plain words.")
    return Verdict(1, "No worn-out phrases.")


def easy(parts: Sequence[Part], language: str) -> Verdict:
    """Readable on a phone: Flesch reading ease of 45 and more is full marks, under 25 none."""
    found = readability.of([sentence for part in parts for sentence in prose(part.text, language)], language)
    if found.ease is None:
        return Verdict(1, "There is no readability formula for this language.")
    share = 1.0 if found.ease >= 45 else max(0.0, (found.ease - 25) / 20)
    message = f"Reading ease {found.ease:.0f} of 100, {found.words_per_sentence:.0f} words a sentence."
    return Verdict(share, message, "", "" if share == 1 else "Use shorter sentences and words.")
