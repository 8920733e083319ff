"""Schedules: work that comes back, or starts once at a moment. People set them here; `schedules_run.py` makes the jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, select

from coexai_app import access, db, live
from coexai_app.access import Actor, Permission
from coexai_app.agents.pipeline import AgentInput, Capability
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.models import Schedule
from coexai_app.services import audit, cron, jobs, schedules_read
from coexai_app.services.schedules_run import run_due
from coexai_app.views.jobs import JobView
from coexai_app.views.schedules import ScheduleView

__all__ = ["MAX_PER_ORGANIZATION", "check", "check_moment", "create", "delete", "once", "pause", "resume", "run_due", "run_now", "update"]

MAX_PER_ORGANIZATION: Final = 100
MAX_TITLE: Final = 120
FARTHEST: Final = timedelta(days=366)


def create(
    session: Session,
    actor: Actor,
    *,
    agent: str,
    capability: str,
    data: Mapping[str, Any],
    timezone: str,
    cron_line: str = "",
    at: datetime | None = None,
    title: str = "",
) -> ScheduleView:
    """Records a schedule that runs as the actor: by `cron_line` in `timezone`, or once at `at` (UTC) when the line is empty.

    Raises InvalidInput (per field in `details["fields"]`), NotFound, Conflict at the organisation's limit.
    """
    access.require(actor, Permission.MANAGE_SCHEDULES)
    _, skill = jobs.find(agent, capability)
    parsed = skill.parse(data)
    line, next_at = _when(session, cron_line, timezone, at)
    db.serialize(session, f"schedules:{actor.organization_id}")
    _room(session, actor)
    schedule = Schedule(
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        agent=agent,
        capability=capability,
        title=_title(session, actor, skill, parsed, title),
        input=parsed.model_dump(mode="json", exclude_none=True),
        cron=line,
        timezone=timezone,
        next_at=next_at,
        test=actor.test,
    )
    session.add(schedule)
    return _told(session, actor, schedule, "schedule.created")


def update(
    session: Session,
    actor: Actor,
    *,
    schedule_id: UUID,
    timezone: str,
    cron_line: str = "",
    at: datetime | None = None,
    title: str = "",
    data: Mapping[str, Any] | None = None,
) -> ScheduleView:
    """Changes when a schedule runs, its title (empty: as it is) and its input (None: as it is). From now on it runs as the actor.

    One that a person paused stays paused; a skipped slot's reason goes. Raises as `create`.
    """
    schedule = _changing(session, actor, schedule_id)
    if data is not None:
        _, skill = jobs.find(schedule.agent, schedule.capability)
        parsed = skill.parse(data)
        _check_file(session, actor, parsed)
        schedule.input = parsed.model_dump(mode="json", exclude_none=True)
    schedule.cron, schedule.next_at = _when(session, cron_line, timezone, at)
    schedule.timezone = timezone
    schedule.title = _clean(title) or schedule.title
    schedule.user_id = actor.user_id
    if schedule.enabled:
        schedule.paused_reason = ""
    elif not schedule.paused_reason and not schedule.cron:
        schedule.enabled = True  # a single run that was done has a new moment
    return _told(session, actor, schedule, "schedule.updated")


def pause(session: Session, actor: Actor, *, schedule_id: UUID) -> ScheduleView:
    """Stops a schedule until somebody resumes it; jobs that it made already go on."""
    schedule = _changing(session, actor, schedule_id)
    if not schedule.enabled:
        return schedules_read.whole(session, actor, schedule)
    schedule.enabled, schedule.paused_reason = False, ""
    return _told(session, actor, schedule, "schedule.paused")


def resume(session: Session, actor: Actor, *, schedule_id: UUID) -> ScheduleView:
    """Starts a paused schedule again, at its first slot from now; from now on it runs as the actor.

    Raises InvalidInput or NotFound when its input or its coworker's skill is not valid any more, Conflict when its moment is over.
    """
    schedule = _changing(session, actor, schedule_id)
    if schedule.enabled:
        return schedules_read.whole(session, actor, schedule)
    _, skill = jobs.find(schedule.agent, schedule.capability)
    _check_file(session, actor, skill.parse(schedule.input))
    now = db.now(session)
    if schedule.cron:
        schedule.next_at = cron.next_slot(schedule.cron, schedule.timezone, now)
    elif schedule.next_at is None or schedule.next_at <= now:
        raise Conflict("The moment of this schedule has passed. Edit it and choose another one.")
    schedule.enabled, schedule.paused_reason, schedule.user_id = True, "", actor.user_id
    return _told(session, actor, schedule, "schedule.resumed")


def delete(session: Session, actor: Actor, *, schedule_id: UUID) -> None:
    """Removes a schedule. Its jobs and their results stay."""
    schedule = _changing(session, actor, schedule_id)
    audit.record(session, "schedule.deleted", actor=actor, target=str(schedule_id), target_name=schedule.title)
    live.publish(session, actor.organization_id, "schedule.deleted", schedule_id)
    session.delete(schedule)
    session.flush()


def run_now(session: Session, actor: Actor, *, schedule_id: UUID, idempotency_key: str) -> JobView:
    """Makes a job of a schedule at once, as the actor; its next slot stays. The same key answers the same job. Raises as `jobs.create`."""
    access.require(actor, Permission.RUN_AGENT)
    schedule = _locked(session, actor, schedule_id)
    access.require_mode(actor, test=schedule.test)
    job = jobs.create(
        session,
        replace(actor, test=schedule.test),
        agent=schedule.agent,
        capability=schedule.capability,
        data=schedule.input,
        idempotency_key=f"schedule:{schedule_id}:now:{idempotency_key}",
    )
    schedule.last_at, schedule.last_job_id = db.now(session), UUID(job.id)
    _told(session, actor, schedule, "schedule.run_now")
    return job


def once(
    session: Session, actor: Actor, *, agent: str, capability: str, data: Mapping[str, Any], at: datetime, idempotency_key: str
) -> JobView:
    """A job that waits until `at` (UTC): it holds its run of the plan from now on. Raises as `jobs.create`, and for a past moment."""
    access.require(actor, Permission.RUN_AGENT)
    check_moment(session, at)
    return jobs.create(session, actor, agent=agent, capability=capability, data=data, idempotency_key=idempotency_key, run_at=at)


@db.reads
def check(session: Session, actor: Actor, *, agent: str, capability: str, data: Mapping[str, Any]) -> str:
    """Whether this input could be scheduled, before anybody chooses a time; returns the title that it would get. Raises as `create`."""
    access.require(actor, Permission.RUN_AGENT)
    _, skill = jobs.find(agent, capability)
    return _title(session, actor, skill, skill.parse(data), "")


def _when(session: Session, line: str, timezone: str, at: datetime | None) -> tuple[str, datetime | None]:
    """The line as stored and its first slot."""
    cron.zone(timezone)
    if line.strip():
        text = cron.parse(line).text
        return text, cron.next_slot(text, timezone, db.now(session))
    if at is None:
        raise InvalidInput("Choose when it runs.", field="cron", fields={"cron": "Choose when it runs."})
    check_moment(session, at)
    return "", at


def check_moment(session: Session, at: datetime, *, field: str = "date") -> None:
    """Raises InvalidInput, named for the input's field, for a moment that has passed or is more than a year away."""
    now = db.now(session)
    if at <= now:
        message = "This moment has passed already. Choose a later one."
    elif at > now + FARTHEST:
        message = "This is more than a year away. Choose an earlier date."
    else:
        return
    raise InvalidInput(message, field=field, fields={field: message})


