"""The organisation, its members and its usage for the API's clients."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput
from coexai_app.models import Charge, Membership, Organization, Quota, User
from coexai_app.services import quotas
from coexai_app.views import partner_team as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_team import AgentUsage, PartnerMember, PartnerOrganization, UsageReport

ORDERS: Final[Mapping[str, Any]] = {
    "joined_at": col(Membership.id),
    "-joined_at": col(Membership.id).desc(),
    "name": func.lower(User.name),
    "-name": func.lower(User.name).desc(),
}
_PERIOD: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


@db.reads
def organization(session: Session, actor: Actor) -> PartnerOrganization:
    """The caller's organisation and what its plan allows."""
    access.require(actor, Permission.VIEW_WORK)
    return view.organization(session.get_one(Organization, actor.organization_id), actor.plan)


@db.reads
def members(session: Session, actor: Actor, *, page: int = 1, limit: int = 20, sort: str = "joined_at") -> Listing[PartnerMember]:
    """A page of the members. `sort` is a key of ORDERS."""
    access.require(actor, Permission.VIEW_TEAM)
    total = session.exec(select(func.count()).select_from(access.scoped(select(Membership), actor).subquery())).one()
    found = (
        select(Membership, User)
        .join(User, col(User.id) == Membership.user_id)
        .where(Membership.organization_id == actor.organization_id)
        .order_by(ORDERS[sort], col(Membership.id))
    )
    rows = session.exec(found.offset((page - 1) * limit).limit(limit)).all()
    shown = [PartnerMember(user_id=u.id, name=u.name, email=u.email, role=m.role, joined_at=m.created_at) for m, u in rows]
    return Listing[PartnerMember].of(shown, page=page, limit=limit, total=total)


@db.reads
def usage(session: Session, actor: Actor, *, period: str = "") -> UsageReport:
    """What a month took, by coworker; without `period` (YYYY-MM, in UTC) this month. Raises InvalidInput."""
    access.require(actor, Permission.VIEW_USAGE)
    month = period or quotas.period()
    if not _PERIOD.fullmatch(month):
        raise InvalidInput("A period is a month, such as 2026-03.", field="period")
    held = {row.agent: row for row in session.exec(access.scoped(select(Quota), actor).where(Quota.period == month)).all()}
    sums = (func.sum(col(Charge.input_tokens)), func.sum(col(Charge.output_tokens)), func.sum(col(Charge.cost_micros)))
    mine = (Charge.organization_id == actor.organization_id, Charge.period == month)
    spent = {row[0]: row[1:] for row in session.execute(select(col(Charge.agent), *sums).where(*mine).group_by(col(Charge.agent))).all()}
    rows = []
    for slug in agents.AGENTS:
        used, reserved = (held[slug].used, held[slug].reserved) if slug in held else (0, 0)
        limit = actor.plan.runs_of(slug)
        tokens = spent.get(slug, (0, 0, 0))
        rows.append(
            AgentUsage(
                agent=slug,
                used=used,
                reserved=reserved,
                limit=limit,
                left=None if limit is None else max(0, limit - used - reserved),
                input_tokens=tokens[0],
                output_tokens=tokens[1],
                cost_micros=tokens[2],
            )
        )
    return UsageReport(period=month, resets_at=_end(month), agents=tuple(rows))


def _end(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:])
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
