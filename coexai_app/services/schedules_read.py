"""Reading schedules: one, a page of them, what a rhythm means, and what a new one's form starts from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.models import Schedule, User
from coexai_app.services import cron, cron_words
from coexai_app.views import schedules as view
from coexai_app.views.base import Page, moment, zone
from coexai_app.views.schedules import Preview, ScheduleFacts, ScheduleRow, ScheduleView, When

MAX_LIMIT: Final = 50
RUNS: Final = 5
_REGIONS: Final = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@db.reads
def get(session: Session, actor: Actor, *, schedule_id: UUID) -> ScheduleView:
    """One schedule of the actor's organisation. Raises NotFound."""
    access.require(actor, Permission.VIEW_WORK)
    return whole(session, actor, access.one(session, select(Schedule).where(Schedule.id == schedule_id), actor, "schedule"))


def whole(session: Session, actor: Actor, schedule: Schedule) -> ScheduleView:
    facts = _facts(session, actor, [schedule])[schedule.id]
    return view.whole(schedule, facts, cron_words.decompose(schedule.cron, schedule.timezone, schedule.next_at))


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> Page[ScheduleRow]:
    """A page of the organisation's schedules: those that run next first, paused and done ones last."""
    access.require(actor, Permission.VIEW_WORK)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    found = access.scoped(select(Schedule), actor)
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    order = (col(Schedule.enabled).desc(), col(Schedule.next_at).is_(None), col(Schedule.next_at), col(Schedule.id))
    rows = session.exec(found.order_by(*order).offset((page - 1) * limit).limit(limit)).all()
    facts = _facts(session, actor, rows)
    return Page[ScheduleRow](rows=tuple(view.row(row, facts[row.id]) for row in rows), page=page, limit=limit, total=total)


@db.reads
def preview(session: Session, actor: Actor, *, timezone: str, cron_line: str = "", at: datetime | None = None) -> Preview:
    """What a line, or a single moment, means: in words, and its next runs. Raises InvalidInput."""
    access.require(actor, Permission.VIEW_WORK)
    cron.zone(timezone)
    if not cron_line:
        return view.preview("Once", [at] if at else [], timezone, actor.timezone)
    runs = list(islice(cron.slots(cron_line, timezone, db.now(session)), RUNS))
    return view.preview(cron_words.describe(cron_line, timezone), runs, timezone, actor.timezone)


@db.reads
def blank(session: Session, actor: Actor) -> When:
    """What the form of a new schedule starts from: Mondays at nine, or once tomorrow at nine, by the organisation's clock."""
    access.require(actor, Permission.VIEW_WORK)
    tomorrow = db.now(session).astimezone(zone(actor.timezone)) + timedelta(days=1)
    return When(timezone=actor.timezone, date=f"{tomorrow:%Y-%m-%d}")


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The time zones to choose from: places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(_REGIONS) and "/" in name))


def _facts(session: Session, actor: Actor, schedules: Sequence[Schedule]) -> dict[UUID, ScheduleFacts]:
    people: dict[UUID, str] = dict(session.exec(select(User.id, User.name).where(col(User.id).in_({s.user_id for s in schedules}))).all())
    facts = {}
    for schedule in schedules:
        agent_name, capability_title = agents.names(schedule.agent, schedule.capability)
        facts[schedule.id] = ScheduleFacts(
            agent_name=agent_name,
            capability_title=capability_title,
            timezone=actor.timezone,
            words=_words(schedule, actor),
            by=people.get(schedule.user_id, ""),
            may_change=actor.may(Permission.RUN_AGENT),
        )
    return facts


def _words(schedule: Schedule, actor: Actor) -> str:
    if schedule.cron:
        return cron_words.describe(schedule.cron, schedule.timezone)
    return f"Once, {moment(schedule.next_at, actor.timezone)}" if schedule.next_at else "Once"
