"""One stretch of a recording: heard by the embedded recogniser, or packed for a transcription model. Runs in the reading process.

The embedded recogniser is PocketSphinx with its model of American English. It hears words and no punctuation, and errs often.
"""

from __future__ import annotations

import io
import random
from array import array
from collections.abc import Iterator
from typing import Any, Final

from pydantic import Base64Bytes, BaseModel, ConfigDict

from coexai_app.extract.limits import label
from coexai_app.extract.recording import RATE, SAMPLE_BYTES, opened, sound
from coexai_app.extract.spoken import Line

_SECOND: Final = RATE * SAMPLE_BYTES
# The recogniser gets one utterance at a time; one without a pause is cut in its quietest place.
_UTTERANCE_SECONDS: Final = 20
_PAUSE_SECONDS: Final = 0.3
_SPEECH_SHARE: Final = 0.9
# A pause as long as this ends a sentence; a recogniser hears no other full stop.
_SENTENCE_PAUSE_SECONDS: Final = 0.3
_PHRASE_PAUSE_FRAMES: Final = 25
_FRAMES: Final = 100  # that the recogniser counts in a second
# The acoustic model knows voices in rooms, and hears little in sound without any noise, such as made voices and gated recordings:
# noise of 1/256 of the utterance's peak doubles the words that it gets right there, and does no harm elsewhere.
_NOISE_SHARE: Final = 1 / 256
_NOISE_SAMPLES: Final = 16_411
_CUT_WITHIN_SECONDS: Final = 60
_BLOCK: Final = RATE // 10 * SAMPLE_BYTES
_BITS_PER_SECOND: Final = 48_000
# 1/1000 of full scale, some -60 dB: the hiss of a microphone in a quiet room. Below it nobody can be understood.
SILENCE: Final = 33


class Heard(BaseModel):
    """What was said from `begin` of the call to `until`; `ended` when there is no more; `peak` is the loudest sample of 32,768."""

    model_config = ConfigDict(frozen=True)

    lines: tuple[Line, ...]
    until: float
    ended: bool
    peak: int


class Packed(BaseModel):
    """The sound from `at` to `until` as MP3, none when it is silent; `ended` when there is no more."""

    model_config = ConfigDict(frozen=True)

    audio: Base64Bytes
    at: float
    until: float
    ended: bool
    peak: int


def hear(data: bytes, *, path: str, name: str, begin: str, seconds: str) -> Heard:
    """Some `seconds` of the recording at `path` from `begin` on, and on to the end of what is being said then."""
    from pocketsphinx import Endpointer

    start, most = float(begin), float(seconds)
    lines: list[Line] = []
    peak, until, ended = 0, start, True
    recogniser: Any = None
    with opened(path, name) as (container, form):
        ears = Endpointer(_PAUSE_SECONDS, _SPEECH_SHARE)
        spoken, since, base = bytearray(), 0.0, None
        for at, frame in _frames(sound(container, form, start, label(name, "The file")), ears.frame_bytes):
            base = at if base is None else base
            peak = max(peak, loudest(frame))
            speech = ears.process(frame) if len(frame) == ears.frame_bytes else ears.end_stream(frame)
            until = at + len(frame) / _SECOND
            if speech:
                if not spoken:
                    since = base + ears.speech_start
                spoken += speech
            over = bool(spoken) and not ears.in_speech
            if over or len(spoken) > _UTTERANCE_SECONDS * _SECOND:
                end = len(spoken) if over else _quietest(spoken, 5)
                recogniser = recogniser or _recogniser()
                lines += _recognised(recogniser, bytes(spoken[:end]), since)
                del spoken[:end]
                since += end / _SECOND
                if until - start >= most and not over:  # nobody pauses: the next stretch begins at the cut
                    until, ended = since, False
                    spoken.clear()
                    break
            if until - start >= most and not ears.in_speech and not spoken:
                ended = False
                break
        if spoken:
            lines += _recognised(recogniser or _recogniser(), bytes(spoken), since)
    return Heard(lines=tuple(_punctuated(lines)), until=until, ended=ended, peak=peak)


def pack(data: bytes, *, path: str, name: str, begin: str, seconds: str) -> Packed:
    """At most `seconds` of the recording from `begin` on, cut where it is quietest in the last minute."""
    start, most = float(begin), float(seconds)
    held, first, ended = bytearray(), start, True
    with opened(path, name) as (container, form):
        for at, samples in sound(container, form, start, label(name, "The file")):
            first = at if not held else first
            held += samples
            if len(held) >= most * _SECOND:
                del held[_quietest(held, _CUT_WITHIN_SECONDS) :]
                ended = False
                break
    peak = max((loudest(held[at : at + _SECOND]) for at in range(0, len(held), _SECOND)), default=0)
    audio = encoded(bytes(held)) if peak > SILENCE else b""
    # Unvalidated: the field would take base 64 here, which it makes when it crosses.
    return Packed.model_construct(audio=audio, at=first, until=first + len(held) / _SECOND, ended=ended, peak=peak)


