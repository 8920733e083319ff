"""How each expectation and each note of a person is judged: "" when it holds, else the reason in a sentence. `runner` calls `judge`.

Deterministic: the same result gets the same verdict on every machine. No model judges here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from coexai_app.agents.maya.speech import noise
from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import CheckStatus, ClaimKind, ClaimStatus, Report
from coexai_app.agents.text import entities, limits, sentences, words
from coexai_app.evals import expectations as of
from coexai_app.evals.cases import PartNote, Verdict
from coexai_app.evals.expectations import SentenceKind

# So many words of a bad part in a row are that part again; shorter parts count whole.
_RUN: Final = 4
_BACK: Final = 0.5
_FACT_KINDS: Final = frozenset({ClaimKind.NUMBER, ClaimKind.DATE, ClaimKind.NAME})
_HEADINGS: Final = frozenset({PartKind.TITLE, PartKind.HEADING, PartKind.SUBJECT, PartKind.PREHEADER})
_SAME: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-", "…": "..."})
# What formatting adds to words: the number of a post, tags.
_ADDED: Final = re.compile(r"(?m)^\s*\d{1,2}/\d{1,2}\s*$|(?<!\w)#\w+")
_ENDS: Final = re.compile(r"[.!?…。！？:][\"'”’»)\]]*$")
_ME: Final = re.compile(
    r"\b(?:I|I['’](?:m|ve|ll|d)|me|my|mine|ich|mir|mich|mein(?:e[rsnm]?)?|je|j['’]|moi|mon|mes|yo|mi|mis|conmigo)\b", re.IGNORECASE
)
_I: Final = re.compile(r"\b(?:I|I['’](?:m|ve|ll|d))\b")


@dataclass(frozen=True, slots=True)
class Made:
    """A result under judgement, its words read once."""

    report: Report
    parts: tuple[Part, ...]

    def of(self, kinds: Sequence[PartKind]) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not kinds or part.kind in kinds)


def judge(expected: of.Expected | PartNote, made: Made) -> str:
    """The reason why it does not hold; "" when it does."""
    if isinstance(expected, PartNote):
        return _NOTES[expected.verdict](expected, made)
    return CHECKS[type(expected)](expected, made)


def name_of(expected: of.Expected | PartNote) -> str:
    """What the table calls a check."""
    if isinstance(expected, PartNote):
        return f"{expected.verdict.value} part"
    return str(getattr(expected, "check", "check"))


def flat(text: str) -> str:
    """A text as phrases are looked up in it: one case, one kind of quotation mark, apostrophe, dash and space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).translate(_SAME)).casefold().strip()


