"""The reuse guard: what a new output says in the words of an earlier one of the same organisation. Pure: texts in, findings out.

Words are compared in runs of three (shingles, Broder 1997), kept per text, so that a thousand earlier outputs are looked through in well
under a second. What repeats on purpose is told as such: quotations, the brand's own lines, a call to action.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from coexai_app.agents.text import words

SHINGLE: Final = 3
# So many words in a row are a sentence said again, not a turn of phrase.
FEWEST_WORDS: Final = 8
# This share of a part's shingles in one earlier text: the same part, slightly rewritten.
NEAR: Final = 0.5
FEWEST_SHINGLES: Final = 6
# A short passage in so many earlier outputs that are about other things is the brand's own line.
HABIT_OUTPUTS: Final = 3
HABIT_WORDS: Final = 30
_QUOTED: Final = re.compile(r"“[^”]{3,600}”|„[^“”]{3,600}[“”]|«[^»]{3,600}»|「[^」]{3,600}」|(?<!\w)\"[^\"]{3,600}\"(?!\w)")
# A shingle is looked for at so many places of the earlier text.
_MOST_PLACES: Final = 8


class Purpose(StrEnum):
    """Why a passage may repeat; NONE: it should not."""

    NONE = ""
    QUOTE = "quote"
    BRAND = "brand"
    CALL = "call"


class Earlier(BaseModel):
    """An earlier output: its id, what people know it by, and the texts of its parts in reading order."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reused:
    """`parts[part][start:end] == shared` was said in `texts[earlier_part]` of the earlier output `of`.

    `similarity` is the share of the part's words, in runs of three, that the earlier text has, 0 to 1.
    """

    part: int
    start: int
    end: int
    shared: str
    of: Earlier
    earlier_part: int
    similarity: float
    purpose: Purpose = Purpose.NONE


def find(
    parts: Sequence[str],
    earlier: Sequence[Earlier],
    *,
    brand: Sequence[str] = (),
    calls: Sequence[str] = (),
    theirs: Collection[int] = (),
) -> tuple[Reused, ...]:
    """What of `parts` was said before, one finding a passage (the longest, then the earliest listed output), in reading order.

    `brand` holds the brand's own lines and samples, `calls` the calls to action that the job asked for, `theirs` the parts that somebody
    else said, marks of quotation or not.
    """
    own = [_shingles(part) for part in parts]
    every = frozenset().union(*own) if own else frozenset()
    if not every:
        return ()
    alike: dict[int, float] = {}
    found: list[Reused] = []
    for place, output in enumerate(earlier):
        met: set[int] = set()
        for index, text in enumerate(output.texts):
            common = every & _shingles(text)
            met |= common
            if len(common) < FEWEST_WORDS - SHINGLE + 1 and len(common) < FEWEST_SHINGLES:
                continue
            for part, shingles in enumerate(own):
                if shared := shingles & common:
                    found.extend(_between(part, parts[part], output, index, text, len(shared) / len(shingles), len(shared)))
        alike[place] = len(met) / len(every)
    habits = _habits(found, {output.id: alike[place] for place, output in enumerate(earlier)})
    meant = _Meant(brand, calls)
    kept = _longest(found)
    return tuple(_with_purpose(hit, parts[hit.part], habits, meant, quoted=hit.part in theirs) for hit in kept)


def _between(part: int, text: str, output: Earlier, index: int, before: str, similarity: float, shared: int) -> Iterable[Reused]:
    tokens = _tokens(text)
    runs = _runs(tokens, _tokens(before))
    whole = [run for run in runs if words.word_count(text[tokens[run[0]].start : tokens[run[1] - 1].end]) >= FEWEST_WORDS]
    if similarity >= NEAR and shared >= FEWEST_SHINGLES and runs:
        whole = [(runs[0][0], runs[-1][1])]
    for first, last in whole:
        start, end = tokens[first].start, tokens[last - 1].end
        yield Reused(part, start, end, text[start:end], output, index, round(similarity, 3))


def _runs(new: Sequence[words.Token], old: Sequence[words.Token]) -> list[tuple[int, int]]:
    """The longest runs of words of `new` that stand in `old`, from left to right, as (first, behind the last)."""
    mine, theirs = [_key(t.text) for t in new], [_key(t.text) for t in old]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i in range(len(theirs) - SHINGLE + 1):
        here = places[tuple(theirs[i : i + SHINGLE])]
        if len(here) < _MOST_PLACES:
            here.append(i)
    found: list[tuple[int, int]] = []
    i = 0
    while i <= len(mine) - SHINGLE:
        best = 0
        for j in places.get(tuple(mine[i : i + SHINGLE]), ()):
            length = SHINGLE
            while i + length < len(mine) and j + length < len(theirs) and mine[i + length] == theirs[j + length]:
                length += 1
            best = max(best, length)
        if best:
            found.append((i, i + best))
        i += max(1, best)
    return found


def _longest(found: Sequence[Reused]) -> list[Reused]:
    """One finding for each passage: a shorter one that lies in a longer one is left out."""
    kept: list[Reused] = []
    for hit in sorted(found, key=lambda h: (h.part, -(h.end - h.start), -h.similarity)):
        if not any(k.part == hit.part and k.start < hit.end and hit.start < k.end for k in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.part, h.start))


def _habits(found: Sequence[Reused], alike: dict[str, float]) -> Counter[str]:
    """In how many outputs about other things a short passage stands."""
    outputs = {(_flat(hit.shared), hit.of.id) for hit in found if words.word_count(hit.shared) <= HABIT_WORDS and alike[hit.of.id] < NEAR}
    return Counter(shared for shared, _ in outputs)


class _Meant:
    """What may be said again, as shingles."""

    def __init__(self, brand: Sequence[str], calls: Sequence[str]) -> None:
        self.brand = frozenset().union(*(_shingles(text) for text in brand)) if brand else frozenset()
        self.calls = frozenset().union(*(_shingles(text) for text in calls)) if calls else frozenset()

    def of(self, shared: str) -> Purpose:
        own = _shingles(shared)
        if own and len(own & self.calls) >= 0.8 * len(own):
            return Purpose.CALL
        return Purpose.BRAND if own and len(own & self.brand) >= 0.8 * len(own) else Purpose.NONE


def _with_purpose(hit: Reused, text: str, habits: Counter[str], meant: _Meant, *, quoted: bool) -> Reused:
    purpose = meant.of(hit.shared)
    if not purpose and (quoted or any(q.start() <= hit.start and hit.end <= q.end() for q in _QUOTED.finditer(text))):
        purpose = Purpose.QUOTE
    if not purpose and habits[_flat(hit.shared)] >= HABIT_OUTPUTS:
        purpose = Purpose.BRAND
    return Reused(hit.part, hit.start, hit.end, hit.shared, hit.of, hit.earlier_part, hit.similarity, purpose)


@functools.lru_cache(maxsize=16_384)
def _shingles(text: str) -> frozenset[int]:
    keys = [_key(token.text) for token in _tokens(text)]
    return frozenset(hash(tuple(keys[i : i + SHINGLE])) for i in range(len(keys) - SHINGLE + 1))


# The number of a post, hashtags and addresses say nothing.
_NOT_SAID: Final = re.compile(r"(?<!\S)\d{1,2}/\d{1,2}(?!\S)|#\w+|https?://\S+")


def _tokens(text: str) -> list[words.Token]:
    return words.tokens(_NOT_SAID.sub(lambda match: " " * len(match[0]), text))


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("’", "'")


def _flat(text: str) -> str:
    return " ".join(_key(token.text) for token in _tokens(text))
