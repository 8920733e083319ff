"""Spoken words to text, by any server that speaks OpenAI's transcription API (OpenAI, Groq, faster-whisper, whisper.cpp, LocalAI, …).

One HTTP call a stretch of sound, through the bounded client of the language models, with their errors and their retries. The worker and
the command line make one `Transcriber` per job with `from_settings`; a step reaches it by `StepContext.transcribe`.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from coexai_app import log
from coexai_app.llm import speech_prices
from coexai_app.llm.errors import BadAnswer, ModelError, ModelRefusedKey, ModelRejected, ModelUnavailable, of_status
from coexai_app.llm.meter import Meter
from coexai_app.llm.render import clean
from coexai_app.llm.retry import Retry, retry_after
from coexai_app.llm.vendor import Limits

if TYPE_CHECKING:
    from coexai_app.llm.transport import BoundedClient

DEFAULT_URL: Final = "https://api.openai.com/v1"
DEFAULT_MODEL: Final = "whisper-1"
MAX_AUDIO_BYTES: Final = 25_000_000
"""The largest file that OpenAI takes; the other servers take the same or more."""
_TITLE: Final = "The transcription server"
_SETTING: Final = "TRANSCRIPTION"
# The model that says how likely a segment is no speech has made most of them up when it is likely and the words are unsure (its own rule).
_NO_SPEECH: Final = 0.6
_UNSURE: Final = -1.0
_MOST_SEGMENTS: Final = 20_000
_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])\s+")
# Most detailed first; a server that does not know a form says so with a 400, and gets the next.
_FORMS: Final[tuple[Mapping[str, str], ...]] = (
    {"response_format": "verbose_json", "timestamp_granularities[]": "segment"},
    {"response_format": "verbose_json"},
    {"response_format": "json"},
)
_ABOUT_THE_FORM: Final = ("response_format", "timestamp_granularities", "verbose_json")
_LIMITS: Final = Limits(read=60, total=300, max_bytes=8_000_000)
_RETRY: Final = Retry()


@dataclass(frozen=True, slots=True)
class Segment:
    """Some words, with seconds from the start of what was sent. `confidence` is the mean probability of their tokens, 1 when unknown."""

    text: str
    at: float
    until: float
    speaker: str = ""
    confidence: float = 1.0


class Transcriber:
    """A transcription model behind a base URL, which includes the version; one without a path gets the usual "/v1". `spent_micros` is what
    it cost so far."""

    def __init__(
        self,
        *,
        api_key: SecretStr | str | None = None,
        model: str = DEFAULT_MODEL,
        base_url: str = DEFAULT_URL,
        limits: Limits = _LIMITS,
        retry: Retry = _RETRY,
        sleep: Callable[[float], None] = time.sleep,
        meter: Meter | None = None,
    ) -> None:
        secret = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key or ""
        self._key = SecretStr(secret.strip())
        self.model = model.strip() or DEFAULT_MODEL
        self.base_url = _with_version(base_url.strip().rstrip("/") or DEFAULT_URL)
        self._limits, self._retry, self._sleep = limits, retry, sleep
        self._form = 0
        self._meter = meter or Meter()
        self.spent_micros = 0

    def __repr__(self) -> str:
        return f"Transcriber(model={self.model!r})"

    def cost_micros(self, seconds: float) -> int | None:
        """What so much sound costs, in millionths of a US dollar; None where the price is not known."""
        return speech_prices.cost_micros(self.base_url, self.model, seconds)

    def transcribe(self, audio: bytes, *, seconds: float, check: Callable[[], object] = lambda: None) -> tuple[Segment, ...]:
        """What is said in an MP3 of so many seconds, in order; nothing when nobody speaks.

        `check` is called before each try. A server that tells no times gets those of its sentences shared out by their length.
        Raises the errors of `llm.errors`; SpendCapReached before anything is sent.
        """
        if len(audio) > MAX_AUDIO_BYTES:
            raise ValueError("a stretch of sound that no server takes")
        held = self._meter.hold(self.cost_micros(seconds) or 0)
        used = 0
        try:
            answer = self._tried(audio, seconds, check)
            used = held  # also of an answer that is not usable: the server has done its work
            return _segments(answer, seconds)
        finally:
            self._meter.spend(held, used)
            self.spent_micros += used

    def _tried(self, audio: bytes, seconds: float, check: Callable[[], object]) -> Mapping[str, Any]:
        """The answer, after as many tries as it takes."""
        from coexai_app.llm.transport import BoundedClient

        with BoundedClient(title=_TITLE, setting=_SETTING, limits=self._limits) as http:
            tried = 0
            while True:
                check()
                tried += 1
                started = time.monotonic()
                try:
                    answer = self._asked(http, audio)
                except ModelError as error:
                    log.get(__name__).info("transcription %s: %s in %.1f s", self.model, error.code, time.monotonic() - started)
                    wait = self._retry.wait(error, tried)
                    if wait is None or wait >= http.left:
                        raise
                    self._sleep(wait)
                    continue
                log.get(__name__).info("transcription %s: %.0f s of sound in %.1f s", self.model, seconds, time.monotonic() - started)
                return answer

    def _asked(self, http: BoundedClient, audio: bytes) -> Mapping[str, Any]:
        """One answer, in the most detailed form that the server knows."""
        while True:
            response = self._sent(http, audio)
            if response.status_code in (400, 422) and self._form + 1 < len(_FORMS) and _is_about_the_form(response.text):
                self._form += 1
                continue
            break
        if not response.is_success:
            code = _code(response.text)
            wait = retry_after(response.headers)
            raise of_status(response.status_code, title=_TITLE, setting=_SETTING, model=self.model, code=code, retry_after=wait)
        try:
            answer = json.loads(response.text)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("text", ""), str):
            raise ModelUnavailable(f"{_TITLE} sent something that is not an answer. Nothing is lost; try again in a while.")
        return answer

    def _sent(self, http: BoundedClient, audio: bytes) -> Any:
        fields = {"model": self.model, **_FORMS[self._form]}
        try:
            return http.post(
                f"{self.base_url}/audio/transcriptions",
                data=fields,
                files={"file": ("sound.mp3", audio, "audio/mpeg")},
                headers={"authorization": f"Bearer {key}"} if (key := self._secret()) else {},
            )
        except ModelError:
            raise
        except Exception:
            # An address that is none; the library's message may hold it, and a password in it.
            raise ModelRejected(f"The address of {_TITLE.lower()} is not usable. Check {_SETTING}_BASE_URL.") from None

    def _secret(self) -> str:
        key = self._key.get_secret_value()
        if not key.isascii() or any(not c.isprintable() or c == " " for c in key):
            raise ModelRefusedKey(f"The key for {_TITLE.lower()} holds characters that no key has. Check {_SETTING}_API_KEY.")
        return key


class TranscriptionSettings(Protocol):
    """What is read of the application's settings."""

    @property
    def transcription_base_url(self) -> str: ...
    @property
    def transcription_api_key(self) -> SecretStr | None: ...
    @property
    def transcription_model(self) -> str: ...
    @property
    def transcription_timeout_seconds(self) -> float: ...


