"""The title of a text made of a talk: the source's own, the subject that the speaker announces, or the sentence that says most."""

from __future__ import annotations

import re
from collections.abc import Collection

from coexai_app.agents.maya.speech import headings
from coexai_app.agents.maya.speech.talk import Said, Talk
from coexai_app.agents.maya.speech.topics import Stretch
from coexai_app.agents.text import coherence, phrases, words

_LONGEST_TITLE = 95
# What follows the announcement of a subject.
_ANNOUNCED = {
    "en": re.compile(r"\b(?:about (?!it\b|this\b|that\b)((?!how\b|what\b|why\b).+)|(?=how\b|why\b|what\b)(.+))$", re.IGNORECASE),
    "es": re.compile(r"\b(?:sobre (.+)|(?=cómo\b|por qué\b)(.+))$", re.IGNORECASE),
    "de": re.compile(r"\b(?:(?:über|um) (.+?)(?: (?:sprechen|reden|erzählen))?|(?=wie\b|warum\b)(.+))\.?$", re.IGNORECASE),
    "it": re.compile(r"\b(?:parlare (?:di |del |della )(.+)|(?=come\b|perché\b)(.+))$", re.IGNORECASE),
    "pt": re.compile(r"\b(?:sobre (.+)|(?=como\b|por que\b)(.+))$", re.IGNORECASE),
    "nl": re.compile(r"\b(?:over (.+?)(?: (?:praten|vertellen|hebben))?|(?=hoe\b|waarom\b)(.+))\.?$", re.IGNORECASE),
    "fr": re.compile(r"\b(?:parler (?:de |d['’])(.+)|(?=comment\b|pourquoi\b)(.+))$", re.IGNORECASE),
}
# A title that begins with a time is half a sentence.
_WHEN = re.compile(
    r"(?:now|today|then|last|in|im|am|en|dans|after|before|for (?:a|\w+ (?:years|months))|maintenant|aujourd['’]hui|ensuite|jetzt|"
    r"heute|dann|ahora|"
    r"hoy|luego|desde|adesso|oggi|agora|hoje|nu|vandaag)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:i|i['’]\w+|we|we['’]\w+|my|our|me|us|yo|mi|nuestr[oa]s?|ich|wir|mein\w*|unser\w*|mich|mir|uns|je|j['’]\w+|nous|mon|ma|"
    r"mes|notre|io|noi|eu|nós|ik|wij|we)\b",
    re.IGNORECASE,
)


def of_talk(talk: Talk, given: str, most: int, spare: Collection[int]) -> str:
    """The title: the source's own, or the short sentence that says most, or what is spoken of most. At most `most` characters.

    What somebody says in the first person among others is theirs: "Anna Ruiz: I was baking bread as decoration".
    """
    if given and len(given) <= most:
        return given
    if subject := _announced(talk, most):
        return subject
    key = {
        t
        for p in phrases.key_phrases(" ".join(s.text for s in talk.said), talk.language, limit=4)
        for t in words.terms(p.text, talk.language)
    }
    several = len(talk.voices) > 1 or bool(talk.askers)
    best: tuple[float, int, str] | None = None
    for i, s in enumerate(talk.said):
        if i not in spare or not _titles(talk, s):
            continue
        text = headings.END.sub("", s.opening)
        worth = s.score + 0.25 * len(key & set(s.terms)) + 0.1 * any(c.isdigit() for c in text) - 0.5 * bool(_WHEN.match(text))
        if several and _PERSONAL.search(text):
            text = f"{s.speaker}: {text}" if s.speaker else text
            worth -= 0.2
        if len(text) <= min(most, _LONGEST_TITLE):
            best = max(best, (worth, -i, text)) if best else (worth, -i, text)
    if best and not talk.notes.get("unpunctuated"):
        return best[2]
    return headings.phrase(talk, Stretch(0, len(talk.said)), ())[:most]


def _announced(talk: Talk, most: int) -> str:
    """The subject, as the speaker announces it near the start: "I want to tell you about the year in which …"; "" when nobody does."""
    pattern = _ANNOUNCED.get(talk.language)
    if pattern is None or talk.notes.get("unpunctuated"):
        return ""
    for s in talk.said[: max(3, len(talk.said) // 6)]:
        match = pattern.search(s.text) if s.meta and not s.question else None
        text = coherence.capitalised(headings.END.sub("", match[1] or match[2])) if match else ""
        if text and 4 <= len(text.split()) <= 16 and len(words.terms(text, talk.language)) >= 3 and len(text) <= most:
            return text
    return ""


def _titles(talk: Talk, s: Said) -> bool:
    return (
        s.alone
        and 5 <= len(s.opening.split()) <= 14
        and len(s.terms) >= 3
        and not s.question
        and not s.meta
        and not s.weak
        and s.speaker not in talk.askers
        and not coherence.leans(s.opening, talk.language)
    )
