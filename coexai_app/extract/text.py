"""Bytes to characters, and plain text to paragraphs, lists and (judged with care) headings."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import pairwise
from operator import or_

from coexai_app.errors import InvalidInput
from coexai_app.extract.builder import Builder, Run, clean
from coexai_app.extract.document import BlockKind, Document, SourceKind
from coexai_app.extract.limits import check_characters, label

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_CONTROL_BYTES = bytes({*range(0x20), 0x7F} - set(b"\t\n\r\f\v\x1b"))
_MAX_CONTROL_SHARE = 0.03
# What Western European texts use of Windows-1252. Letters that stand for others in Windows-1250 and -1254 (š ž ð þ ý) are left out.
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŸŒ«»‹›“”‘’‚„–—…€£¥¢§°·•¿¡©®™ªº´½¼¾²×÷±\xa0\xad")
_MAX_WESTERN_SHARE = 0.2

_MARKER = re.compile(r"^(?P<indent>\s*)(?:[-*+•‣◦▪●·–]|(?P<count>\d{1,3}[.)]|[a-zA-Z]\)))\s+(?=\S)")
_NUMBER_MARKER = re.compile(r"^\s*\d{1,3}(?:\.\d{1,3})*[.)]?\s+(?=\S)")
_RULE = re.compile(r"^\s*([-=_*~#–—])(?:\s*\1){2,}\s*$")
_ENDS = (".", "!", "?", ":", "…", "。", "！", "？", '."', '!"', '?"', ".”", "!”", "?”", ".)", ".’")
_MIN_WIDTH, _MAX_WIDTH = 40, 120
_HEADING_CHARACTERS, _HEADING_WORDS, _PROSE_WORDS = 80, 12, 12


def decode(data: bytes, *, name: str = "", charset: str = "") -> str:
    """The characters of `data`: by byte order mark, as UTF-8, by the declared `charset`, else by what the bytes look like.

    Raises `InvalidInput` for bytes that are no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.removeprefix(codecs.BOM_UTF8).decode(encoding, "replace")
    if wide := _wide_encoding(data):
        return data.decode(wide, "replace")
    sample = data[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    if controls > _MAX_CONTROL_SHARE * len(sample):
        raise InvalidInput(f"{label(name, 'The file')} is not a text file. Add a text, Markdown, HTML, PDF or Word file.")
    if charset.lower().startswith("iso-2022") and (text := _declared(data, charset)) is not None:
        return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if charset and (text := _declared(data, charset)) is not None:
        return text
    if _mostly_utf8(data):
        return data.decode("utf-8", "replace")
    return data.decode(_guess(data), "replace")


def _declared(data: bytes, charset: str) -> str | None:
    """The text in its declared character set; "iso-8859-1" and "ascii" mean Windows-1252, as in every browser."""
    try:
        codec = codecs.lookup(charset.strip("\"' ").lower()).name
        if codec in ("iso8859-1", "ascii"):
            return data.decode("cp1252", "replace")
        return None if codec == "utf-8" else data.decode(codec)
    except (LookupError, UnicodeDecodeError, ValueError, AttributeError, TypeError):
        return None


def _wide_encoding(data: bytes) -> str:
    """UTF-16 without a byte order mark shows as a zero in nearly every second byte."""
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 4:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * half and odd < 0.1 * half else ""


def _mostly_utf8(data: bytes) -> bool:
    """True when the bytes are UTF-8 with a little damage: ten good characters beyond ASCII for every bad byte."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(c > "\x7f" for c in text) - bad
    return good >= 10 * bad


def _guess(data: bytes) -> str:
    high = re.search(rb"[\x80-\xff]", data)
    begin = max(0, (high.start() if high else 0) - _SAMPLE // 2)
    sample = data[begin : begin + _SAMPLE]
    western = sample.decode("cp1252", "replace")
    beyond = [c for c in western if c > "\x7f"]
    letters = sum(c.isalpha() for c in western) or 1
    if _WESTERN.issuperset(beyond) and sum(c.isalpha() for c in beyond) <= _MAX_WESTERN_SHARE * letters:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"


@dataclass(frozen=True)
class _Chunk:
    """Lines that stand together, without blank lines."""

    lines: list[str]

    @property
    def is_counted(self) -> bool:
        """One line that begins like "3. " or "c) "; alone it may be a sentence, and its number must not be lost."""
        found = _MARKER.match(self.lines[0])
        return bool(found and found["count"]) and sum(bool(_MARKER.match(line)) for line in self.lines) == 1

    @property
    def is_list(self) -> bool:
        return bool(_MARKER.match(self.lines[0]))

    @property
    def is_prose(self) -> bool:
        return not self.is_list and len(" ".join(self.lines).split()) >= _PROSE_WORDS


def read(text: str, *, name: str = "", url: str = "") -> Document:
    """Plain text: paragraphs at blank lines, hard-wrapped lines joined, lists by their markers, a heading only when it stands alone."""
    return builder_of(text, name=name).document(SourceKind.TEXT, url=url)


def builder_of(text: str, *, name: str = "") -> Builder:
    """The blocks of a plain text."""
    check_characters(len(text), name)
    lines = [line.rstrip() for line in re.split(r"[\n\x0b\x0c\x85\u2028\u2029]", clean(text))]
    wrap = _width(lines)
    chunks = _chunks(lines, wrap)
    builder = Builder(name)
    for i, chunk in enumerate(chunks):
        after = chunks[i + 1] if i + 1 < len(chunks) else None
        if _is_heading(chunk, after, chunks[i - 1] if i else None):
            builder.add(BlockKind.HEADING, chunk.lines[0], 2 if builder.blocks else 1)
        elif chunk.is_counted and not any(other.is_list for other in chunks[max(i - 1, 0) : i + 2] if other is not chunk):
            _add_prose(builder, chunk.lines, wrap)
        else:
            _add_chunk(builder, chunk.lines, wrap)
    return builder


def _chunks(lines: list[str], wrap: int) -> list[_Chunk]:
    """Cuts at blank lines and rules; lines longer than any wrapped line are paragraphs of their own."""
    chunks: list[_Chunk] = []
    current: list[str] = []
    for line in [*lines, ""]:
        blank = not line.strip() or _RULE.match(line)
        if not blank and (wrap or len(line) <= _MAX_WIDTH):
            if current and _is_capitals(current[-1]) and len(current) == 1 and not _is_capitals(line):
                chunks.append(_Chunk(current))
                current = []
            current.append(line)
            continue
        if current:
            chunks.append(_Chunk(current))
            current = []
        if not blank:
            chunks.append(_Chunk([line]))
    return chunks


def _width(lines: list[str]) -> int:
    """The width that lines were wrapped at, in characters, or 0; what no program can wrap, a long address, says nothing about it."""
    longest = max((len(line) for line in lines if len(line) <= _MAX_WIDTH or "://" not in line), default=0)
    return longest if _MIN_WIDTH <= longest <= _MAX_WIDTH else 0


def _is_wrapped(full: list[bool], ended: list[bool]) -> bool:
    """Whether lines go on in the next one: most are full, or fewer where all others end a sentence (paragraphs without blank lines).

    Of full lines at least half break off within a sentence; where each ends one, somebody wrote a sentence to a line.
    """
    share = sum(full) / len(full)
    broken = sum(is_full and not ends for is_full, ends in zip(full, ended, strict=False))
    return 2 * broken >= sum(full) and (share >= 0.6 or (share >= 0.4 and all(map(or_, full, ended))))


def _is_capitals(line: str) -> bool:
    """A line such as "INTRODUCTION" or "WHAT WE OFFER"."""
    letters = [c for c in line if c.isalpha()]
    return len(letters) >= 4 and len(line) <= 60 and line.isupper() and not line.rstrip().endswith((".", ",", ";"))


def _is_heading(chunk: _Chunk, after: _Chunk | None, before: _Chunk | None) -> bool:
    """A short line alone, like a title and unlike a sentence, with prose or a list right after it."""
    if len(chunk.lines) > 1 or after is None:
        return False
    line = chunk.lines[0].strip()
    words = _NUMBER_MARKER.sub("", line)
    numbered = words != line
    if len(line) > _HEADING_CHARACTERS or len(line.split()) > _HEADING_WORDS or not any(c.isalpha() for c in words):
        return False
    if (
        line.endswith((*".,;:!…。，；：！", "-", "–", '"', "”"))
        or "@" in line
        or "://" in line
        or words[0].islower()
        or words[0] in "\"“'‘«(*-•"
    ):
        return False
    if chunk.is_list and not numbered:
        return False
    if numbered:
        return after.is_prose and not (before and before.is_list)
    return after.is_prose or after.is_list


def _add_chunk(builder: Builder, lines: list[str], wrap: int) -> None:
    if not _MARKER.match(lines[0]) and sum(bool(_MARKER.match(line)) for line in lines) < 2:
        _add_prose(builder, lines, wrap)
        return
    item: list[str] = []
    level = 0
    indents: list[int] = []
    for line in lines:
        if marker := _MARKER.match(line):
            _flush_item(builder, item, level, wrap)
            indent = len(marker["indent"].expandtabs(4))
            while indents and indents[-1] > indent:
                indents.pop()
            if not indents or indents[-1] < indent:
                indents.append(indent)
            item, level = [line[marker.end() :]], len(indents)
        else:
            item.append(line)
    _flush_item(builder, item, level, wrap)


def _flush_item(builder: Builder, item: list[str], level: int, wrap: int) -> None:
    if item and level:
        builder.add(BlockKind.LIST_ITEM, " ".join(item), level)
    elif item:
        _add_prose(builder, item, wrap)


def _add_prose(builder: Builder, lines: list[str], wrap: int) -> None:
    """Joins wrapped lines; otherwise lines that are sentences become paragraphs, and short ones (an address, a poem) stay lines of one.

    `wrap` is the width of the whole text; three lines and more show their own.
    """
    if len(lines) > 2:
        wrap = _width(lines) or wrap
    full = [bool(wrap) and len(a.rstrip()) + 1 + len(b.split()[0]) > wrap * 0.9 for a, b in pairwise(lines)]
    if full and _is_wrapped(full, [line.endswith(_ENDS) for line in lines]):
        paragraph = [lines[0]]
        for line, is_full in zip(lines[1:], full, strict=True):
            if not is_full and paragraph[-1].endswith(_ENDS):
                builder.add(BlockKind.PARAGRAPH, " ".join(paragraph))
                paragraph = []
            paragraph.append(line)
        builder.add(BlockKind.PARAGRAPH, " ".join(paragraph))
        return
    if sum(line.endswith(_ENDS) for line in lines) >= 0.6 * len(lines) and sum(len(line.split()) for line in lines) >= 5 * len(lines):
        for line in lines:
            builder.add(BlockKind.PARAGRAPH, line)
        return
    builder.add(BlockKind.PARAGRAPH, [Run("\n".join(line.strip() for line in lines))])
