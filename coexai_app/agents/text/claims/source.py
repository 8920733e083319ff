"""A source text, read once: its words, sentences, numbers, dates, links and quotations, each findable without a scan.

Called by `ledger`; `verdicts` looks claims up here.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from coexai_app.agents.report import SourceSpan

from .dates import covers, days_of, find_dates
from .gazetteer import KNOWN, PLACE_CUES, ROLES
from .links import find_links, host, normal
from .mention import Day, Mention, Quantity
from .names import runs
from .numbers import find_numbers
from .quotes import QuoteIndex
from .units import CLOCK
from .usage import Usage, prepared
from .words import EVERY_STOP_WORD, Token, sentence_starts, stem

# The words of a longer sentence tell no place: it is a table.
_MOST_STEMS = 100
# Places of equal worth that are looked at; more would only cost time.
MOST_PLACED = 400
# How many words before and behind a place are compared, and what stands for the end of a sentence or clause among them.
REACH = 5
END = "\n"
# Stands behind every word in an ascending order of words.
_LAST = "\U0010ffff"
_BOUNDARY = re.compile(r"[.;:!?…\n]\s|[.;:!?…\n]$|\n")


class Text:
    """A text with its words and sentences; claims and sources are looked at in the same way."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language
        self.words: list[Token] = prepared(text)
        self.starts = [w.start for w in self.words]
        self._keys = [w.key for w in self.words]
        self.sentences = sentence_starts(text)
        self._stems: dict[int, frozenset[str]] = {}
        self._before: dict[int, tuple[str, ...]] = {}
        self._behind: dict[int, tuple[str, ...]] = {}

    def begin_after(self, spans: Iterable[tuple[int, int]]) -> None:
        """Marks the words behind spans of form ("2/9 Bread") as standing at a start."""
        for _, end in spans:
            i = bisect_left(self.starts, end)
            if i < len(self.words) and not self.text[end : self.starts[i]].strip():
                self.words[i] = self.words[i]._replace(initial=True)

    def word_at(self, position: int) -> int:
        """Index of the first word that ends behind a code point."""
        i = bisect_right(self.starts, position) - 1
        return i if i >= 0 and self.words[i].end > position else i + 1

    def words_of(self, start: int, end: int) -> tuple[int, int]:
        """The range of word indexes that touch `text[start:end]`."""
        return self.word_at(start), bisect_left(self.starts, end)

    def sentence(self, position: int) -> int:
        return bisect_right(self.sentences, position) - 1

    def sentence_span(self, number: int) -> tuple[int, int]:
        after = self.sentences[number + 1] if number + 1 < len(self.sentences) else len(self.text)
        return self.sentences[number], after

    def stems_of(self, number: int) -> frozenset[str]:
        """The stems of a sentence's content words."""
        if number not in self._stems:
            first, last = self.words_of(*self.sentence_span(number))
            self._stems[number] = frozenset(stem(w.text) for w in self.words[first:last] if w.key not in EVERY_STOP_WORD and len(w.key) > 2)
        return self._stems[number]

    def stems_of_span(self, start: int, end: int) -> frozenset[str]:
        first, last = self.words_of(start, end)
        return frozenset(stem(w.text) for w in self.words[first:last])

    def stems_near(self, position: int) -> frozenset[str]:
        return self.stems_of(self.sentence(position))

    def stated(self, position: int) -> frozenset[str]:
        """All words of the sentence at a place, folded."""
        return frozenset(self.keys(*self.words_of(*self.sentence_span(self.sentence(position)))))

    def keys(self, first: int, last: int) -> list[str]:
        return self._keys[max(0, first) : last]

    def before(self, i: int) -> tuple[str, ...]:
        """The folded words before word i, nearest first, at most five, up to an END; empty where nothing is before it in its clause."""
        found = self._before.get(i)
        if found is None:
            found = self._before[i] = self._reach(range(i - 1, i - 1 - REACH, -1), 0)
        return found

    def behind(self, i: int) -> tuple[str, ...]:
        """The folded words from word i on, as `before`; empty when word i begins a clause."""
        found = self._behind.get(i)
        if found is None:
            found = self._behind[i] = self._reach(range(i, i + REACH), -1)
        return found

    def _reach(self, places: Iterable[int], gap: int) -> tuple[str, ...]:
        found: list[str] = []
        for i in places:
            if self._parted(i + gap):
                return (*found, END) if found else ()
            found.append(self._keys[i])
        return tuple(found)

    def _parted(self, left: int) -> bool:
        """Whether a sentence or a clause ends between word `left` and the next one; the ends of the text count."""
        if left < 0 or left + 1 >= len(self.words):
            return True
        return bool(_BOUNDARY.search(self.text, self.words[left].end, self.words[left + 1].start))


