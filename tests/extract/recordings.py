"""Sounds and films for the tests, made when they are needed: spoken by espeak-ng, or tones, or nothing."""

from __future__ import annotations

import array
import io
import math
import shutil
import subprocess
import wave
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.subtitles.subtitle import SubtitleSet

RATE = 16_000
spoken = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng, which scripts/setup.sh dev installs")
# The header that FFmpeg's encoders of subtitles want, whatever they make of it.
_HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def say(words: str, path: Path, *, voice: str = "en-us", words_a_minute: int = 150) -> Path:
    """`words` as a WAV at `path`."""
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(words_a_minute), "-w", str(path), words], check=True)
    return path


def tone(seconds: float, *, loud: float = 0.25) -> bytes:
    """A hum as 16 kHz mono samples; silence when it is not loud."""
    second = array.array("h", (int(32_767 * loud * math.sin(at * math.tau * 220 / RATE)) for at in range(RATE))).tobytes()
    whole = second * math.ceil(seconds)
    return whole[: int(seconds * RATE) * 2]


def wav(samples: bytes) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return target.getvalue()


def samples_of(path: Path) -> bytes:
    """Any recording as 16 kHz mono samples."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    parts: list[bytes] = []
    with av.open(str(path)) as container:
        for frame in [*container.decode(audio=0), None]:
            parts += (bytes(part.planes[0])[: part.samples * 2] for part in resampler.resample(frame))
    return b"".join(parts)


def record(path: Path, pieces: Iterable[bytes], *, form: str, codec: str, title: str = "") -> Path:
    """Samples, piece by piece, as a recording of any form."""
    with av.open(str(path), "w", format=form) as container:
        if title:
            container.metadata["title"] = title
        stream = container.add_stream(codec, rate=RATE, layout="mono")
        _fill(container, stream, pieces)
    return path


def film(path: Path, cues: Iterable[tuple[float, float, str]], *, form: str = "mp4", codec: str = "mov_text", sound: bool = True) -> Path:
    """A film with subtitles inside, and a hum of ten seconds."""
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono") if sound else None
        titles = container.add_stream(codec)
        titles.codec_context.subtitle_header = _HEADER
        titles.time_base = Fraction(1, 1_000)
        if stream:
            _fill(container, stream, [tone(1)] * 10)
        for at, until, text in cues:
            start, length = int(at * 1_000), int((until - at) * 1_000)
            packet = titles.codec_context.encode_subtitle(SubtitleSet.create(f"0,0,Default,,0,0,0,,{text}".encode(), 0, length, start))
            packet.stream, packet.time_base = titles, Fraction(1, 1_000)
            packet.pts = packet.dts = start
            packet.duration = length
            container.mux(packet)
    return path


def pictures(path: Path) -> Path:
    """A film of grey pictures, and nothing else."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return path


def _fill(container: av.container.OutputContainer, stream: av.AudioStream, pieces: Iterable[bytes]) -> None:
    resampler = av.AudioResampler(stream.codec_context.format.name, "mono", RATE)
    for frame in _frames(pieces):
        for part in resampler.resample(frame):
            container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def _frames(pieces: Iterable[bytes]) -> Iterator[av.AudioFrame]:
    at = 0
    for piece in pieces:
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(piece) // 2)
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        frame.planes[0].update(piece.ljust(frame.planes[0].buffer_size, b"\0"))
        at += len(piece) // 2
        yield frame
