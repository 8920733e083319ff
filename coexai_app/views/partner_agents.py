"""The coworkers as the API answers them: what each can do, with the JSON Schema of its input."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from coexai_app.agents.pipeline import Agent, Capability
from coexai_app.views.agents import Quote
from coexai_app.views.base import View


class PartnerCapability(View):
    """One thing that a coworker does. `input_schema` is JSON Schema (2020-12); `example` fits it; `formats` are those of the result."""

    id: str = Field(examples=["blog-to-thread"])
    title: str = Field(examples=["Blog post to thread"])
    description: str
    steps: tuple[str, ...] = Field(examples=[["Read the source", "Write", "Check"]])
    formats: tuple[str, ...] = Field(examples=[["md", "txt", "json", "docx"]])
    input_schema: dict[str, Any] = Field(examples=[{"type": "object", "properties": {"text": {"type": "string"}}}])
    example: dict[str, Any] = Field(examples=[{"text": "# A year of counting …"}])


class PartnerAgent(View):
    """A coworker. One that is not `available` yet takes no jobs."""

    id: str = Field(examples=["maya"])
    name: str = Field(examples=["Maya"])
    role: str = Field(examples=["Content"])
    description: str
    available: bool
    capabilities: tuple[PartnerCapability, ...]


class PartnerQuote(View):
    """What a run will take. Money in millionths of a US dollar; `most_cost_micros` cannot be passed. `blocked` says why it cannot start."""

    valid: bool = Field(description="Whether an input was given and is right.")
    runs: int = Field(examples=[1])
    runs_left: str = Field(examples=["58 of 100 runs"])
    tokens: int = Field(examples=[7400])
    cost_micros: int = Field(examples=[12000])
    most_cost_micros: int = Field(examples=[500000])
    engine: str = Field(examples=["Builtin: your own words, no model"])
    time: str = Field(examples=["a few seconds"])
    blocked: str = Field(examples=[""])
    test: bool


def agent(row: Agent) -> PartnerAgent:
    return PartnerAgent(
        id=row.slug,
        name=row.name,
        role=row.role,
        description=row.description,
        available=row.available,
        capabilities=tuple(capability(skill) for skill in row.capabilities.values()),
    )


def capability(skill: Capability) -> PartnerCapability:
    return PartnerCapability(
        id=skill.slug,
        title=skill.title,
        description=skill.description,
        steps=tuple(step.label for step in skill.steps),
        formats=tuple(skill.exports),
        input_schema=skill.input.model_json_schema(),
        example=dict(skill.example),
    )


def quote(given: Quote, *, valid: bool, test: bool) -> PartnerQuote:
    """A test run is free, and the builtin model does it."""
    return PartnerQuote(
        valid=valid,
        runs=0 if test else given.runs,
        runs_left=given.left,
        tokens=0 if test else given.tokens,
        cost_micros=0 if test else given.cost_micros,
        most_cost_micros=0 if test else given.most_micros,
        engine="Builtin: your own words, no model" if test else given.engine,
        time="a few seconds" if test else given.time,
        blocked="" if test else given.blocked,
        test=test,
    )
