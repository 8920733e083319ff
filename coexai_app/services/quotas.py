"""Monthly runs per coworker: reserved when a job is created, settled when it completes, released when it does not.

Every change is one conditional update, so that a hundred at once can never pass the limit or go below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Integer, bindparam, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import QuotaExceeded
from coexai_app.models import Quota
from coexai_app.models.base import new_id, now
from coexai_app.services import job_mails
from coexai_app.views.agents import UsageView


def period(when: datetime | None = None) -> str:
    """The month that counts, in UTC: "2026-03"."""
    return f"{(when or datetime.now(UTC)):%Y-%m}"


def reserve(session: Session, actor: Actor, *, agent: str, name: str, month: str = "") -> str:
    """Holds one run of this month, or of `month`, for a new job, and returns the month. Raises QuotaExceeded when none is left."""
    month, limit = month or period(), actor.plan.runs_of(agent)
    statement = (
        update(Quota)
        .where(col(Quota.organization_id) == actor.organization_id, col(Quota.agent) == agent, col(Quota.period) == month)
        .values(reserved=Quota.reserved + 1)
    )
    if limit is not None:
        statement = statement.where(col(Quota.used) + col(Quota.reserved) < limit)
    statement = statement.returning(col(Quota.used) + col(Quota.reserved))
    held = session.connection().execute(statement).scalar()
    if held is None:  # the month may not have begun
        _ensure(session, actor.organization_id, agent, month)
        held = session.connection().execute(statement).scalar()
    if held is None:
        raise _used_up(name, agent, limit, month)
    if limit is not None:
        job_mails.runs_held(session, actor.organization_id, agent=agent, held=held, limit=limit, month=month, resets=_next_month())
    return month


def check(session: Session, actor: Actor, *, agent: str, name: str) -> None:
    """Raises QuotaExceeded when no run of this month is left; holds nothing."""
    found = usage(session, actor, agent)
    if found.limit and not found.left:
        raise _used_up(name, agent, found.limit, period())


def _used_up(name: str, agent: str, limit: int | None, month: str) -> QuotaExceeded:
    message = f"{name}'s {limit} runs of this month are used up. They start anew on {_next_month()}, or choose a larger plan."
    return QuotaExceeded(message, agent=agent, limit=limit, period=month)


def settle(session: Session, runs: Mapping[tuple[UUID, str, str], int]) -> None:
    """Turns held runs of completed jobs into used ones: how many, by organisation, agent and month."""
    _give_up(session, runs, used=True)


def release(session: Session, organization_id: UUID, *, agent: str, month: str) -> None:
    """Gives the held run of a failed or cancelled job back. A job that holds none (`month` is empty) changes nothing."""
    if month:
        _give_up(session, {(organization_id, agent, month): 1}, used=False)


def usage(session: Session, actor: Actor, agent: str) -> UsageView:
    """This month's runs of one coworker."""
    row = session.exec(
        select(Quota).where(Quota.organization_id == actor.organization_id, Quota.agent == agent, Quota.period == period())
    ).first()
    return UsageView.of(used=(row.used + row.reserved) if row else 0, limit=actor.plan.runs_of(agent), resets=_next_month())


def _give_up(session: Session, runs: Mapping[tuple[UUID, str, str], int], *, used: bool) -> None:
    """The caller has moved the jobs in the same transaction, so this happens once for each."""
    number = bindparam("number", type_=Integer())
    mine = (col(Quota.organization_id) == bindparam("of_org"), col(Quota.agent) == bindparam("of_agent"))
    statement = update(Quota).where(*mine, col(Quota.period) == bindparam("of_month"), col(Quota.reserved) >= number)
    values = {"reserved": Quota.reserved - number} | ({"used": Quota.used + number} if used else {})
    # In one order everywhere, so that nobody waits in a ring.
    rows = [{"of_org": org, "of_agent": agent, "of_month": month, "number": n} for (org, agent, month), n in sorted(runs.items())]
    session.connection().execute(statement.values(**values), rows)


def _ensure(session: Session, organization_id: UUID, agent: str, month: str) -> None:
    session.execute(
        db.insert(session, Quota)
        .values(id=new_id(), created_at=now(), organization_id=organization_id, agent=agent, period=month, used=0, reserved=0)
        .on_conflict_do_nothing(index_elements=["organization_id", "agent", "period"])
    )


def _next_month() -> str:
    today = datetime.now(UTC)
    first = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)
    return f"1 {first:%B}"
