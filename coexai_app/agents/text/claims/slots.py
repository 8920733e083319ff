"""Compares the words around a claim with the words around what the source has, to catch values that changed places.

Called by `verdicts`. "Prices rose 7% in May" is not supported by a source that has a 7% elsewhere when, between the very same words,
it has 5%.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice

from .mention import Mention
from .source import END, REACH, SourceIndex, Text
from .words import EVERY_STOP_WORD

_BESIDE = re.compile(r"\s*(?:and|or|y|o|u|und|oder|et|ou|e|en|of|&|,|/)\s*")
_ENOUGH = 4
_LEAD = 3
# Places between the claim's neighbours that are looked at; more would only cost time.
_MOST_PLACES = 300
_NO_CONTENT = EVERY_STOP_WORD | {END}
# A sentence with more different words is a table.
_MOST_STEMS = 100


def agreement(claim: Text, first: int, last: int, source: SourceIndex, a: int, b: int) -> tuple[int, int]:
    """Words around claim words [first, last) that also stand around source words [a, b): all, and content words.

    A common end of a sentence or clause counts as a word behind another that agrees.
    """
    same = content = 0
    for ours, theirs in ((claim.before(first), source.before(a)), (claim.behind(last), source.behind(b))):
        for word, other in zip(ours, theirs, strict=False):
            if word != other:
                break
            same += 1
            content += word not in _NO_CONTENT
    return same, content


def rival(
    claim: Text,
    first: int,
    last: int,
    source: SourceIndex,
    bounds: tuple[Mapping[int, Mention], Mapping[int, Mention]],
    same: Callable[[Mention], bool],
) -> Mention | None:
    """What the source has between the claim's own neighbours while the claimed value stands elsewhere; None when all is well."""
    by_first, by_last = bounds
    best_other, best_same, other = (0, 0), 0, None
    seen: set[int] = set()
    behind = source.places.get(claim.words[first - 1].key, ()) if first > 0 else ()
    before = source.places.get(claim.words[last].key, ()) if last < len(claim.words) else ()
    candidates = chain((by_first[j + 1] for j in behind if j + 1 in by_first), (by_last[j] for j in before if j in by_last))
    for mention in islice(candidates, _MOST_PLACES):
        if mention.start in seen or mention.weak:
            continue
        seen.add(mention.start)
        words, content = agreement(claim, first, last, source, *source.words_of(mention.start, mention.end))
        if words <= best_same and (words, content) <= best_other:
            continue
        if same(mention) or _coordinated(mention, source, by_first, by_last, same):
            best_same = max(best_same, words)
            if best_same > 2 * REACH - _LEAD:
                return None
        elif content >= 2 and (words, content) > best_other:
            best_other, other = (words, content), mention
    if other is None or best_other[0] < _ENOUGH or best_other[0] - best_same < _LEAD:
        return None
    return other


def _coordinated(
    mention: Mention, source: SourceIndex, by_first: Mapping[int, Mention], by_last: Mapping[int, Mention], same: Callable[[Mention], bool]
) -> bool:
    """Whether the claimed value stands beside the mention ("day 4 and 5"): then what is said of one is said of both."""
    first, last = source.words_of(mention.start, mention.end)
    before = next((by_last[j] for j in (first, first - 1) if j in by_last and by_last[j].end <= mention.start), None)
    after = next((by_first[j] for j in (last, last + 1) if j in by_first and by_first[j].start >= mention.end), None)
    return bool(
        (before and _BESIDE.fullmatch(source.text, before.end, mention.start) and same(before))
        or (after and _BESIDE.fullmatch(source.text, mention.end, after.start) and same(after))
    )


def elsewhere(
    mention: Mention, claim: Text, source: SourceIndex, supports: Sequence[Mention], alike: Callable[[Mention], bool]
) -> Mention | None:
    """A value of the same class in the sentence that the claim retells, when no sentence with the claimed value shares a word with it.

    Silent when the claim's sentence says that other value as well: then it joins two facts.
    """
    if len(claim.stems_near(mention.start)) > _MOST_STEMS:
        return None
    near = claim.stems_near(mention.start) - claim.stems_of_span(mention.start, mention.end)
    if len(near) < 3 or any(near & source.stems_near(m.start) for m in supports):
        return None
    numbers = source.sentences_with(near)
    best = max(numbers, key=lambda n: (numbers[n], -n), default=-1)
    if best < 0 or numbers[best] < 3 or numbers[best] * 2 < len(near):
        return None
    said = claim.text[slice(*claim.sentence_span(claim.sentence(mention.start)))]
    rivals = [m for m in source.values_in(*source.sentence_span(best)) if alike(m)]
    return rivals[0] if len(rivals) == 1 and rivals[0].text not in said else None
