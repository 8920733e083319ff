"""Sentences with their places: of a text, and of a document (block by block, prose only).

Rule-based: a full stop ends a sentence unless an abbreviation, an initial, a number, an address or an ordinal says otherwise.
Languages with their own abbreviations: en, es, de, fr, it, pt, nl; every other language uses the union, and 。！？ and the
stops of Hindi, Arabic and Ethiopic end sentences everywhere.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from coexai_app.extract.document import Block, BlockKind, Document

PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.LIST_ITEM})

# Abbreviations (lower case, without the last dot) that never end a sentence before a capital: titles, and words that need what follows.
_NEVER: dict[str, str] = {
    "en": (
        "mr mrs ms messrs dr prof rev fr sr st gen col capt lt sgt hon gov sen rep pres mt vs e.g i.e cf fig figs no nos vol ch sec eq "
        "approx ca "
        "viz op pp ed eds dept est"
    ),
    "es": (
        "sr sra srta sres dr dra d dña prof profa ing lic arq gral cap fig núm n.º pág págs ej p.ej aprox art tel av avda c/ st sta sto "
        "ud uds vs cf"
    ),
    "de": (
        "hr fr dr prof dipl ing z.b d.h u.a z.t bzw ca vgl evtl ggf inkl exkl nr abs art bd s sog st str tel usw.z o.ä i.d.r u.u v.a "
        "z.hd zzgl bspw gem lt mind max min"
    ),
    "fr": "m mm mme mmes mlle mlles dr pr me st ste p.ex env fig no n° art cf chap vol av bd éd tél vs",
    "it": "sig sigg sig.ra sig.na dott dott.ssa prof prof.ssa ing avv arch on rag geom s p.es es cfr fig n nn art pag pagg tel vol ca v vs",
    "pt": "sr sra srs dr dra prof profa eng exmo exma d fig n.º pág págs p.ex ex art tel av r lda aprox cf vs",
    "nl": (
        "dhr mevr mw dr drs ir ing prof mr bv bijv d.w.z o.a m.b.t t.a.v i.p.v nl nr art blz ca evt incl excl max min st tel resp z.g "
        "zgn vs"
    ),
}
# Abbreviations that may end a sentence: they do when a capital follows that starts a sentence rather than a name.
_MAYBE: dict[str, str] = {
    "en": (
        "etc inc ltd co corp jr a.m p.m u.s u.k u.n e.u b.c a.d ph.d m.d d.c jan feb mar apr jun jul aug sep sept oct nov dec mon tue "
        "wed thu fri sat "
        "sun ave blvd rd al"
    ),
    "es": "etc uu ee.uu a.m p.m s.a s.l a.c d.c ss",
    "de": "etc usw u.s.w co jan feb mär apr jun jul aug sept okt nov dez o.g",
    "fr": "etc s.a janv févr avr juil sept oct nov déc j.-c",
    "it": "ecc s.p.a s.r.l a.c d.c",
    "pt": "etc s.a ltda a.c d.c",
    "nl": "enz etc b.v n.v",
}
_ENDINGS = ".!?…。！？｡．؟۔।॥።"
_CLOSERS = "\"'”’»›)]}」』）】＞》〉*_"
_OPENERS = "\"'“‘«‹([{¿¡„‚「『（【《〈*_—–-"
_END = re.compile(rf"[{_ENDINGS}]+[{re.escape(_CLOSERS)}]*")
_CJK_END = frozenset("。！？｡．")
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'“„«‘]+$")
_NEXT = re.compile(rf"\s*[{re.escape(_OPENERS)}]*\s*(\S)")
_INITIAL = re.compile(r"^[^\W\d_]$")
_DOTTED = re.compile(r"^(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}$")
# The first half of an abbreviation written with a space: "z. B.", "d. h.", "EE. UU.", "p. ej."
_SPACED = re.compile(r"(?:[^\W\d_]\. ?[^\W\d_]\.|EE\. ?UU\.|p\. ?ej\.|p\. ?ex\.)", re.IGNORECASE)
_LIST_NUMBER = re.compile(rf"(?:^|[{_ENDINGS}:]\s+|\n\s*)\d{{1,2}}$")
_ORDINAL_LANGUAGES = frozenset({"de", "da", "no", "nb", "nn", "fi", "cs", "sk", "hu", "et", "lv", "sl", "hr", "sr", "is"})
_GERMAN_AFTER_ORDINAL_LIST = (
    "januar jänner februar märz april mai juni juli august september oktober november dezember jahrhundert jahrtausend klasse stock "
    "etage geburtstag "
    "platz tag woche mal kapitel auflage jubiläum bezirk januars"
)
_GERMAN_AFTER_ORDINAL = frozenset(_GERMAN_AFTER_ORDINAL_LIST.split())
_STARTERS_LIST = (
    "the this that these those a an i we you he she it they but and so in on at for with when if there here what why how our my his her "
    "their its not no "
    "then after before while now as by from to or yet each every some most many all one two three nobody everyone nothing "
    "el la los las un una en es pero y no si der die das ein eine es wir ich und aber in im le les un une il elle nous je mais et en dans "
    "o os as um uma mas e de het een we ik maar il lo gli i ma noi"
)
_STARTERS = frozenset(_STARTERS_LIST.split())
_WORD = re.compile(r"[\w'’-]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text[start:end]` of the text it was found in, without surrounding white space. `block` is the index of the document's block."""

    text: str
    start: int
    end: int
    block: int = 0


