"""How a text itself writes its words: what `names` weighs where a capital proves nothing.

Called by `names`, `source` and `book`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .gazetteer import KNOWN
from .words import Token, stem, stop_words, tokens, word_set

_DETERMINERS = word_set(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine meinen meiner dein seine"
    " seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren unserem unserer euer eure jeder jede jedes jeden jedem"
    " dieser diese dieses diesen diesem welche alle allen viele vielen wenige mehr weniger im am zum zur beim vom ins ans pro ohne"
    " mehrere einige manche solche zwei drei vier funf sechs sieben acht neun zehn elf zwolf"
)


@dataclass(slots=True)
class Usage:
    """How often each word stands in lower case, capitalised inside a sentence, and capitalised at a start; German: after a determiner."""

    lower: Counter[str] = field(default_factory=Counter)
    strong: Counter[str] = field(default_factory=Counter)
    initial: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    stems: set[str] = field(default_factory=set)

    def read(self, words: Sequence[Token]) -> None:
        before = ""
        for word in words:
            if word.key[:1].isdigit():
                before = word.key
                continue
            if not word.upper:
                self.lower[word.key] += 1
            elif word.initial or (len(word.text) > 1 and word.text.isupper() and before == "caps"):
                self.initial[word.key] += 1
            else:
                self.strong[word.key] += 1
            if word.upper and (
                before in _DETERMINERS or before.isdigit() or (before.endswith(("en", "er", "es", "em", "e")) and before != "caps")
            ):
                self.counted[word.key] += 1
            if not word.upper:
                self.stems.add(stem(word.text))
            before = word.key if not word.upper or before in _DETERMINERS else ("caps" if word.text.isupper() else "")

    def known(self, key: str) -> bool:
        return key in self.lower or key in self.strong or key in self.initial

    def standing(self, key: str) -> tuple[bool, ...]:
        """All that `names` may ask about a word, as answers that a further count of another word leaves as they are."""
        lower, strong = self.lower[key], self.strong[key]
        compared = strong <= lower, strong >= lower, strong > 2 * lower + 2
        return key in self.lower, key in self.strong, *compared, key in self.initial, key in self.counted

    def add(self, other: Usage) -> None:
        self.lower.update(other.lower)
        self.strong.update(other.strong)
        self.initial.update(other.initial)
        self.counted.update(other.counted)
        self.stems |= other.stems

    def add_own(self, words: Iterable[Token]) -> None:
        """Adds the lower-case words of an output: its names cannot vouch for themselves."""
        self.read([w for w in words if not w.upper])

    def add_stops(self, language: str) -> None:
        """Function words are no names, whatever the texts say."""
        for word in stop_words(language):
            self.lower[word] += 1

    def copy(self) -> Usage:
        return Usage(self.lower.copy(), self.strong.copy(), self.initial.copy(), self.counted.copy(), set(self.stems))

    def common(self, key: str, language: str) -> bool:
        """True when the texts themselves show that the word is no name."""
        if key in self.lower and self.strong[key] <= self.lower[key]:
            return True
        return language == "de" and key in self.counted and key not in KNOWN


def prepared(text: str) -> list[Token]:
    """Words of a text; in a headline ("How Marta Built It") a capital proves as little as at a start."""
    words = tokens(text)
    lines = [0, *(m.end() for m in re.finditer(r"\n", text)), len(text) + 1]
    starts = [w.start for w in words]
    for low, high in pairwise(lines):
        first, last = bisect_left(starts, low), bisect_left(starts, high)
        for a, b in _stretches(words, first, last, text):
            long = [w for w in words[a:b] if len(w.text) > 3 and not w.text[0].isdigit()]
            if _all_capital(words, a, b, text) or (
                len(long) >= 4 and not _ends_as_sentence(words, b, text) and sum(w.upper for w in long) >= 0.75 * len(long)
            ):
                words[a:b] = [w._replace(initial=True) for w in words[a:b]]
    return words


def _all_capital(words: Sequence[Token], first: int, last: int, text: str) -> bool:
    """ "Small Steps Matter.": three words or more, each with a capital, and nothing else in the sentence."""
    return last - first >= 3 and all(w.upper for w in words[first:last]) and "," not in text[words[first].start : words[last - 1].end]


def _ends_as_sentence(words: Sequence[Token], last: int, text: str) -> bool:
    end = words[last - 1].end
    return text[end : end + 1] == "." or text[end : end + 2] in (").", "”.", ".”", '".', '."')


def _stretches(words: Sequence[Token], first: int, last: int, text: str) -> Iterable[tuple[int, int]]:
    """The sentences of a line, as word ranges."""
    begin = first
    for i in range(first + 1, last):
        if words[i].initial and re.search(r"[.!?…]", text[words[i - 1].end : words[i].start]):
            yield begin, i
            begin = i
    if last > begin:
        yield begin, last


def usage_of(words: Sequence[Token], language: str) -> Usage:
    """Usage in a text of those words."""
    usage = Usage()
    usage.read(words)
    usage.add_stops(language)
    return usage
