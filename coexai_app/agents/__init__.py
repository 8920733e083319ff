"""The coworkers: one row per agent. A new one is a folder here and a line in the table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from coexai_app.agents import jordan, maya, sam, taylor
from coexai_app.agents.pipeline import Agent

AGENTS: Mapping[str, Agent] = MappingProxyType({agent.slug: agent for agent in (maya.AGENT, jordan.AGENT, sam.AGENT, taylor.AGENT)})


def names(agent: str, capability: str) -> tuple[str, str]:
    """What people call a coworker and a capability; the slugs themselves when this version has them no more."""
    found = AGENTS.get(agent)
    skill = found.capabilities.get(capability) if found else None
    return (found.name if found else agent), (skill.title if skill else capability)
