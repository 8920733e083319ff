"""The transcription model: what is asked, what is made of the answer, and what happens when there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coexai_app.llm import transcription
from coexai_app.llm.errors import BadAnswer, ModelBusy, ModelError, ModelRefusedKey, ModelRejected, ModelUnavailable
from coexai_app.llm.transcription import Segment, Transcriber
from coexai_app.settings import Settings
from tests.llm.transcription_server import Answer, TranscriptionServer, refusal, segments

KEY = "sk-canary-4d1c7e"
MP3 = b"\xff\xfb" + bytes(range(256)) * 4


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    server = TranscriptionServer()
    yield server
    server.close()


def transcriber(server: TranscriptionServer, **options: object) -> Transcriber:
    return Transcriber(**{"api_key": KEY, "base_url": server.url, "sleep": lambda seconds: None} | options)


class TestAsking:
    def test_the_sound_goes_there_with_the_key_and_comes_back_with_times(self, server: TranscriptionServer) -> None:
        server.say(segments((0.5, 2.0, "Hello and welcome."), (2.0, 4.0, "To the show."), avg_logprob=-0.1, no_speech_prob=0.01))
        said = transcriber(server).transcribe(MP3, seconds=5)
        assert [(s.text, s.at, s.until) for s in said] == [("Hello and welcome.", 0.5, 2.0), ("To the show.", 2.0, 4.0)]
        assert said[0].confidence == pytest.approx(0.905, abs=0.001)
        asked = server.asked[0]
        assert asked.path == "/v1/audio/transcriptions"
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.fields == {"model": "whisper-1", "response_format": "verbose_json", "timestamp_granularities[]": "segment"}
        assert (asked.file_name, asked.audio) == ("sound.mp3", MP3)

    def test_a_server_without_a_key_gets_none(self, server: TranscriptionServer) -> None:
        transcriber(server, api_key=None).transcribe(MP3, seconds=1)
        assert "authorization" not in server.asked[0].headers

    def test_a_model_that_knows_no_times_is_asked_more_simply_and_from_then_on(self, server: TranscriptionServer) -> None:
        server.say(
            refusal(400, "response_format 'verbose_json' is not compatible with this model"),
            refusal(400, "response_format 'verbose_json' is not compatible with this model"),
            Answer(body={"text": "Hello there. A longer sentence comes now."}),
        )
        model = transcriber(server, model="other")
        said = model.transcribe(MP3, seconds=10)
        assert [s.text for s in said] == ["Hello there.", "A longer sentence comes now."]
        assert said[0].at == 0
        assert 0 < said[0].until == said[1].at < 5
        assert said[1].until == 10
        model.transcribe(MP3, seconds=10)
        assert [asked.fields.get("response_format") for asked in server.asked] == ["verbose_json", "verbose_json", "json", "json"]

    def test_speakers_are_kept_and_words_made_up_in_silence_are_not(self, server: TranscriptionServer) -> None:
        body = {
            "text": "x",
            "segments": [
                {"start": 3, "end": 4, "text": "Second.", "speaker": "B"},
                {"start": 0, "end": 2, "text": "First.", "speaker": "A"},
                {"start": 5, "end": 9, "text": "Thanks for watching!", "avg_logprob": -1.6, "no_speech_prob": 0.9},
            ],
        }
        server.say(Answer(body=body))
        assert transcriber(server).transcribe(MP3, seconds=9) == (Segment("First.", 0, 2, "A"), Segment("Second.", 3, 4, "B"))

    def test_silence_is_no_words(self, server: TranscriptionServer) -> None:
        server.say(Answer(body={"text": "", "segments": []}))
        assert transcriber(server).transcribe(MP3, seconds=9) == ()


class TestFailures:
    def test_a_busy_server_is_asked_again(self, server: TranscriptionServer) -> None:
        server.say(refusal(429, retry_after="0"), refusal(500), segments((0, 1, "Hello.")))
        assert [s.text for s in transcriber(server).transcribe(MP3, seconds=1)] == ["Hello."]
        assert len(server.asked) == 3

    @pytest.mark.parametrize(
        ("answer", "error", "calls"),
        [
            (refusal(401), ModelRefusedKey, 1),
            (refusal(404), ModelRejected, 1),
            (refusal(413), ModelRejected, 1),
            (refusal(429, retry_after="600"), ModelBusy, 1),
            (refusal(500), ModelUnavailable, 3),
            (Answer(body=b"<html>"), ModelUnavailable, 3),
            (Answer(body=[1]), ModelUnavailable, 3),
            (Answer(body={"text": "x", "segments": [{"start": "soon", "end": 1, "text": "x"}]}), BadAnswer, 1),
            (Answer(body={"text": "x", "segments": [7]}), BadAnswer, 1),
            (Answer(302, b"", {"location": "http://127.0.0.1:1/"}), ModelRejected, 1),
        ],
    )
    def test_what_is_no_answer_is_an_error_without_the_key(
        self, server: TranscriptionServer, answer: Answer, error: type[ModelError], calls: int
    ) -> None:
        server.say(answer)
        with pytest.raises(error) as caught:
            transcriber(server).transcribe(MP3, seconds=1)
        assert len(server.asked) == calls
        assert KEY not in f"{caught.value.message} {caught.value.details}"

    def test_nobody_there(self) -> None:
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            Transcriber(base_url="http://127.0.0.1:9", sleep=lambda seconds: None).transcribe(MP3, seconds=1)

    @pytest.mark.parametrize("address", ["nonsense", "ftp://models.example/v1"])
    def test_an_address_that_is_none(self, address: str) -> None:
        with pytest.raises(ModelRejected, match="TRANSCRIPTION_BASE_URL"):
            Transcriber(base_url=address).transcribe(MP3, seconds=1)

    def test_a_stop_is_heard_before_the_next_try(self, server: TranscriptionServer) -> None:
        server.say(refusal(500))

        def stop_after_two() -> None:
            if len(server.asked) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            transcriber(server).transcribe(MP3, seconds=1, check=stop_after_two)


class TestSettings:
    def test_nothing_is_set(self) -> None:
        assert transcription.from_settings(Settings(transcription_base_url="", transcription_api_key=None)) is None

    def test_an_address_alone_and_a_key_alone(self) -> None:
        own = transcription.from_settings(Settings(transcription_base_url="http://localhost:8000", transcription_model="large"))
        assert own is not None
        assert (own.base_url, own.model) == ("http://localhost:8000/v1", "large")
        openai = transcription.from_settings(Settings(transcription_api_key=KEY))
        assert openai is not None
        assert (openai.base_url, openai.model) == ("https://api.openai.com/v1", "whisper-1")
        assert KEY not in repr(openai)
