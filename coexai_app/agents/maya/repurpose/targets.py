"""The targets: for each the capability that makes it, and that capability's input out of ours. A new one is a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from coexai_app.agents.maya import articles, blog, newsletter, podcasts
from coexai_app.agents.maya.repurpose import posts
from coexai_app.agents.maya.repurpose.inputs import NAMES, POSTS, RepurposeInput, Target
from coexai_app.agents.pipeline import AgentInput, Capability
from coexai_app.agents.report import Usage

# What one post for one network asks of the calendar.
_ONE_POST: Final = {"weeks": 1, "per_week": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """`given` are the fields that the capability's input takes from ours under the same names, `fixed` those that are always the same.

    `channel` is the network of parts that name none themselves.
    """

    target: Target
    capability: Capability
    given: tuple[str, ...]
    fixed: Mapping[str, Any]
    channel: str = ""

    @property
    def name(self) -> str:
        return NAMES[self.target]

    def input(self, data: RepurposeInput) -> AgentInput:
        """The capability's input."""
        told = {name: value for name in ("url", "text", "file", *self.given) if (value := getattr(data, name)) is not None}
        return self.capability.parse({**told, **self.fixed})


_TALK: Final = ("audience", "call_to_action", "length")
_ROWS: Final = (
    Row(Target.THREAD, blog.CAPABILITY, ("audience", "call_to_action", "link"), {}),
    Row(Target.ARTICLE, articles.CAPABILITY, _TALK, {}, Target.ARTICLE.value),
    Row(Target.SUMMARY, podcasts.CAPABILITY, _TALK, {}),
    Row(Target.NEWSLETTER, newsletter.CAPABILITY, ("audience", "call_to_action", "button_link"), {}),
    *(
        Row(Target(c), posts.of_channel(c), ("audience", "call_to_action", "link"), {**_ONE_POST, "channels": (c.value,)}, c.value)
        for c in POSTS
    ),
)
TARGETS: Final[Mapping[Target, Row]] = MappingProxyType({row.target: row for row in _ROWS})


def chosen(target: Target) -> Callable[[RepurposeInput], bool]:
    """Whether an input asks for the target."""
    return lambda data: target in data.targets


def expected_use(data: RepurposeInput, characters: int) -> Usage:
    """What a model will be asked for a source of so many characters: what all chosen targets ask."""
    total = Usage()
    for target in data.targets:
        row = TARGETS[target]
        if row.capability.model_use is not None:
            total += row.capability.model_use(row.input(data), characters)
    return total
