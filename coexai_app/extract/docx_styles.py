"""What the styles of a Word file say a paragraph is. The Word reader asks for each paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coexai_app.extract.document import BlockKind
from coexai_app.extract.package import attribute, child, local

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEADING = re.compile(r"^heading (\d)$")
_LIST = re.compile(r"^list (?:bullet|number)(?: (\d))?$")
# Word keeps the English names of its built-in styles in files of every language.
_KINDS = {
    "quote": BlockKind.QUOTE,
    "intense quote": BlockKind.QUOTE,
    "block text": BlockKind.QUOTE,
    "html preformatted": BlockKind.CODE,
    "macro text": BlockKind.CODE,
    "macro": BlockKind.CODE,
    "source code": BlockKind.CODE,
    "code": BlockKind.CODE,
}
_MAX_LEVEL = 6
_BODY_OUTLINE = 9
_MAX_CHAIN = 20


@dataclass(frozen=True)
class ParagraphStyle:
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    is_title: bool = False


class Styles:
    """The paragraph styles of a file, by id."""

    def __init__(self, root: _Element | None) -> None:
        self._by_id = {attribute(e, "styleId"): e for e in (root if root is not None else ()) if local(e.tag) == "style"}
        self._default = next(
            (e for e in self._by_id.values() if attribute(e, "type") == "paragraph" and attribute(e, "default") in ("1", "true")), None
        )

    def of(self, properties: _Element | None) -> ParagraphStyle:
        """The kind of a paragraph by its own properties first, then by its style and the styles that one is based on."""
        chain = self._chain(_value(child(properties, "pStyle")))
        for source in [properties, *(child(style, "pPr") for style in chain)]:
            outline = _value(child(source, "outlineLvl"))
            if outline.isdigit() and int(outline) < _BODY_OUTLINE:
                return ParagraphStyle(BlockKind.HEADING, min(int(outline) + 1, _MAX_LEVEL))
            if outline:
                break
        names = [_value(child(style, "name")).lower() for style in chain]
        for name in names:
            if found := _HEADING.match(name):
                return ParagraphStyle(BlockKind.HEADING, min(max(int(found[1]), 1), _MAX_LEVEL))
            if name in ("title", "subtitle"):
                return ParagraphStyle(BlockKind.HEADING, 1 if name == "title" else 2, is_title=name == "title")
        for source in [properties, *(child(style, "pPr") for style in chain)]:
            number = child(source, "numPr")
            if number is None:
                continue
            if _value(child(number, "numId")) == "0":
                return ParagraphStyle()
            depth = _value(child(number, "ilvl"))
            named = next((found for found in map(_LIST.match, names) if found), None)
            return ParagraphStyle(BlockKind.LIST_ITEM, int(depth) + 1 if depth.isdigit() else int(named[1] or 1) if named else 1)
        for name in names:
            if found := _LIST.match(name):
                return ParagraphStyle(BlockKind.LIST_ITEM, int(found[1] or 1))
            if name in _KINDS:
                return ParagraphStyle(_KINDS[name])
        return ParagraphStyle()

    def _chain(self, style_id: str) -> list[_Element]:
        found: list[_Element] = []
        style = self._by_id.get(style_id, self._default)
        while style is not None and style not in found and len(found) < _MAX_CHAIN:
            found.append(style)
            style = self._by_id.get(_value(child(style, "basedOn")))
        return found


def _value(element: _Element | None) -> str:
    return attribute(element, "val") if element is not None else ""
