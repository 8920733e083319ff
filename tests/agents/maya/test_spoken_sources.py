"""What is spoken is a source like any other, for every capability that reads one."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from coexai_app.agents.maya import sources
from coexai_app.agents.maya.sources import DRAFT, SourceInput
from coexai_app.agents.pipeline import InputFile, StepContext
from coexai_app.errors import InvalidInput
from coexai_app.extract import SourceKind
from coexai_app.llm.transcription import Segment, Transcriber
from tests.extract.recordings import film, say, spoken, tone, wav

CUES = [(1.0, 3.0, "Hello and welcome to the show."), (3.0, 5.0, "Bread is good.")]
INPUT = SourceInput(file="talk")


def on_disk(path: Path) -> StepContext:
    return StepContext(open_file=lambda ref: InputFile(name=path.name, content_type="", opened=lambda: nullcontext(path)))


class TestSpokenSources:
    def test_subtitles_in_memory(self) -> None:
        data = b"1\n00:00:01,000 --> 00:00:04,000\nHello and welcome to the show.\n"
        context = StepContext(open_file=lambda ref: InputFile(name="a.srt", content_type="", data=data))
        document = sources.read(INPUT, context, fewest=3, wanted="A thread").document
        assert document.kind is SourceKind.TRANSCRIPT
        assert document.cues[0].at == 1

    def test_a_film_on_the_disk(self, tmp_path: Path) -> None:
        extracted = sources.read(INPUT, on_disk(film(tmp_path / "film.mp4", CUES)), fewest=3, wanted="A thread")
        assert [cue.at for cue in extracted.document.cues] == [1, 3]
        assert DRAFT not in extracted.summary()

    def test_a_transcription_model_is_asked_and_counted(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "talk.wav"
        path.write_bytes(wav(tone(2)))
        monkeypatch.setattr(Transcriber, "transcribe", lambda self, audio, **told: (Segment("We open at six every day.", 0, 2),))
        context = on_disk(path)
        context.transcriber = Transcriber()
        assert sources.read(INPUT, context, fewest=3, wanted="A thread").document.text == "We open at six every day."
        assert context.usage.calls == 1

    def test_a_transcript_of_one_word_is_too_short(self) -> None:
        data = b"1\n00:00:01,000 --> 00:00:04,000\nHello.\n"
        context = StepContext(open_file=lambda ref: InputFile(name="a.srt", content_type="", data=data))
        with pytest.raises(InvalidInput, match="only 1 word of running text") as caught:
            sources.read(INPUT, context, fewest=30, wanted="A thread")
        assert caught.value.field == "file"

    @spoken
    def test_the_embedded_recogniser_makes_a_draft_and_says_so(self, tmp_path: Path) -> None:
        context = on_disk(say("The company opened two new stores last year.", tmp_path / "talk.wav"))
        told: list[tuple[float, str]] = []
        context.progress = lambda fraction, message: told.append((fraction, message))
        extracted = sources.read(INPUT, context, fewest=2, wanted="A thread")
        assert extracted.document.draft
        assert DRAFT in extracted.summary()
        assert any("Listening" in message for _, message in told)
