"""Words on a PDF page to lines in reading order. The PDF reader calls `reading_order`; lengths are points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

# A gutter is a strip at least this wide that the words of most lines leave free, with text of at least
# so many lines and words a line on both sides (a column of numbers is a table, not a column of text).
_GUTTER_WIDTH = 9.0
_GUTTER_COVER = 0.5
_COLUMN_LINES = 4
_COLUMN_WORDS = 2.5
_COLUMN_SHARE = 0.15
_MAX_CUTS = 3
# Rows that may run over the usual gutter on a page that takes it over: a heading, a footer.
_MAX_CROSSING = 0.25


@dataclass(frozen=True)
class Word:
    """A word and its box; `top` grows downwards. `url` when a link annotation lies over it."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    font: str = ""
    url: str = ""

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Line:
    """Words that stand side by side in one column; `left` and `right` are the edges of that column."""

    words: tuple[Word, ...]
    page: int
    left: float = 0.0
    right: float = 0.0

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def size(self) -> float:
        """The type size that most characters have."""
        sizes: Counter[float] = Counter()
        for word in self.words:
            sizes[round(word.size * 2) / 2] += len(word.text)
        return sizes.most_common(1)[0][0]

    @cached_property
    def bold(self) -> bool:
        return all(any(mark in word.font for mark in ("bold", "black", "heavy", "semib", "demi")) for word in self.words)

    @cached_property
    def mono(self) -> bool:
        return all(any(mark in word.font for mark in ("mono", "courier", "consol", "typewriter")) for word in self.words)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @cached_property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)


def reading_order(pages: Sequence[Sequence[Word]]) -> list[list[Line]]:
    """The lines of each page: top to bottom, a column at a time where the page has columns.

    A page too empty to show its columns (the last one, often) takes the gutter that most pages of the document have.
    """
    gutters = [_gutter(words, _rows(words)) if words else None for words in pages]
    known = Counter((round(strip[0], -1), round(strip[1], -1)) for strip in gutters if strip)
    usual = next((strip for strip in gutters if strip and (round(strip[0], -1), round(strip[1], -1)) == known.most_common(1)[0][0]), None)
    return [_ordered(words, number, _MAX_CUTS, usual) for number, words in enumerate(pages)]


def _ordered(words: Sequence[Word], page: int, cuts: int, usual: tuple[float, float] | None = None) -> list[Line]:
    if not words:
        return []
    rows = _rows(words)
    gutter = _gutter(words, rows) if cuts else None
    if gutter is None and usual and sum(_crosses(row, usual) for row in rows) <= _MAX_CROSSING * len(rows):
        gutter = usual
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    if gutter is None:
        return [Line(tuple(row), page, left, right) for row in rows]
    lines: list[Line] = []
    band: list[Word] = []
    for row in rows:
        if _crosses(row, gutter):
            lines.extend(_columns(band, gutter, page, cuts))
            band = []
            lines.append(Line(tuple(row), page, left, right))
        else:
            band.extend(row)
    return [*lines, *_columns(band, gutter, page, cuts)]


def _columns(words: Sequence[Word], gutter: tuple[float, float], page: int, cuts: int) -> list[Line]:
    middle = sum(gutter) / 2
    left = [word for word in words if (word.x0 + word.x1) / 2 < middle]
    right = [word for word in words if (word.x0 + word.x1) / 2 >= middle]
    return [*_ordered(left, page, cuts - 1), *_ordered(right, page, cuts - 1)]


def _rows(words: Iterable[Word]) -> list[list[Word]]:
    """Words grouped by the height they stand at, each group from left to right."""
    rows: list[list[Word]] = []
    middle = 0.0
    for word in sorted(words, key=lambda w: (w.middle, w.x0)):
        tallest = max((w.size for w in rows[-1]), default=word.size) if rows else word.size
        if rows and word.middle - middle <= 0.45 * max(min(word.size, tallest), 1.0):
            rows[-1].append(word)
        else:
            rows.append([word])
            middle = word.middle
    for row in rows:
        row.sort(key=lambda w: w.x0)
    return rows


def _gutter(words: Sequence[Word], rows: Sequence[Sequence[Word]]) -> tuple[float, float] | None:
    """The widest strip between two columns, or None on a page of one."""
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    span = int(right - left)
    if span < 4 * _GUTTER_WIDTH or len(rows) < _COLUMN_LINES:
        return None
    steps = [0] * (span + 2)
    for word in words:
        steps[max(int(word.x0 - left), 0)] += 1
        steps[min(int(word.x1 - left) + 1, span + 1)] -= 1
    cover, current = [], 0
    for step in steps[: span + 1]:
        current += step
        cover.append(current)
    usual = median(cover)
    best: tuple[float, float] | None = None
    begin: int | None = None
    for x in range(int(span * 0.1), int(span * 0.9) + 1):
        if cover[x] <= _GUTTER_COVER * usual:
            begin = x if begin is None else begin
            continue
        if begin is not None and x - begin >= _GUTTER_WIDTH and (best is None or x - begin > best[1] - best[0]):
            strip = (left + begin, left + x)
            best = strip if _are_columns(words, rows, strip) else best
        begin = None
    return best


def _are_columns(words: Sequence[Word], rows: Sequence[Sequence[Word]], strip: tuple[float, float]) -> bool:
    middle = sum(strip) / 2
    beside = [row for row in rows if not _crosses(row, strip)]
    if not beside:
        return False
    for side in ([[w for w in row if w.x1 <= middle] for row in beside], [[w for w in row if w.x0 >= middle] for row in beside]):
        filled = [row for row in side if row]
        count = sum(map(len, filled))
        if len(filled) < _COLUMN_LINES or count < _COLUMN_WORDS * len(filled) or count < _COLUMN_SHARE * len(words):
            return False
    return True


def _crosses(row: Sequence[Word], strip: tuple[float, float]) -> bool:
    """True when the row runs on over the strip: a word lies on its middle, or the gap there is no wider than one between words."""
    middle = sum(strip) / 2
    if any(word.x0 < middle < word.x1 for word in row):
        return True
    before = [word for word in row if word.x1 <= middle]
    after = [word for word in row if word.x0 >= middle]
    if not before or not after:
        return False
    return after[0].x0 - before[-1].x1 < min(0.6 * (strip[1] - strip[0]), 0.9 * before[-1].size)
