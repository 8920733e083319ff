"""The words on the pages of a PDF, by pdfplumber, which inflates and interprets without limits: for a limited process (`isolated.py`)."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract.limits import LIMITS, label
from coexai_app.extract.pdf_layout import Word

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Page:
    """`height` in points; `pictures` is how many images it shows."""

    height: float
    pictures: int
    words: list[Word]


def read(data: bytes, name: str) -> tuple[list[Page], dict[str, str]]:
    """The pages, and what the file says about itself ("Title", "Author", "CreationDate").

    Raises `InvalidInput` for a protected or damaged file, `TooLarge` past the limits on pages and characters.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    called = label(name, "The file")
    found: list[Page] = []
    total = 0
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            if (count := len(pdf.pages)) > LIMITS.pdf_pages:
                raise _too_large(called, f"has {count:,} pages; the limit is {LIMITS.pdf_pages:,}", LIMITS.pdf_pages, count)
            for page in pdf.pages:
                count, limit = len(page.chars), LIMITS.pdf_characters_per_page
                if count > limit:
                    raise _too_large(called, f"has a page of {count:,} characters; the limit is {limit:,}", limit, count)
                total += count
                if total > LIMITS.characters:
                    limit = LIMITS.characters
                    raise _too_large(called, f"has more than {limit:,} characters, which is the limit", limit, total)
                found.append(Page(float(page.height), len(page.images), _words(page)))
                page.close()
            return found, {key: value for key, value in (pdf.metadata or {}).items() if isinstance(value, str)}
    except (MemoryError, InvalidInput):
        raise
    except Exception as error:
        # pdfminer raises whatever a damaged structure leads it to, from KeyError to struct.error, and pdfplumber wraps it.
        if _stems_from(error, (MemoryError,)):
            raise MemoryError from error
        if _stems_from(error, (PDFEncryptionError, PDFPasswordIncorrect)):
            raise InvalidInput(f"{called} has a password. Remove it and add the file again.") from error
        raise InvalidInput(f"{called} is damaged and cannot be read. Export it as PDF again and add the new file.") from error


def _too_large(called: str, what: str, limit: int, size: int) -> TooLarge:
    return TooLarge(f"{called} {what}. Split it and add the parts one by one, or paste the text.", limit=limit, size=size)


def _words(page: Any) -> list[Word]:
    """The upright words on the page (not beside it), each with the address of the link that lies over it."""
    links = [
        (link["x0"], link["top"], link["x1"], link["bottom"], link["uri"]) for link in page.hyperlinks if isinstance(link.get("uri"), str)
    ]
    left, top, right, bottom = page.bbox
    words: list[Word] = []
    for raw in page.extract_words(extra_attrs=["size", "fontname", "upright"]):
        x, y = (raw["x0"] + raw["x1"]) / 2, (raw["top"] + raw["bottom"]) / 2
        if not raw["upright"] or not (left <= x <= right and top <= y <= bottom):
            continue
        url = next((link[4] for link in links if link[0] <= x <= link[2] and link[1] <= y <= link[3]), "")
        x0, x1, y0, y1, size = (round(float(raw[key]), 2) for key in ("x0", "x1", "top", "bottom", "size"))
        # A code that WinAnsiEncoding leaves unused shows as a bullet (PDF 32000-1, annex D.2).
        words.append(Word(raw["text"].replace("(cid:127)", "•"), x0, x1, y0, y1, size, str(raw["fontname"]).casefold(), url))
    return words


def _stems_from(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    """True when the error is of one of the kinds, or wraps one."""
    while error is not None:
        if isinstance(error, kinds) or any(isinstance(argument, kinds) for argument in error.args):
            return True
        error = error.__cause__ or error.__context__
    return False
