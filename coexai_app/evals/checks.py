"""How each expectation and each note of a person is judged: "" when it holds, else the reason in a sentence. `runner` calls `judge`.

Deterministic: the same result gets the same verdict on every machine. No model judges here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from coexai_app.agents.maya.speech import noise
from coexai_app.agents.parts import PartKind
from coexai_app.agents.report import CheckStatus, ClaimKind, ClaimStatus
from coexai_app.agents.text import entities, limits, strangers, words
from coexai_app.evals import expectations as of
from coexai_app.evals import notes
from coexai_app.evals.cases import PartNote
from coexai_app.evals.expectations import SentenceKind
from coexai_app.evals.reading import ADDED, Made, bare, flat, holds, listed, numbers, sentences_of, share, short, somewhere, titles

_HEADINGS: Final = frozenset({PartKind.TITLE, PartKind.HEADING, PartKind.SUBJECT, PartKind.PREHEADER})
_ENDS: Final = re.compile(r"[.!?…。！？:][\"'”’»)\]]*$")
_ME: Final = re.compile(
    r"\b(?:I|I['’](?:m|ve|ll|d)|me|my|mine|ich|mir|mich|mein(?:e[rsnm]?)?|je|j['’]|moi|mon|mes|yo|mi|mis|conmigo)\b", re.IGNORECASE
)
_I: Final = re.compile(r"\b(?:I|I['’](?:m|ve|ll|d))\b")


def judge(expected: of.Expected | PartNote, made: Made) -> str:
    """The reason why it does not hold; "" when it does."""
    if isinstance(expected, PartNote):
        return notes.judge(expected, made)
    return CHECKS[type(expected)](expected, made)


def name_of(expected: of.Expected | PartNote) -> str:
    """What the table calls a check."""
    if isinstance(expected, PartNote):
        return f"{expected.verdict.value} part"
    return str(getattr(expected, "check", "check"))


def _says(expected: of.Says, made: Made) -> str:
    texts = [part.text for part in made.of(expected.within)]
    if missing := [phrase for phrase in expected.text if not somewhere(texts, phrase)]:
        return f"It does not say {listed(missing)}."
    if expected.any_of and not any(somewhere(texts, phrase) for phrase in expected.any_of):
        return f"It says none of {listed(expected.any_of)}."
    there = numbers(texts, made.report.source.language)
    if missing := [number for number in expected.numbers if Fraction(number) not in there]:
        return f"It does not give the number {listed(missing)}."
    return ""


def _never(expected: of.Never, made: Made) -> str:
    parts = made.of(expected.within)
    for phrase in expected.text:
        if where := next((part for part in parts if holds(part.text, phrase)), None):
            return f"{where.label or 'It'} says “{short(phrase)}”."
    if expected.numbers:
        there = numbers([part.text for part in parts], made.report.source.language)
        if found := [number for number in expected.numbers if Fraction(number) in there]:
            return f"It gives the number {listed(found)}."
    return ""


def _sourced(expected: of.Sourced, made: Made) -> str:
    open_ = made.report.unsupported
    if len(open_) > expected.most:
        named = listed([claim.text for claim in open_])
        return f"{len(open_)} of {len(made.report.claims)} claims have no source: {named}."
    known = len(made.report.claims) - len(open_)
    return f"Only {known} claims have a source, and {expected.fewest} are expected." if known < expected.fewest else ""


def _fits(expected: of.Fits, made: Made) -> str:
    for part in made.parts:
        if 0 < part.limit < part.length:
            return f"{part.label} has {part.length:,} of {part.limit:,} characters."
        if expected.most is not None and len(part.text) > expected.most:
            return f"{part.label} has {len(part.text):,} characters, and {expected.most:,} are the most."
    return ""


def _parts(expected: of.Parts, made: Made) -> str:
    found = [p for p in made.of(expected.kind) if not expected.channel or p.channel == expected.channel.value]
    what = " or ".join(expected.kind) if expected.kind else "part"
    on = f" for {expected.channel.value}" if expected.channel else ""
    return _within(len(found), expected.fewest, expected.most, f"{what}s{on}")


def _words(expected: of.WordCount, made: Made) -> str:
    count = sum(words.word_count(ADDED.sub("", part.text)) for part in made.of(expected.kind))
    return _within(count, expected.fewest, expected.most, "words")


def _language(expected: of.InLanguage, made: Made) -> str:
    from coexai_app.extract import language

    found = language.detect("\n".join(part.text for part in made.parts))
    return "" if found == expected.code else f"It reads as {'no one language' if found == 'und' else found}, not {expected.code}."


def _points(expected: of.Points, made: Made) -> str:
    score = made.report.score
    points = 100 * score.points / score.max_points if score.max_points else 0
    return "" if points >= expected.fewest else f"It has {points:.0f} of 100 points, and {expected.fewest} are expected."


def _passes(expected: of.Passes, made: Made) -> str:
    known = {check.id: check for check in made.report.checks}
    for rule in expected.rules:
        check = known.get(rule)
        if check is None:
            return f"It has no check “{rule}”. It has: {', '.join(known)}."
        if check.status is CheckStatus.FAIL or (check.status is CheckStatus.WARN and not expected.warnings):
            return f"{check.label} does not pass: {check.message}"
    return ""


def _verbatim(expected: of.Verbatim, made: Made) -> str:
    source = flat(made.report.source.text)
    quotes = [part.text for part in made.parts if part.kind is PartKind.QUOTE]
    claims = [claim for claim in made.report.claims if claim.kind is ClaimKind.QUOTE]
    for quote in quotes:
        if bare(quote) not in source:
            return f"The source does not say “{short(quote)}”."
    for claim in claims:
        if claim.status is not ClaimStatus.SUPPORTED:
            return f"The source does not say {short(claim.text)}."
    there = [*quotes, *(claim.text for claim in claims)]
    if missing := [phrase for phrase in expected.text if not somewhere(there, phrase)]:
        return f"It does not quote {listed(missing)}."
    return _within(len(there), expected.fewest, None, "quotes")


def _heading(expected: of.Heading, made: Made) -> str:
    texts = [part.text for part in made.parts if part.kind in _HEADINGS]
    if missing := [phrase for phrase in expected.text if not somewhere(texts, phrase)]:
        return f"No heading says {listed(missing)}."
    return _within(len(texts), expected.fewest, None, "headings")


def _covers(expected: of.Covers, made: Made) -> str:
    missing = [sentence for sentence in expected.sentences if share(sentence, made) < expected.share]
    told, wanted = len(expected.sentences) - len(missing), expected.fewest if expected.fewest is not None else len(expected.sentences)
    if told >= wanted:
        return ""
    return f"It tells {told} of {len(expected.sentences)} key sentences, and {wanted} are expected. Not told: {listed(missing)}."


def _no_sentence(expected: of.NoSentence, made: Made) -> str:
    language = made.report.source.language
    headings = titles(made.report)
    for part in made.parts:
        if part.kind in _HEADINGS or part.kind is PartKind.QUOTE:
            continue
        if SentenceKind.HASHTAG in expected.kinds and entities.hashtags(part.text):
            return f"{part.label} has a hashtag."
        for sentence in sentences_of(part.text, language, headings):
            if kind := next((kind for kind in expected.kinds if _IS[kind](sentence)), None):
                return f"{part.label} has a sentence of the kind {kind}: “{short(sentence)}”."
    return ""


def _refused(expected: of.Refused, made: Made) -> str:
    return "It was not refused."


def refusal(expected: of.Refused, message: str) -> str:
    """The same for an input that was refused with this message."""
    missing = [phrase for phrase in expected.text if not holds(message, phrase)]
    return f"It was refused, and the message does not say {listed(missing)}: {message}" if missing else ""


def _within(count: int, fewest: int | None, most: int | None, what: str) -> str:
    if fewest is not None and count < fewest:
        return f"It has {count:,} {what}, and at least {fewest:,} are expected."
    if most is not None and count > most:
        return f"It has {count:,} {what}, and at most {most:,} are expected."
    return ""


def _first_person(text: str) -> bool:
    return bool(_I.search(text)) or any(found[0].casefold() != "i" for found in _ME.finditer(text))


_IS: Final[Mapping[SentenceKind, Callable[[str], bool]]] = MappingProxyType(
    {
        SentenceKind.QUESTION: lambda text: bool(re.search(r"[?？][\"'”’»)]*$", text)),
        SentenceKind.EXCLAMATION: lambda text: bool(re.search(r"[!！][\"'”’»)]*$", text)),
        SentenceKind.FIRST_PERSON: _first_person,
        SentenceKind.ADVERT: noise.is_sponsor,
        SentenceKind.HOUSEKEEPING: lambda text: noise.is_noise(text) and not noise.introduces(text),
        SentenceKind.INSTRUCTION: strangers.is_order,
        SentenceKind.UNFINISHED: lambda text: not _ENDS.search(text) and not limits.urls(text),
        SentenceKind.LINK: lambda text: bool(limits.urls(text)),
        SentenceKind.HASHTAG: lambda text: False,  # asked of the whole part: tags stand in no sentence
    }
)
CHECKS: Final[Mapping[type[of.Expected], Callable[[Any, Made], str]]] = MappingProxyType(
    {
        of.Says: _says,
        of.Never: _never,
        of.Sourced: _sourced,
        of.Fits: _fits,
        of.Parts: _parts,
        of.WordCount: _words,
        of.InLanguage: _language,
        of.Points: _points,
        of.Passes: _passes,
        of.Verbatim: _verbatim,
        of.Heading: _heading,
        of.Covers: _covers,
        of.NoSentence: _no_sentence,
        of.Refused: _refused,
    }
)
