"""The coworkers: one row per agent. A new one is a folder here and a line in the table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from coexai_app.agents import jordan, maya, sam, taylor
from coexai_app.agents.parts import Parted
from coexai_app.agents.pipeline import Agent, Capability
from coexai_app.agents.report import Report

AGENTS: Mapping[str, Agent] = MappingProxyType({agent.slug: agent for agent in (maya.AGENT, jordan.AGENT, sam.AGENT, taylor.AGENT)})


def names(agent: str, capability: str) -> tuple[str, str]:
    """What people call a coworker and a capability; the slugs themselves when this version has them no more."""
    found, skill = AGENTS.get(agent), _skill(agent, capability)
    return (found.name if found else agent), (skill.title if skill else capability)


def output_of(report: Report) -> Parted:
    """The output of a report, as its capability knows it; one without parts when this version does not have the capability any more."""
    return parted(report.agent, report.capability, report.output)


def parted(agent: str, capability: str, output: Any) -> Parted:
    """The same of a stored output alone. Raises pydantic's ValidationError when it is none of that capability."""
    skill = _skill(agent, capability)
    return skill.output.model_validate(output) if skill else Parted()


def exports(agent: str, capability: str) -> Collection[str]:
    """The formats that a capability's results can be had in."""
    skill = _skill(agent, capability)
    return skill.exports.keys() if skill else ()


def _skill(agent: str, capability: str) -> Capability | None:
    found = AGENTS.get(agent)
    return found.capabilities.get(capability) if found else None
