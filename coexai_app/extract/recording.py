"""Decodes audio and video, streaming: never more in memory than one packet and what it decodes to. Runs in the reading process.

`media.py` calls `probe`, and then `listen.py` for one stretch after another. The form is named to the decoder and not guessed, so that no
playlist makes it open another file; the decoder gets an open file and no path, and one thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict

from coexai_app.errors import InvalidInput
from coexai_app.extract import boxes, subtitles
from coexai_app.extract.builder import fold
from coexai_app.extract.limits import LIMITS, label
from coexai_app.extract.sniff import media_form
from coexai_app.extract.spoken import Line

if TYPE_CHECKING:
    from av.container import InputContainer

RATE: Final = 16_000
SAMPLE_BYTES: Final = 2
# Which decoder of containers reads which form, and whether it finds a place by its index; the others are read from the start.
_FORMATS: Final = {"mp4": "mov", "mp3": "mp3", "wav": "wav", "ogg": "ogg", "flac": "flac", "matroska": "matroska", "aac": "aac"}
_SEEKS: Final = frozenset({"mp4", "wav", "ogg", "matroska"})
_CHECKS: Final = {"mp4": boxes.check_mp4, "wav": boxes.check_wav, "mp3": boxes.check_mp3}
_TEXTUAL: Final = frozenset({"mov_text", "subrip", "srt", "text", "webvtt", "ass", "ssa"})
_HEAD: Final = 65_536
# Before a place that was sought, so that the decoder has its bearings when it comes there.
_PREROLL_SECONDS: Final = 0.5
_GAP_SECONDS: Final = 0.05
_FILLED_SECONDS: Final = 30.0
_MOST_BAD_PACKETS: Final = 200
_FEWEST_SUBTITLE_WORDS: Final = 3


class Probe(BaseModel):
    """What a recording is before anybody listens. `seconds` is 0 when the file does not say; `lines` are the subtitles inside it."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    has_sound: bool
    title: str = ""
    author: str = ""
    lines: tuple[Line, ...] = ()


def probe(data: bytes, *, path: str, name: str = "") -> Probe:
    """Looks at a file. Raises `InvalidInput` for one that is empty, no recording, protected, cut off, or without sound and subtitles."""
    with opened(path, name) as (container, _):
        has_sound = bool(container.streams.audio)
        seconds = max(0.0, (container.duration or 0) / 1_000_000)
        tags = {key.lower(): value for key, value in container.metadata.items()}
        lines = _subtitles(container)
        if not has_sound and not lines:
            raise InvalidInput(
                f"{label(name, 'The file')} has no sound and no subtitles, so there is nothing to read in it. Add one that has."
            )
        return Probe(
            seconds=seconds,
            has_sound=has_sound,
            title=fold(tags.get("title", "")),
            author=fold(tags.get("artist", "")),
            lines=tuple(lines),
        )


@contextlib.contextmanager
def opened(path: str, name: str) -> Iterator[tuple[InputContainer, str]]:
    """The container at `path`, and its form. Errors of the decoder are ours within."""
    import av

    called = label(name, "The file")
    with Path(path).open("rb") as file:
        head = file.read(_HEAD)
        form = media_form(head)
        if not form:
            raise InvalidInput(f"{called} is no audio or video file that can be read. Add an MP3, MP4, M4A or WAV file.")
        if check := _CHECKS.get(form):
            check(file, file.seek(0, 2), called)
        file.seek(0)
        try:
            with av.open(
                file, "r", format=_FORMATS[form], buffer_size=1 << 18, options={"protocol_whitelist": "none"}, metadata_errors="replace"
            ) as container:
                yield container, form
        except (av.FFmpegError, EOFError, OSError) as error:
            if isinstance(error, MemoryError):
                raise
            raise damaged(called) from error


def damaged(called: str) -> InvalidInput:
    return InvalidInput(f"{called} is damaged or cut off: its sound cannot be decoded. Export it again and add the new file.")


