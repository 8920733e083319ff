"""The model that agents get: the configured vendors in their order, with fall-back and one spend cap for the job.

The worker and the CLI build one router per job with `from_settings`. Building it imports no SDK and opens no connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from types import MappingProxyType
from typing import Protocol

from pydantic import SecretStr

from coexai_app.errors import InvalidInput
from coexai_app.llm import ask
from coexai_app.llm.anthropic import Anthropic
from coexai_app.llm.base import Chunk, Completion, Prompt
from coexai_app.llm.compatible import Compatible
from coexai_app.llm.errors import ModelBusy, ModelError, ModelRefusedKey
from coexai_app.llm.gemini import Gemini
from coexai_app.llm.meter import MICROS_PER_CENT, Attempt, Meter
from coexai_app.llm.openai import OpenAI
from coexai_app.llm.vendor import Limits, Vendor

VENDORS: Mapping[str, type[Vendor]] = MappingProxyType(
    {"openai": OpenAI, "anthropic": Anthropic, "gemini": Gemini, "compatible": Compatible}
)

DEFAULT_MODELS: Mapping[str, str] = MappingProxyType(
    {"openai": "gpt-6-luna", "anthropic": "claude-haiku-5-5", "gemini": "gemini-3.8-flash"}
)
"""Used when a vendor's model setting is empty: the small current model of each (November 2026)."""


class Router:
    """Implements `base.Model` over several vendors.

    A vendor that fails after its own tries is followed by the next one; one that refused its key is not asked again. Text that was
    already streamed cannot be taken back, so a stream that breaks later raises. `cap_micros` bounds the whole job; None is no cap.
    """

    def __init__(self, models: Sequence[Vendor], *, cap_micros: int | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        if not models:
            raise ValueError("a router needs at least one model")
        self._models = tuple(models)
        self._meter = Meter(cap_micros)
        self._sleep = sleep
        self._refused: dict[int, ModelRefusedKey] = {}

    def __repr__(self) -> str:
        return f"Router({list(self._models)!r})"

    @property
    def provider(self) -> str:
        return self._first().provider

    @property
    def model(self) -> str:
        return self._first().model

    @property
    def spent_micros(self) -> int:
        """Millionths of a US dollar that the job's calls cost so far, failed ones included when the vendor told their usage."""
        return self._meter.spent_micros

    @property
    def meter(self) -> Meter:
        """Counts the job's money; a transcriber beside this router writes to it, too, so that there is one cap."""
        return self._meter

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every HTTP call so far, in the order in which they ended."""
        return self._meter.attempts

    def complete(self, prompt: Prompt, *, key: str = "") -> Completion:
        failures: list[ModelError] = []
        tally = ask.Tally()
        for place, vendor in self._usable(failures):
            try:
                return ask.complete(vendor, prompt, key=key, meter=self._meter, tally=tally, sleep=self._sleep)
            except ModelError as error:
                self._failed(place, error, failures)
        raise _most_useful(failures)

    def stream(self, prompt: Prompt, *, key: str = "") -> Iterator[Chunk]:
        failures: list[ModelError] = []
        tally = ask.Tally()
        for place, vendor in self._usable(failures):
            begun = False
            try:
                with closing(ask.stream(vendor, prompt, key=key, meter=self._meter, tally=tally, sleep=self._sleep)) as chunks:
                    for chunk in chunks:
                        begun = True
                        yield chunk
                return
            except ModelError as error:
                if begun:
                    raise
                self._failed(place, error, failures)
        raise _most_useful(failures)

    def _first(self) -> Vendor:
        return next((vendor for place, vendor in enumerate(self._models) if place not in self._refused), self._models[0])

    def _usable(self, failures: list[ModelError]) -> Iterator[tuple[int, Vendor]]:
        for place, vendor in enumerate(self._models):
            known = self._refused.get(place)
            if known is None:
                yield place, vendor
            else:
                failures.append(known)

    def _failed(self, place: int, error: ModelError, failures: list[ModelError]) -> None:
        if isinstance(error, ModelRefusedKey):
            self._refused[place] = error
        failures.append(error)


def _most_useful(failures: Sequence[ModelError]) -> ModelError:
    """The error to raise when every vendor failed: one that a later try can cure, the soonest first; else the last vendor's."""
    curable = [error for error in failures if not error.permanent]
    busy = [error for error in curable if isinstance(error, ModelBusy) and error.retry_after is not None]
    if busy and len(busy) == len(curable):
        return min(busy, key=lambda error: error.retry_after or 0.0)
    return curable[0] if curable else failures[-1]


class ModelSettings(Protocol):
    """What is read of the application's settings. An empty key is no key; an empty model is the default one."""

    @property
    def openai_api_key(self) -> SecretStr | None: ...
    @property
    def openai_model(self) -> str: ...
    @property
    def openai_base_url(self) -> str: ...
    @property
    def anthropic_api_key(self) -> SecretStr | None: ...
    @property
    def anthropic_model(self) -> str: ...
    @property
    def anthropic_base_url(self) -> str: ...
    @property
    def gemini_api_key(self) -> SecretStr | None: ...
    @property
    def gemini_model(self) -> str: ...
    @property
    def gemini_base_url(self) -> str: ...
    @property
    def compatible_api_key(self) -> SecretStr | None: ...
    @property
    def compatible_model(self) -> str: ...
    @property
    def compatible_base_url(self) -> str: ...
    @property
    def model_order(self) -> str: ...
    @property
    def model_timeout_seconds(self) -> float: ...
    @property
    def model_spend_cap_cents(self) -> int: ...


def from_settings(
    settings: ModelSettings, *, at_most_micros: int | None = None, sleep: Callable[[float], None] = time.sleep
) -> Router | None:
    """A router over the configured vendors in `model_order`, or None when there is none. A vendor outside the order is not used.

    `at_most_micros` is what this job may spend where that is less than the settings allow. Raises InvalidInput when the order names a
    vendor that does not exist, or a compatible server has no model.
    """
    names = list(dict.fromkeys(name.strip().lower() for name in settings.model_order.split(",") if name.strip()))
    unknown = [name for name in names if name not in VENDORS]
    if unknown:
        raise InvalidInput(f"MODEL_ORDER names {unknown[0]!r}. Use {', '.join(VENDORS)}.", field="model_order")
    total = float(settings.model_timeout_seconds)
    limits = Limits(total=total, read=min(Limits().read, total))
    models = [vendor for name in names if (vendor := _configured(name, settings, limits)) is not None]
    cap = settings.model_spend_cap_cents * MICROS_PER_CENT
    return Router(models, cap_micros=cap if at_most_micros is None else min(cap, at_most_micros), sleep=sleep) if models else None


def _configured(name: str, settings: ModelSettings, limits: Limits) -> Vendor | None:
    secret: SecretStr | None = getattr(settings, f"{name}_api_key")
    base_url: str = getattr(settings, f"{name}_base_url") or ""
    model: str = getattr(settings, f"{name}_model") or DEFAULT_MODELS.get(name, "")
    key = secret.get_secret_value().strip() if secret else ""
    if not (base_url.strip() if name == "compatible" else key):
        return None
    if not model.strip():
        raise InvalidInput(
            f"{name.upper()}_MODEL is empty. Name the model that the server at {name.upper()}_BASE_URL runs.", field=f"{name}_model"
        )
    return VENDORS[name](api_key=secret, model=model, base_url=base_url, limits=limits)
