"""Walks an HTML tree and adds its blocks to a `Builder`. The HTML and the Markdown reader share it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from coexai_app.extract.builder import Builder, Run, clean
from coexai_app.extract.document import BlockKind

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# fmt: off
_SKIPPED = frozenset({
    "head", "title", "script", "style", "noscript", "template", "svg", "canvas", "iframe", "frame", "object", "embed",
    "applet", "audio", "video", "picture", "img", "map", "select", "option", "datalist", "textarea", "input", "button",
    "meter", "progress",
})
_BLOCKS = frozenset({
    "html", "body", "p", "div", "section", "article", "main", "aside", "header", "footer", "nav", "figure",
    "figcaption", "address", "hr", "form", "fieldset", "legend", "details", "summary", "dialog", "center", "hgroup",
    "search", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "ul", "ol", "dl", "menu", "dir", "li",
    "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
})
# fmt: on
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "dl", "menu", "dir"})
_ITEMS = frozenset({"li", "dt", "dd"})
_CODE = frozenset({"pre", "listing", "xmp", "plaintext"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
# libxml2 gives up below 255 levels. Then wrappers that carry no structure are taken out; should that not do, all but the simplest tags.
_LESS = (
    re.compile(rb"</?(?:div|span|font|center|section|article|main|b|i|u|em|strong|small|big|tt|s|a|ins)\b[^<>]*>", re.IGNORECASE),
    re.compile(rb"<(?!/?(?:html|head|title|meta|script|style|body|p|br|h[1-6])\b)/?[a-z][^<>]*>", re.IGNORECASE),
)
_TOO_DEEP = "Excessive depth"


def parse(markup: str) -> HtmlElement | None:
    """The tree of a page or a fragment, never from the network, or None when there is nothing in it.

    Markup that is nested too deeply is parsed again with fewer tags.
    """
    from lxml import etree, html

    data = clean(markup).encode()
    if not data.strip():
        return None
    root = None
    for pattern in (None, *_LESS):
        source = pattern.sub(b" ", data) if pattern else data
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, collect_ids=False)
        try:
            root = html.document_fromstring(source, parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError):
            return None
        if not any(_TOO_DEEP in str(entry.message) for entry in parser.error_log):
            break
    return root


def add_blocks(root: HtmlElement, builder: Builder) -> None:
    """Adds every visible block under `root`, in document order."""
    walker = _Walker(builder)
    walker.visit(root)
    walker.flush()


def is_hidden(element: HtmlElement) -> bool:
    """True for an element that its own attributes take off the screen."""
    return element.get("hidden") is not None or element.get("aria-hidden") == "true" or bool(_HIDDEN_STYLE.search(element.get("style", "")))


class _Walker:
    """The block being collected, and where in the structure the walk stands."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.runs: list[Run] = []
        self.kind = BlockKind.PARAGRAPH
        self.level = 0
        self.depth = 0
        self.url = ""

    def flush(self) -> None:
        if self.runs:
            self.builder.add(self.kind, self.runs, self.level)
            self.runs = []

    def text(self, text: str | None) -> None:
        if text:
            self.runs.append(Run(_SPACES.sub(" ", text), self.url))

    def visit(self, element: HtmlElement) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or is_hidden(element):
            return
        if tag == "br":
            self.runs.append(Run("\n"))
            return
        if tag in _CODE:
            self.flush()
            self.builder.add_code(code_text(element))
            return
        if tag == "table" and (rows := _data_rows(element)):
            self.flush()
            self.builder.add_table(rows)
            return
        self._enter(element, tag)

    def _enter(self, element: HtmlElement, tag: str) -> None:
        saved = self.kind, self.level, self.depth, self.url
        block = tag in _BLOCKS
        if block:
            self.flush()
        if tag in _HEADINGS and self.kind is not BlockKind.QUOTE:
            self.kind, self.level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag in _LISTS:
            self.depth += 1
        elif tag in _ITEMS:
            self.kind, self.level = BlockKind.LIST_ITEM, max(self.depth, 1)
        elif tag == "blockquote":
            self.kind, self.level, self.depth = BlockKind.QUOTE, 0, 0
        elif tag == "a":
            self.url = element.get("href", "") or self.url
        if tag == "q":
            self.runs.append(Run("“"))
        self.text(element.text)
        for child in element:
            self.visit(child)
            self.text(child.tail)
        if tag == "q":
            self.runs.append(Run("”"))
        if block:
            self.flush()
        self.kind, self.level, self.depth, self.url = saved


def code_text(element: HtmlElement) -> str:
    """The text of a code block with its line breaks."""
    parts: list[str] = []
    for event in element.iter():
        if event.tag == "br":
            parts.append("\n")
        elif event.text and isinstance(event.tag, str):
            parts.append(event.text)
        if event is not element and event.tail:
            parts.append(event.tail)
    return "".join(parts)


def _data_rows(table: HtmlElement) -> list[list[list[Run]]]:
    """The cells of a table of data; nothing for a table that only lays out a page (one column, or a table, a list or paragraphs within)."""
    if next(table.iter("ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"), None) is not None:
        return []
    if any(inner is not table for inner in table.iter("table")) or any(len(cell.findall("p")) > 1 for cell in table.iter("td")):
        return []
    rows = [[list(_cell_runs(cell, "")) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr") if not is_hidden(row)]
    caption = table.find("caption")
    if caption is not None and rows:
        rows.insert(0, [list(_cell_runs(caption, ""))])
    return rows if any(len(row) > 1 for row in rows) else []


def _cell_runs(element: HtmlElement, url: str) -> Iterator[Run]:
    if not isinstance(element.tag, str) or element.tag in _SKIPPED or is_hidden(element):
        return
    apart = element.tag in _BLOCKS or element.tag == "br"
    if element.tag == "a":
        url = element.get("href", "") or url
    if apart:
        yield Run(" ")
    if element.text:
        yield Run(element.text, url)
    for child in element:
        yield from _cell_runs(child, url)
        if child.tail:
            yield Run(child.tail, url)
    if apart:
        yield Run(" ")
