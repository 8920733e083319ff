"""Audio and video to a `Document`: subtitles inside the file, else what a transcription model hears, else the embedded recogniser.

`files.read` calls it in the worker. Every look into the file is made in a reading process (`isolated.py`), one stretch after another, so
that the time and memory of each are bounded, a stop comes through within a second, and progress can be told between them. What goes to
a transcription model goes from here, for the reading process has no network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from coexai_app.errors import InvalidInput, TooLarge
from coexai_app.extract import isolated
from coexai_app.extract.document import Document
from coexai_app.extract.limits import LIMITS, MEDIA_PROCESS_LIMITS, label, megabytes
from coexai_app.extract.listen import SILENCE, Heard, Packed
from coexai_app.extract.recording import Probe
from coexai_app.extract.spoken import Line, Spoken

# One stretch takes the embedded recogniser some 30 seconds of processor time.
_HEARD_SECONDS: Final = 120
# Ten minutes in MP3 are 3.6 MB; transcription servers take 25.
_SENT_SECONDS: Final = 600
# A stretch that brings a reader no further is the end.
_LEAST_SECONDS: Final = 0.01


class Said(Protocol):
    """A segment of a transcription model's answer; seconds count from the start of what it was sent."""

    @property
    def text(self) -> str: ...
    @property
    def at(self) -> float: ...
    @property
    def until(self) -> float: ...
    @property
    def speaker(self) -> str: ...
    @property
    def confidence(self) -> float: ...


Transcribe = Callable[[bytes, float], Sequence[Said]]
"""An MP3 and its seconds, to what is said in it."""


def read(
    path: Path,
    *,
    name: str = "",
    transcribe: Transcribe | None = None,
    check: Callable[[], object] = lambda: None,
    progress: Callable[[float, str], None] = lambda fraction, message: None,
) -> Document:
    """The document of a recording, with times. `check` is called several times a second; what it raises ends the reading.

    `progress` hears a fraction from 0 to 1 and a line for people. Without `transcribe` the embedded recogniser makes a draft.
    Raises `InvalidInput` (no recording, damaged, cut off, protected, silent, without sound), `TooLarge`, `Unavailable`.
    """
    called = label(name, "The file")
    size = path.stat().st_size
    if not size:
        raise InvalidInput(f"{called} is empty. Add a recording with something in it.")
    if size > LIMITS.media_bytes:
        raise TooLarge(f"{called} has {megabytes(size)}; the limit is {megabytes(LIMITS.media_bytes)}. Split it.", limit=LIMITS.media_bytes)
    reader = _Reader(path, name, check)
    found = reader.probe()
    _check_length(found.seconds, called, found, by_model=transcribe is not None)
    if found.lines:
        return reader.document(found.lines, found, draft=False)
    lines: list[Line] = []
    peak, at = 0, 0.0
    while True:
        check()
        progress(min(1.0, at / found.seconds) if found.seconds else 0.0, _told(at, found.seconds))
        part = reader.hear(at) if transcribe is None else reader.pack(at)
        lines += part.lines if isinstance(part, Heard) else _sent(part, transcribe)
        peak = max(peak, part.peak)
        if part.ended or part.until < at + _LEAST_SECONDS:
            break
        at = part.until
        _check_length(at, called, found, by_model=transcribe is not None)
    if not any(c.isalnum() for line in lines for c in line.text):
        raise _nothing_said(called, peak)
    return reader.document(lines, found, draft=transcribe is None)


class _Reader:
    """Calls of one file across the border."""

    def __init__(self, path: Path, name: str, check: Callable[[], object]) -> None:
        self._options = {"path": str(path.absolute()), "name": name}
        self._name, self._check = name, check

    def probe(self) -> Probe:
        return isolated.call(
            "coexai_app.extract.recording:probe",
            b"",
            self._options,
            returns=Probe,
            name=self._name,
            check=self._check,
            limits=MEDIA_PROCESS_LIMITS,
        )

    def hear(self, begin: float) -> Heard:
        return isolated.call(
            "coexai_app.extract.listen:hear",
            b"",
            self._options | {"begin": repr(begin), "seconds": str(_HEARD_SECONDS)},
            returns=Heard,
            name=self._name,
            check=self._check,
            limits=MEDIA_PROCESS_LIMITS,
        )

    def pack(self, begin: float) -> Packed:
        return isolated.call(
            "coexai_app.extract.listen:pack",
            b"",
            self._options | {"begin": repr(begin), "seconds": str(_SENT_SECONDS)},
            returns=Packed,
            name=self._name,
            check=self._check,
            limits=MEDIA_PROCESS_LIMITS,
        )

    def document(self, lines: Sequence[Line], found: Probe, *, draft: bool) -> Document:
        told = Spoken(lines=tuple(lines), title=found.title, author=found.author, draft=draft)
        data = told.model_dump_json().encode()
        return isolated.call(
            "coexai_app.extract.spoken:read", data, {"name": self._name}, returns=Document, name=self._name, check=self._check
        )


def _sent(part: Packed, transcribe: Transcribe | None) -> list[Line]:
    """What a model hears in one stretch; nothing is sent of a silent one, in which models hear things."""
    if not part.audio or transcribe is None:
        return []
    return [
        Line(
            text=said.text,
            at=part.at + min(max(0.0, said.at), part.until - part.at),
            until=part.at + min(max(0.0, said.at, said.until), part.until - part.at),
            speaker=said.speaker,
            confidence=said.confidence,
        )
        for said in transcribe(part.audio, part.until - part.at)
    ]


def _check_length(seconds: float, called: str, found: Probe, *, by_model: bool) -> None:
    if found.lines:
        limit, how = LIMITS.subtitled_seconds, ""
    elif by_model:
        limit, how = LIMITS.transcribed_seconds, ""
    else:
        limit, how = LIMITS.heard_seconds, " without a transcription model"
    if seconds > limit:
        raise TooLarge(
            f"{called} lasts {_duration(seconds)}; the limit{how} is {_duration(limit)}. Split it, or add its subtitles or a transcript.",
            limit=limit,
            seconds=round(seconds),
        )


def _nothing_said(called: str, peak: int) -> InvalidInput:
    if peak <= SILENCE:
        return InvalidInput(f"{called} cannot be read: this recording is silent. Check the microphone or the track, and add another.")
    return InvalidInput(f"Nobody says a word that can be made out in {called}. Add a clearer recording, its subtitles or a transcript.")


def _told(at: float, seconds: float) -> str:
    whole = f" of {_duration(seconds)}" if seconds > at else ""
    return f"Listening to the recording: {_duration(at)}{whole}" if at else f"Listening to the recording{whole}"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} seconds"
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' * (hours != 1)}"] * bool(hours) + [f"{minutes} minute{'s' * (minutes != 1)}"] * bool(minutes)
    return " ".join(parts)