def _room(session: Session, actor: Actor) -> None:
    number = session.exec(select(func.count()).select_from(Schedule).where(Schedule.organization_id == actor.organization_id)).one()
    if number >= MAX_PER_ORGANIZATION:
        raise Conflict(
            f"Your organisation has {MAX_PER_ORGANIZATION} schedules, which is the most. Delete one that is not needed any more."
        )


def _locked(session: Session, actor: Actor, schedule_id: UUID) -> Schedule:
    return access.one(session, select(Schedule).where(Schedule.id == schedule_id).with_for_update(key_share=True), actor, "schedule")


def _changing(session: Session, actor: Actor, schedule_id: UUID) -> Schedule:
    access.require(actor, Permission.MANAGE_SCHEDULES)
    schedule = _locked(session, actor, schedule_id)
    access.require_mode(actor, test=schedule.test)
    return schedule


def _told(session: Session, actor: Actor, schedule: Schedule, action: str) -> ScheduleView:
    """What every change ends with: an audit row, a word to open pages, the view."""
    schedule.updated_at = db.now(session)
    session.flush()
    audit.record(
        session, action, actor=actor, target=str(schedule.id), target_name=schedule.title, cron=schedule.cron, timezone=schedule.timezone
    )
    live.publish(session, schedule.organization_id, action, schedule.id)
    session.flush()
    return schedules_read.whole(session, actor, schedule)


def _title(session: Session, actor: Actor, skill: Capability, data: AgentInput, title: str) -> str:
    """What lists call the schedule: as given, else the file's name, the address or the first line."""
    file = _check_file(session, actor, data)
    values = data.model_dump(mode="json")
    source = file or str(values.get("url") or next(iter(values.get("more_urls") or ()), "")).removeprefix("https://").removeprefix(
        "http://"
    ).rstrip("/")
    first = next((line for line in str(values.get("text") or "").splitlines() if line.strip("#*_>-= \t")), "").lstrip("#*_>-= \t")
    return _clean(title) or _clean(source or first) or skill.title


def _check_file(session: Session, actor: Actor, data: AgentInput) -> str:
    """The name of the first file that the input names, empty without one. Raises NotFound for what is not the organisation's."""
    return next((rows[0].name for rows in jobs.files_of(session, actor, data).values()), "")


def _clean(title: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in title).split())[:MAX_TITLE].rstrip()
