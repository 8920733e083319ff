"""PDF files with a text layer to a document; what they have no text for, this reader does not guess."""

from __future__ import annotations

import re

from coexai_app.errors import InvalidInput
from coexai_app.extract import pdf_pages
from coexai_app.extract.builder import Builder, fold
from coexai_app.extract.document import Document, SourceKind
from coexai_app.extract.limits import LIMITS, check_bytes, label
from coexai_app.extract.metadata import iso_date
from coexai_app.extract.pdf_blocks import add_blocks, drop_running_lines
from coexai_app.extract.pdf_layout import Line, reading_order

_NO_MAP = re.compile(r"\(cid:\d+\)")
_MAX_NO_MAP = 0.3
_JUNK_TITLES = re.compile(
    r"^(?:untitled.*|\(anonymous\)|microsoft (?:word|powerpoint) - .*|document\d*|.*\.(?:docx?|pdf|indd|tex|dvi|pptx?|odt|qxd)|)$",
    re.IGNORECASE,
)
_JUNK_AUTHORS = frozenset({"", "anonymous", "(anonymous)", "unknown", "user", "admin", "administrator"})


def read(data: bytes, *, name: str = "", url: str = "") -> Document:
    """Raises `InvalidInput` for a protected, damaged or scanned file, `TooLarge` past the limits on pages and characters."""
    check_bytes(len(data), LIMITS.file_bytes, name)
    pages, info = pdf_pages.read(data, name)
    lines = reading_order([page.words for page in pages])
    return _document(lines, [page.height for page in pages], sum(page.pictures for page in pages), info, name, url)


def _document(pages: list[list[Line]], heights: list[float], pictures: int, info: dict[str, str], name: str, url: str) -> Document:
    called = label(name, "The file")
    if not pages:
        raise InvalidInput(f"{called} has no pages, or is damaged. Export it as PDF again and add the new file.")
    text = " ".join(line.text for lines in pages for line in lines)
    if sum(map(len, _NO_MAP.findall(text))) > _MAX_NO_MAP * len(text):
        raise InvalidInput(
            f"The fonts of {called} do not say which characters they show, so its text cannot be read. Paste the text instead."
        )
    builder = Builder(name, url)
    add_blocks([line for lines in drop_running_lines(pages, heights) for line in lines], builder)
    if not builder.blocks and pictures:
        raise InvalidInput(f"The pages of {called} are pictures (a scan); there is no text in it. Add a PDF with text, or paste the text.")
    title, author = (fold(info.get(key, "")) for key in ("Title", "Author"))
    return builder.document(
        SourceKind.PDF,
        title="" if _JUNK_TITLES.match(title) else title,
        author="" if author.casefold() in _JUNK_AUTHORS else author,
        published=iso_date(info.get("CreationDate")),
        url=url,
    )
