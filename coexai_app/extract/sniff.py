"""What a file really is, by its bytes; its name and content type only settle what the bytes leave open. `read` dispatches on it.

Recordings are told apart by `media_form`; they are read from the disk (`media.py`), so that one among bytes is foreign.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from coexai_app.errors import InvalidInput
from coexai_app.extract.document import SourceKind
from coexai_app.extract.limits import label
from coexai_app.extract.mail_headers import is_mail

_HTML_START = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_SNIFFED = 2_048
_SUPPORTED = (
    "Add a PDF, Word (.docx), HTML, Markdown or text file, an e-mail (.eml), subtitles (SRT, VTT), or a recording (MP3, MP4, M4A, WAV)."
)
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
    (0, b"0&\xb2u\x8ef\xcf\x11", "a Windows Media file"),
    (0, b"FLV\x01", "a Flash video"),
    (0, b"#!AMR\n", "an AMR sound file"),
    (8, b"AIFF", "an AIFF sound file"),
    (0, b"\x00\x00\x01\xba", "an MPEG video"),
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
    ".mp3": "an MP3 sound file",
    ".mp4": "an MP4 video",
    ".m4a": "an MP4 sound file",
    ".wav": "a WAV sound file",
    ".eml": "an e-mail",
    ".srt": "a SubRip file",
    ".vtt": "a WebVTT file",
}
_RECORDINGS = frozenset({".mp3", ".mp4", ".m4a", ".m4v", ".mov", ".wav", ".ogg", ".oga", ".opus", ".flac", ".mkv", ".webm", ".aac"})
# (offset, magic bytes, form) of what `recording.py` decodes; MP3 and AAC without tags are told by their frames.
_MEDIA = (
    (0, b"ID3\x02", "mp3"),
    (0, b"ID3\x03", "mp3"),
    (0, b"ID3\x04", "mp3"),
    (0, b"OggS\x00", "ogg"),
    (0, b"fLaC\x00", "flac"),
    (8, b"WAVE", "wav"),
    (4, b"ftyp", "mp4"),
    (4, b"moov", "mp4"),
    (4, b"mdat", "mp4"),
    (4, b"wide", "mp4"),
    (4, b"skip", "mp4"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
)
_PICTURES = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"crx ")
_RIFF = (b"RIFF", b"RF64")
# ISO/IEC 11172-3, 2.4.2.3: kilobits a second by index, and samples a second, of layer III; MPEG-1, then MPEG-2 and 2.5.
_KILOBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdx"})


def sniff(data: bytes, *, name: str = "", content_type: str = "") -> SourceKind | None:
    """PDF, DOCX, EMAIL, HTML or MARKDOWN; None for text whose form the text itself must tell.

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
    if is_mail(data, named=suffix == ".eml" or media == "message/rfc822"):
        return SourceKind.EMAIL
    if media in ("text/html", "application/xhtml+xml"):
        return SourceKind.HTML
    if media in ("text/markdown", "text/x-markdown") or suffix in _MARKDOWN_SUFFIXES:
        return SourceKind.MARKDOWN
    return None


def media_form(head: bytes) -> str:
    """The form of a recording ("mp3", "mp4", "wav", …) by its first bytes, or "" for anything else."""
    for offset, magic, form in _MEDIA:
        if head[offset:].startswith(magic):
            if form == "wav" and head[:4] not in _RIFF:
                continue
            if form == "mp4" and (head[0] or head[8:12] in _PICTURES):
                continue
            return form
    padding = len(head) - len(head.lstrip(b"\x00"))
    return "mp3" if _are_frames(head, padding) else "aac" if _is_adts(head) else ""


def is_recording(name: str) -> bool:
    """Whether a file's name says that it is audio or video."""
    return PurePath(name).suffix.lower() in _RECORDINGS


def frame_bytes(head: bytes, at: int) -> int:
    """How long the frame of MPEG layer III is that begins here; 0 when none does."""
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE6 != 0xE2:
        return 0
    version, bits, rate = head[at + 1] >> 3 & 3, head[at + 2] >> 4, head[at + 2] >> 2 & 3
    if version == 1 or rate == 3 or not (kilobits := _KILOBITS[version != 3][bits]):
        return 0
    return (144_000 if version == 3 else 72_000) * kilobits // _RATES[version][rate] + (head[at + 2] >> 1 & 1)


def _are_frames(head: bytes, at: int) -> bool:
    """Three frames, one behind the other; or two that are all there is."""
    for count in range(3):
        length = frame_bytes(head, at)
        if not length:
            return count > 1 and at >= len(head)
        at += length
    return True


def _is_adts(head: bytes) -> bool:
    """AAC in ADTS frames (ISO/IEC 13818-7, 6.2): two of them."""
    at = 0
    for _ in range(2):
        if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
            return False
        at += max(7, (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5)
    return True


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
    if "__substg1.0_".encode("utf-16-le") in data:
        return InvalidInput(f"{called} is an Outlook message (.msg). Save it as .eml, or paste its text.")
    return foreign(name, "an old Office file")
