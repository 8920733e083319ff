"""The dashboard: what needs you, what runs, what is left this month."""

from __future__ import annotations

from coexai_app.views.agents import AgentView
from coexai_app.views.base import View
from coexai_app.views.jobs import JobRow, JobView


class Need(View):
    """Something that waits for a person: a claim without a source, a failed job, a draft to approve."""

    agent: str
    title: str
    text: str
    action: str
    href: str


class HomeView(View):
    greeting: str
    line: str
    agents: tuple[AgentView, ...]
    needs: tuple[Need, ...]
    needs_count: int
    running: tuple[JobView, ...]
    recent: tuple[JobRow, ...]
    slots: int
    slots_used: int
    waiting: int


class ShellView(View):
    """What the sidebar shows on every page, live."""

    running: int
    waiting: int
    slots: int
    review: int
    busy: tuple[str, ...] = ()
