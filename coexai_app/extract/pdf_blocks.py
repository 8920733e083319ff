"""Lines of PDF pages to headings, paragraphs and list items. The PDF reader calls `drop_running_lines`, then `add_blocks`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from coexai_app.extract.builder import Builder, Run
from coexai_app.extract.document import BlockKind
from coexai_app.extract.pdf_layout import Line

# Headers and footers: the outer rows of a page, within this share of its height.
_EDGE = 0.1
_EDGE_ROWS = 2
_PAGE_NUMBER = re.compile(
    r"^\W*(?:page|p\.|seite|s\.|página|pág\.|pagina|pag\.)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|von|de|sur|di|van|\|)\s*\d{1,4})?\W*$",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^(?:[•‣◦▪●·∙\uf0b7\uf0a7]|[-–*](?=\s))\s*(?=\S)|^(?:\(?\d{1,2}[.)]|\(?[a-z]\))\s+(?=\S)")
_HYPHENS = ("-", "\u2010", "\u00ad")
_ENDS = tuple(".!?:;…。！？”\"'’)]")
_HEADING_RATIO = 1.12
_HEADING_WORDS = 25
_BOLD_HEADING_WORDS = 12
_MAX_LEVEL = 6


def drop_running_lines(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The pages without page numbers and without headers and footers that repeat (digits may differ) on a third of the pages."""
    edges = [_edge_lines(lines, height) for lines, height in zip(pages, heights, strict=True)]
    seen = Counter(shape for edge in edges for shape in {_shape(line) for line in edge})
    needed = max(2, -(-len(pages) // 3))
    running = [{line for line in edge if seen[_shape(line)] >= needed or _PAGE_NUMBER.match(line.text)} for edge in edges]
    return [[line for line in lines if line not in dropped] for lines, dropped in zip(pages, running, strict=True)]


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold())


def _edge_lines(lines: Sequence[Line], height: float) -> list[Line]:
    """The lines in the outermost rows at the top and at the bottom of a page."""
    tops = sorted({round(line.top) for line in lines if line.bottom < _EDGE * height})[:_EDGE_ROWS]
    bottoms = sorted({round(line.top) for line in lines if line.top > (1 - _EDGE) * height})[-_EDGE_ROWS:]
    return [line for line in lines if round(line.top) in (*tops, *bottoms)]


def add_blocks(lines: Sequence[Line], builder: Builder) -> None:
    """Adds the text of a whole document; paragraphs run on over columns and pages."""
    if not lines:
        return
    body = _body_size(lines)
    levels = _levels(lines, body)
    pitch = _pitch(lines, body)
    words = Counter(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", " ".join(line.text for line in lines).casefold()))
    code_is_special = sum(line.mono for line in lines) < 0.5 * len(lines)
    for group in _groups(lines, pitch):
        if group[0].mono and code_is_special:
            builder.add_code("\n".join(_indented(line) for line in group))
            continue
        kind, level = _kind(group, body, levels)
        runs = _runs(group, words)
        if kind is BlockKind.LIST_ITEM:
            runs = _without_marker(runs)
        builder.add(kind, runs, level)


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0]


def _levels(lines: Sequence[Line], body: float) -> dict[float, int]:
    """Heading level by type size: the largest is 1; sizes of one level differ by less than 5 %."""
    levels: dict[float, int] = {}
    level, last = 0, float("inf")
    for size in sorted({line.size for line in lines if line.size >= _HEADING_RATIO * body}, reverse=True):
        if size < 0.95 * last:
            level, last = min(level + 1, _MAX_LEVEL), size
        levels[size] = level
    return levels


def _pitch(lines: Sequence[Line], body: float) -> float:
    """The usual distance between the tops of neighbouring body lines, as a multiple of their size."""
    steps = [
        (b.top - a.top) / body for a, b in pairwise(lines) if a.page == b.page and a.size == b.size == body and 0 < b.top - a.top < 3 * body
    ]
    return median(steps) if steps else 1.3


def _groups(lines: Sequence[Line], pitch: float) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _goes_on(groups[-1], line, pitch):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _goes_on(group: Sequence[Line], line: Line, pitch: float) -> bool:
    """True when `line` belongs to the paragraph of `group`."""
    last = group[-1]
    if abs(line.size - last.size) > 0.08 * last.size or line.bold != last.bold or line.mono != last.mono or _MARKER.match(line.text):
        return False
    if line.page != last.page or line.top < last.top:
        # The next column or page: a sentence that is cut there goes on, anything else starts anew.
        return last.text.endswith(_HYPHENS) or (not last.text.endswith(_ENDS) and line.text[:1].islower())
    if line.top - last.top > 1.3 * pitch * max(line.size, last.size):
        return False
    if last.mono:
        return True
    is_item = bool(_MARKER.match(group[0].text))
    indent = line.x0 - last.x0
    if indent > 0.8 * line.size and not (is_item and len(group) == 1) and last.x0 - last.left < 0.5 * line.size:
        return False
    if is_item and len(group) == 1 and indent < -0.3 * line.size:
        return False
    width = max(last.right - last.left, 1.0)
    ended = last.text.endswith(_ENDS)
    return not (ended and last.x1 < last.right - 0.12 * width and line.x0 - last.left < 0.8 * line.size)


def _kind(group: Sequence[Line], body: float, levels: dict[float, int]) -> tuple[BlockKind, int]:
    text = " ".join(line.text for line in group)
    count = len(text.split())
    if group[0].size in levels and count <= _HEADING_WORDS and any(c.isalpha() for c in text):
        return BlockKind.HEADING, levels[group[0].size]
    if _MARKER.match(text) and not (group[0].bold and count <= _BOLD_HEADING_WORDS):
        return BlockKind.LIST_ITEM, 1
    is_label = group[0].bold and group[0].size >= 0.98 * body and count <= _BOLD_HEADING_WORDS and not text.endswith((".", ",", ";"))
    if is_label and len(group) <= 2 and any(c.isalpha() for c in text):
        return BlockKind.HEADING, min(max(levels.values(), default=1) + 1, _MAX_LEVEL)
    return BlockKind.PARAGRAPH, 0


def _runs(group: Sequence[Line], words: Counter[str]) -> list[Run]:
    """The words of a paragraph; a word that is cut at the end of a line is put together again."""
    runs: list[Run] = []
    flat = [(word, i == len(line.words) - 1) for line in group for i, word in enumerate(line.words)]
    for i, (word, ends_line) in enumerate(flat):
        text = word.text
        after = flat[i + 1][0].text if i + 1 < len(flat) else ""
        if ends_line and text.endswith(_HYPHENS) and len(text) > 1 and text[-2].isalpha() and after[:1].isalpha() and after:
            runs.append(Run(_joined(text, after, words), word.url))
            continue
        runs.append(Run(text, word.url))
        runs.append(Run(" ", word.url if i + 1 < len(flat) and flat[i + 1][0].url == word.url else ""))
    return runs


def _joined(text: str, after: str, words: Counter[str]) -> str:
    """The first half of a cut word: its hyphen stays when the document writes the word with it elsewhere, or the second half is a name."""
    if text[-1] == "\u00ad":
        return text[:-1]
    first = re.sub(r"^\W+", "", text[:-1]).casefold()
    second = re.sub(r"\W.*$", "", after).casefold()
    keeps = after[:1].isupper() or words[f"{first}-{second}"] > words[first + second]
    return text if keeps else text[:-1]


def _without_marker(runs: Sequence[Run]) -> list[Run]:
    text = "".join(run.text for run in runs)
    found = _MARKER.match(text)
    left = found.end() if found else 0
    kept: list[Run] = []
    for run in runs:
        cut = min(left, len(run.text))
        left -= cut
        kept.append(Run(run.text[cut:], run.url))
    return kept


def _indented(line: Line) -> str:
    """A line of code with its indentation, by the width of its characters."""
    first = line.words[0]
    width = max((first.x1 - first.x0) / max(len(first.text), 1), 1.0)
    return " " * round(max(line.x0 - line.left, 0) / width) + line.text