def from_settings(settings: TranscriptionSettings, *, meter: Meter | None = None) -> Transcriber | None:
    """The transcription model that is set, or None: an address alone is enough, and a key alone is for OpenAI. What it spends goes to the
    `meter`, whose cap holds."""
    secret = settings.transcription_api_key
    key = secret.get_secret_value().strip() if secret else ""
    address = settings.transcription_base_url.strip()
    if not key and not address:
        return None
    total = float(settings.transcription_timeout_seconds)
    limits = Limits(total=total, read=min(_LIMITS.read, total), max_bytes=_LIMITS.max_bytes)
    return Transcriber(api_key=secret, model=settings.transcription_model, base_url=address, limits=limits, meter=meter)


def _with_version(url: str) -> str:
    try:
        return url if urlsplit(url).path else f"{url}/v1"
    except ValueError:
        return url


def _is_about_the_form(said: str) -> bool:
    return any(word in said.lower() for word in _ABOUT_THE_FORM)


def _code(body: str) -> str:
    try:
        error = json.loads(body)["error"]
        return str(error.get("code") or error.get("type") or "")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return ""


def _segments(answer: Mapping[str, Any], seconds: float) -> tuple[Segment, ...]:
    """Raises BadAnswer for segments that are none."""
    told = answer.get("segments")
    if not isinstance(told, list) or not told:
        return _shared_out(clean(answer.get("text", "")).strip(), seconds)
    try:
        found = [_segment(one) for one in told[:_MOST_SEGMENTS]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadAnswer(f"{_TITLE} told no usable times. Try again, or use another model.") from None
    return tuple(sorted((segment for segment in found if segment), key=lambda segment: segment.at))


def _segment(told: Mapping[str, Any]) -> Segment | None:
    text = clean(str(told["text"])).strip()
    at, until = float(told["start"]), float(told["end"])
    if not (math.isfinite(at) and math.isfinite(until)):
        raise ValueError("a time that is none")
    sure = _number(told.get("avg_logprob"))
    nothing = _number(told.get("no_speech_prob"))
    if not text or (nothing is not None and sure is not None and nothing > _NO_SPEECH and sure < _UNSURE):
        return None
    speaker = told.get("speaker")
    return Segment(
        text=text,
        at=at,
        until=max(at, until),
        speaker=clean(speaker).strip()[:100] if isinstance(speaker, str) else "",
        confidence=1.0 if sure is None else min(1.0, math.exp(min(0.0, sure))),
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def _shared_out(text: str, seconds: float) -> tuple[Segment, ...]:
    """Each sentence for as long as its share of the letters."""
    sentences: Sequence[str] = [part for part in _SENTENCE.split(text) if part.strip()]
    whole, done = sum(map(len, sentences)) or 1, 0
    found: list[Segment] = []
    for sentence in sentences:
        at = seconds * done / whole
        done += len(sentence)
        found.append(Segment(text=sentence.strip(), at=at, until=seconds * done / whole))
    return tuple(found)
