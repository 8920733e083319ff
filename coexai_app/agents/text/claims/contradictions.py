"""Says what the source has in the place of a value or a name, when it has another there.

Called by `book` for claims that are somewhere in the source, and for words that are a claim only when the source has another: "first",
"more than", a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from coexai_app.agents.report import ClaimKind

from .alignment import Alignment
from .date_patterns import MONTHS, WEEKDAYS
from .dates import covers, days_of
from .gazetteer import ROLES
from .mention import Mention, Quantity
from .name_lookup import same_body
from .quantities import contradicts, is_down, quantity, rounds, same_value
from .source import SourceIndex, Text
from .words import EVERY_STOP_WORD, fold

# Words of one line exclude each other; only a change from one group to another of a line is a fault, and only beside a number.
_OPPOSITES = (
    ("more mehr más mas plus greater above over", "less weniger menos moins fewer below under"),
    ("rose rises rise rising risen increased increases increase grew grown up gained gains", "fell falls fall falling fallen decreased"
     " decreases decrease dropped drops drop shrank down lost loses"),
    ("before vor antes", "after nach después despues"),
    ("minimum least mindestens", "maximum most höchstens"),
    ("hundred hundreds", "thousand thousands", "million millions", "billion billions", "dozen dozens"),
    ("cientos", "miles", "millones"),
    ("hunderte hunderten", "tausende tausenden", "millionen", "milliarden"),
)  # fmt: skip
_GROUP = {fold(word): (row, n) for row, line in enumerate(_OPPOSITES) for n, words in enumerate(line) for word in words.split()}
_CALENDAR = {**{key: ("month", n) for key, n in MONTHS.items()}, **{key: ("weekday", n) for key, n in WEEKDAYS.items()}}


def contradicted(mention: Mention, beside: Sequence[Mention], alignments: Sequence[Alignment]) -> str:
    """The source's words in the place of the mention, "" when they agree, when the place is unknown or when either may be meant.

    `beside` holds all mentions of the part; the first alignment that knows the place decides.
    """
    if mention.kind not in (ClaimKind.NUMBER, ClaimKind.DATE, ClaimKind.NAME):
        return ""
    for alignment in alignments:
        places = alignment.opposite(*alignment.claim.words_of(mention.start, mention.end))
        judge = _other_name if mention.kind is ClaimKind.NAME else _other_value
        found = [judge(mention, beside, alignment, sentence, place) for sentence, place in places]
        if found:
            return found[0] if all(found) else ""
    return ""


_UP = "rose|rises|rising|risen|up|increased?|increases|grew|grown|gained|climbed|jumped|subió|aumentó|creció|stieg|gestiegen|wuchs"
_DOWN = "fell|falls|fallen|down|decreased?|decreases|dropped|declined|shrank|lost|sank|bajó|cayó|disminuyó|fiel|gefallen|gesunken"
_BEFORE = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?: (?:by|to|from|un|en|um|auf|about|nearly|almost|over|some|only|just))*[ ]$", re.I
)
_AFTER = re.compile(r"[ ](?:(?P<up>more|higher|larger|más|mehr|plus de)|(?P<down>less|fewer|lower|smaller|menos|weniger|moins de))\b", re.I)


def trend(text: str, start: int, end: int) -> str:
    """ "up" or "down" as the words right before or after a number say; "" when they do not."""
    match = _BEFORE.search(text[max(0, start - 40) : start]) or _AFTER.match(text, end)
    return (match.lastgroup or "") if match else ""


def turned(claim: Text, free: Callable[[int, int], bool], alignments: Sequence[Alignment]) -> Iterator[tuple[Mention, str]]:
    """Words outside all mentions that turn a statement round ("more" for "less", "May" for "June"), with the source's word."""
    for i, word in enumerate(claim.words):
        if (word.key not in _GROUP and not (word.upper and word.key in _CALENDAR)) or not free(word.start, word.end):
            continue
        for alignment in alignments:
            places = [p for p in alignment.opposite(i, i + 1) if p[1][1] - p[1][0] == 1]
            others = [alignment.source.words[place[0]] for _, place in places]
            if others and all(_turns(word.key, other.key) for other in others) and (word.key in _CALENDAR or _beside_a_number(claim, i)):
                kind = ClaimKind.DATE if word.key in _CALENDAR else ClaimKind.NUMBER
                yield Mention(kind, word.start, word.end, word.text, Quantity(()) if kind is ClaimKind.NUMBER else ()), others[0].text
                break


def _turns(key: str, other: str) -> bool:
    if key in _CALENDAR and other in _CALENDAR:
        return _CALENDAR[key][0] == _CALENDAR[other][0] and _CALENDAR[key] != _CALENDAR[other]
    row, group = _GROUP.get(key, (-1, 0))
    return (row, group) != _GROUP.get(other, (-2, 0)) and row == _GROUP.get(other, (-2, 0))[0]


