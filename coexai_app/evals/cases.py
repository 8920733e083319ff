"""The format of a golden case. Whoever reads one from a file or a row calls `Case.parse`; `files.py` knows TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from coexai_app.agents import AGENTS
from coexai_app.agents.pipeline import Agent, Capability
from coexai_app.business import BusinessProfile
from coexai_app.errors import CoexaiError, InvalidInput
from coexai_app.evals.expectations import KINDS, LONGEST, Expectation, Phrases, Refused

MOST_EXPECTED: Final = 200
MOST_NOTES: Final = 300
LONGEST_SOURCE: Final = 1_000_000
# An input has options, not texts: the source is the case's own.
_LONGEST_INPUT: Final = 20_000
# What the runner puts into the input itself.
_OF_THE_SOURCE: Final = ("text", "file", "url")


class Verdict(StrEnum):
    GOOD = "good"
    BAD = "bad"


class PartNote(BaseModel):
    """What a person said of a part of a result. Bad: `words`, or the whole `text` where none are named, must not come back. Good: `words`,
    or the text or its numbers, dates and names, must be there again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    words: Phrases = ()
    label: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=LONGEST)] = ""


class Case(BaseModel):
    """A golden case. The source stands in it (`source`), or in a file beside it (`source_file`, a name without folders)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: Annotated[str, Field(max_length=32)] = "maya"
    capability: Annotated[str, Field(min_length=1, max_length=64)]
    title: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=LONGEST)] = ""
    source: Annotated[str, Field(max_length=LONGEST_SOURCE)] = ""
    source_file: Annotated[str, Field(max_length=200)] = ""
    input: Mapping[str, Any] = Field(default_factory=dict)
    business: BusinessProfile = BusinessProfile()
    expect: Annotated[tuple[Expectation, ...], Field(max_length=MOST_EXPECTED)] = ()
    parts: Annotated[tuple[PartNote, ...], Field(max_length=MOST_NOTES)] = ()

    @field_validator("source_file")
    @classmethod
    def _beside(cls, value: str) -> str:
        """A case that came from elsewhere must not read any file of this machine."""
        if value and ("/" in value or "\\" in value or value.startswith(".") or "\x00" in value):
            raise ValueError("Name a file beside the case, without a folder.")
        return value

    @field_validator("input")
    @classmethod
    def _options(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if given := next((name for name in _OF_THE_SOURCE if name in value), None):
            raise ValueError(f"“{given}” is the source. Put it into source or source_file.")
        if len(json.dumps(value, default=str)) > _LONGEST_INPUT:
            raise ValueError("This is too long for options.")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Case:
        if bool(self.source) == bool(self.source_file):
            raise ValueError("Give either source or source_file.")
        if not self.expect and not self.parts:
            raise ValueError("Say what is expected: add [[expect]] or [[parts]].")
        refused = [one for one in self.expect if isinstance(one, Refused)]
        if refused and (len(self.expect) > len(refused) or self.parts):
            raise ValueError("What is refused has no result: a case with refused expects nothing else.")
        return self

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Case:
        """Raises InvalidInput with one message for each field in `details["fields"]`, named by its place ("expect.2.text")."""
        try:
            case = cls.model_validate(data)
        except ValidationError as error:
            raise _told(error) from None
        skill = case.skill()
        try:
            skill.parse({**case.input, "text": "A source."})
        except InvalidInput as error:
            if any(isinstance(one, Refused) for one in case.expect):
                return case
            fields = {f"input.{name}": message for name, message in error.details.get("fields", {}).items()}
            first = next(iter(fields), "input")
            raise InvalidInput(fields.get(first, error.message), field=first, fields=fields) from None
        return case

    def coworker(self) -> Agent:
        """Raises InvalidInput for one that this version does not have."""
        agent = AGENTS.get(self.agent)
        if agent is None or not agent.available:
            raise _wrong("agent", f"There is no coworker named “{self.agent}” to run.")
        return agent

    def skill(self) -> Capability:
        """Raises InvalidInput for one that this version does not have."""
        agent = self.coworker()
        if self.capability not in agent.capabilities:
            raise _wrong("capability", f"{agent.name} cannot do “{self.capability}”. {agent.name} can: {', '.join(agent.capabilities)}.")
        return agent.capabilities[self.capability]

    @property
    def checks(self) -> int:
        """How many things it asks."""
        return len(self.expect) + len(self.parts)

    def data(self) -> dict[str, Any]:
        """What a file or a row holds: only what differs from the default."""
        return {"agent": self.agent} | self.model_dump(mode="json", exclude_defaults=True)


def _wrong(field: str, message: str) -> CoexaiError:
    return InvalidInput(message, field=field, fields={field: message})


def _told(error: ValidationError) -> InvalidInput:
    fields: dict[str, str] = {}
    for problem in error.errors():
        # A kind of check is a step of the path that no file has.
        path = [str(part) for place, part in enumerate(problem["loc"]) if not (place == 2 and problem["loc"][0] == "expect")]
        fields.setdefault(".".join(path) or "case", _sentence(problem))
    first = next(iter(fields))
    return InvalidInput(fields[first], field=first, fields=fields)


def _sentence(problem: Any) -> str:
    """What is wrong, for the person who edits the file."""
    limits = problem.get("ctx", {})
    match problem["type"]:
        case "extra_forbidden":
            return "There is no such field."
        case "missing":
            return "This is missing."
        case "union_tag_not_found":
            return f"Name the kind of check. There are: {', '.join(KINDS)}."
        case "union_tag_invalid":
            return f"There is no check “{str(limits.get('tag'))[:40]}”. There are: {', '.join(KINDS)}."
    said = str(problem["msg"]).removeprefix("Value error, ")
    return said if said.endswith(".") else f"{said}."