def holds(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words: “38” is not in “380” or “38.5”."""
    found = flat(phrase)
    if not found:
        return False
    before = r"(?<!\w)(?<!\d[.,])" if found[0].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if found[-1].isalnum() else ""
    return re.search(before + re.escape(found) + after, flat(text)) is not None


def _says(expected: of.Says, made: Made) -> str:
    texts = [part.text for part in made.of(expected.within)]
    if missing := [phrase for phrase in expected.text if not _somewhere(texts, phrase)]:
        return f"It does not say {_listed(missing)}."
    if expected.any_of and not any(_somewhere(texts, phrase) for phrase in expected.any_of):
        return f"It says none of {_listed(expected.any_of)}."
    there = _numbers(texts, made.report.source.language)
    if missing := [number for number in expected.numbers if Fraction(number) not in there]:
        return f"It does not give the number {_listed(missing)}."
    return ""


def _never(expected: of.Never, made: Made) -> str:
    parts = made.of(expected.within)
    for phrase in expected.text:
        if where := next((part for part in parts if holds(part.text, phrase)), None):
            return f"{where.label or 'It'} says “{_short(phrase)}”."
    if expected.numbers:
        there = _numbers([part.text for part in parts], made.report.source.language)
        if found := [number for number in expected.numbers if Fraction(number) in there]:
            return f"It gives the number {_listed(found)}."
    return ""


def _sourced(expected: of.Sourced, made: Made) -> str:
    open_ = made.report.unsupported
    if len(open_) > expected.most:
        named = _listed([claim.text for claim in open_])
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
    count = sum(words.word_count(_ADDED.sub("", part.text)) for part in made.of(expected.kind))
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
        if _bare(quote) not in source:
            return f"The source does not say “{_short(quote)}”."
    for claim in claims:
        if claim.status is not ClaimStatus.SUPPORTED:
            return f"The source does not say {_short(claim.text)}."
    there = [*quotes, *(claim.text for claim in claims)]
    if missing := [phrase for phrase in expected.text if not _somewhere(there, phrase)]:
        return f"It does not quote {_listed(missing)}."
    return _within(len(there), expected.fewest, None, "quotes")


def _heading(expected: of.Heading, made: Made) -> str:
    texts = [part.text for part in made.parts if part.kind in _HEADINGS]
    if missing := [phrase for phrase in expected.text if not _somewhere(texts, phrase)]:
        return f"No heading says {_listed(missing)}."
    return _within(len(texts), expected.fewest, None, "headings")


def _covers(expected: of.Covers, made: Made) -> str:
    missing = [sentence for sentence in expected.sentences if _share(sentence, made) < expected.share]
    told, wanted = len(expected.sentences) - len(missing), expected.fewest if expected.fewest is not None else len(expected.sentences)
    if told >= wanted:
        return ""
    return f"It tells {told} of {len(expected.sentences)} key sentences, and {wanted} are expected. Not told: {_listed(missing)}."


def _no_sentence(expected: of.NoSentence, made: Made) -> str:
    language = made.report.source.language
    for part in made.parts:
        if part.kind in _HEADINGS or part.kind is PartKind.QUOTE:
            continue
        if SentenceKind.HASHTAG in expected.kinds and entities.hashtags(part.text):
            return f"{part.label} has a hashtag."
        for sentence in _sentences(part.text, language):
            if kind := next((kind for kind in expected.kinds if _IS[kind](sentence)), None):
                return f"{part.label} has a sentence of the kind {kind}: “{_short(sentence)}”."
    return ""


def _refused(expected: of.Refused, made: Made) -> str:
    return "It was not refused."


def refusal(expected: of.Refused, message: str) -> str:
    """The same for an input that was refused with this message."""
    missing = [phrase for phrase in expected.text if not holds(message, phrase)]
    return f"It was refused, and the message does not say {_listed(missing)}: {message}" if missing else ""


def _bad(note: PartNote, made: Made) -> str:
    why = f" ({_short(note.note)})" if note.note else ""
    for phrase in note.words:
        if where := next((part for part in made.parts if holds(part.text, phrase)), None):
            return f"{where.label} says “{_short(phrase)}” again{why}."
    if note.words:
        return ""
    for part in made.parts:
        if _again(note.text, part.text):
            return f"{part.label} says again what was bad: “{_short(note.text)}”{why}."
    return ""


def _good(note: PartNote, made: Made) -> str:
    texts = [part.text for part in made.parts]
    if note.words:
        missing = [phrase for phrase in note.words if not _somewhere(texts, phrase)]
        return f"What was good is gone: {_listed(missing)}." if missing else ""
    if any(_again(note.text, text) for text in texts):
        return ""
    language = made.report.source.language
    facts = _facts(note.text, language)
    there = {key for text in texts for key in _facts(text, language)}
    if missing := [said for key, said in facts.items() if key not in there]:
        return f"What was good is gone: {_listed(missing)}."
    if not facts and _share(note.text, made) < _BACK:
        return f"What was good is gone: “{_short(note.text)}”."
    return ""


def _again(before: str, after: str) -> bool:
    """Whether a text says an earlier one again: at least half of its words, in runs of four."""
    old, new = _said(before), _said(after)
    size = min(_RUN, len(old))
    if not size:
        return False
    runs = [tuple(old[i : i + size]) for i in range(len(old) - size + 1)]
    there = {tuple(new[i : i + size]) for i in range(len(new) - size + 1)}
    return sum(run in there for run in runs) / len(runs) >= _BACK


def _said(text: str) -> list[str]:
    return [token.text.casefold() for token in words.tokens(_ADDED.sub(" ", text))]


def _facts(text: str, language: str) -> dict[object, str]:
    """The numbers, dates and names of a text: what they mean, and how they are said."""
    from coexai_app.agents.text.claims import Quantity, find

    found: dict[object, str] = {}
    for mention in find(_ADDED.sub(" ", text), language=language):
        if mention.kind in _FACT_KINDS:
            value = mention.value
            found[value.values[:1] if isinstance(value, Quantity) else value if isinstance(value, str) else tuple(value)] = mention.text
    return found


def _numbers(texts: Iterable[str], language: str) -> set[Fraction]:
    """Every number that the texts give, in each reading of it, counted in dates too."""
    from coexai_app.agents.text.claims import Quantity, find

    found: set[Fraction] = set()
    for text in texts:
        for mention in find(_ADDED.sub(" ", text), language=language):
            if isinstance(mention.value, Quantity):
                found.update(mention.value.values)
            elif mention.kind is ClaimKind.DATE:
                found.update(Fraction(digits) for digits in re.findall(r"\d+", mention.text))
    return found


def _share(sentence: str, made: Made) -> float:
    """How much of the words that matter in a sentence the best part has, 0 to 1."""
    language = made.report.source.language
    wanted = set(words.terms(sentence, language))
    if not wanted:
        return 1.0
    return max((len(wanted & set(words.terms(part.text, language))) / len(wanted) for part in made.parts), default=0.0)


def _sentences(text: str, language: str) -> Iterable[str]:
    for line in _ADDED.sub("", text).split("\n"):
        bare = line.strip().lstrip("•-–*").strip()
        if bare:
            yield from (found.text for found in sentences.split(bare, language))


def _somewhere(texts: Iterable[str], phrase: str) -> bool:
    return any(holds(text, phrase) for text in texts)


def _bare(quote: str) -> str:
    return flat(quote).strip('" ')


def _within(count: int, fewest: int | None, most: int | None, what: str) -> str:
    if fewest is not None and count < fewest:
        return f"It has {count:,} {what}, and at least {fewest:,} are expected."
    if most is not None and count > most:
        return f"It has {count:,} {what}, and at most {most:,} are expected."
    return ""


def _listed(phrases: Sequence[str]) -> str:
    named = ", ".join(f"“{_short(phrase)}”" for phrase in phrases[:3])
    return f"{named} and {len(phrases) - 3} more" if len(phrases) > 3 else named


def _short(text: str) -> str:
    one = " ".join(text.split())
    return one if len(one) <= 80 else f"{one[:79].rstrip()}…"


def _first_person(text: str) -> bool:
    return bool(_I.search(text)) or any(found[0].casefold() != "i" for found in _ME.finditer(text))


_IS: Final[Mapping[SentenceKind, Callable[[str], bool]]] = MappingProxyType(
    {
        SentenceKind.QUESTION: lambda text: bool(re.search(r"[?？][\"'”’»)]*$", text)),
        SentenceKind.EXCLAMATION: lambda text: bool(re.search(r"[!！][\"'”’»)]*$", text)),
        SentenceKind.FIRST_PERSON: _first_person,
        SentenceKind.ADVERT: noise.is_sponsor,
        SentenceKind.HOUSEKEEPING: noise.is_noise,
        SentenceKind.INSTRUCTION: noise.is_instruction,
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
_NOTES: Final[Mapping[Verdict, Callable[[PartNote, Made], str]]] = MappingProxyType({Verdict.BAD: _bad, Verdict.GOOD: _good})
