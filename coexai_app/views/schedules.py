"""Schedules, as pages see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from coexai_app.models import Schedule
from coexai_app.views.base import View, moment, zone


class When(View):
    """The builder's choices. `repeat` is once, daily, weekdays, weekly, monthly or cron; the other fields count where it uses them.

    `days` are "0" (Sunday) to "6", `day` is "1" to "28" or "L" for the last day of the month.
    """

    repeat: str = "weekly"
    date: str = ""
    time: str = "09:00"
    days: tuple[str, ...] = ("1",)
    day: str = "1"
    cron: str = "0 9 * * MON"
    timezone: str = "UTC"


class ScheduleRow(View):
    """A schedule in a list. `tone` and `icon` are the looks of `word`; `reason` says why it does not run, empty when it does."""

    id: str
    title: str
    agent: str
    agent_name: str
    capability_title: str
    words: str
    next: str
    last: str
    last_job_id: str
    tone: str
    icon: str
    word: str
    reason: str
    by: str
    enabled: bool
    can_pause: bool
    can_resume: bool


class ScheduleView(ScheduleRow):
    """One schedule, with what its form starts from."""

    when: When


class Preview(View):
    """What a rhythm means: in words, and its next runs, each with the day of the week."""

    words: str = ""
    runs: tuple[str, ...] = ()


Chip = tuple[str, str, str]

# tone, icon and word of each state
CHIPS: Final[Mapping[str, Chip]] = MappingProxyType(
    {
        "on": ("ok", "check", "On"),
        "waiting": ("warn", "hourglass", "Paused"),
        "paused": ("idle", "pause", "Paused"),
        "stopped": ("bad", "circle-alert", "Paused"),
        "done": ("out", "check-check", "Done"),
    }
)


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """What a schedule's row does not hold itself but its view needs; services read it."""

    agent_name: str
    capability_title: str
    timezone: str
    words: str
    by: str = ""
    may_change: bool = False


def row(schedule: Schedule, facts: ScheduleFacts) -> ScheduleRow:
    """The view of a schedule in a list, with times in the viewer's zone."""
    state = _state(schedule)
    tone, icon, word = CHIPS[state]
    return ScheduleRow(
        id=str(schedule.id),
        title=schedule.title,
        agent=schedule.agent,
        agent_name=facts.agent_name,
        capability_title=facts.capability_title,
        words=facts.words,
        next=moment(schedule.next_at, facts.timezone) if schedule.enabled else "",
        last=moment(schedule.last_at, facts.timezone),
        last_job_id=str(schedule.last_job_id or ""),
        tone=tone,
        icon=icon,
        word=word,
        reason=schedule.paused_reason,
        by=facts.by,
        enabled=schedule.enabled,
        can_pause=facts.may_change and schedule.enabled,
        can_resume=facts.may_change and not schedule.enabled and state != "done",
    )


def whole(schedule: Schedule, facts: ScheduleFacts, when: When) -> ScheduleView:
    """The view of one schedule, with its form."""
    return ScheduleView(**row(schedule, facts).model_dump(), when=when)


def preview(words: str, runs: Sequence[datetime], there: str, here: str) -> Preview:
    """The next runs by the schedule's own clock; the viewer's stands beside it where it differs."""
    return Preview(words=words, runs=tuple(run_text(run, there, here) for run in runs))


def run_text(when: datetime, there: str, here: str) -> str:
    """ "Monday 23 November 2026, 09:00", and ", 08:00 in Europe/London" for a viewer whose clock differs."""
    local, own = when.astimezone(zone(there)), when.astimezone(zone(here))
    text = f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M}"
    if local.utcoffset() == own.utcoffset():
        return text
    day = "" if local.date() == own.date() else f" on {own:%A}"
    return f"{text} ({own:%H:%M}{day} in {here})"


def _state(schedule: Schedule) -> str:
    if schedule.enabled:
        return "waiting" if schedule.paused_reason else "on"
    if not schedule.cron and schedule.next_at is None and not schedule.paused_reason:
        return "done"
    return "stopped" if schedule.paused_reason else "paused"
