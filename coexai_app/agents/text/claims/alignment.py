"""Lays each sentence of an output over the sentence of the source that it retells, so that a changed word shows.

Called by `contradictions` and `book`. An output that keeps most of a sentence's words and has another value or name in one place does
not tell what the source tells, even when that value stands elsewhere in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from heapq import nsmallest

from .source import SourceIndex, Text
from .words import EVERY_STOP_WORD

# A retelling keeps at least this share of its words, in order, and at least so many.
_SHARE, _FEWEST = 0.6, 3
# Longer sentences are tables or text without full stops: there a shared order of words tells nothing, and comparing costs time.
_LONGEST = 120
# Sentences with most content words in common are compared, the first of equals; more would only cost time.
_CANDIDATES = 3
# A gap of more words is another clause, not another word.
_WIDEST = 4

Places = Mapping[int, tuple[int, int]]


class Alignment:
    """The words of `claim` and the words of `source` that stand in their places."""

    def __init__(self, claim: Text, source: SourceIndex) -> None:
        self.claim = claim
        self.source = source
        self._known: dict[int, list[tuple[int, Places]]] = {}

    def opposite(self, first: int, last: int) -> list[tuple[int, tuple[int, int]]]:
        """(sentence, range of word indexes) of the source where claim words [first, last) stand, one for each sentence that fits best."""
        if first >= last:
            return []
        found = []
        for sentence, places in self._retold(self.claim.sentence(self.claim.words[first].start)):
            ranges = [places[i] for i in range(first, last) if i in places]
            if len(ranges) == last - first:
                found.append((sentence, (min(a for a, _ in ranges), max(b for _, b in ranges))))
            else:
                return []
        return found

    def _retold(self, sentence: int) -> list[tuple[int, Places]]:
        if sentence not in self._known:
            self._known[sentence] = self._best(sentence)
        return self._known[sentence]

    def _best(self, sentence: int) -> list[tuple[int, Places]]:
        first, last = self.claim.words_of(*self.claim.sentence_span(sentence))
        keys = self.claim.keys(first, last)
        if not _FEWEST < len(keys) <= _LONGEST or self.claim.text[slice(*self.claim.sentence_span(sentence))].strip() in self.source.text:
            return []
        stems = self.claim.stems_of(sentence)
        shared = self.source.sentences_with(stems)
        likest = nsmallest(_CANDIDATES, shared.items(), key=lambda pair: (-pair[1], pair[0]))
        wanted = [n for n, count in likest if count * 2 >= len(stems)]
        best, found = 0, list[tuple[int, Places]]()
        for number in wanted:
            low, high = self.source.words_of(*self.source.sentence_span(number))
            if high - low > _LONGEST:
                continue
            match = SequenceMatcher(None, keys, self.source.keys(low, high), autojunk=False)
            same = [keys[block.a : block.a + block.size] for block in match.get_matching_blocks()]
            count = sum(map(len, same))
            content = sum(key not in EVERY_STOP_WORD for block in same for key in block)
            if count < _FEWEST or count < _SHARE * len(keys) or (content < 2 and count < len(keys) - 1) or count < best:
                continue
            if count > best:
                best, found = count, []
            found.append((number, _places(match, first, low)))
        return found


def _places(match: SequenceMatcher[str], first: int, low: int) -> Places:
    """Claim word index to source word range: one to one where words agree or a gap has one length, else gap to gap."""
    places: dict[int, tuple[int, int]] = {}
    for kind, a, b, c, d in match.get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c <= _WIDEST):
            places.update({first + a + i: (low + c + i, low + c + i + 1) for i in range(b - a)})
        elif kind == "replace" and max(b - a, d - c) <= _WIDEST:
            places.update({first + i: (low + c, low + d) for i in range(a, b)})
    return places
