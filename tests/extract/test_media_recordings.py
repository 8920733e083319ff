"""Recordings: heard, subtitled or sent to a model; and what is wrong with the others, said in time."""

from __future__ import annotations

import difflib
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coexai_app.errors import Cancelled, InvalidInput, TooLarge, Unavailable
from coexai_app.extract import Document, SourceKind, files, limits, listen, media, read, read_file
from coexai_app.llm.transcription import Segment, Transcriber
from tests.extract.cues import said, sound
from tests.extract.recordings import film, pictures, record, samples_of, say, spoken, tone, wav
from tests.llm.transcription_server import TranscriptionServer, refusal, segments

SPOKEN = (
    "The company opened two new stores last year. Most of the customers come back every week.",
    "Thank you for coming. I would like to talk about the history of our city.",
    "Good morning and welcome to the show. The weather is nice and people are happy to buy fresh bread in the morning.",
)
CUES = [(1.0, 3.0, "Hello and welcome"), (3.0, 5.0, "to the <b>show</b>.\\NIt is me."), (6.0, 8.0, "Bread is good.")]


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    server = TranscriptionServer()
    yield server
    server.close()


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def overlap(meant: str, heard: str) -> float:
    """The share of the words that were meant that were heard, in order."""
    matches = difflib.SequenceMatcher(None, words(meant), words(heard), autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / len(words(meant))


def by_model(server: TranscriptionServer) -> media.Transcribe:
    model = Transcriber(api_key="sk-test", base_url=server.url, sleep=lambda seconds: None)
    return lambda audio, seconds: model.transcribe(audio, seconds=seconds)


@spoken
class TestEmbeddedRecogniser:
    @pytest.mark.parametrize("number", range(len(SPOKEN)))
    def test_what_is_said_is_a_draft_with_times(self, tmp_path: Path, number: int) -> None:
        path = say(SPOKEN[number], tmp_path / "talk.wav")
        seconds = len(samples_of(path)) / 32_000
        document = read_file(path, name="talk.wav")
        assert document.kind is SourceKind.TRANSCRIPT
        assert document.draft
        assert overlap(SPOKEN[number], document.text) > 0.5
        assert document.text[0].isupper()
        assert document.text.endswith(".")
        assert all(0 <= cue.at < cue.until <= seconds + 0.1 for cue in document.cues)
        assert all(0 < cue.confidence < 1 for cue in document.cues)
        sound(document)

    def test_times_are_those_of_the_recording(self, tmp_path: Path) -> None:
        """Silence ahead of the words and between them; the stretches are short here, so that the words are met in the third and fourth."""
        path = say("Good morning and welcome to the show.", tmp_path / "words.wav")
        speech = samples_of(path)
        quiet = bytes(32_000 * 10)
        late = record(tmp_path / "late.mp3", _pieces(quiet + speech + quiet + speech), form="mp3", codec="libmp3lame")
        first = 10.0
        second = 20 + len(speech) / 32_000
        parts, at = [], 0.0
        while True:
            part = listen.hear(b"", path=str(late), name="late.mp3", begin=repr(at), seconds="4")
            parts += part.lines
            at = part.until
            if part.ended:
                break
        starts = [line.at for line in parts]
        assert any(abs(start - first) < 0.8 for start in starts)
        assert any(abs(start - second) < 0.8 for start in starts)
        assert starts == sorted(starts)

    def test_mp3_mp4_and_m4a_say_the_same(self, tmp_path: Path) -> None:
        speech = samples_of(say(SPOKEN[0], tmp_path / "talk.wav"))
        for form, codec, name in (
            ("mp3", "libmp3lame", "t.mp3"),
            ("mp4", "aac", "t.mp4"),
            ("ipod", "aac", "t.m4a"),
            ("ogg", "libopus", "t.ogg"),
        ):
            path = record(tmp_path / name, _pieces(speech), form=form, codec=codec, title="Two stores")
            part = listen.hear(b"", path=str(path), name=name, begin="0.0", seconds="60")
            assert part.ended
            assert overlap(SPOKEN[0], " ".join(line.text for line in part.lines)) > 0.4, name

    def test_a_stop_ends_the_reading(self, tmp_path: Path) -> None:
        path = say(SPOKEN[0], tmp_path / "talk.wav")
        told: list[str] = []

        def stop() -> None:
            if told:
                raise Cancelled("The job was cancelled.")

        with pytest.raises(Cancelled):
            read_file(path, name="talk.wav", check=stop, progress=lambda fraction, message: told.append(message))
        assert len(told) == 1


class TestSubtitlesInside:
    @pytest.mark.parametrize(("form", "codec"), [("mp4", "mov_text"), ("matroska", "subrip"), ("matroska", "ass")])
    def test_they_are_taken_and_nobody_listens(self, tmp_path: Path, form: str, codec: str) -> None:
        def never(audio: bytes, seconds: float) -> list[Segment]:
            raise AssertionError("the sound was sent")

        document = read_file(film(tmp_path / "film", CUES, form=form, codec=codec), name="film.mp4", transcribe=never)
        assert [text for _, text in said(document)] == ["Hello and welcome", "to the show. It is me.", "Bread is good."]
        assert [(cue.at, cue.until) for cue in document.cues] == [(1, 3), (3, 5), (6, 8)]
        assert not document.draft
        sound(document)

    def test_a_film_without_sound_may_have_them(self, tmp_path: Path) -> None:
        document = read_file(film(tmp_path / "film.mp4", CUES, sound=False), name="film.mp4")
        assert document.words == 12

    def test_a_film_without_a_word_in_them_is_listened_to(self, tmp_path: Path, server: TranscriptionServer) -> None:
        server.say(segments((0, 2, "A hum.")))
        document = read_file(film(tmp_path / "film.mp4", [(1.0, 2.0, "[HUM]")]), name="film.mp4", transcribe=by_model(server))
        assert document.text == "A hum."


class TestTranscriptionModel:
    def test_stretches_are_sent_and_their_times_are_those_of_the_recording(
        self, tmp_path: Path, server: TranscriptionServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(media, "_SENT_SECONDS", 20)
        path = tmp_path / "long.wav"
        path.write_bytes(wav(tone(15) + bytes(32_000 * 2) + tone(13) + bytes(32_000 * 30)))
        server.say(segments((1, 5, "We open at six.")), segments((1, 4, "We close at nine.")))
        told: list[float] = []
        document = read_file(path, name="long.wav", transcribe=by_model(server), progress=lambda fraction, message: told.append(fraction))
        assert [text for _, text in said(document)] == ["We open at six.", "We close at nine."]
        cut = document.cues[1].at - 1
        assert 15 <= cut <= 17, "it is cut in the silence"
        assert len(server.asked) == 2, "what is silent is not sent"
        assert told == sorted(told)
        assert len(told) >= 3
        heard = tmp_path / "sent.mp3"
        heard.write_bytes(server.asked[0].audio)
        assert len(samples_of(heard)) / 32_000 == pytest.approx(cut, abs=0.2)
        assert not document.draft

    def test_ten_minutes_are_well_below_what_a_server_takes(self, tmp_path: Path) -> None:
        path = tmp_path / "hour.wav"
        path.write_bytes(wav(tone(700)))
        part = listen.pack(b"", path=str(path), name="hour.wav", begin="0.0", seconds="600")
        assert 530 <= part.until <= 600
        assert 1_000_000 < len(part.audio) < 4_000_000
        assert not part.ended

    def test_a_server_that_is_down_is_told_as_such(self, tmp_path: Path, server: TranscriptionServer) -> None:
        server.say(refusal(500))
        path = tmp_path / "tone.wav"
        path.write_bytes(wav(tone(2)))
        with pytest.raises(Unavailable, match="has a problem"):
            read_file(path, name="tone.wav", transcribe=by_model(server))

    def test_times_beyond_the_stretch_are_brought_back(self, tmp_path: Path, server: TranscriptionServer) -> None:
        server.say(segments((-3, 99, "Hello there."), (50, 40, "And again.")))
        path = tmp_path / "tone.wav"
        path.write_bytes(wav(tone(4)))
        document = read_file(path, name="tone.wav", transcribe=by_model(server))
        assert [(cue.at, cue.until) for cue in document.cues] == [(0, 4), (4, 4)]


def broken(path: Path, kind: str) -> Path:
    """A recording with something wrong."""
    if kind == "empty":
        path.touch()
    elif kind == "noise":
        path.write_bytes(b"\0" + random.Random(1).randbytes(50_000))
    elif kind == "tag and noise":
        path.write_bytes(b"ID3\x03\0\0\0\0\0\0" + random.Random(1).randbytes(50_000))
    elif kind == "silent":
        path.write_bytes(wav(bytes(32_000 * 3)))
    elif kind == "hiss":
        hiss = random.Random(1)
        path.write_bytes(wav(b"".join(hiss.randint(-20, 20).to_bytes(2, "little", signed=True) for _ in range(32_000))))
    elif kind == "hum":
        path.write_bytes(wav(tone(3)))
    elif kind.startswith("half"):
        form, codec = {"mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac"), "wav": ("wav", "pcm_s16le")}[kind.split()[1]]
        data = record(path, [tone(1)] * 10, form=form, codec=codec).read_bytes()
        path.write_bytes(data[: len(data) // 2])
    elif kind == "protected":
        record(path, [tone(1)] * 3, form="ipod", codec="aac")
        path.write_bytes(path.read_bytes().replace(b"mp4a", b"enca"))
    elif kind == "pictures only":
        pictures(path)
    elif kind == "playlist":
        path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
    return path


class TestBadRecordings:
    @pytest.mark.parametrize(
        ("kind", "name", "message"),
        [
            ("empty", "a.mp3", r"a\.mp3 is empty"),
            ("noise", "a.mp4", "no audio or video file"),
            ("tag and noise", "a.mp3", "damaged or cut off"),
            ("silent", "a.wav", "this recording is silent"),
            ("hiss", "a.wav", "this recording is silent"),
            ("hum", "a.wav", "Nobody says a word"),
            ("half mp3", "a.mp3", "cut off"),
            ("half m4a", "a.m4a", "cut off"),
            ("half wav", "a.wav", "cut off"),
            ("protected", "a.m4a", "DRM"),
            ("pictures only", "a.mp4", "no sound and no subtitles"),
        ],
    )
    def test_is_told(self, tmp_path: Path, kind: str, name: str, message: str) -> None:
        with pytest.raises(InvalidInput, match=message) as caught:
            read_file(broken(tmp_path / "file", kind), name=name)
        assert str(tmp_path) not in caught.value.message

    def test_a_playlist_opens_no_other_file(self, tmp_path: Path) -> None:
        document = read_file(broken(tmp_path / "file", "playlist"), name="a.mp3")
        assert "root:" not in document.text

    def test_hours_are_refused_before_anybody_listens(self, tmp_path: Path) -> None:
        path, size = tmp_path / "long.wav", 100 * 60 * 32_000
        with path.open("wb") as file:
            file.write(wav(b"")[:40] + size.to_bytes(4, "little"))
            file.truncate(44 + size)
        with pytest.raises(TooLarge, match=r"1 hour 40 minutes; the limit without a transcription model is 1 hour"):
            read_file(path, name="long.wav")

    def test_a_file_larger_than_any_plan_is_refused_unread(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.wav"
        with path.open("wb") as file:
            file.write(wav(tone(1)))
            file.truncate(limits.LIMITS.media_bytes + 1)
        with pytest.raises(TooLarge, match=r"500\.0 MB"):
            read_file(path, name="huge.wav")

    @pytest.mark.parametrize("seed", range(6))
    def test_damage_anywhere_is_read_or_refused(self, tmp_path: Path, seed: int) -> None:
        form, codec = (("ipod", "aac"), ("mp3", "libmp3lame"), ("wav", "pcm_s16le"))[seed % 3]
        path = record(tmp_path / "file", [tone(1)] * 3, form=form, codec=codec)
        data, chance = bytearray(path.read_bytes()), random.Random(seed)
        for _ in range(200):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
        try:
            outcome = read_file(path, name="a.m4a").kind.value
        except InvalidInput as error:
            outcome = error.code
        assert outcome in ("transcript", "INVALID_INPUT", "TOO_LARGE")

    def test_a_recording_among_bytes_is_named(self) -> None:
        with pytest.raises(InvalidInput, match="a WAV sound file"):
            read(wav(tone(1)))


class TestFiles:
    def test_other_files_are_read_as_ever(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        path.write_text("# Bread\n\nWe bake it every day, and it is good.")
        document: Document = read_file(path, name="bread.md")
        assert (document.kind, document.title, document.name) == (SourceKind.MARKDOWN, "Bread", "bread.md")

    def test_a_large_document_is_refused_unread(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "x"
        with path.open("wb") as file:
            file.write(b"words ")
            file.truncate(limits.LIMITS.file_bytes + 1)
        monkeypatch.setattr(files.isolated, "read", lambda *args, **options: pytest.fail("it was read"))
        with pytest.raises(TooLarge):
            read_file(path, name="long.txt")


_DECODE = """
import resource, sys
from coexai_app.extract import recording
def peak(path):
    with recording.opened(path, "a") as (container, form):
        heard = sum(len(samples) for _, samples in recording.sound(container, form, 0.0, "a"))
    return heard // 32_000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(*peak(sys.argv[1]), *peak(sys.argv[2]))
"""


def test_decoding_takes_the_same_memory_whatever_the_length(tmp_path: Path) -> None:
    short = record(tmp_path / "short.mp3", [tone(1)] * 10, form="mp3", codec="libmp3lame")
    second = tone(1)
    long = tmp_path / "long.wav"
    with long.open("wb") as file:  # 40 minutes, 77 MB
        file.write(wav(b"")[:40] + (2_400 * len(second)).to_bytes(4, "little"))
        for _ in range(2_400):
            file.write(second)
    done = subprocess.run(
        [sys.executable, "-c", _DECODE, str(short), str(long)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    heard, before, heard_long, after = map(int, done.stdout.split())
    assert (heard, heard_long) == (10, 2_400)
    scale = 1_024 if sys.platform != "darwin" else 1_024 * 1_024
    assert (after - before) / scale < 10, "megabytes"


def _pieces(samples: bytes) -> Iterator[bytes]:
    for at in range(0, len(samples), 32_000):
        yield samples[at : at + 32_000]
