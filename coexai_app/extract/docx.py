"""Word files (.docx) to a document: what a reader sees when all changes are accepted; no headers, footers, comments or notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coexai_app.extract.builder import Builder, Run, fold
from coexai_app.extract.document import BlockKind, Document, SourceKind
from coexai_app.extract.docx_styles import Styles
from coexai_app.extract.limits import LIMITS, check_bytes
from coexai_app.extract.metadata import iso_date
from coexai_app.extract.package import Package, attribute, child, local

if TYPE_CHECKING:
    from lxml.etree import _Element

# Deleted and moved-away text, field codes, properties, and drawings (their text boxes are read apart, once).
# fmt: off
_SKIPPED = frozenset({
    "del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "sdtPr", "drawing", "txbxContent", "pict", "object",
    "Fallback", "commentReference", "footnoteReference",
})
# fmt: on
_BREAKS = {"br": "\n", "cr": "\n", "tab": " ", "ptab": " ", "noBreakHyphen": "-"}
_FIELD_LINK = re.compile(r"^\s*HYPERLINK\s+(?:\\\w\s+)*\"([^\"]+)\"", re.IGNORECASE)
_JUNK_TITLES = re.compile(r"^(?:Microsoft Word - .*|Word Document|Document\d*|Untitled.*|)$", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off"})


def read(data: bytes, *, name: str = "", url: str = "") -> Document:
    """Raises `InvalidInput` for a damaged, protected or hostile file, `TooLarge` past the limits."""
    check_bytes(len(data), LIMITS.file_bytes, name)
    package = Package(data, name)
    main = package.main_part()
    root = package.xml(main)
    body = child(root, "body")
    if body is None:
        raise package.damaged()
    reader = _Reader(package, main, Builder(name, url))
    reader.container(body)
    reader.finish()
    core = package.xml("docProps/core.xml")
    title, author, created = (_property(core, key) for key in ("title", "creator", "created"))
    return reader.builder.document(
        SourceKind.DOCX,
        title=reader.title or ("" if _JUNK_TITLES.match(title) else title),
        author=author,
        published=iso_date(created),
        url=url,
        why_empty="If its pages are pictures, add the text itself.",
    )


def _property(core: _Element | None, key: str) -> str:
    element = child(core, key)
    return fold(element.text or "") if element is not None else ""


class _Reader:
    """Reads blocks in document order; holds what crosses paragraphs: code lines, an open field, a paragraph whose mark was deleted."""

    def __init__(self, package: Package, main: str, builder: Builder) -> None:
        self.builder = builder
        self.title = ""
        relations = package.relations(main)
        self._links = {key: target for key, (kind, target) in relations.items() if kind == "hyperlink"}
        paths = dict(relations.values())
        self._styles = Styles(package.xml(paths.get("styles", "")))
        self._code: list[str] = []
        self._carried: list[Run] = []
        self._fields: list[tuple[str, bool]] = []

    def finish(self) -> None:
        if self._carried:
            self.builder.add(BlockKind.PARAGRAPH, self._carried)
        self._flush_code()

    def container(self, element: _Element) -> None:
        """A body, a text box or a cell: paragraphs, tables, and wrappers around them."""
        for part in element:
            tag = local(part.tag)
            if tag == "p":
                self._paragraph(part)
            elif tag == "tbl":
                self._table(part)
            elif tag and tag not in _SKIPPED:
                self.container(part)

    def _paragraph(self, element: _Element) -> None:
        runs = [*self._carried, *self._runs(element, "")]
        self._carried = []
        properties = child(element, "pPr")
        if child(properties, "rPr", "del") is not None:
            self._carried = runs
            return
        style = self._styles.of(properties)
        if style.kind is BlockKind.CODE:
            self._code.append("".join(run.text for run in runs))
        else:
            self._flush_code()
            self.builder.add(style.kind, runs, style.level)
            if style.is_title and not self.title:
                self.title = fold("".join(run.text for run in runs))
        for box in _text_boxes(element):
            self.container(box)

    def _flush_code(self) -> None:
        if self._code:
            self.builder.add_code("\n".join(self._code))
            self._code = []

    def _runs(self, element: _Element, url: str) -> Iterator[Run]:
        """The visible text below a paragraph; fields are followed for their links."""
        for part in element:
            tag = local(part.tag)
            if tag == "fldChar":
                self._field(attribute(part, "fldCharType"))
            elif tag == "instrText" and self._fields:
                code, open_ = self._fields[-1]
                self._fields[-1] = (code + (part.text or ""), open_)
            elif tag in _SKIPPED or (tag == "r" and _is_hidden(part)):
                continue
            elif tag == "t":
                yield Run((part.text or "").replace("\n", " "), url or self._field_url())
            elif tag in _BREAKS:
                yield Run(_BREAKS[tag], url)
            elif tag == "hyperlink":
                yield from self._runs(part, self._links.get(attribute(part, "id"), "") or url)
            elif tag == "fldSimple":
                found = _FIELD_LINK.match(attribute(part, "instr"))
                yield from self._runs(part, found[1] if found else url)
            else:
                yield from self._runs(part, url)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(("", False))
        elif kind == "separate" and self._fields:
            self._fields[-1] = (self._fields[-1][0], True)
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _field_url(self) -> str:
        for code, open_ in reversed(self._fields):
            if open_ and (found := _FIELD_LINK.match(code)):
                return found[1]
        return ""

    def _table(self, element: _Element) -> None:
        self._flush_code()
        rows = [list(_through(row, "tc")) for row in _through(element, "tr") if child(row, "trPr", "del") is None]
        if all(len(row) <= 1 for row in rows):
            for row in rows:
                for cell in row:
                    self.container(cell)
            return
        self.builder.add_table([[list(self._cell(cell)) for cell in row] for row in rows])

    def _cell(self, element: _Element) -> Iterator[Run]:
        for part in element:
            tag = local(part.tag)
            if tag == "p":
                yield from self._runs(part, "")
                yield Run(" ")
            elif tag and tag not in _SKIPPED and tag not in ("tcPr", "tblPr", "trPr"):
                yield from self._cell(part)


def _through(element: _Element, name: str) -> Iterator[_Element]:
    """Children with this name, also inside content controls and inserted or custom markup."""
    for part in element:
        tag = local(part.tag)
        if tag == name:
            yield part
        elif tag in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from _through(part, name)


def _text_boxes(element: _Element) -> Iterator[_Element]:
    """The text boxes anchored in a paragraph, not those in another box; of two renderings of one box (choice and fallback) the first."""
    for part in element:
        tag = local(part.tag)
        if tag == "txbxContent":
            yield part
        elif tag not in ("Fallback", "del", "moveFrom"):
            yield from _text_boxes(part)


def _is_hidden(run: _Element) -> bool:
    vanish = child(run, "rPr", "vanish")
    return vanish is not None and attribute(vanish, "val").lower() not in _OFF
