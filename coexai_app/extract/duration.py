"""How long a recording lasts, by its headers alone: cheap enough to be asked when a file is added. `services/files.py` calls it.

Nothing is decoded and little is read, so this needs no process of its own; what the headers do not say is not known. WAV by its rate and
the size of its data, MP3 by its first frame (ISO/IEC 11172-3 §2.4.2.3) and the "Xing" header beside it, MP4 by `mvhd` (ISO/IEC 14496-12
§8.2.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

from coexai_app.extract.sniff import media_form

_HEAD: Final = 65_536
_MOST_BOXES: Final = 2_000
_MOST_SECONDS: Final = 360_000.0
# kbit/s by the index of the frame's header: MPEG 1 layer III, and layer III of MPEG 2 and 2.5.
_RATES: Final = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
# By the two bits of the version: 2.5, none, 2, 1.
_SAMPLE_RATES: Final = ((11_025, 12_000, 8_000), (), (22_050, 24_000, 16_000), (44_100, 48_000, 32_000))


def of(path: Path) -> float | None:
    """Seconds, or None for what is no recording and for one whose headers do not say."""
    size = path.stat().st_size
    with path.open("rb") as file:
        measure = _MEASURES.get(media_form(file.read(_HEAD)))
        found = measure(file, size) if measure else None
    return found if found is not None and 0 < found <= _MOST_SECONDS else None


def _wav(file: BinaryIO, size: int) -> float | None:
    at, rate = 12, 0
    for _ in range(200):
        file.seek(at)
        header = file.read(8)
        if len(header) < 8:
            return None
        length = int.from_bytes(header[4:], "little")
        if header[:4] == b"fmt ":
            rate = int.from_bytes(file.read(12)[8:12], "little")
        elif header[:4] == b"data":
            return min(length, size - at - 8) / rate if rate else None
        at += 8 + length + length % 2
    return None


def _mp3(file: BinaryIO, size: int) -> float | None:
    file.seek(0)
    tag = file.read(10)
    begin = 0
    if tag[:3] == b"ID3" and len(tag) == 10:
        begin = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
    file.seek(begin)
    head = file.read(4_096)
    at = next((n for n in range(len(head) - 4) if head[n] == 0xFF and head[n + 1] & 0xE6 == 0xE2), -1)
    if at < 0:
        return None
    version, rate_index, sample_index = head[at + 1] >> 3 & 3, head[at + 2] >> 4, head[at + 2] >> 2 & 3
    if version == 1 or rate_index in (0, 15) or sample_index == 3:
        return None
    newest = version == 3
    samples, sample_rate = 1_152 if newest else 576, _SAMPLE_RATES[version][sample_index]
    mark = max(head.find(b"Xing", at, at + 64), head.find(b"Info", at, at + 64))
    if mark >= 0 and len(head) >= mark + 12 and head[mark + 7] & 1:
        return int.from_bytes(head[mark + 8 : mark + 12], "big") * samples / sample_rate
    return (size - begin - at) * 8 / (1_000 * _RATES[0 if newest else 1][rate_index])


def _mp4(file: BinaryIO, size: int) -> float | None:
    at, end = 0, size
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return None
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return None
        length, kind, body = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1 and len(header) == 16:
            length, body = int.from_bytes(header[8:], "big"), 16
        length = length or end - at
        if length < body:
            return None
        if kind == b"mvhd":
            file.seek(at + body)
            return _mvhd(file.read(32))
        if kind == b"moov":
            at, end = at + body, min(end, at + length)
        else:
            at += length
    return None


def _mvhd(told: bytes) -> float | None:
    if len(told) < 32:
        return None
    longer = told[0] == 1
    scale, length = (told[20:24], told[24:32]) if longer else (told[12:16], told[16:20])
    unknown = b"\xff" * len(length)
    per_second = int.from_bytes(scale, "big")
    return None if length == unknown or not per_second else int.from_bytes(length, "big") / per_second


_MEASURES: Final[Mapping[str, Callable[[BinaryIO, int], float | None]]] = MappingProxyType({"wav": _wav, "mp3": _mp3, "mp4": _mp4})
