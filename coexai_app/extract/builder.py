"""Puts a `Document` together block by block, so that every offset is right by construction. Every reader in this folder uses it."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from coexai_app.extract.document import Block, BlockKind, Document, Link, SourceKind
from coexai_app.extract.language import detect
from coexai_app.extract.limits import check_characters, check_parts, no_text

# Invisible characters that break words apart for a matcher: soft hyphen, zero-width space, word joiner, byte order mark.
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_CONTROLS = dict.fromkeys((*range(9), 0x0E, 0x0F, *range(0x10, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), *map(ord, _INVISIBLE)))
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp"})
_META_LIMIT = 500


@dataclass(frozen=True)
class Run:
    """A piece of a block's text; `url` when the piece is a link. "\\n" is a forced line break, other white space is folded."""

    text: str
    url: str = ""


def clean(text: str) -> str:
    """Text without control and invisible characters, lone surrogates replaced, line ends as "\\n", in Unicode form NFC."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATE.search(text):
        # A pair that was decoded as two halves becomes its character again; a half alone becomes U+FFFD.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", text.translate(_CONTROLS))


def fold(text: str) -> str:
    """One line: `clean`, every run of white space one space, stripped."""
    return _SPACES.sub(" ", clean(text)).strip()


class Builder:
    """Collects blocks; `document()` returns the finished, immutable result."""

    def __init__(self, name: str = "", base_url: str = "") -> None:
        self.name = name
        self._base = base_url
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []
        self.links: list[Link] = []

    def add(self, kind: BlockKind, runs: Iterable[Run] | str, level: int = 0) -> None:
        """Adds a block of prose; white space is folded within its lines. A block without text is left out."""
        text, spans = _fold_runs([Run(runs)] if isinstance(runs, str) else runs)
        self._append(kind, text, spans, level)

    def add_code(self, text: str) -> None:
        """Adds a block whose lines and indentation are kept."""
        lines = [line.rstrip() for line in textwrap.dedent(clean(text).expandtabs(4)).split("\n")]
        self._append(BlockKind.CODE, "\n".join(lines).strip(), [], 0)

    def add_table(self, rows: Iterable[Sequence[Sequence[Run]]]) -> None:
        """Adds a table: one row per line, cells separated by " | ". Line breaks in a cell become spaces, empty rows go."""
        runs: list[Run] = []
        for row in rows:
            cells = [[Run(_SPACES.sub(" ", run.text), run.url) for run in cell] for cell in row]
            if not any(run.text.strip() for cell in cells for run in cell):
                continue
            if runs:
                runs.append(Run("\n"))
            for i, cell in enumerate(cells):
                runs.extend([Run(" | ")] if i else [])
                runs.extend(cell)
        self.add(BlockKind.TABLE, runs)

    def _append(self, kind: BlockKind, text: str, spans: list[tuple[str, int, int]], level: int) -> None:
        if not text:
            return
        if self._parts:
            self._parts.append("\n\n")
            self._length += 2
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        check_characters(self._length, self.name)
        self.blocks.append(Block(kind=kind, start=start, end=self._length, level=level))
        for url, begin, end in spans:
            if target := resolve(url, self._base):
                self.links.append(Link(url=target, start=start + begin, end=start + end))
        check_parts(len(self.blocks), len(self.links), self.name)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def without(self, dropped: Collection[int]) -> Builder:
        """A builder with all blocks but those at these indices; links go with their block."""
        kept = Builder(self.name, self._base)
        kept._take(self, dropped)
        return kept

    def extend(self, other: Builder) -> None:
        """Adds the blocks of another builder behind its own, links and all."""
        self._take(other, ())

    def _take(self, other: Builder, dropped: Collection[int]) -> None:
        text = other.text
        starts = [block.start for block in other.blocks]
        links: dict[int, list[tuple[str, int, int]]] = {}
        for link in other.links:
            at = bisect_right(starts, link.start) - 1
            links.setdefault(at, []).append((link.url, link.start - starts[at], link.end - starts[at]))
        for i, block in enumerate(other.blocks):
            if i not in dropped:
                self._append(block.kind, text[block.start : block.end], links.get(i, []), block.level)

    def document(
        self,
        kind: SourceKind,
        *,
        title: str = "",
        author: str = "",
        published: str = "",
        url: str = "",
        why_empty: str = "",
        notes: Iterable[str] = (),
    ) -> Document:
        """The document. Without a `title`, the first heading, when the text opens with it, is the title.

        Raises `InvalidInput` when no block was added.
        """
        if not self.blocks:
            raise no_text(self.name, why=why_empty) if why_empty else no_text(self.name)
        text = self.text
        first = self.blocks[0]
        if not fold(title) and first.kind is BlockKind.HEADING:
            title = text[first.start : first.end]
        return Document(
            kind=kind,
            text=text,
            blocks=tuple(self.blocks),
            links=tuple(self.links),
            title=fold(title)[:_META_LIMIT].rstrip(),
            author=fold(author)[:_META_LIMIT].rstrip(),
            published=published,
            language=detect(text),
            url=url,
            name=self.name,
            notes=tuple(notes),
        )


def resolve(url: str, base: str) -> str:
    """The absolute address of a link, or "" when it leads nowhere (an anchor, a script, a relative path without a base)."""
    url = re.sub(r"[\x00-\x20]+", "", clean(url))
    if not url or url.startswith("#"):
        return ""
    try:
        target = urljoin(base, url) if base else url
        parts = urlsplit(target)
    except ValueError:
        return ""
    if parts.scheme.lower() not in _LINK_SCHEMES or not (parts.netloc or parts.path):
        return ""
    return target


def _fold_runs(runs: Iterable[Run]) -> tuple[str, list[tuple[str, int, int]]]:
    """The text of the runs with white space folded, and (url, start, end) of the words of each link."""
    out: list[str] = []
    length = 0
    spans: list[tuple[str, int, int]] = []
    gap = ""
    for run in runs:
        start: int | None = None
        for i, line in enumerate(clean(run.text).split("\n")):
            if i:
                gap = "\n"
            words = line.split()
            if not words:
                gap = gap or (" " if line else "")
                continue
            if line[0].isspace():
                gap = gap or " "
            piece = (gap if length else "") + " ".join(words)
            if start is None:
                start = length + (len(gap) if length else 0)
            out.append(piece)
            length += len(piece)
            gap = " " if line[-1].isspace() else ""
        if run.url and start is not None:
            if spans and spans[-1][0] == run.url and start - spans[-1][2] <= 1:
                spans[-1] = (run.url, spans[-1][1], length)
            else:
                spans.append((run.url, start, length))
    return _compose("".join(out), spans)


def _compose(text: str, spans: list[tuple[str, int, int]]) -> tuple[str, list[tuple[str, int, int]]]:
    """NFC again, for a letter and its accent that stood in two runs; the spans move with the text."""
    if unicodedata.is_normalized("NFC", text):
        return text, spans

    def at(offset: int) -> int:
        return len(unicodedata.normalize("NFC", text[:offset]))

    composed = unicodedata.normalize("NFC", text)
    moved = [(url, min(at(start), len(composed)), min(at(end), len(composed))) for url, start, end in spans]
    return composed, [(url, start, end) for url, start, end in moved if start < end]