def sound(container: InputContainer, form: str, begin: float, called: str) -> Iterator[tuple[float, bytes]]:
    """The sound from second `begin` on, as (second, samples): 16 kHz, mono, 16 bits, native order. Short gaps are filled with silence."""
    import av

    stream = container.streams.audio[0]
    stream.codec_context.thread_type = "NONE"  # the reading process may start no thread
    stream.codec_context.thread_count = 1
    resampler = av.AudioResampler("s16", "mono", RATE)
    origin = float(stream.start_time * stream.time_base) if stream.start_time is not None and stream.time_base else 0.0
    if begin > _PREROLL_SECONDS and form in _SEEKS and stream.time_base:
        # A file without an index is read from the start instead.
        with contextlib.suppress(av.FFmpegError):
            container.seek(int((begin - _PREROLL_SECONDS + origin) / stream.time_base), stream=stream, backward=True)
    expected: float | None = None
    before: tuple[str, str, int] | None = None
    for frame in _frames(container, stream, begin - _PREROLL_SECONDS + origin, called):
        stamp = frame.time - origin if frame.time is not None else None
        at = stamp if stamp is not None else expected if expected is not None else 0.0
        if expected is not None and stamp is not None:
            gap = stamp - expected
            if _GAP_SECONDS < gap <= _FILLED_SECONDS:
                yield from _cut(expected, bytes(SAMPLE_BYTES * int(gap * RATE)), begin)
            elif abs(gap) <= _GAP_SECONDS or gap < 0 or gap > _FILLED_SECONDS:
                at = expected
        length = 0
        frame.pts = None
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != before:  # a stream may change its mind; the resampler may not
            resampler, before = av.AudioResampler("s16", "mono", RATE), shape
        for part in resampler.resample(frame):
            samples = bytes(part.planes[0])[: part.samples * SAMPLE_BYTES]
            yield from _cut(at + length / RATE, samples, begin)
            length += part.samples
        expected = at + length / RATE
    for part in resampler.resample(None):
        yield from _cut(expected or 0.0, bytes(part.planes[0])[: part.samples * SAMPLE_BYTES], begin)


def _frames(container: InputContainer, stream: Any, begin: float, called: str) -> Iterator[Any]:
    """Decoded frames; packets before `begin` are not decoded. A few damaged packets are passed over, as players do."""
    import av

    bad = good = 0
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base and float((packet.pts + (packet.duration or 0)) * packet.time_base) < begin:
            continue
        try:
            for frame in packet.decode():
                good += 1
                yield frame
        except av.FFmpegError:
            bad += 1
            if bad > _MOST_BAD_PACKETS and bad > good:
                raise damaged(called) from None
    if bad and not good:
        raise damaged(called)


def _cut(at: float, samples: bytes, begin: float) -> Iterator[tuple[float, bytes]]:
    """Without what is before `begin`."""
    if at < begin:
        skipped = min(len(samples), SAMPLE_BYTES * round((begin - at) * RATE))
        at, samples = at + skipped / SAMPLE_BYTES / RATE, samples[skipped:]
    if samples:
        yield at, samples


def _subtitles(container: InputContainer) -> list[Line]:
    """The subtitles in the file: in the language of its sound, marked as usual, first; pictures of letters are none."""
    import av

    spoken = container.streams.audio[0].metadata.get("language", "") if container.streams.audio else ""
    texts = [s for s in container.streams.subtitles if s.codec_context is not None and s.codec_context.name in _TEXTUAL]
    ranked = sorted(texts, key=lambda s: (_is("forced", s), not spoken or s.metadata.get("language", "") != spoken, not _is("default", s)))
    for stream in ranked:
        lines: list[Line] = []
        size = 0
        with contextlib.suppress(av.FFmpegError):
            container.seek(0)
        with contextlib.suppress(av.FFmpegError):
            for packet in container.demux(stream):
                for line in _cue(packet, stream):
                    lines.append(line)
                    size += len(line.text)
                if len(lines) > LIMITS.cues or size > LIMITS.characters:
                    break
        lines = subtitles.spoken(lines)
        if sum(len(line.text.split()) for line in lines) >= _FEWEST_SUBTITLE_WORDS:
            return lines
    return []


def _is(disposition: str, stream: Any) -> bool:
    import av.stream

    return bool(stream.disposition & getattr(av.stream.Disposition, disposition))


def _cue(packet: Any, stream: Any) -> list[Line]:
    import av

    if packet.pts is None or not packet.size:
        return []
    at = float(packet.pts * stream.time_base)
    until = at + float((packet.duration or 0) * stream.time_base)
    try:
        texts = [rect.dialogue.decode("utf-8", "replace") for rect in packet.decode() if hasattr(rect, "dialogue")]
    except av.FFmpegError:
        return []
    return [line for text in texts for line in subtitles.said(text, at, until)]
