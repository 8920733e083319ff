"""Looks into an MP4 without a decoder: is it protected, and is it whole? Whether a WAV and an MP3 are whole, too. `recording.py` calls it.

Boxes as in ISO/IEC 14496-12: size and four letters; protection as in its chapter 8.12 (`sinf`, `encv`, `enca`), and Apple's `drms`.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from coexai_app.errors import InvalidInput

_HEADER: Final = 8
_MOST_BOXES: Final = 20_000
_INSIDE: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_PROTECTED: Final = frozenset({b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi", b"sinf"})
_ENTRIES_AT: Final = 16  # of stsd: header, version and flags, count
_STREAMED: Final = frozenset({0, 0xFFFFFFFF})


def check_mp4(file: BinaryIO, size: int, called: str) -> None:
    """Raises `InvalidInput` for a protected file and for one that was cut off."""
    budget = [_MOST_BOXES]
    seen: set[bytes] = set()
    cut = False
    at = 0
    while at + _HEADER <= size and budget[0] > 0:
        kind, end, body = _box(file, at, size, budget)
        if not body:
            cut = True
            break
        seen.add(kind)
        cut = cut or end > size
        if kind == b"moov" and _is_protected(file, body, min(end, size), budget):
            raise protected(called)
        at = end
    if cut or b"moov" not in seen:
        raise cut_off(called)


def check_wav(file: BinaryIO, size: int, called: str) -> None:
    """Raises `InvalidInput` for a WAV whose sound is longer than the file by more than a tenth of it."""
    file.seek(0)
    if file.read(4) != b"RIFF":
        return
    at = 12
    for _ in range(200):
        file.seek(at)
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"data":
            if length not in _STREAMED and at + _HEADER + length > size + 0.1 * length:
                raise cut_off(called)
            return
        at += _HEADER + length + length % 2


def check_mp3(file: BinaryIO, size: int, called: str) -> None:
    """Raises `InvalidInput` when the first frame tells of more bytes than there are (the "Xing" or "Info" header of most encoders)."""
    file.seek(0)
    tag = file.read(10)
    begin = 0
    if tag[:3] == b"ID3" and len(tag) == 10:
        begin = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
    file.seek(begin)
    frame = file.read(200)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0 or len(frame) < at + 16:
        return
    flags = int.from_bytes(frame[at + 4 : at + 8], "big")
    place = at + (12 if flags & 1 else 8)
    told = int.from_bytes(frame[place : place + 4], "big") if flags & 2 else 0
    if told and begin + told > size + 0.1 * told:
        raise cut_off(called)


def protected(called: str) -> InvalidInput:
    return InvalidInput(f"{called} is protected against copying (DRM), so it cannot be read. Add a recording without protection.")


def cut_off(called: str) -> InvalidInput:
    return InvalidInput(f"{called} is cut off: a part of it is missing. Copy or export it again, and add the whole file.")


def _box(file: BinaryIO, at: int, limit: int, budget: list[int]) -> tuple[bytes, int, int]:
    """Four letters, where the box ends, and where its content begins; that is 0 for one without a sensible size."""
    budget[0] -= 1
    file.seek(at)
    header = file.read(16)
    size, kind, body = int.from_bytes(header[:4], "big"), header[4:8], at + _HEADER
    if size == 1 and len(header) == 16:
        size, body = int.from_bytes(header[8:], "big"), at + 16
    elif size == 0:
        size = limit - at
    return (kind, at + size, body) if at + size >= body else (kind, at, 0)


def _is_protected(file: BinaryIO, begin: int, end: int, budget: list[int]) -> bool:
    at = begin
    while at + _HEADER <= end and budget[0] > 0:
        kind, stop, body = _box(file, at, end, budget)
        if not body:
            return False
        inside = min(stop, end)
        if kind == b"stsd":
            body += _ENTRIES_AT - _HEADER
        if kind in _PROTECTED or ((kind in _INSIDE or kind == b"stsd") and _is_protected(file, body, inside, budget)):
            return True
        at = stop
    return False
