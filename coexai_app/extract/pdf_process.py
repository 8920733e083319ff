"""The process that opens a PDF: pdfplumber inflates and interprets without limits, so it runs apart, with limits on memory and time.

`pdf.py` starts it as a script: the file on standard input, the limits as arguments, one JSON object on standard output. It imports
nothing of the product, so a start costs a tenth of a second.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from typing import Any

EXIT_MEMORY = 77


def main() -> int:
    """Arguments: most pages, most characters on a page, most characters in all, seconds, bytes of memory."""
    pages, page_characters, characters, seconds, memory = map(int, sys.argv[1:6])
    _limit_memory(memory, seconds)
    logging.disable(logging.CRITICAL)
    data = sys.stdin.buffer.read()
    try:
        result = read(data, pages=pages, page_characters=page_characters, characters=characters, deadline=time.monotonic() + seconds)
        output = json.dumps(result).encode("ascii")
    except MemoryError:
        return EXIT_MEMORY
    sys.stdout.buffer.write(output)
    return 0


def read(data: bytes, *, pages: int, page_characters: int, characters: int, deadline: float) -> dict[str, Any]:
    """{"pages": [{"height", "pictures", "words"}], "info"}, or {"error": "password" | "damaged" | "pages" | "page" | "text" | "slow"}."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    found: list[dict[str, Any]] = []
    total = 0
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            count = len(pdf.pages)
            if count > pages:
                return {"error": "pages", "size": count}
            for number, page in enumerate(pdf.pages):
                if time.monotonic() > deadline:
                    return {"error": "slow", "read": number, "size": count}
                if len(page.chars) > page_characters:
                    return {"error": "page", "size": len(page.chars)}
                total += len(page.chars)
                if total > characters:
                    return {"error": "text", "size": total}
                found.append({"height": float(page.height), "pictures": len(page.images), "words": _words(page)})
                page.close()
            info = {key: value for key, value in (pdf.metadata or {}).items() if isinstance(value, str)}
    except MemoryError:
        raise
    except Exception as error:
        # pdfminer raises whatever a damaged structure leads it to, from KeyError to struct.error, and pdfplumber wraps it.
        if _stems_from(error, (MemoryError,)):
            raise MemoryError from error
        return {"error": "password" if _stems_from(error, (PDFEncryptionError, PDFPasswordIncorrect)) else "damaged"}
    return {"pages": found, "info": info}


def _words(page: Any) -> list[list[Any]]:
    """[text, x0, x1, top, bottom, size, font, url] of the upright words on the page (not beside it); url of the link that lies over it."""
    links = [
        (link["x0"], link["top"], link["x1"], link["bottom"], link["uri"]) for link in page.hyperlinks if isinstance(link.get("uri"), str)
    ]
    left, top, right, bottom = page.bbox
    words: list[list[Any]] = []
    for raw in page.extract_words(extra_attrs=["size", "fontname", "upright"]):
        x, y = (raw["x0"] + raw["x1"]) / 2, (raw["top"] + raw["bottom"]) / 2
        if not raw["upright"] or not (left <= x <= right and top <= y <= bottom):
            continue
        url = next((link[4] for link in links if link[0] <= x <= link[2] and link[1] <= y <= link[3]), "")
        box = [round(float(raw[key]), 2) for key in ("x0", "x1", "top", "bottom", "size")]
        # A code that WinAnsiEncoding leaves unused shows as a bullet (PDF 32000-1, annex D.2).
        words.append([raw["text"].replace("(cid:127)", "•"), *box, str(raw["fontname"]).casefold(), url])
    return words


def _stems_from(error: BaseException | None, kinds: tuple[type[BaseException], ...]) -> bool:
    """True when the error is of one of the kinds, or wraps one."""
    while error is not None:
        if isinstance(error, kinds) or any(isinstance(argument, kinds) for argument in error.args):
            return True
        error = error.__cause__ or error.__context__
    return False


def _limit_memory(memory: int, seconds: int) -> None:
    """Where the system knows such limits (Linux, macOS); the caller's own time limit holds everywhere."""
    try:
        import resource
    except ImportError:
        return
    for kind, amount in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds + 5)):
        hard = resource.getrlimit(kind)[1]
        limit = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        try:
            resource.setrlimit(kind, (limit, hard))
        except (ValueError, OSError):
            continue


if __name__ == "__main__":
    sys.exit(main())
