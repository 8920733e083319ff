"""Finds names of people, places, organisations and products by their capitals, without a model.

Called by the package's `find` and by `ledger`. What a capital proves depends on its place and language, so every doubtful word is
weighed against `Usage`: how the source and the output themselves write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from coexai_app.agents.report import ClaimKind

from .date_patterns import MONTHS, WEEKDAYS
from .gazetteer import KNOWN, NOT_NAMES, ROLES, SPEECH_STRICT
from .mention import Mention
from .usage import Usage, prepared
from .words import EVERY_STOP_WORD, Token, stem, word_set

_PARTICLES = word_set("of de del della di da dos das du des la le les el los las van von der den zu zum bin ibn al y the")
# Behind "von" they belong to a name ("von der Heide"), elsewhere they are articles ("die Bilanz des Vereins").
_GERMAN_ARTICLES = word_set("der den des das die zu zum")
_JOINT = re.compile(r"[ \u00a0]|[-‑]|[’']|[ \u00a0]?&[ \u00a0]?|\.[ \u00a0]?")
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_HASHTAG = re.compile(r"(?<![\w&])#\w+")
_GERMAN_NOUN = re.compile(
    r"(?:ung|heit|keit|schaft|tion|tionen|tät|ismus|nis|nisse|ungen|heiten|keiten|schaften|chen|lein|tum|ling|linge|euro|prozent|jahr|jahre|jahren|uhr|ende|anfang|mitte"
    r"|tag|tage|tagen|woche|wochen|monat|monate|monaten|stunde|stunden|minute|minuten|kilo|gramm|liter|million|millionen|milliarde|milliarden|meter|grad|ei|innen)$"
)


def runs(words: Sequence[Token], text: str, blocked: Callable[[int, int], bool] = lambda a, b: False) -> list[tuple[int, int]]:
    """Maximal sequences of capitalised words, with particles inside ("Bank of England"), as ranges of word indexes."""
    found: list[tuple[int, int]] = []
    i, count = 0, len(words)
    while i < count:
        if not _capital(words[i]) or blocked(words[i].start, words[i].end) or _stop(words[i]):
            i += 1
            continue
        end = i + 1
        while end < count:
            after = _next(words, text, end, blocked)
            if not after:
                break
            end = after
        found.append((i, end))
        i = end
    return found


def _next(words: Sequence[Token], text: str, end: int, blocked: Callable[[int, int], bool]) -> int:
    """Where a run goes on after `end`: behind the next capital, over up to two particles; 0 when it ends here."""
    j = end
    while j < len(words) and j - end < 3:
        gap = text[words[j - 1].end : words[j].start]
        if not _JOINT.fullmatch(gap) or (gap[0] == "." and not words[j - 1].initial and words[j].initial):
            return 0
        if (gap[0] in "’'" and not words[j].upper) or ("&" in gap and _two_people(words, text, j)):
            return 0
        if blocked(words[j].start, words[j].end):
            return 0
        if _capital(words[j]) and not (_stop(words[j]) and j == end and not (gap[0] in "-‑" and len(words[j].text) == 1)):
            return j + 1
        if words[j].text[0].isdigit() and gap[0] in "-‑" and words[j - 1].text.isupper():
            return j + 1
        if (
            words[j].text not in _PARTICLES
            or gap[0] not in "  "
            or (words[j].text in _GERMAN_ARTICLES and words[j - 1].text not in ("von", "van"))
        ):
            return 0
        j += 1
    return 0


def _two_people(words: Sequence[Token], text: str, j: int) -> bool:
    """ "Ana Bright & Marta Ruiz" are two names, "Johnson & Johnson" is one: whether both sides of the "&" have two words."""
    before = j > 1 and words[j - 2].upper and text[words[j - 2].end : words[j - 1].start] == " "
    return before and j + 1 < len(words) and words[j + 1].upper and text[words[j].end : words[j + 1].start] == " "


def _capital(word: Token) -> bool:
    return (word.upper or (len(word.text) > 2 and word.text[0].islower() and any(c.isupper() for c in word.text[1:3]))) and not word.text[
        0
    ].isdigit()


def _stop(word: Token) -> bool:
    return word.key in EVERY_STOP_WORD and not (
        len(word.text) > 1 and word.text.isupper() and word.text not in ("THE", "AND", "OF", "IN", "TO", "IT", "IS")
    )


def find_names(
    text: str,
    language: str,
    usage: Usage,
    blocked: Callable[[int, int], bool],
    words: Sequence[Token] | None = None,
    replaced: Callable[[int], bool] = lambda i: False,
) -> list[Mention]:
    """The names in a text. `replaced(i)` says that the source has another name in the place of word i."""
    words = prepared(text) if words is None else words
    found = [
        Mention(ClaimKind.NAME, m.start(), m.end(), m.group(), (m.group().casefold(),))
        for m in _HANDLE.finditer(text)
        if not blocked(m.start(), m.end())
    ]
    structure = [(m.start(), m.end()) for m in _HASHTAG.finditer(text)] + [(m.start, m.end) for m in found]

    def taken(start: int, end: int) -> bool:
        return blocked(start, end) or any(s < end and start < e for s, e in structure)

    for first, last in runs(words, text, taken):
        for a, b in _pieces(words, first, last, language, usage, replaced):
            if b - a == 1 and not _single(words, a, text, language, usage, replaced):
                continue
            span = words[a].start, words[b - 1].end
            found.append(Mention(ClaimKind.NAME, *span, text[span[0] : span[1]], tuple(w.key for w in words[a:b])))
    return sorted(found, key=lambda m: m.start)


def _pieces(
    words: Sequence[Token], first: int, last: int, language: str, usage: Usage, replaced: Callable[[int], bool]
) -> Iterable[tuple[int, int]]:
    """A run without titles, roles and words that the texts also write in lower case; "Bakery CEO Marta Ruiz" falls in two."""
    begin = first
    for i in range(first, last + 1):
        if i < last and not (_drops(words, i, first, last, language, usage) and not replaced(i)):
            continue
        a, b = begin, i
        while a < b and (words[a].text in _PARTICLES or (words[a].initial and _stop(words[a]))):
            a += 1
        while b > a and (words[b - 1].text in _PARTICLES or (words[b - 1].text[0].isdigit() and b - a == 1)):
            b -= 1
        if b > a:
            yield a, b
        begin = i + 1


def _drops(words: Sequence[Token], i: int, first: int, last: int, language: str, usage: Usage) -> bool:
    word = words[i]
    if i > first and len(word.text) == 1 and word.upper:
        return False
    if (word.key in ROLES or word.key.removesuffix("s") in ROLES) and not usage.strong[word.key] > 2 * usage.lower[word.key] + 2:
        return True
    if word.text in _PARTICLES:
        return language == "de" and word.text == "von" and words[i - 1].key not in KNOWN
    if (word.key in MONTHS and word.key not in _MONTHS_AND_NAMES) or word.key in WEEKDAYS:
        return True
    if usage.common(word.key, language) and (word.initial or not usage.strong[word.key]):
        return True
    if language == "de" and last - first > 1 and _GERMAN_NOUN.search(word.key) and word.key not in KNOWN:
        return True
    if (
        language == "de"
        and i == first
        and word.initial
        and _ADJECTIVE.search(word.key)
        and word.key not in KNOWN
        and not usage.strong[word.key]
    ):
        return True
    headline = word.initial and i > first
    if headline and not usage.strong[word.key] and word.key not in KNOWN:
        return True
    return i == first and word.initial and last - first > 1 and not usage.strong[word.key] and word.key not in KNOWN and _starter(word.key)


_MONTHS_AND_NAMES = frozenset({"may", "august", "april", "june", "mars", "mai", "mei"})
_ADJECTIVE = re.compile(r"..(?:er|es|en|em|e)$")
_STARTER = re.compile(r"(?:ly|ing|ed|mente|ando|iendo|tion)$")
_STARTERS = word_set(
    "meanwhile yesterday today tomorrow tonight later earlier soon finally next besides however moreover instead despite inside"
    " outside like unlike thanks dear hi hello meet ask join visit read see watch follow try use call contact remember imagine"
    " consider think take make get let look learn discover find inspired congrats ayer hoy mañana después además finalmente conoce"
    " descubre según gestern heute morgen dann danach endlich schließlich laut trotz dank liebe lieber"
)


def _starter(key: str) -> bool:
    return key in _STARTERS or bool(_STARTER.search(key))


def _single(words: Sequence[Token], i: int, text: str, language: str, usage: Usage, replaced: Callable[[int], bool]) -> bool:
    """Whether one capitalised word alone is a name."""
    word = words[i]
    key, letters = word.key, word.text
    if key in NOT_NAMES or key in ROLES or len(letters) == 1 or _stop(word):
        return False
    mixed = any(c.isupper() for c in letters[1:]) or any(c.isdigit() for c in letters)
    if mixed:
        return not (letters.isupper() and usage.lower[key] > 0) and not (
            letters.isupper() and len(letters) > 5 and not usage.known(key) and word.initial
        )
    if usage.common(key, language):
        return replaced(i)
    cued = (
        key in KNOWN
        or replaced(i)
        or (i + 1 < len(words) and words[i + 1].key in SPEECH_STRICT and _adjoins(text, word, words[i + 1]) and not _starter(key))
    )
    if language == "de":
        return cued and not _GERMAN_NOUN.search(key) if not usage.known(key) else key in KNOWN or _titled(words, i)
    if word.initial:
        if usage.strong[key]:
            return usage.strong[key] >= usage.lower[key]
        if usage.initial[key] and not usage.lower[key]:
            return key in KNOWN or (cued and not usage.lower[key])
        return cued and stem(letters) not in usage.stems
    if usage.known(key):
        return True
    return stem(letters) not in usage.stems or cued


def _adjoins(text: str, left: Token, right: Token) -> bool:
    return text[left.end : right.start] in (" ", "\u00a0")


def _titled(words: Sequence[Token], i: int) -> bool:
    return i > 0 and words[i - 1].key in ("frau", "herr", "herrn", "dr", "prof")
