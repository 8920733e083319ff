"""Who can answer cases: the builtin engine, and each vendor of models that the settings know, alone, asked through the router."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from coexai_app.errors import InvalidInput, NotFound
from coexai_app.llm import router
from coexai_app.llm.base import Chunk, Completion, Prompt
from coexai_app.llm.errors import ModelError
from coexai_app.llm.router import Router

if TYPE_CHECKING:
    from coexai_app.settings import Settings

BUILTIN: Final = "builtin"
_KEYS: Final[Mapping[str, str]] = MappingProxyType({"compatible": "COMPATIBLE_BASE_URL"})


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who can answer. `model_for` makes the model of one run that may spend so many micros of a dollar (None: what the settings
    allow for a job); it is None for the builtin engine. `why_not` says why a vendor cannot be asked."""

    name: str
    model: str
    model_for: Callable[[int | None], Router] | None = None
    why_not: str = ""


class Asked:
    """A router that remembers what went wrong: agents go on without a model's answer, and a comparison has to know. A `base.Model`."""

    def __init__(self, router_: Router) -> None:
        self.router = router_
        self.errors: list[ModelError] = []

    @property
    def provider(self) -> str:
        return self.router.provider

    @property
    def model(self) -> str:
        return self.router.model

    def complete(self, prompt: Prompt, *, key: str = "") -> Completion:
        try:
            return self.router.complete(prompt, key=key)
        except ModelError as error:
            self.errors.append(error)
            raise

    def stream(self, prompt: Prompt, *, key: str = "") -> Iterator[Chunk]:
        try:
            yield from self.router.stream(prompt, key=key)
        except ModelError as error:
            self.errors.append(error)
            raise


def configured(settings: Settings) -> tuple[Provider, ...]:
    """The builtin engine first, then every vendor in the order of the router's table, with or without a key."""
    return (Provider(BUILTIN, "extractive/1"), *(_vendor(name, settings) for name in router.VENDORS))


def chosen(providers: tuple[Provider, ...], names: list[str]) -> tuple[Provider, ...]:
    """The named ones in their fixed order, all without a name. Raises NotFound."""
    known = {provider.name for provider in providers}
    if strange := next((name for name in names if name not in known), None):
        raise NotFound(f"There is no provider “{strange}”. There are: {', '.join(p.name for p in providers)}.")
    return tuple(provider for provider in providers if not names or provider.name in names)


def _vendor(name: str, settings: Settings) -> Provider:
    alone = settings.model_copy(update={"model_order": name})
    try:
        first = router.from_settings(alone)
    except InvalidInput as error:
        return Provider(name, "", why_not=error.message)
    if first is None:
        return Provider(name, "", why_not=f"No key: set {_KEYS.get(name, f'{name.upper()}_API_KEY')}.")

    def model_for(most: int | None) -> Router:
        made = router.from_settings(alone, at_most_micros=most)
        if made is None:
            raise InvalidInput(f"{name} has no key any more.")
        return made

    return Provider(name, first.model, model_for)