def loudest(samples: bytes | bytearray) -> int:
    with memoryview(samples) as view:
        values = view[: len(samples) // SAMPLE_BYTES * SAMPLE_BYTES].cast("h")
        return max(max(values), -min(values)) if len(values) else 0


def encoded(samples: bytes) -> bytes:
    """16 kHz mono samples as MP3, 6 KB a second: what every transcription server takes."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono", format="s16p", bit_rate=_BITS_PER_SECOND)
        for at in range(0, len(samples), _SECOND):
            piece = samples[at : at + _SECOND]
            frame = av.AudioFrame(format="s16p", layout="mono", samples=len(piece) // SAMPLE_BYTES)
            frame.sample_rate, frame.pts = RATE, at // SAMPLE_BYTES
            frame.planes[0].update(piece.ljust(frame.planes[0].buffer_size, b"\x00"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()


def _frames(stretches: Iterator[tuple[float, bytes]], size: int) -> Iterator[tuple[float, bytes]]:
    """The sound in frames of `size` bytes; the last one is shorter."""
    held, start = bytearray(), 0.0
    for at, samples in stretches:
        start = at if not held else start
        held += samples
        done = 0
        while len(held) - done > size:
            yield start + done / _SECOND, bytes(held[done : done + size])
            done += size
        start += done / _SECOND
        del held[:done]
    if held:
        yield start, bytes(held[: len(held) // SAMPLE_BYTES * SAMPLE_BYTES])


def _quietest(samples: bytearray, within: float) -> int:
    """The middle of the quietest tenth of a second in the last `within` seconds, the last of them, as an offset in bytes."""
    begin = max(len(samples) // 2, len(samples) - int(within * _SECOND)) // _BLOCK * _BLOCK
    places = range(begin, len(samples) - _BLOCK, _BLOCK)
    quiet = min(reversed(places), key=lambda at: loudest(samples[at : at + _BLOCK]), default=len(samples) - _BLOCK)
    return quiet + _BLOCK // 2 // SAMPLE_BYTES * SAMPLE_BYTES


def _recogniser() -> Any:
    from pocketsphinx import Decoder

    return Decoder(loglevel="FATAL", cmn="batch")


def _recognised(recogniser: Any, samples: bytes, since: float) -> list[Line]:
    """The words of one utterance, a line for what is said without a pause; its confidence is the words', weighted by their length."""
    recogniser.start_utt()
    recogniser.process_raw(_with_noise(samples), False, True)
    recogniser.end_utt()
    if recogniser.hyp() is None:
        return []
    lines: list[Line] = []
    phrase: list[Any] = []
    for segment in recogniser.seg():
        if segment.word[0] in "<[+":
            continue
        if phrase and segment.start_frame - phrase[-1].end_frame >= _PHRASE_PAUSE_FRAMES:
            lines.append(_line(phrase, since))
            phrase = []
        phrase.append(segment)
    return [*lines, _line(phrase, since)] if phrase else lines


def _line(words: list[Any], since: float) -> Line:
    spans = [max(1, word.end_frame - word.start_frame) for word in words]
    sure = sum(span * min(1.0, word.prob) for span, word in zip(spans, words, strict=True)) / sum(spans)
    at, until = since + words[0].start_frame / _FRAMES, since + (words[-1].end_frame + 1) / _FRAMES
    return Line(text=" ".join(_spelt(word.word.partition("(")[0]) for word in words), at=at, until=until, confidence=sure)


def _spelt(word: str) -> str:
    return "I" + word[1:] if word == "i" or word.startswith("i'") else word


def _with_noise(samples: bytes) -> bytes:
    values = array("h", samples)
    size = _NOISE_SHARE * loudest(samples)
    chance = random.Random(0)  # noqa: S311 - the same recording is heard in the same way again
    noise = [round(chance.gauss(0, size)) for _ in range(min(_NOISE_SAMPLES, len(values)))]
    for begin in range(0, len(values), _NOISE_SAMPLES):
        part = values[begin : begin + _NOISE_SAMPLES]
        values[begin : begin + len(part)] = array("h", [max(-32768, min(32767, a + b)) for a, b in zip(part, noise, strict=False)])
    return values.tobytes()


def _punctuated(lines: list[Line]) -> Iterator[Line]:
    """A capital behind each longer pause and a full stop before it, so that there are sentences to read."""
    begins = True
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else None
        ends = after is None or after.at - line.until >= _SENTENCE_PAUSE_SECONDS
        text = (line.text[0].upper() + line.text[1:] if begins else line.text) + ("." if ends else "")
        yield line.model_copy(update={"text": text})
        begins = ends
