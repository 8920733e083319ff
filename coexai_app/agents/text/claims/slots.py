"""Compares the words around a claim with the words around what the source has, to catch values that changed places.

Called by `verdicts`. "Prices rose 7% in May" is not supported by a source that has a 7% elsewhere when, between the very same words,
it has 5%.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .mention import Mention
from .source import SourceIndex, Text
from .words import EVERY_STOP_WORD

_REACH = 5
_ENOUGH = 4
_LEAD = 3


def _left(claim: Text, i: int, source: SourceIndex, j: int) -> tuple[int, int]:
    """How many words before word i and before word j agree, and how many of them are content words."""
    same = content = 0
    while same < _REACH and i - same > 0 and j - same > 0 and claim.words[i - same - 1].key == source.words[j - same - 1].key:
        content += claim.words[i - same - 1].key not in EVERY_STOP_WORD
        same += 1
    return same, content


def _right(claim: Text, i: int, source: SourceIndex, j: int) -> tuple[int, int]:
    same = content = 0
    while same < _REACH and i + same < len(claim.words) and j + same < len(source.words) and claim.words[i + same].key == source.words[j + same].key:
        content += claim.words[i + same].key not in EVERY_STOP_WORD
        same += 1
    return same, content


def agreement(claim: Text, first: int, last: int, source: SourceIndex, a: int, b: int) -> tuple[int, int]:
    """Words around claim words [first, last) that also stand around source words [a, b): all, and content words."""
    left, left_content = _left(claim, first, source, a)
    right, right_content = _right(claim, last, source, b)
    return left + right, left_content + right_content


def rival(
    claim: Text, first: int, last: int, source: SourceIndex, bounds: tuple[Mapping[int, Mention], Mapping[int, Mention]], same: Callable[[Mention], bool]
) -> Mention | None:
    """The source's mention that stands between the claim's own neighbours while the claimed value stands elsewhere; None when all is well."""
    by_first, by_last = bounds
    best_other, best_same, other = (0, 0), 0, None
    seen: set[int] = set()
    candidates: list[Mention] = []
    if first > 0:
        candidates += [by_first[j + 1] for j in source.places.get(claim.words[first - 1].key, ()) if j + 1 in by_first]
    if last < len(claim.words):
        candidates += [by_last[j] for j in source.places.get(claim.words[last].key, ()) if j in by_last]
    for mention in candidates:
        if mention.start in seen:
            continue
        seen.add(mention.start)
        words, content = agreement(claim, first, last, source, *source.words_of(mention.start, mention.end))
        if same(mention):
            best_same = max(best_same, words)
        elif content >= 2 and (words, content) > best_other:
            best_other, other = (words, content), mention
    if other is None or best_other[0] < _ENOUGH or best_other[0] - best_same < _LEAD:
        return None
    return other
