"""A recording costs money by the minute: counted, capped, told, and never paid twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from coexai_app import settings
from coexai_app.extract import media
from coexai_app.llm import speech_prices
from coexai_app.models import Charge, Job, JobStatus, JobStep, Output
from coexai_app.services import agents, files, jobs, jobs_read
from tests.extract.recordings import tone, wav
from tests.llm.transcription_server import Answer, TranscriptionServer, refusal, segments
from tests.people import People, do
from tests.work import work_all

SPOKEN = (
    "We open the bakery at six every day and count what is left in the evening.",
    "Marta took every order by phone for eleven years before the form went live.",
    "Waste fell from fourteen percent of production to five within one month.",
)
PRICE = 3_600_000  # a thousandth of a dollar a second


def heard(number: int) -> Answer:
    return segments((0.0, 2.0, SPOKEN[number % 3]), (2.0, 4.0, SPOKEN[(number + 1) % 3]))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TranscriptionServer]:
    made = TranscriptionServer()
    made.say(*(heard(number) for number in range(9)))
    monkeypatch.setenv("TRANSCRIPTION_BASE_URL", made.url)
    monkeypatch.setenv("TRANSCRIPTION_API_KEY", "sk-test")
    monkeypatch.setattr(speech_prices, "PER_HOUR", {("127.0.0.1", "whisper-1"): PRICE})
    monkeypatch.setattr(media, "_SENT_SECONDS", 4)
    settings.get.cache_clear()
    yield made
    settings.get.cache_clear()
    made.close()


@pytest.fixture
def recording(people: People, tmp_path: Path) -> str:
    """Twenty-four seconds that grow louder, so that no piece sounds like another."""
    path = tmp_path / "talk.wav"
    path.write_bytes(wav(b"".join(tone(1, loud=0.1 + second / 40) for second in range(24))))
    data = path.read_bytes()
    given: dict[str, Any] = {"name": "talk.wav", "content_type": "audio/wav", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return do(files.add, people.bob, path=path, **given).id


def start(people: People, recording: str, *, capability: str = "podcast-to-summary") -> UUID:
    given: dict[str, Any] = {"agent": "maya", "capability": capability, "data": {"file": recording}, "idempotency_key": str(uuid4())}
    return UUID(do(jobs.create, people.bob, **given).id)


def job(session: Session) -> Job:
    session.rollback()
    return session.exec(select(Job)).one()


def step(session: Session, name: str = "extract") -> JobStep:
    session.rollback()
    return session.exec(select(JobStep).where(JobStep.name == name)).one()


def micros(session: Session) -> int:
    session.rollback()
    return sum(int(one.meta.get("usage", {}).get("cost_micros", 0)) for one in session.exec(select(JobStep)).all())


class TestPrice:
    @pytest.mark.parametrize(
        ("url", "model", "seconds", "cost"),
        [
            ("https://api.openai.com/v1", "whisper-1", 60, 6_000),
            ("https://api.openai.com/v1", "Whisper-1 ", 0.2, 100),
            ("https://api.openai.com/v1", "gpt-4o-mini-transcribe", 3_600, 180_000),
            ("https://api.groq.com/openai/v1", "whisper-large-v3-turbo", 90, 1_000),
            ("https://api.openai.com/v1", "whisper-1", 0, 0),
            ("https://api.openai.com/v1", "another", 60, None),
            ("http://localhost:8000/v1", "whisper-1", 60, None),
            ("https://api.openai.com.example.org/v1", "whisper-1", 60, None),
            ("http://[", "whisper-1", 60, None),
        ],
    )
    def test_by_host_and_model_and_started_second(self, url: str, model: str, seconds: float, cost: int | None) -> None:
        assert speech_prices.cost_micros(url, model, seconds) == cost


class TestUsage:
    def test_minutes_are_in_the_jobs_usage_and_the_ledger(
        self, people: People, server: TranscriptionServer, recording: str, session: Session
    ) -> None:
        start(people, recording)
        work_all()
        assert job(session).status is JobStatus.COMPLETED
        assert len(server.asked) >= 3
        cost = micros(session)
        assert 24_000 <= cost <= 24_000 + 1_000 * len(server.asked)
        assert session.exec(select(Charge)).one().cost_micros == cost
        report = session.exec(select(Output.report)).one()
        assert report["usage"]["cost_micros"] == cost
        shown = do(jobs_read.get, people.bob, job_id=job(session).id)
        assert "$0.02" in str(shown.model_dump())

    def test_a_price_that_is_not_known_is_told_so(
        self, people: People, server: TranscriptionServer, recording: str, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(speech_prices, "PER_HOUR", {})
        start(people, recording)
        work_all()
        assert (job(session).status, micros(session)) == (JobStatus.COMPLETED, 0)
        assert "price not known" in str(do(jobs_read.get, people.bob, job_id=job(session).id).model_dump())
        assert "about 1 minute of speech: its price is not known" in do(agents.quote, people.bob, **quoted(recording)).cost


class TestFailure:
    def test_what_was_heard_is_kept_and_what_it_cost_is_told(
        self, people: People, server: TranscriptionServer, recording: str, session: Session
    ) -> None:
        server.say(heard(0), heard(1), refusal(401))
        made = start(people, recording)
        work_all()
        assert job(session).status is JobStatus.FAILED
        first = micros(session)
        assert 4_000 < first < 20_000
        paid = [one.audio for one in server.asked[:2]]
        server.say(*(heard(number) for number in range(2, 9)))
        do(jobs.retry, people.bob, job_id=made)
        work_all()
        assert job(session).status is JobStatus.COMPLETED
        again = [one.audio for one in server.asked[3:]]
        assert not set(again) & set(paid)
        assert len(set(paid + again)) == len(paid) + len(again)
        report = session.exec(select(Output.report)).one()
        assert report["usage"]["cost_micros"] == micros(session) == session.exec(select(Charge)).one().cost_micros
        assert micros(session) >= 24_000 > first
        text = report["source"]["text"]
        assert all(sentence.rstrip(".") in text for sentence in SPOKEN)
        assert step(session).result is None  # what was kept goes when the job is done

    def test_a_process_that_dies_keeps_what_was_paid(
        self, people: People, server: TranscriptionServer, recording: str, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing of the step's end is written: the pieces are there already."""
        from coexai_app.services import endings

        server.say(heard(0), heard(1), refusal(401))
        monkeypatch.setattr(endings, "interrupted", lambda claim, error: None)
        monkeypatch.setattr("coexai_app.services.checkpoints._values", _without_failures)
        made = start(people, recording)
        work_all()
        kept = step(session)
        assert len(kept.result["pieces"]) == 2 if kept.result else False
        assert 4_000 < micros(session) < 20_000
        assert job(session).id == made

    def test_a_finished_step_is_no_unfinished_one(
        self, people: People, server: TranscriptionServer, recording: str, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The source was heard, a later step failed: on resume the source is kept whole, and its cost counts once."""
        from coexai_app.agents import AGENTS
        from coexai_app.errors import InvalidInput

        skill = AGENTS["maya"].capabilities["podcast-to-summary"]
        second = skill.steps[1]

        def fail(*_: object) -> Any:
            raise InvalidInput("It does not work today.")

        made = start(people, recording)
        before = object.__getattribute__(second, "run")
        object.__setattr__(second, "run", fail)
        try:
            work_all()
        finally:
            object.__setattr__(second, "run", before)
        assert job(session).status is JobStatus.FAILED
        asked, cost = len(server.asked), micros(session)
        assert cost >= 24_000
        do(jobs.retry, people.bob, job_id=made)
        work_all()
        assert (job(session).status, len(server.asked)) == (JobStatus.COMPLETED, asked)
        assert session.exec(select(Charge)).one().cost_micros == cost


class TestCap:
    def test_nothing_is_sent_that_could_pass_it(
        self, people: People, server: TranscriptionServer, recording: str, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MODEL_SPEND_CAP_CENTS", "1")
        settings.get.cache_clear()
        start(people, recording)
        work_all()
        found = job(session)
        assert found.status in (JobStatus.FAILED, JobStatus.DEAD_LETTER)
        assert "may spend $0.01" in found.error_message
        assert 1_000 < micros(session) <= 10_000
        assert len(server.asked) < 5

    def test_a_resumed_job_has_no_second_cap(
        self, people: People, server: TranscriptionServer, recording: str, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MODEL_SPEND_CAP_CENTS", "1")
        settings.get.cache_clear()
        made = start(people, recording)
        work_all()
        asked = len(server.asked)
        do(jobs.retry, people.bob, job_id=made)
        work_all()
        assert len(server.asked) == asked
        monkeypatch.setenv("MODEL_SPEND_CAP_CENTS", "50")
        settings.get.cache_clear()
        do(jobs.retry, people.bob, job_id=made)
        work_all()
        assert job(session).status is JobStatus.COMPLETED


class TestTestJobs:
    def test_they_ask_nobody(self, people: People, server: TranscriptionServer, recording: str, session: Session) -> None:
        from dataclasses import replace

        given: dict[str, Any] = {"agent": "maya", "capability": "podcast-to-summary", "data": {"file": recording}}
        do(jobs.create, replace(people.bob, test=True), idempotency_key=str(uuid4()), **given)
        work_all()
        assert server.asked == []
        assert session.exec(select(JobStep.meta).order_by(col(JobStep.position))).first() in ({}, None) or micros(session) == 0


class TestQuote:
    def test_it_says_how_long_and_how_much(self, people: People, server: TranscriptionServer, recording: str) -> None:
        found = do(agents.quote, people.bob, **quoted(recording))
        assert found.cost == "1 run if it completes, and about 1 minute of speech: $0.024"
        assert (found.cost_micros, found.most_micros) == (24_000, 500_000)

    def test_without_a_model_it_costs_nothing(self, people: People, recording: str) -> None:
        found = do(agents.quote, people.bob, **quoted(recording))
        assert (found.cost, found.cost_micros) == ("1 run, only if it completes", 0)

    def test_a_text_is_no_speech(self, people: People, server: TranscriptionServer) -> None:
        found = do(agents.quote, people.bob, agent="maya", capability="blog-to-thread", data={"text": "Hello. " * 100})
        assert "speech" not in found.cost


def quoted(recording: str) -> dict[str, Any]:
    return {"agent": "maya", "capability": "podcast-to-summary", "data": {"file": recording}}


def _without_failures(claim: Any, event: Any) -> dict[str, Any]:
    from coexai_app.agents.pipeline import StepStatus
    from coexai_app.models import StepState

    if event.status is StepStatus.FAILED:
        return {"status": StepState.RUNNING}
    return {"status": StepState.RUNNING, "ms": event.ms, "summary": event.summary[:500], "attempt": claim.attempt}