def _beside_a_number(claim: Text, i: int) -> bool:
    return _GROUP[claim.words[i].key][0] >= 4 or any(w.text[0].isdigit() for w in claim.words[max(0, i - 4) : i + 5])


def _other_value(mention: Mention, beside: Sequence[Mention], alignment: Alignment, sentence: int, place: tuple[int, int]) -> str:
    source = alignment.source
    words = source.words[slice(*place)]
    low, high = source.sentence_span(sentence)
    values = source.values_in(low, high)
    there = [m for m in values if m.start < words[-1].end and words[0].start < m.end]
    down = is_down(source.text[low:high])
    if not there or any(_agrees(mention, m, down) for m in there):
        return ""
    low, high = alignment.claim.sentence_span(alignment.claim.sentence(mention.start))
    told = sum(_agrees(mention, m, down) for m in values)
    said = sum(low <= m.start < high and m.kind in (ClaimKind.NUMBER, ClaimKind.DATE) and _agrees(m, mention, down) for m in beside)
    return "" if told >= max(said, 1) else there[0].text


def _agrees(claim: Mention, source: Mention, down: bool) -> bool:
    if claim.kind is ClaimKind.DATE:
        if source.kind is not ClaimKind.DATE:
            return any(day.year in quantity(source).values for day in days_of(claim))
        return any(covers(fine, coarse) for fine in days_of(source) for coarse in days_of(claim))
    c = quantity(claim)
    if source.kind is ClaimKind.DATE:
        return not c.units and any({day.year, day.day, day.decade} & set(c.values) for day in days_of(source))
    s = quantity(source)
    if c.literal or s.literal:
        return c.literal == s.literal
    if c.ordinal != s.ordinal and (c.units or c.nouns or not c.ordinal) and (s.units or s.nouns or not s.ordinal):
        return False
    return rounds(c, s) or (same_value(c, s, down=down) and not _bare(c, s) and not contradicts(c, s))


def _bare(claim: Quantity, source: Quantity) -> bool:
    """A percent sign that went lost."""
    return not (claim.units or claim.inherited) and any(u.dimension == "percent" for u in source.units)


def _other_name(mention: Mention, beside: Sequence[Mention], alignment: Alignment, sentence: int, place: tuple[int, int]) -> str:
    source = alignment.source
    keys = {k for k in mention.value if isinstance(k, str)}  # type: ignore[union-attr]
    names = [i for i in range(*place) if is_other_name(source, i)]
    run_keys = source.keys(*source.run_of.get(names[0], place)) if names else []
    if not names or same_body(sorted(keys), run_keys):
        return ""
    here = source.keys(*place)
    # The place may hold the whole other name, or only the word of it that differs.
    if keys & {*run_keys, *here} and not any(_namesake(mention.value, found, len(run_keys)) for found in (here, run_keys)):  # type: ignore[arg-type]
        return ""
    told = source.keys(*source.words_of(*source.sentence_span(sentence)))
    span = alignment.claim.sentence_span(alignment.claim.sentence(mention.start))
    said = alignment.claim.keys(*alignment.claim.words_of(*span))
    if all(told.count(k) >= said.count(k) for k in keys):
        return ""
    return source.text[source.words[names[0]].start : source.words[names[-1]].end]


def _namesake(said: Sequence[str], found: Sequence[str], length: int) -> bool:
    """Two whole names of one length that share a word and differ in another: "Ana Ruiz" and "Marta Ruiz", but not "J. Ruiz"."""
    pairs = [(a, b) for a, b in zip(said, found, strict=False) if a != b]
    return len(said) == len(found) == length > len(pairs) > 0 and not any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def renamed(i: int, alignments: Sequence[Alignment]) -> bool:
    """Whether word i, with its capital, stands where a sentence of the source has another name."""
    for alignment in alignments:
        word = alignment.claim.words[i]
        if not word.upper or word.key in EVERY_STOP_WORD:
            return False
        places = [p for _, p in alignment.opposite(i, i + 1) if p[1] - p[0] == 1]
        if places:
            return all(is_other_name(alignment.source, a) and alignment.source.words[a].key != word.key for a, _ in places)
    return False


def is_other_name(source: SourceIndex, i: int) -> bool:
    word = source.words[i]
    # "In March 2024 she counted": a month or a weekday is no other name for who counted.
    if word.key in _CALENDAR and any(m.kind is ClaimKind.DATE for m in source.values_in(word.start, word.end)):
        return False
    return word.upper and word.key not in ROLES and word.key not in EVERY_STOP_WORD and source.is_name(i)