@functools.cache
def _abbreviations(language: str) -> tuple[frozenset[str], frozenset[str]]:
    if language in _NEVER:
        return frozenset(_NEVER[language].split()), frozenset(_MAYBE[language].split())
    return frozenset(" ".join(_NEVER.values()).split()) - {"no", "on", "es", "s", "m", "r", "d", "n", "v", "ed"}, frozenset(
        " ".join(_MAYBE.values()).split()
    )


def split(text: str, language: str = "und", offset: int = 0, block: int = 0) -> list[Sentence]:
    """The sentences of one paragraph; offsets are shifted by `offset`. Line breaks inside a sentence are kept."""
    return [Sentence(text[a:b], offset + a, offset + b, block) for a, b in _spans(text, language)]


def of_document(document: Document) -> list[Sentence]:
    """The sentences of a document's paragraphs, quotes and list items, in reading order; never across blocks."""
    found: list[Sentence] = []
    for index, block in enumerate(document.blocks):
        if block.kind in PROSE:
            found.extend(of_block(document, block, index))
    return found


def of_block(document: Document, block: Block, index: int) -> list[Sentence]:
    return split(document.text[block.start : block.end], document.language, block.start, index)


def _spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match.start() < start or not _is_end(text, match, language):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _is_end(text: str, match: re.Match[str], language: str) -> bool:
    stop, end = match[0], match.end()
    if stop[0] in _CJK_END:
        # 「…。」 inside a running sentence: と follows the closing bracket.
        return not (len(stop) > 1 and text[end : end + 1] in ("と", "と"))
    if end >= len(text):
        return True
    following = text[end]
    if not following.isspace():
        # "example.com", "3.5", "Sentence.Next" without a space: only the last is an end, and only between a lower-case word and a capital.
        return (len(stop) > 1 and stop[-1] in "”»」』" and _capital(following)) or _lost_space(text, match)
    upcoming = _NEXT.match(text, end)
    if upcoming is None:
        return True
    first = upcoming[1]
    gap = text[end : upcoming.start(1)]
    if stop.strip("".join(_CLOSERS)) in ("!", "?", "!!", "??", "?!", "!?", "؟"):
        return not _continues(first, stop, gap)
    if "…" in stop or "..." in stop:
        return first.isupper() or first.isdigit() or "\n\n" in gap
    if stop[0] != ".":
        return True
    return _full_stop_ends(text, match, language, first, gap)


_GLUED = re.compile(r"[^\W\d_]{4,}[.!?]\Z")
_NEXT_SENTENCE = re.compile(r"(?:[A-ZÀ-Ý][a-zà-ÿ]*|I)[ ,'’]")


def _lost_space(text: str, match: re.Match[str]) -> bool:
    """ "…on Wednesday.The stabbing …": a page that lost its space; addresses and file names have no space after the second word."""
    before = text[max(0, match.start() - 12) : match.end()]
    return bool(_GLUED.search(before)) and before[-2].islower() and bool(_NEXT_SENTENCE.match(text, match.end()))


def _continues(first: str, stop: str, gap: str) -> bool:
    """A quoted question or cry inside a sentence goes on in lower case: “Really?” she asked."""
    return first.islower() and not any(mark in gap for mark in "¿¡")


def _full_stop_ends(text: str, match: re.Match[str], language: str, first: str, gap: str) -> bool:
    before = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
    word = before[0] if before else ""
    bare = word.rsplit("—", 1)[-1].lstrip("-–/").lower()
    never, maybe = _abbreviations(language)
    if first.islower():
        # A lower-case word goes on ("e.g. two"), unless the stop closes an ordinary word: brands and sloppy typing start small too.
        return bool(bare) and not _abbreviated(bare, never, maybe) and not bare[-1].isdigit() and len(match[0]) == 1 and not _address(bare)
    if bare in never or (len(bare) <= 2 and _SPACED.match(text, match.start() - len(bare))):
        return False
    if bare.isdigit():
        return _number_ends(text, match, language, bare, upcoming=_following_word(text, match.end()))
    if _INITIAL.match(bare) and word[:1].isupper() and bare != "i":
        # "J. Smith" goes on; "vitamin C. The" ends: a starter word follows.
        return _following_word(text, match.end()).lower() in _STARTERS
    if bare in maybe or _DOTTED.match(bare):
        return _following_word(text, match.end()).lower() in _STARTERS or first in "¿¡" or (not first.isalnum() and not _capital(first))
    return True


def _number_ends(text: str, match: re.Match[str], language: str, number: str, upcoming: str) -> bool:
    """ "am 8. April" goes on in the languages that write ordinals so; a number that opens the text is a list's ("1. Mix")."""
    if _LIST_NUMBER.search(text, max(0, match.start() - 8), match.start()):
        return False
    if language not in _ORDINAL_LANGUAGES:
        return True
    if len(number) > 2:
        return True
    if language == "de":
        return upcoming.lower() not in _GERMAN_AFTER_ORDINAL
    return upcoming[:1].isupper()


def _following_word(text: str, position: int) -> str:
    word = _WORD.search(text, position, position + 60)
    return word[0] if word else ""


def _abbreviated(bare: str, never: frozenset[str], maybe: frozenset[str]) -> bool:
    return bare in never or bare in maybe or bool(_DOTTED.match(bare)) or bool(_INITIAL.match(bare))


def _address(bare: str) -> bool:
    return "@" in bare or "://" in bare or bare.startswith("www.")


def _capital(character: str) -> bool:
    return character.isupper() or character.isdigit() or character in _OPENERS
