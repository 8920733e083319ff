"""Web pages to their main content (by trafilatura) with structure and links; pasted HTML fragments are read whole."""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any

from coexai_app.errors import InvalidInput
from coexai_app.extract import dom, paywall, text
from coexai_app.extract.builder import Builder, fold
from coexai_app.extract.document import BlockKind, Document, Link, SourceKind
from coexai_app.extract.limits import LIMITS, check_bytes, check_characters, label
from coexai_app.extract.linked_data import About, about
from coexai_app.extract.metadata import iso_date
from coexai_app.extract.teasers import drop_teasers

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta)\b", re.IGNORECASE)
_FRAGMENT = re.compile(
    r"(?:<!--(?:(?!-->).)*-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|(?:html|head|body|title|meta|div|p|h[1-6]|section|article|main|header|nav|ul|ol|dl|table"
    r"|blockquote|pre|span|a|b|i|em|strong|figure|aside|details)\b)",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING = re.compile(
    r"</(?:html|body|div|p|h[1-6]|section|article|main|header|nav|ul|ol|dl|li|table|blockquote|pre|span|a|b|i|em|strong)\s*>", re.IGNORECASE
)
_META_CHARSET = re.compile(
    rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)|<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9_:.-]+)", re.IGNORECASE
)
_HEAD_BYTES = 4_096
_NOWHERE = "https://nowhere.invalid/"
_BOILERPLATE = ("nav", "header", "footer", "aside", "dialog")
# trafilatura's tree back to HTML; "list" and "head" say in `rend` what they were.
_TAGS = {
    "item": "li",
    "quote": "blockquote",
    "ref": "a",
    "lb": "br",
    "row": "tr",
    "cell": "td",
    "hi": "span",
    "del": "span",
    "graphic": "img",
}
# A result with more of its words in links than this, and no sentence outside them, is a menu.
_MAX_LINK_SHARE = 0.6
_PROSE_WORDS = 12
_MIN_OWN_SHARE = 0.25
# JSON-LD text that is so much longer than what was found on the page says that the page hides it behind a script.
_BODY_RATIO = 2.0

# trafilatura takes some 60 µs for each; larger pages (specifications, logs) are read whole, without what frames them.
# Cells cost it more the more there are.
_MAX_ELEMENTS = (((), 40_000), (("td", "th"), 5_000))

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def looks_like(markup: str) -> bool:
    """True for a page, and for a fragment that opens with a tag and closes one."""
    start = markup[:_HEAD_BYTES].lstrip("\ufeff \t\r\n")
    return bool(_FRAGMENT.match(start)) and (bool(_PAGE.match(start)) or bool(_CLOSING.search(markup)))


def read_bytes(data: bytes, *, name: str = "", url: str = "", charset: str = "") -> Document:
    """A page or fragment as bytes; the character set by BOM, UTF-8 validity, `charset` (of HTTP), the meta tag, then the look of it."""
    check_bytes(len(data), LIMITS.html_bytes, name)
    return read(text.decode(data, name=name, charset=charset or declared_charset(data)), name=name, url=url)


def declared_charset(data: bytes) -> str:
    """What a page's meta tag or XML declaration says its character set is, or ""."""
    declared = _META_CHARSET.search(data[:_HEAD_BYTES])
    return next((group for group in declared.groups() if group), b"").decode("ascii") if declared else ""


def read(markup: str, *, name: str = "", url: str = "") -> Document:
    """The main content of a page, or everything of a fragment (no html, head or body tag).

    Raises `InvalidInput` when there is no text, or nothing but navigation.
    """
    root = dom.parse(markup)
    builder = Builder(name, url or _NOWHERE)
    kind = SourceKind.URL if url else SourceKind.HTML
    if root is None:
        return builder.document(kind)
    if not _PAGE.search(markup[:_HEAD_BYTES]):
        dom.add_blocks(root, builder)
        builder.links = _leading_somewhere(builder)
        return builder.document(kind, url=url)
    said = about(root)
    title = said.title or _title(root)
    found = _extract(root, url)
    if found is not None:
        said = About(
            title=title or found.title or "",
            author=said.author or found.author or "",
            published=said.published or iso_date(found.date),
            body=said.body,
            paid=said.paid,
        )
        dom.add_blocks(_as_html(found.body), builder)
    builder = _best(drop_teasers(builder), said, root, name, url or _NOWHERE)
    builder.links = _leading_somewhere(builder)
    teaser, notes = paywall.look(root, len(builder.text.split()), marked=said.paid)
    document = builder.document(kind, title=said.title or title, author=said.author, published=said.published, url=url, notes=notes)
    return document.model_copy(update={"teaser": teaser})