class SourceIndex(Text):
    """One source. `origin` is what its spans carry; `links` adds hyperlinks as (address, start, end)."""

    def __init__(self, text: str, origin: str, language: str, links: Iterable[tuple[str, int, int]] = ()) -> None:
        super().__init__(text, language)
        self.origin = origin
        self._dated: dict[tuple[Day, ...], tuple[list[Mention], frozenset[int]]] = {}
        self.linked = [(normal(url), start, end, url) for url, start, end in links]
        self.places: dict[str, list[int]] = {}
        for i, word in enumerate(self.words):
            self.places.setdefault(word.key, []).append(i)

    def span(self, start: int, end: int) -> SourceSpan:
        return SourceSpan(start=start, end=end, quote=self.text[start:end], origin=self.origin)

    @cached_property
    def addresses(self) -> list[Mention]:
        return find_links(self.text)

    @cached_property
    def dates(self) -> list[Mention]:
        taken = [(m.start, m.end) for m in self.addresses]
        return [m for m in find_dates(self.text) if not any(s < m.end and m.start < e for s, e in _near(taken, m.start))]

    @cached_property
    def numbers(self) -> list[Mention]:
        blocked = [(m.start, m.end) for m in (*self.addresses, *self.dates)]
        return find_numbers(self.text, self.language, blocked, self.words, self.sentences)

    @cached_property
    def _number_starts(self) -> list[int]:
        return [m.start for m in self.numbers]

    @cached_property
    def _date_starts(self) -> list[int]:
        return [m.start for m in self.dates]

    def numbers_in(self, low: int, high: int) -> list[Mention]:
        """The numbers of a stretch of text, at most 60: a table without a full stop is one long sentence."""
        first = bisect_left(self._number_starts, low)
        return self.numbers[first : min(first + 60, bisect_left(self._number_starts, high))]

    def values_in(self, low: int, high: int) -> list[Mention]:
        """Numbers and dates of a stretch of text."""
        dates = self.dates[bisect_left(self._date_starts, low) : bisect_left(self._date_starts, high)]
        return [*self.numbers_in(low, high), *dates]

    @cached_property
    def _sentences_of(self) -> dict[str, list[int]]:
        """Sentence numbers by content stem."""
        table: dict[str, list[int]] = {}
        for number in range(len(self.sentences)):
            for key in self.stems_of(number):
                table.setdefault(key, []).append(number)
        return table

    def sentences_with(self, stems: frozenset[str]) -> Counter[int]:
        """How many of the stems each sentence has; stems that stand in more than 200 sentences tell nothing."""
        lists = (self._sentences_of.get(key, ()) for key in stems)
        return Counter(number for numbers in lists if len(numbers) <= 200 for number in numbers)

    @cached_property
    def quotes(self) -> QuoteIndex:
        return QuoteIndex(self.text)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        return runs(self.words, self.text)

    @cached_property
    def run_of(self) -> dict[int, tuple[int, int]]:
        return {i: run for run in self.runs for i in range(*run)}

    @cached_property
    def runs_with(self) -> dict[str, list[int]]:
        """The indexes of capitalised sequences by their words."""
        table: dict[str, list[int]] = {}
        for i, run in enumerate(self.runs):
            for key in set(self.keys(*run)):
                table.setdefault(key, []).append(i)
        return table

    @cached_property
    def aliases(self) -> dict[str, list[int]]:
        """The indexes of capitalised sequences by their initials, with and without function words, and by their words."""
        table: dict[str, list[int]] = {}
        for i, run in enumerate(self.runs):
            keys = self.keys(*run)
            for name in {"".join(k[:1] for k in keys), "".join(k[:1] for k in keys if k not in EVERY_STOP_WORD), " ".join(keys)}:
                table.setdefault(name, []).append(i)
        return table

    def runs_behind(self, before: tuple[str, ...]) -> set[int]:
        """The indexes of the capitalised sequences with these words before them, nearest first."""
        return _beginning(self._runs_by_before, before)

    def runs_before(self, behind: tuple[str, ...]) -> set[int]:
        """The indexes of the capitalised sequences with these words behind them."""
        return _beginning(self._runs_by_behind, behind)

    @cached_property
    def _runs_by_before(self) -> list[tuple[tuple[str, ...], int]]:
        return sorted((self.before(run[0]), i) for i, run in enumerate(self.runs))

    @cached_property
    def _runs_by_behind(self) -> list[tuple[tuple[str, ...], int]]:
        return sorted((self.behind(run[1]), i) for i, run in enumerate(self.runs))

    @cached_property
    def capitals_behind(self) -> dict[str, list[int]]:
        """The indexes of capitalised words by the word before them."""
        table: dict[str, list[int]] = {}
        for i, word in enumerate(self.words):
            if word.upper and i:
                table.setdefault(self._keys[i - 1], []).append(i)
        return table

    @cached_property
    def capitals_before(self) -> dict[str, list[int]]:
        """The indexes of capitalised words by the word behind them."""
        table: dict[str, list[int]] = {}
        for i, word in enumerate(self.words[:-1]):
            if word.upper:
                table.setdefault(self._keys[i + 1], []).append(i)
        return table

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self.places)

    def beginning(self, key: str) -> list[str]:
        """The words of the text that begin with `key`."""
        return self._vocabulary[bisect_left(self._vocabulary, key) : bisect_left(self._vocabulary, key + _LAST)]

    def dated(self, wanted: Iterable[Day]) -> tuple[list[Mention], frozenset[int]]:
        """The dates that say all that one of the wanted days says, in order, and where they begin."""
        key = tuple(wanted)
        if key not in self._dated:
            found = {m.start: m for day in key for m in self._dated_like(day) if any(covers(fine, day) for fine in days_of(m))}
            self._dated[key] = [found[start] for start in sorted(found)], frozenset(found)
        return self._dated[key]

    def _dated_like(self, day: Day) -> Sequence[Mention]:
        if day.month and day.day:
            return self._anniversaries.get((day.month, day.day), ())
        return self.years.get(day.year, ()) if day.year else self.dates

    @cached_property
    def _anniversaries(self) -> dict[tuple[int, int], list[Mention]]:
        table: dict[tuple[int, int], list[Mention]] = {}
        for mention in self.dates:
            for day in days_of(mention):
                table.setdefault((day.month, day.day), []).append(mention)
        return table

    @cached_property
    def usage(self) -> Usage:
        usage = Usage()
        usage.read(self.words)
        return usage

    @cached_property
    def folded(self) -> str:
        """The text in lower case, code point for code point (so that places agree)."""
        lower = self.text.lower()
        return lower if len(lower) == len(self.text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)

    @cached_property
    def initials(self) -> dict[str, tuple[int, int]]:
        """Capitalised sequences by their initials, with and without function words."""
        table: dict[str, tuple[int, int]] = {}
        for first, last in self.runs:
            words = self.words[first:last]
            for chosen in (words, [w for w in words if w.key not in EVERY_STOP_WORD]):
                if len(chosen) > 1:
                    table.setdefault("".join(w.key[0] for w in chosen), (first, last))
        for (first, middle), (after, last) in pairwise(self.runs):
            if after == middle + 1 and self.words[middle].key in ("for", "and", "in", "fur", "und", "y", "para", "on"):
                words = self.words[first:last]
                table.setdefault("".join(w.key[0] for w in words), (first, last))
                table.setdefault("".join(w.key[0] for w in words if w.key not in EVERY_STOP_WORD), (first, last))
        return table

    def is_name(self, i: int) -> bool:
        """Whether the source writes word i as a name: by evidence of use, or as part of a longer name."""
        word = self.words[i]
        if word.key in KNOWN:
            return True
        if self.usage.common(word.key, self.language) or word.key in EVERY_STOP_WORD or word.key in ROLES:
            return False
        first, last = self.run_of.get(i, (i, i + 1))
        if self.language != "de":
            return self.usage.strong[word.key] > 0
        return last - first > 1 or (i > 0 and self.words[i - 1].key in PLACE_CUES)

    @cached_property
    def by_value(self) -> dict[Fraction, list[Mention]]:
        """Numbers by every reading, and by the reading in the base unit."""
        table: dict[Fraction, list[Mention]] = {}
        for mention in self.numbers:
            q = mention.value
            assert isinstance(q, Quantity)
            for value in {v * f for v in q.values for f in (Fraction(1), *(u.factor for u in (*q.units, *q.inherited)))}:
                table.setdefault(value, []).append(mention)
        return table

    @cached_property
    def counted_by_value(self) -> dict[tuple[Fraction, str], list[Mention]]:
        """As `by_value`, by the stems of what they count as well."""
        table: dict[tuple[Fraction, str], list[Mention]] = {}
        for value, mentions in self.by_value.items():
            for mention in mentions:
                for noun in set(_quantity(mention).nouns):
                    table.setdefault((value, noun), []).append(mention)
        return table

    @cached_property
    def _first_values(self) -> list[tuple[Fraction, int]]:
        """The first reading of each number as it stands and in its base units, ascending, with the number's index."""
        pairs = set[tuple[Fraction, int]]()
        for i, mention in enumerate(self.numbers):
            q = _quantity(mention)
            pairs.update((value * f, i) for value in q.values[:1] for f in (Fraction(1), *(u.factor for u in q.units)))
        return sorted(pairs)

    def valued(self, low: Fraction, high: Fraction, factors: Iterable[Fraction]) -> list[Mention]:
        """Numbers whose first reading, as it stands or in a base unit, is from `low` to `high` in a unit of one of the factors."""
        pairs = self._first_values
        found = {
            i for f in factors for _, i in pairs[bisect_left(pairs, (low * f, -1)) : bisect_right(pairs, (high * f, len(self.numbers)))]
        }
        return [self.numbers[i] for i in sorted(found)]

    @cached_property
    def clocks(self) -> list[Mention]:
        return [m for m in self.numbers if CLOCK in _quantity(m).units]

    @cached_property
    def by_dimension(self) -> dict[str, list[Mention]]:
        """Numbers that are no weak ones by the dimensions of their units."""
        table: dict[str, list[Mention]] = {}
        for mention in self.numbers:
            q = _quantity(mention)
            for dimension in {u.dimension for u in (*q.units, *q.inherited)} if not (mention.weak or q.literal) else ():
                table.setdefault(dimension, []).append(mention)
        return table

    @cached_property
    def counted_bare(self) -> dict[str, list[Mention]]:
        """Numbers without a unit by the stems of what they count."""
        table: dict[str, list[Mention]] = {}
        for noun, mentions in self.counted.items():
            table[noun] = [m for m in mentions if not (_quantity(m).literal or _quantity(m).units or _quantity(m).inherited)]
        return table

    @cached_property
    def literals(self) -> dict[str, list[Mention]]:
        table: dict[str, list[Mention]] = {}
        for mention in self.numbers:
            if isinstance(mention.value, Quantity) and mention.value.literal:
                table.setdefault(mention.value.literal, []).append(mention)
        return table

    @cached_property
    def years(self) -> dict[int, list[Mention]]:
        table: dict[int, list[Mention]] = {}
        for mention in self.dates:
            for day in days_of(mention):
                table.setdefault(day.year, []).append(mention)
        return table

    @cached_property
    def hosts(self) -> dict[str, list[tuple[int, int, str]]]:
        table: dict[str, list[tuple[int, int, str]]] = {}
        for mention in self.addresses:
            table.setdefault(host(str(mention.value)), []).append((mention.start, mention.end, mention.text))
        for address, start, end, url in self.linked:
            table.setdefault(host(address), []).append((start, end, url))
        return table

    @cached_property
    def counted(self) -> dict[str, list[Mention]]:
        """Numbers by the stems of what they count."""
        table: dict[str, list[Mention]] = {}
        for mention in self.numbers:
            if isinstance(mention.value, Quantity) and not mention.weak:
                for noun in dict.fromkeys(mention.value.nouns):
                    table.setdefault(noun, []).append(mention)
        return table

    @cached_property
    def labelled(self) -> dict[str, list[Mention]]:
        """Numbers by the name before them ("Python 3.11")."""
        table: dict[str, list[Mention]] = {}
        for mention in self.numbers:
            if isinstance(mention.value, Quantity) and mention.value.label:
                table.setdefault(mention.value.label, []).append(mention)
        return table

    def bounds(self, mentions: Sequence[Mention]) -> tuple[dict[int, Mention], dict[int, Mention]]:
        """Mentions by the index of their first word, and of the word after their last."""
        ranges = [(self.words_of(m.start, m.end), m) for m in mentions]
        return {first: m for (first, _), m in ranges}, {last: m for (_, last), m in ranges}

    @cached_property
    def value_bounds(self) -> tuple[dict[int, Mention], dict[int, Mention]]:
        return self.bounds([*self.numbers, *self.dates])


def _beginning(pairs: Sequence[tuple[tuple[str, ...], int]], words: tuple[str, ...]) -> set[int]:
    return {i for _, i in pairs[bisect_left(pairs, (words, -1)) : bisect_left(pairs, ((*words, _LAST), -1))]}


def _quantity(mention: Mention) -> Quantity:
    assert isinstance(mention.value, Quantity)
    return mention.value


def _near(spans: Sequence[tuple[int, int]], position: int) -> Sequence[tuple[int, int]]:
    i = bisect_right(spans, (position, 0))
    return spans[max(0, i - 1) : i + 2]


def best_placed(mentions: Sequence[Mention], source: Text, claim: frozenset[str], score: Callable[[Mention], int] = lambda m: 0) -> Mention:
    """Of several places the one whose sentence shares most content words with the claim's; the first of equals."""
    if len(claim) > _MOST_STEMS:
        claim = frozenset()
    return max(mentions[:MOST_PLACED], key=lambda m: (score(m), len(source.stems_near(m.start) & claim), -m.start))
