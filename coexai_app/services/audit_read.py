"""Reading the audit log: a page of it, newest first, with filters. For admins and owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.models import AuditLog, AuditOutcome
from coexai_app.views import audit as view
from coexai_app.views.audit import AuditPage, AuditRow, Option, Verified
from coexai_app.views.audit_actions import of_group
from coexai_app.views.base import Page, moment, zone

MAX_LIMIT: Final = 100
MOST_PEOPLE: Final = 200
LONGEST_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows: `since` and `until` are days in the actor's time zone, both included; empty means all."""

    action: str = ""
    group: str = ""
    person: UUID | None = None
    target: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


EVERYTHING: Final = Filters()


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 50, filters: Filters = EVERYTHING) -> AuditPage:
    """A page of the organisation's log, newest first. An unknown action, group or person finds nothing."""
    access.require(actor, Permission.VIEW_AUDIT)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    found = matching(actor, filters)
    total = session.exec(select(func.count()).select_from(found.with_only_columns(col(AuditLog.seq)).subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(found.order_by(col(AuditLog.seq).desc()).offset((page - 1) * limit).limit(limit)).all()
    shown = Page[AuditRow](rows=tuple(view.from_row(row, actor.timezone) for row in rows), page=page, limit=limit, total=total)
    return AuditPage(found=shown, people=_people(session, actor), verified=_verified(session, actor))


def matching(actor: Actor, filters: Filters) -> SelectOfScalar[AuditLog]:
    """The rows of the actor's organisation that the filters let through. Every word of `text` must be in a row."""
    found = access.scoped(select(AuditLog), actor).where(AuditLog.chain_id == actor.organization_id)
    if filters.action:
        found = found.where(AuditLog.action == filters.action)
    if filters.group:
        found = found.where(col(AuditLog.action).in_(of_group(filters.group)))
    if filters.person is not None:
        found = found.where((col(AuditLog.user_id) == filters.person) | (col(AuditLog.on_behalf_of) == filters.person))
    if filters.target:
        found = found.where(AuditLog.target == filters.target)
    if filters.since is not None:
        found = found.where(col(AuditLog.created_at) >= _midnight(filters.since, actor))
    if filters.until is not None and filters.until < date.max:
        found = found.where(col(AuditLog.created_at) < _midnight(filters.until + timedelta(days=1), actor))
    for word in filters.text[:LONGEST_TEXT].casefold().replace("\0", "").split():
        found = found.where(col(AuditLog.words).contains(word, autoescape=True))
    return found


def _midnight(day: date, actor: Actor) -> datetime:
    return datetime.combine(day, time(), zone(actor.timezone))


def _people(session: Session, actor: Actor) -> tuple[Option, ...]:
    """Everybody who stands in the log, people who have left included, by the newest of their names."""
    chain = AuditLog.chain_id == actor.organization_id
    last: Any = (
        select(func.max(AuditLog.seq)).where(chain, col(AuditLog.user_id).is_not(None)).group_by(col(AuditLog.user_id)).limit(MOST_PEOPLE)
    )
    # By themselves: inside another statement PostgreSQL counts them anew for each row, until it has statistics of a log that grew.
    newest = session.execute(last).scalars().all()
    rows = session.exec(access.scoped(select(AuditLog), actor).where(chain, col(AuditLog.seq).in_(newest))).all()
    named = sorted((row.user_name or "A person without a name", str(row.user_id)) for row in rows)
    return (Option(value="", label="Everybody"), *(Option(value=value, label=name) for name, value in named))


def _verified(session: Session, actor: Actor) -> Verified:
    checked = access.scoped(select(AuditLog), actor).where(AuditLog.chain_id == actor.organization_id, AuditLog.action == "audit.verified")
    row = session.exec(checked.order_by(col(AuditLog.seq).desc()).limit(1)).first()
    if row is None:
        return Verified(text="Nobody has checked yet whether every row is as it was written.", tone="idle", icon="shield-check")
    by = f"{moment(row.created_at, actor.timezone)}, by {row.user_name}"
    if row.outcome is not AuditOutcome.DONE:
        return Verified(text=f"The chain is broken: {view.text(row.data.get('problem'))} Checked {by}.", tone="bad", icon="circle-alert")
    return Verified(text=f"Chain verified up to row {view.text(row.data.get('up_to'))}, {by}.", tone="ok", icon="shield-check")
