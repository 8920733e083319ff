"""What all vendors share: their limits, what they are asked, what they hand back, and how their errors become ours.

A vendor file knows one SDK and makes one HTTP call at a time (`Vendor.open`); retries, repairs and money are `ask`'s.
"""

from __future__ import annotations

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SecretStr

from coexai_app.llm.base import Chunk, Completion, Prompt
from coexai_app.llm.errors import ModelError, ModelRefusedKey, ModelUnavailable
from coexai_app.llm.render import Conversation
from coexai_app.llm.retry import Retry

if TYPE_CHECKING:
    from coexai_app.llm.transport import BoundedClient


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and sizes of one answer. `total` bounds one question with all its retries.

    `read` is the longest silence in a stream, and inside the body of a whole answer; before that begins, only `total` counts,
    because the model is writing. A server that goes silent just before `total` can hold the call for one `read` more.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 120.0
    max_chars: int = 400_000
    max_bytes: int = 32_000_000


class Finish(StrEnum):
    """Why an answer ended. A part without one is not the last."""

    STOP = "stop"
    LENGTH = "length"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer. `input` and `output` are token counts so far, None when the vendor did not say."""

    text: str = ""
    finish: Finish | None = None
    input: int | None = None
    output: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One call, ready to send. `max_tokens` bounds the answer; a model that thinks first gets room for that on top."""

    conversation: Conversation
    schema: Mapping[str, Any] | None
    max_tokens: int
    temperature: float
    idempotency_key: str = ""


_LIMITS = Limits()
_RETRY = Retry()

THINKING_ROOM = 4_000
"""Output tokens on top of the answer for a model that thinks before it answers; vendors bill and count them as output."""

UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError, Warning)
"""What reading an answer of a wrong shape raises, in the SDKs and here (broken JSON is a ValueError; Python can make warnings errors)."""


class Vendor(ABC):
    """A model of one vendor; implements `base.Model`. Holds no connection between calls, so there is nothing to close."""

    provider: ClassVar[str]
    title: ClassVar[str]
    setting: ClassVar[str]

    def __init__(
        self,
        *,
        api_key: SecretStr | str | None,
        model: str,
        base_url: str = "",
        limits: Limits = _LIMITS,
        retry: Retry = _RETRY,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        secret = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key or ""
        self._key = SecretStr(secret.strip())
        self._model = model.strip()
        self.base_url = base_url.strip().rstrip("/")
        self.limits = limits
        self.retry = retry
        self.sleep = sleep

    def __repr__(self) -> str:
        return f"{type(self).__name__}(model={self._model!r})"

    @property
    def model(self) -> str:
        return self._model

    def complete(self, prompt: Prompt, *, key: str = "") -> Completion:
        """One whole answer, valid against the prompt's schema. Raises the errors of `llm.errors`."""
        from coexai_app.llm.ask import complete

        return complete(self, prompt, key=key)

    def stream(self, prompt: Prompt, *, key: str = "") -> Iterator[Chunk]:
        """The answer as it comes. An error after the first piece of text is raised as it is: the text cannot be taken back."""
        from coexai_app.llm.ask import stream

        return stream(self, prompt, key=key)

    def output_limit(self, question: Question) -> int:
        """The most output tokens that the call can be billed for."""
        return question.max_tokens + (THINKING_ROOM if self.thinks else 0)

    @property
    @abstractmethod
    def thinks(self) -> bool:
        """Whether the model thinks before it answers, by its name."""

    @abstractmethod
    def open(self, http: BoundedClient) -> AbstractContextManager[Any]:
        """The SDK's client on top of our HTTP client, without retries of its own."""

    @abstractmethod
    def parts(self, client: Any, question: Question, *, stream: bool) -> Generator[Part]:
        """Makes the call. The last part has `finish`; without one the answer is cut off."""

    @abstractmethod
    def error_of(self, error: Exception) -> ModelError | None:
        """The SDK's error as ours, or None when it is not an error of the SDK."""

    def secret(self) -> str:
        """The key, for the SDK. One that cannot stand in a header is refused here, before an error can show it."""
        key = self._key.get_secret_value()
        if not key.isascii() or any(not c.isprintable() or c == " " for c in key):
            raise ModelRefusedKey(f"The key for {self.title} holds characters that no key has. Check {self.setting}_API_KEY.")
        return key

    def translated(self, error: Exception) -> ModelError:
        """Any error of a call as ours. The SDKs wrap what the HTTP client raises, so the causes are looked through first."""
        cause: BaseException | None = error
        for _ in range(8):
            if cause is None:
                break
            if isinstance(cause, ModelError):
                return cause
            cause = cause.__cause__ or cause.__context__
        known = self.error_of(error)
        if known is not None:
            return known
        if isinstance(error, UNREADABLE):
            return ModelUnavailable(f"{self.title} sent something that is not an answer. Nothing is lost; try again in a while.")
        raise error


@dataclass(slots=True)
class Dropped:
    """Optional parameters that a model turned out not to know; remembered, so that the next call leaves them out at once."""

    names: set[str] = field(default_factory=set)

    def kept(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in parameters.items() if name not in self.names}

    def learn(self, sent: Container[str], said: str, words: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the refusal `said` names one of the optional parameters that were sent; that one is dropped."""
        text = said.lower()
        for name, signs in words.items():
            if name in sent and any(sign in text for sign in signs):
                self.names.add(name)
                return True
        return False


def count(value: Any) -> int | None:
    """A token count as the vendor sent it, or None when it is not one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def header_key(key: str) -> str:
    """An idempotency key that can stand in a header: as it is when short and plain, else its SHA-256."""
    if len(key) <= 200 and key.isascii() and key.isprintable() and " " not in key:
        return key
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
