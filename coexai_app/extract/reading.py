"""Bytes or text to a document, in the process that calls: whoever holds what came from outside calls `isolated`, which runs this apart.

Each kind imports only the reader that it needs.
"""

from __future__ import annotations

import re

from coexai_app.extract.document import BlockKind, Document, SourceKind
from coexai_app.extract.limits import LIMITS

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)


def read(data: bytes, *, name: str = "", content_type: str = "", url: str = "") -> Document:
    """The document in `data`, by what the bytes are; `name` and `content_type` only help where the bytes leave it open.

    `url` is where the bytes were fetched from: relative links are resolved against it, and a page's kind is then `SourceKind.URL`.
    Raises `InvalidInput` (not readable, damaged, protected, empty) or `TooLarge`.
    """
    from coexai_app.extract.limits import check_bytes, no_text
    from coexai_app.extract.sniff import sniff

    check_bytes(len(data), LIMITS.file_bytes, name)
    if not data.strip():
        raise no_text(name, default="the file")
    kind = sniff(data, name=name, content_type=content_type)
    charset = found[1] if (found := _CHARSET.search(content_type)) else ""
    if kind is SourceKind.PDF:
        from coexai_app.extract import pdf

        return pdf.read(data, name=name, url=url)
    if kind is SourceKind.DOCX:
        from coexai_app.extract import docx

        return _as_spoken(docx.read(data, name=name, url=url))
    if kind is SourceKind.HTML:
        from coexai_app.extract import html

        return html.read_bytes(data, name=name, url=url, charset=charset)
    if kind is SourceKind.EMAIL:
        from coexai_app.extract import mail

        return mail.read(data, name=name, url=url)
    from coexai_app.extract import text

    return _read_text(text.decode(data, name=name, charset=charset), name, url, kind)


def read_text(text: str, *, name: str = "") -> Document:
    """The document in a text that somebody pasted: subtitles, a transcript, HTML, Markdown, or plain text, whichever it looks like.

    Raises `InvalidInput` for an empty text, `TooLarge` past the limit.
    """
    return _read_text(text, name, "", None)


def _read_text(text: str, name: str, url: str, kind: SourceKind | None) -> Document:
    from coexai_app.extract import html, markdown, subtitles, transcript
    from coexai_app.extract import text as plain
    from coexai_app.extract.limits import check_characters, no_text

    check_characters(len(text), name)
    if not text.strip():
        raise no_text(name)
    if subtitles.looks_like(text, name):
        return subtitles.read(text, name=name, url=url)
    if speech := transcript.read(text, name=name, url=url):
        return speech
    if kind is SourceKind.MARKDOWN:
        return markdown.read(text, name=name, url=url)
    if html.looks_like(text):
        return html.read(text, name=name, url=url)
    if markdown.looks_like(text):
        return markdown.read(text, name=name, url=url)
    return plain.read(text, name=name, url=url)


def _as_spoken(document: Document) -> Document:
    """A transcript that was kept as a written file, with its turns and times; any other document as it is."""
    from coexai_app.extract import transcript

    marks = {BlockKind.HEADING: "# ", BlockKind.LIST_ITEM: "- "}
    lines = (marks.get(block.kind, "") + document.text[block.start : block.end] for block in document.blocks)
    speech = transcript.read("\n\n".join(lines), name=document.name, url=document.url)
    if speech is None:
        return document
    known = {"title": document.title or speech.title, "author": document.author, "published": document.published}
    return speech.model_copy(update=known)


def read_encoded(data: bytes, *, name: str = "") -> Document:
    """`read_text` for a text that came as UTF-8, its lone surrogates too."""
    return read_text(data.decode("utf-8", "surrogatepass"), name=name)
