"""PDF files with a text layer to a document; what they have no text for, this reader does not guess."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from coexai_app.errors import CoexaiError, InvalidInput, TooLarge, Unavailable
from coexai_app.extract.builder import Builder, fold
from coexai_app.extract.document import Document, SourceKind
from coexai_app.extract.limits import LIMITS, check_bytes, label
from coexai_app.extract.metadata import iso_date
from coexai_app.extract.pdf_blocks import add_blocks, drop_running_lines
from coexai_app.extract.pdf_layout import Line, Word, reading_order

_PROCESS = Path(__file__).with_name("pdf_process.py")
_NO_MAP = re.compile(r"\(cid:\d+\)")
_MAX_NO_MAP = 0.3
# The process keeps the time itself, between pages; after this much more it is ended.
_GRACE_SECONDS = 5.0
_JUNK_TITLES = re.compile(
    r"^(?:untitled.*|\(anonymous\)|microsoft (?:word|powerpoint) - .*|document\d*|.*\.(?:docx?|pdf|indd|tex|dvi|pptx?|odt|qxd)|)$",
    re.IGNORECASE,
)
_JUNK_AUTHORS = frozenset({"", "anonymous", "(anonymous)", "unknown", "user", "admin", "administrator"})


def read(data: bytes, *, name: str = "", url: str = "") -> Document:
    """Raises `InvalidInput` for a protected, damaged or scanned file, `TooLarge` past the limits on pages, characters and seconds."""
    check_bytes(len(data), LIMITS.file_bytes, name)
    result = _open(data, name)
    if problem := result.get("error"):
        raise _error(problem, result, label(name, "The file"))
    pages = result["pages"]
    words = [[Word(*values) for values in page["words"]] for page in pages]
    return _document(
        reading_order(words),
        [page["height"] for page in pages],
        sum(page["pictures"] for page in pages),
        result["info"],
        name,
        url,
    )


def _open(data: bytes, name: str) -> dict[str, Any]:
    """What the reading process says; a process that dies did so on a file that is made, or damaged, to that effect."""
    limits = (LIMITS.pdf_pages, LIMITS.pdf_characters_per_page, LIMITS.characters, LIMITS.pdf_seconds, LIMITS.pdf_memory_bytes)
    # -P keeps this folder, whose modules are called html and text, out of the path of the script.
    command = [sys.executable, "-P", str(_PROCESS), *map(str, limits)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=LIMITS.pdf_seconds + _GRACE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "slow"}
    except OSError as error:
        raise Unavailable("The server is too busy to read a PDF now. Try again in a minute.") from error
    if done.returncode:
        return {"error": "crash"}
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _error(problem: str, result: dict[str, Any], called: str) -> CoexaiError:
    size = result.get("size", 0)
    if problem == "password":
        return InvalidInput(f"{called} has a password. Remove it and add the file again.")
    if problem == "crash":
        return InvalidInput(
            f"{called} needs more memory to read than a document should, or is damaged. Export it as PDF again, or paste the text."
        )
    limits = {
        "pages": (f"has {size:,} pages; the limit is {LIMITS.pdf_pages:,}", LIMITS.pdf_pages),
        "page": (f"has a page of {size:,} characters; the limit is {LIMITS.pdf_characters_per_page:,}", LIMITS.pdf_characters_per_page),
        "text": (f"has more than {LIMITS.characters:,} characters, which is the limit", LIMITS.characters),
        "slow": (f"takes more than {LIMITS.pdf_seconds} seconds to read, which is the limit", LIMITS.pdf_seconds),
    }
    if problem in limits:
        said, limit = limits[problem]
        return TooLarge(f"{called} {said}. Split it and add the parts one by one, or paste the text.", limit=limit, size=size)
    return InvalidInput(f"{called} is damaged and cannot be read. Export it as PDF again and add the new file.")


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
