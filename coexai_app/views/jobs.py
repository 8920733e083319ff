"""Jobs and their steps, as pages and API see them."""

from __future__ import annotations

from coexai_app.views.base import View


class StepView(View):
    """One step of the timeline. `status` is todo, running, done, kept or failed; `tone` is its look."""

    position: int
    name: str
    label: str
    status: str
    took: str = ""
    summary: str = ""


class JobRow(View):
    """A job in a list. `tone` is idle, info, ok, bad, solid or out; `icon` a name of the icon table; `word` what the chip says."""

    id: str
    title: str
    agent: str
    agent_name: str
    capability: str
    status: str
    tone: str
    icon: str
    word: str
    took: str
    created: str
    by: str
    output_id: str = ""


class AttemptView(View):
    number: int
    word: str
    tone: str
    icon: str
    when: str
    detail: str = ""


class JobView(JobRow):
    """One job, whole. `reason` says why it waits or failed and `advice` what to do; empty when it simply runs or is done."""

    capability_title: str
    short_id: str
    attempt: int
    max_attempts: int
    steps: tuple[StepView, ...]
    steps_done: int
    step_line: str
    reason: str = ""
    advice: str = ""
    error_code: str = ""
    started: str = ""
    active: bool = False
    can_cancel: bool = False
    can_retry: bool = False
    attempts: tuple[AttemptView, ...] = ()
    input: tuple[tuple[str, str], ...] = ()
    engine: str = ""
    spent: str = ""
