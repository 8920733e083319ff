"""What a file really is, by its bytes; its name and content type only settle what the bytes leave open. `read` dispatches on it."""

from __future__ import annotations

import re
from pathlib import PurePath

from coexai_app.errors import InvalidInput
from coexai_app.extract.document import SourceKind
from coexai_app.extract.limits import label

_HTML_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_SNIFFED = 2_048
_SUPPORTED = "Add a PDF, Word (.docx), HTML, Markdown or text file."
# (offset, magic bytes, what it looks like)
_FOREIGN = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (8, b"WEBP", "a WebP image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftypheic", "a HEIC image"),
    (0, b"II*\x00", "a TIFF image"),
    (0, b"MM\x00*", "a TIFF image"),
    (0, b"BM", "a BMP image"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an XZ archive"),
    (0, b"(\xb5/\xfd", "a Zstandard archive"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a Windows program"),
    (0, b"ID3", "an MP3 sound file"),
    (0, b"OggS", "an Ogg media file"),
    (0, b"fLaC", "a FLAC sound file"),
    (8, b"WAVE", "a WAV sound file"),
    (8, b"AVI ", "an AVI video"),
    (4, b"ftyp", "an MP4 video or sound file"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"wOFF", "a font"),
    (0, b"wOF2", "a font"),
)
# These are texts themselves; of the others, those of letters alone may begin a text, so the file must hold a zero byte besides.
_TEXTUAL = frozenset({b"{\\rtf", b"%!PS"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_KINDS = (
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/manifest.xml", "an OpenDocument file"),
    ("META-INF/container.xml", "an EPUB book"),
    ("META-INF/", "a Java archive"),
)
_NAMES = {
    ".pdf": "a PDF",
    ".docx": "a Word file",
    ".html": "an HTML page",
    ".htm": "an HTML page",
    ".md": "Markdown",
    ".txt": "a text file",
}
_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx"})


def sniff(data: bytes, *, name: str = "", content_type: str = "") -> SourceKind | None:
    """PDF, DOCX, HTML or MARKDOWN; None for text whose form the text itself must tell.

    Raises `InvalidInput` that names what the file is, when it is nothing that can be read.
    """
    head = data[:_SNIFFED]
    if is_pdf(head):
        return SourceKind.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data, name)
    if head.startswith(_OLE):
        raise _ole(data, name)
    for offset, magic, what in _FOREIGN:
        if head[offset:].startswith(magic) and (magic in _TEXTUAL or not _is_printable(magic) or b"\x00" in head):
            raise foreign(name, what)
    if _HTML_START.match(head):
        return SourceKind.HTML
    media = content_type.partition(";")[0].strip().lower()
    suffix = PurePath(name).suffix.lower()
    if media in ("text/html", "application/xhtml+xml"):
        return SourceKind.HTML
    if media in ("text/markdown", "text/x-markdown") or suffix in _MARKDOWN_SUFFIXES:
        return SourceKind.MARKDOWN
    return None


def is_pdf(data: bytes) -> bool:
    """By its magic bytes, which may stand somewhat behind the start; a page that tells of them is a page."""
    return b"%PDF-" in data[:1_024] and not _HTML_START.match(data[:_SNIFFED])


def _is_printable(magic: bytes) -> bool:
    return magic.isascii() and magic.decode("ascii").isprintable()


def foreign(name: str, what: str) -> InvalidInput:
    """The error for a file of a kind that is not read; says when its name promised another kind."""
    promised = _NAMES.get(PurePath(name).suffix.lower())
    if promised:
        return InvalidInput(f"{name} is not {promised}; it looks like {what}. {_SUPPORTED}")
    return InvalidInput(f"{label(name, 'The file')} looks like {what}. {_SUPPORTED}")


def _zip(data: bytes, name: str) -> SourceKind:
    from coexai_app.extract.package import Package

    names = Package(data, name).names
    if any(entry.startswith("word/") for entry in names):
        return SourceKind.DOCX
    for prefix, what in _ZIP_KINDS:
        if any(entry.startswith(prefix) for entry in names):
            raise foreign(name, what)
    if "[Content_Types].xml" in names:
        return SourceKind.DOCX
    raise foreign(name, "a ZIP archive")


def _ole(data: bytes, name: str) -> InvalidInput:
    """Old Office files and protected new ones share a container; the streams in it have UTF-16 names."""
    called = label(name, "The file")
    if "EncryptedPackage".encode("utf-16-le") in data:
        return InvalidInput(f"{called} has a password. Remove it and add the file again.")
    if "WordDocument".encode("utf-16-le") in data:
        return InvalidInput(f"{called} is an old Word file (.doc). Save it as .docx and add the new file.")
    return foreign(name, "an old Office file")