def _extract(root: HtmlElement, url: str) -> Any:
    """trafilatura's document, or None when it finds nothing or gives up on the page."""
    from copy import deepcopy
    from itertools import islice

    if any(next(islice(root.iter(*tags), limit, None), None) is not None for tags, limit in _MAX_ELEMENTS):
        return None
    from trafilatura import bare_extraction

    tree = deepcopy(root)
    for quote in tree.iter("blockquote"):
        # A post that the article quotes; trafilatura takes its class for a sharing button.
        if "twitter-tweet" in quote.get("class", ""):
            del quote.attrib["class"]
    try:
        return bare_extraction(
            tree,
            url=url or None,
            include_comments=False,
            include_links=True,
            include_formatting=True,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        return None


def _as_html(body: HtmlElement) -> HtmlElement:
    """Renames trafilatura's tags to HTML in place."""
    for element in body.iter():
        tag = element.tag
        if tag == "head":
            level = element.get("rend", "h2")
            element.tag = level if re.fullmatch(r"h[1-6]", level) else "h2"
        elif tag == "list":
            element.tag = element.get("rend") if element.get("rend") in ("ul", "ol", "dl") else "ul"
        elif tag == "code":
            parent = element.getparent()
            element.tag = "pre" if parent is None or parent.tag == "body" or "\n" in "".join(element.itertext()).strip() else "code"
        elif tag in _TAGS:
            element.tag = _TAGS[tag]
            if tag == "ref":
                element.set("href", element.get("target", ""))
    return body


def _best(builder: Builder, said: About, root: HtmlElement, name: str, base: str) -> Builder:
    """What was found on the page; else the page's own JSON-LD text; else all its visible text, unless that is navigation only."""
    if said.body and len(said.body) > _BODY_RATIO * max(len(builder.text), 200):
        check_characters(len(said.body), name)
        builder = Builder(name, base)
        for paragraph in re.split(r"\n\s*\n|\r\n|\n", _plain(said.body)):
            builder.add(BlockKind.PARAGRAPH, paragraph)
    if builder.blocks and not _is_menu(builder) and not _is_made_of_links(builder, root):
        return builder
    whole = Builder(name, base)
    dom.add_blocks(root, whole)
    if not whole.blocks:
        raise InvalidInput(
            f"There is no text in {label(name, 'the page')}. If a browser shows text there, a script makes it: copy and paste it."
        )
    for tag in _BOILERPLATE:
        for element in list(root.iter(tag)):
            if element.getparent() is not None:
                element.drop_tree()
    content = Builder(name, base)
    dom.add_blocks(root, content)
    if content.blocks and not _is_menu(content):
        return content
    raise InvalidInput(
        f"{label(name, 'The page')} has only navigation and links, no article. Give the address of the article itself, or paste its text."
    )


def _leading_somewhere(builder: Builder) -> list[Link]:
    """The links without those that are relative to a page whose address is not known; until here they told menus from prose."""
    return [link for link in builder.links if not link.url.startswith(_NOWHERE)]


def _plain(body: str) -> str:
    """JSON-LD text, which some sites fill with HTML."""
    if "</" not in body:
        return body
    root = dom.parse(body)
    builder = Builder()
    if root is not None:
        dom.add_blocks(root, builder)
    return builder.text


def _is_menu(builder: Builder) -> bool:
    """True when most words are links and no block has a sentence's worth of words outside them."""
    body = builder.text
    linked: Counter[int] = Counter()
    starts = [block.start for block in builder.blocks]
    for link in builder.links:
        linked[bisect_right(starts, link.start) - 1] += len(body[link.start : link.end].split())
    words = [len(body[block.start : block.end].split()) for block in builder.blocks]
    if linked.total() <= _MAX_LINK_SHARE * sum(words):
        return False
    return all(count - linked[i] < _PROSE_WORDS for i, count in enumerate(words))


def _is_made_of_links(builder: Builder, root: HtmlElement) -> bool:
    """True when a result without links (trafilatura's last resort keeps none) says little that the page's links do not say."""
    if builder.links:
        return False
    linked = Counter(word for anchor in root.iter("a") for word in anchor.text_content().split())
    found = Counter(builder.text.split())
    return (found - linked).total() < _MIN_OWN_SHARE * found.total()


def _title(root: HtmlElement) -> str:
    """The page's own heading when it has exactly one, else its title tag."""
    headings = [fold(heading.text_content()) for heading in root.iter("h1")]
    if len(headings) == 1 and headings[0]:
        return headings[0]
    title = root.find(".//title")
    return fold(title.text_content()) if title is not None else ""
