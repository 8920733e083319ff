"""Schedules for the API's clients. The rules are in `schedules.py`; here they are found, and shown with timestamps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.models import Schedule
from coexai_app.services import partner_jobs, schedules, schedules_read
from coexai_app.views import partner_schedules as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_jobs import PartnerJobDetail
from coexai_app.views.partner_schedules import PartnerSchedule

ORDERS: Final[Mapping[str, Any]] = {
    "next_at": (col(Schedule.next_at).is_(None), col(Schedule.next_at)),
    "-next_at": (col(Schedule.next_at).is_(None), col(Schedule.next_at).desc()),
    "created_at": (col(Schedule.id),),
    "-created_at": (col(Schedule.id).desc(),),
}


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20, sort: str = "-created_at") -> Listing[PartnerSchedule]:
    """A page of the organisation's schedules. `sort` is a key of ORDERS; those without a next run come last."""
    access.require(actor, Permission.VIEW_WORK)
    found = access.scoped(select(Schedule), actor)
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    rows = session.exec(found.order_by(*ORDERS[sort], col(Schedule.id)).offset((page - 1) * limit).limit(limit)).all()
    shown = [view.whole(row, schedules_read.whole(session, actor, row)) for row in rows]
    return Listing[PartnerSchedule].of(shown, page=page, limit=limit, total=total)


@db.reads
def get(session: Session, actor: Actor, *, schedule_id: UUID) -> PartnerSchedule:
    """One schedule. Raises NotFound."""
    access.require(actor, Permission.VIEW_WORK)
    return _whole(session, actor, schedule_id)


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
) -> PartnerSchedule:
    """A new schedule. Raises as `schedules.create`."""
    access.require(actor, Permission.MANAGE_SCHEDULES)
    made = schedules.create(
        session,
        actor,
        agent=agent,
        capability=capability,
        data=data,
        timezone=timezone or actor.timezone,
        cron_line=cron_line,
        at=at,
        title=title,
    )
    return _whole(session, actor, UUID(made.id))


def update(
    session: Session,
    actor: Actor,
    *,
    schedule_id: UUID,
    timezone: str | None = None,
    cron_line: str | None = None,
    at: datetime | None = None,
    title: str = "",
    data: Mapping[str, Any] | None = None,
) -> PartnerSchedule:
    """Changes what is given and keeps the rest. Raises as `schedules.update`."""
    access.require(actor, Permission.MANAGE_SCHEDULES)
    row = access.one(session, select(Schedule).where(Schedule.id == schedule_id), actor, "schedule")
    once = at is not None and cron_line is None
    line = "" if once else row.cron if cron_line is None else cron_line
    schedules.update(
        session,
        actor,
        schedule_id=schedule_id,
        timezone=timezone or row.timezone,
        cron_line=line,
        at=at or row.next_at,
        title=title,
        data=data,
    )
    return _whole(session, actor, schedule_id)


def pause(session: Session, actor: Actor, *, schedule_id: UUID) -> PartnerSchedule:
    """Stops a schedule until somebody resumes it."""
    access.require(actor, Permission.MANAGE_SCHEDULES)
    schedules.pause(session, actor, schedule_id=schedule_id)
    return _whole(session, actor, schedule_id)


def resume(session: Session, actor: Actor, *, schedule_id: UUID) -> PartnerSchedule:
    """A paused schedule goes on. Raises as `schedules.resume`."""
    access.require(actor, Permission.MANAGE_SCHEDULES)
    schedules.resume(session, actor, schedule_id=schedule_id)
    return _whole(session, actor, schedule_id)


def run_now(session: Session, actor: Actor, *, schedule_id: UUID, idempotency_key: str) -> PartnerJobDetail:
    """A job of the schedule at once. Raises as `schedules.run_now`."""
    access.require(actor, Permission.RUN_AGENT)
    made = schedules.run_now(session, actor, schedule_id=schedule_id, idempotency_key=idempotency_key)
    return partner_jobs.shown(session, actor, UUID(made.id))


def _whole(session: Session, actor: Actor, schedule_id: UUID) -> PartnerSchedule:
    row = access.one(session, select(Schedule).where(Schedule.id == schedule_id), actor, "schedule")
    session.refresh(row)
    return view.whole(row, schedules_read.whole(session, actor, row))
