"""Can a sentence open a post? Not when it needs the one before it: an unresolved pronoun, a demonstrative or a conjunction.

First person and "you" are fine. The tables are in `openers`; the longest match wins.
"""

from __future__ import annotations

import functools
import re

from coexai_app.agents.text import openers, words

_LEAD = re.compile(r"^[\s\"'“”‘’«»„‚‹›(\[*_•·–—\-…]+|^\d{1,2}[.)]\s+")
# "As they left…": the pronoun is the clause's first word. "If it rains" and "when it comes to" have an empty subject.
_CLAUSE_FIRST = re.compile(
    r"(?:as|when|while|after|before|if|once|since|until|although|though|because|where) (he|she|they|this|that|these|those|"
    r"it(?! (?:rains|rained|snows|snowed|comes to|came to|is|was|takes|took|gets|got) ))\b(?! (?:year|month|week|"
    r"time|day|morning|evening)\b)",
    re.IGNORECASE,
)
_CLAUSE_PRONOUN = re.compile(r"\b(he|she|him|her|his|hers|himself|herself)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"(?<!^)\b(?-i:(?!I\b)[A-Z][a-zà-ÿ]+)|\b(?:my|our|your|a|an|the|every|each|one) (?:[a-z’'-]+ )?(?:wife|husband|mother|father|sister|"
    r"brother|daughter|"
    r"son|friend|partner|customer|client|woman|man|owner|boss|manager|neighbour|neighbor|grandmother|grandfather|mum|mom|dad|aunt|uncle|"
    r"colleague|baker|"
    r"chef|teacher|doctor|person|girl|boy|lady|employee|apprentice|accountant|student|writer|author|founder|spokesman|spokeswoman|"
    r"president|minister|"
    r"driver|farmer|patient|lawyer|judge|officer|actor|singer|player|coach|king|queen)\b",
    re.IGNORECASE,
)
_PAIRS = (("(", ")"), ("[", "]"), ("«", "»"), ("「", "」"), ("『", "』"), ("（", "）"))
_STRAIGHT_QUOTE = re.compile(r"(?<!\d)\"")
_OPENING_QUOTE = re.compile(r"^\s*[\"“„«‘]")
_CLOSING_QUOTE = '"”“»’'


_PAUSE = re.compile(r"\s*(?:[,.!?:;…—–]|$)")


@functools.cache
def _pattern(language: str) -> re.Pattern[str] | None:
    if language in openers.CJK:
        return re.compile(f"(?:{_longest_first(openers.CJK[language])})")
    if language not in openers.TIES:
        return None
    return re.compile(f"(?:{_longest_first(openers.TIES[language] + '|' + openers.POINTERS[language])})(?:(?<=')|(?![\\w'-]))")


@functools.cache
def _exceptions(language: str) -> re.Pattern[str]:
    return re.compile(
        "(?:" + openers.TIME.get(language, "(?!)") + r")\b|(?:" + openers.EMPTY_SUBJECT.get(language, "(?!)") + ")", re.IGNORECASE
    )


@functools.cache
def _contrast(language: str) -> re.Pattern[str] | None:
    if language not in openers.CONTRAST:
        return None
    return re.compile("(?:" + _longest_first(openers.CONTRAST[language]) + r")(?![\w'’-])")


@functools.cache
def _compiled(table: str, language: str) -> re.Pattern[str] | None:
    """A table of `openers` that holds expressions, for one language."""
    source = getattr(openers, table).get(language)
    return re.compile(source, re.IGNORECASE | re.DOTALL) if source else None


def _longest_first(table: str) -> str:
    entries = {entry.strip() for entry in table.replace("\n", "").split("|")}
    return "|".join(re.escape(entry) for entry in sorted(entries, key=lambda e: (-len(e), e)))


def bare_opening(sentence: str) -> str:
    """The sentence without the quotation marks, bullets and list numbers before its first word."""
    previous = None
    while previous != sentence:
        previous, sentence = sentence, _LEAD.sub("", sentence)
    return sentence


def dangling(sentence: str, language: str = "und") -> str:
    """The opening words that point back at an earlier sentence, or "" when the sentence can open a post.

    An unknown language is judged only by a lower-case start.
    """
    opening = bare_opening(sentence)
    if not opening:
        return ""
    if opening[0].islower() and not re.match(r"[a-z]+[A-Z]|www\.|https?:", opening):
        return opening.split()[0]
    if _OPENING_QUOTE.match(sentence) and (said := _compiled("SAID_BY_NOBODY", language)) and (match := said.search(sentence)):
        return next(name for name in match.groups() if name)
    lowered = opening.lower().replace("’", "'")
    pattern = _pattern(language)
    if pattern is None:
        return ""
    if (phrase := _compiled("POINTING_PHRASE", language)) and (match := phrase.match(lowered)):
        return opening[: match.end()]
    if match := pattern.match(lowered):
        paused = match[0] not in openers.WITH_PAUSE or _PAUSE.match(lowered, match.end())
        if paused and not _exceptions(language).match(lowered) and not _polite(opening, match.end(), language):
            return opening[: match.end()]
        return ""
    if language == "de" and (match := _GERMAN_ARTICLE_PRONOUN.match(lowered)):
        return opening[: match.end(1)]
    if language == "de" and (match := _GERMAN_LATE.search(" ".join(opening.split()[:7]))):
        return match[0]
    return _late_pronoun(opening) if language == "en" else ""


# "Das ist…", "Die haben…": the article alone before a finite verb is a pronoun.
_GERMAN_ARTICLE_PRONOUN = re.compile(
    r"(das|die|der|den|dem) (?:ist|war|hat|hatte|heißt|bedeutet|macht|machte|gilt|geht|ging|funktioniert|funktionierte|spart|klappt|"
    r"klappte|kostet|kostete|hilft|half|zeigt|liegt|lag|kann|konnte|muss|"
    r"musste|soll|sollte|wird|wurde|würde|hätte|wäre|sind|waren|haben|hatten|sieht|klingt|reicht|bringt|brachte|kam|gab|führt|führte|"
    r"sagt|sagte|stimmt|lohnt|fand|finde|finden|weiß|wissen|nennt|nennen|tun|tut|wollen|will)\b"
)


_GERMAN_LATE = re.compile(r"\b(?:ist|war|waren|sind|wurde|wurden) (?:das|dies|es)\b(?! \w+[,]? (?:dass|zu))")


def _polite(opening: str, end: int, language: str) -> bool:
    """ "Sie" and "Ihre" as the polite form: the sentence speaks to the reader, which capitals inside it or a question mark show."""
    if language == "de" and opening[:end] in ("Sie", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer"):
        return bool(re.search(r"(?<!^)\b(?:Sie|Ihr|Ihre|Ihren|Ihrem|Ihrer|Ihnen)\b", opening[end:]))
    return False


def _late_pronoun(opening: str) -> str:
    """ "When she arrived…": he or she before anybody was named."""
    if match := _CLAUSE_FIRST.match(opening):
        return match[1]
    match = _CLAUSE_PRONOUN.search(opening[:120])
    if match is None:
        return ""
    before = opening[: match.start()]
    inside_quote = before.count('"') % 2 or before.count("“") > before.count("”")
    first = before.split(maxsplit=1)[0].strip(",") if before.strip() else ""
    named = _PERSON.search(before) or (first.istitle() and first.lower() not in words.stopwords("en"))
    return "" if inside_quote or named else match[0]


def leans(sentence: str, language: str) -> bool:
    """The first words hint at something said before ("We also…"): allowed at the head of a post, but worse than a sentence without."""
    pattern = openers.SOFT.get(language)
    return bool(pattern and re.search(pattern, " ".join(bare_opening(sentence).split()[:6]), re.IGNORECASE))


def needs_attribution(sentence: str) -> bool:
    """A sentence that is all quotation: nobody says who speaks."""
    stripped = sentence.strip()
    if not _OPENING_QUOTE.match(stripped) or len(stripped) < 3:
        return False
    return stripped[-1] in _CLOSING_QUOTE or (stripped[-2:-1] in _CLOSING_QUOTE and not stripped[-1].isalpha())


def balanced(text: str) -> bool:
    """Every quotation mark and bracket that opens also closes."""
    closing = text.count("”") + (text.count("“") if "„" in text else 0)
    if text.count("„" if "„" in text else "“") != closing:
        return False
    if any(text.count(a) != text.count(b) for a, b in _PAIRS):
        return False
    return len(_STRAIGHT_QUOTE.findall(text)) % 2 == 0


def refers(sentence: str, language: str) -> str:
    """The opening words that stand for something named before ("The company said…"), or whose subject was named before ("Vendía…");
    "" without such. The first sentence of a text may have them, a later post may not."""
    opening = bare_opening(sentence).replace("’", "'")
    for table in ("STANDINS", "DROPPED_SUBJECT"):
        pattern = _compiled(table, language)
        if pattern and (match := pattern.match(opening)):
            return match[0]
    return ""


def open_quote(text: str) -> int:
    """How many quotation marks open without a close (negative: close without an open); apostrophes and inch marks do not count."""
    if "„" in text:
        return (
            text.count("„") - text.count("“") - text.count("”") if "”" not in text or "“" not in text else text.count("„") - text.count("“")
        )
    curly = text.count("“") - text.count("”")
    return curly or (text.count("«") - text.count("»")) or len(_STRAIGHT_QUOTE.findall(text)) % 2


def capitalised(text: str) -> str:
    """A capital first letter, except in a word that has its own capitals ("iPhone")."""
    first = text.split(maxsplit=1)[0]
    return text if any(c.isupper() for c in first) else text[:1].upper() + text[1:]


def opens_with_contrast(sentence: str, language: str) -> bool:
    """The sentence takes back the one before it, so that one must not stand alone."""
    pattern = _contrast(language)
    return bool(pattern and pattern.match(bare_opening(sentence).lower().replace("’", "'")))
