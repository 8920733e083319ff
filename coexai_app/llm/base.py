"""The one small interface to language models, and what crosses it.

Who implements it: one file per vendor in this folder, and `router.Router`, which agents get. Without a key there is no
model at all: `StepContext.model` is None and an agent's builtin engine does the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field


class Tokens(BaseModel):
    """What one call used; `cost_micros` is millionths of a US dollar, from `llm.prices`, None when the model has no known price."""

    model_config = ConfigDict(frozen=True)

    input: int = 0
    output: int = 0
    cost_micros: int | None = None


class Prompt(BaseModel):
    """A request to a model.

    `data` holds untrusted text by name (a source, a file, a web page): adapters render it only inside a marked data section,
    never inside the instructions. `schema_` is the JSON Schema that the answer must meet; without one the answer is text.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    system: str
    task: str
    data: Mapping[str, str] = Field(default_factory=dict)
    schema_: Mapping[str, Any] | None = Field(default=None, alias="schema")
    max_tokens: int = 2_000
    temperature: float = 0.3


class Completion(BaseModel):
    """A whole answer: `text` as it came, `data` parsed and valid against the prompt's schema when it had one."""

    model_config = ConfigDict(frozen=True)

    text: str
    data: Any = None
    provider: str
    model: str
    tokens: Tokens = Tokens()


class Chunk(BaseModel):
    """A piece of a streamed answer; the last one has `done`, the tokens, and no text."""

    model_config = ConfigDict(frozen=True)

    text: str = ""
    done: bool = False
    tokens: Tokens = Tokens()


class Model(Protocol):
    """A language model. `key` names the call ("job:step") so that a provider that knows idempotency keys bills it once."""

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    def complete(self, prompt: Prompt, *, key: str = "") -> Completion: ...

    def stream(self, prompt: Prompt, *, key: str = "") -> Iterator[Chunk]: ...
