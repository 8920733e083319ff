"""SubRip (.srt), WebVTT (.vtt) and YouTube's .sbv to spoken lines. `reading.py` calls it, and `recording.py` for subtitles inside a film.

WebVTT as in the W3C's specification (voice spans, classes, notes, styles and regions); SubRip as players take it, for it has none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from coexai_app.errors import InvalidInput
from coexai_app.extract.builder import clean
from coexai_app.extract.document import Document
from coexai_app.extract.limits import check_characters, label
from coexai_app.extract.rolling import unrolled
from coexai_app.extract.speakers import labelled
from coexai_app.extract.spoken import Line, assemble

_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING: Final = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?$", re.ASCII)
_SBV: Final = re.compile(r"^(\d{1,3}):(\d{2}):(\d{2})\.(\d{3}),(\d{1,3}):(\d{2}):(\d{2})\.(\d{3})$", re.ASCII)
_HEADER: Final = re.compile(r"\AWEBVTT(?:[ \t][^\n]*)?(?:\n|\Z)")
_ANY_TIMING: Final = re.compile(r"\d[ \t]*-->[ \t]*\d")
_SUFFIXES: Final = {".srt": "SubRip", ".vtt": "WebVTT", ".sbv": "YouTube"}
# What a text of another form begins with, and what that is called.
_FOREIGN: Final = (
    (re.compile(r"\A\s*\[Script Info\]", re.IGNORECASE), "ASS"),
    (re.compile(r"\A\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--[^>]{0,2000}-->\s*)?<(?:\w{1,20}:)?tt[\s>][^>]{0,2000}(?:ttml|ttaf)"), "TTML"),
    (re.compile(r"\A\s*<SAMI>", re.IGNORECASE), "SAMI"),
    (re.compile(r"\A\s*\{\d+\}\{\d+\}.+\n\s*\{\d+\}\{\d+\}"), "MicroDVD"),
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|nbsp|lrm|rlm|quot|apos);")
_TAG: Final = re.compile(r"<[^<>\n]{0,300}>")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]{0,100})?[ \t]+([^>\n]{1,200})>|</v>")
_RUBY: Final = re.compile(r"<rt[^<>]{0,50}>[^<]{0,200}(?:</rt>)?")
_SRT_TAG: Final = re.compile(r"</?(?:i|b|u|s|em|strong|font|span|c|v|br|p|ruby|rt)\b[^<>\n]{0,300}>|\{\\[^{}\n]{0,300}\}", re.IGNORECASE)
_SOUND: Final = re.compile(r"\[[^\[\]\n]{1,60}\]|^\([^()\n]{1,60}\)$|[♪♫♩♬#]+[^♪♫♩♬\n]*[♪♫♩♬]+|[♪♫♩♬]+")
_DASH: Final = re.compile(r"^\s*[-–—‐]\s*(?=[^\s\d-])")
_CHANGE: Final = re.compile(r"^\s*(?:>>+|&gt;&gt;)\s*")


@dataclass(slots=True)
class _Cue:
    at: float
    until: float
    lines: list[str] = field(default_factory=list)


def looks_like(text: str, name: str = "") -> bool:
    """Whether a text is subtitles of any form, by how it begins; the name decides only for one that has no cue."""
    if any(pattern.match(text[:4_096]) for pattern, _ in _FOREIGN) or PurePath(name).suffix.lower() in _SUFFIXES:
        return True
    if _HEADER.match(text):
        return bool(_ANY_TIMING.search(text)) or not text[6:].strip()
    return _begins_with_timing(text[:4_096])


def _begins_with_timing(head: str) -> bool:
    first = [line for line in head.split("\n") if line.strip()][:2]
    if not first:
        return False
    number = first[0].strip().isdigit()
    timing = first[-1] if number else first[0]
    return bool(_TIMING.match(timing) or _SBV.match(timing.strip()))


def read(text: str, *, name: str = "", url: str = "") -> Document:
    """The document of subtitles. Raises `InvalidInput` for a form that is not read, and for a file without a cue."""
    check_characters(len(text), name)
    text = clean(text)
    called = label(name, "This text")
    for pattern, form in _FOREIGN:
        if pattern.match(text[:4_096]):
            raise InvalidInput(
                f"{called} holds subtitles in the form {form}, which is not read. Save them as SRT or WebVTT and add that file."
            )
    found = lines_of(text)
    if not found and not any(_TIMING.match(line) or _SBV.match(line.strip()) for line in text.split("\n")):
        raise InvalidInput(
            f"{called} holds no subtitles: there is no line with times, such as 00:00:01,000 --> 00:00:04,000. Check the file."
        )
    return assemble(found, name=name, url=url, why_empty="Nobody says a word in these subtitles.")


def lines_of(text: str) -> list[Line]:
    """The spoken lines of an SRT, VTT or SBV text, cleaned of everything that nobody says."""
    vtt = bool(_HEADER.match(text))
    return spoken([line for cue in (_vtt(text) if vtt else _srt(text)) for line in _said(cue, vtt=vtt)])


def spoken(lines: Sequence[Line]) -> list[Line]:
    """Lines as they stand on the screen, as they were said: rolled captions once, with who speaks."""
    return labelled(unrolled(sorted(lines, key=lambda line: line.at)))


def said(text: str, at: float, until: float) -> list[Line]:
    """The lines of one cue of subtitles inside a film."""
    return list(_said(_Cue(at, until, clean(text).split("\n")), vtt=False))


def _vtt(text: str) -> Iterator[_Cue]:
    """Blocks end at an empty line; one without a line of times in its first two lines is a note, a style, a region or the header."""
    cue: _Cue | None = None
    for line in text.split("\n"):
        if "-->" in line and (timing := _TIMING.match(line)):
            if cue:
                yield cue
            cue = _timed(timing.groups())
        elif not line:  # a line of spaces is a line: YouTube's first captions have one
            if cue:
                yield cue
            cue = None
        elif cue:
            cue.lines.append(line)
    if cue:
        yield cue


def _srt(text: str) -> Iterator[_Cue]:
    """What stands between two lines of times belongs to the first, without the number that goes ahead of the second."""
    cue: _Cue | None = None
    for line in text.split("\n"):
        timing = _TIMING.match(line) if "-->" in line else _SBV.match(line.strip())
        if not timing:
            if cue:
                cue.lines.append(line)
            continue
        if cue:
            yield _without_number(cue)
        cue = _timed(timing.groups())
    if cue:
        yield cue


def _without_number(cue: _Cue) -> _Cue:
    while cue.lines and not cue.lines[-1].strip():
        cue.lines.pop()
    blank_before = len(cue.lines) < 2 or not cue.lines[-2].strip()
    if cue.lines and cue.lines[-1].strip().isdigit() and (blank_before or len(cue.lines) > 1):
        cue.lines.pop()
    return cue


def _timed(parts: Sequence[str | None]) -> _Cue:
    at, until = seconds(parts[:4]), seconds(parts[4:])
    return _Cue(at, max(at, until))


def seconds(parts: Sequence[str | None]) -> float:
    """Hours, minutes, seconds and the digits behind the point, as texts."""
    hours, minutes, whole, part = (part or "0" for part in parts)
    return int(hours) * 3_600 + int(minutes) * 60 + int(whole) + float(f"0.{part}")


def _said(cue: _Cue, *, vtt: bool) -> Iterator[Line]:
    """What is said in a cue, by voice."""
    text = "\n".join(cue.lines)
    voices = _voices(text) if vtt or "<v" in text else [("", text)]
    for speaker, words in voices:
        plain = _SRT_TAG.sub("", words) if not vtt else _TAG.sub("", _RUBY.sub("", words))
        plain = _ENTITY.sub(lambda found: html.unescape(found[0]), plain).replace("\\N", "\n").replace("\\h", " ")
        lines = [said for line in plain.split("\n") if (said := _SOUND.sub("", line.strip()).strip())]
        yield from _turns(lines, cue, clean(speaker).strip())


def _voices(text: str) -> list[tuple[str, str]]:
    """Speaker and words, for every voice span and for what stands outside of one."""
    parts: list[tuple[str, str]] = []
    speaker, begin = "", 0
    for found in _VOICE.finditer(text):
        parts.append((speaker, text[begin : found.start()]))
        speaker = html.unescape(found[1] or "")
        begin = found.end()
    parts.append((speaker, text[begin:]))
    return [(speaker, words) for speaker, words in parts if words.strip()]


def _turns(lines: Sequence[str], cue: _Cue, speaker: str) -> Iterator[Line]:
    """One line, or one for each dash when two people speak in one cue."""
    dashes = sum(bool(_DASH.match(line)) for line in lines)
    turns: list[list[str]] = []
    for number, line in enumerate(lines):
        new = bool(_CHANGE.match(line)) or (dashes > 0 and bool(_DASH.match(line)) and (dashes > 1 or number == 0))
        if new or not turns:
            turns.append([])
        turns[-1].append(line)
    for number, turn in enumerate(turns):
        changed = bool(_CHANGE.match(turn[0])) or bool(_DASH.match(turn[0]))
        first = _DASH.sub("", _CHANGE.sub("", turn[0]))
        span = (cue.until - cue.at) / len(turns)
        yield Line(
            text=" ".join([first, *turn[1:]]),
            at=cue.at + span * number,
            until=cue.at + span * (number + 1),
            speaker=speaker,
            breaks=changed and not speaker,
        )
