"""Forgetting: rows that are older than an organisation wants to keep, and the chain of an organisation that is gone.

The triggers of the database let a row go only when a checkpoint of its chain covers it, or when the chain's head is gone; and a head goes
only after its organisation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.models import Organization
from coexai_app.services import audit, audit_chain, audit_verify
from coexai_app.services.audit_chain import HEADS, INSTANCE, ROWS, chain_of

# Below this the log could not tell of what an attacker did before anybody noticed.
SHORTEST_DAYS: Final = 30


def purge(session: Session, actor: Actor, *, older_than_days: int) -> int:
    """Removes the organisation's rows that are older, and leaves a signed checkpoint. Returns how many went. Owners only."""
    access.require(actor, Permission.OWN)
    return _purge(session, actor.organization_id, older_than_days, actor)


def purge_chain(session: Session, *, organization_id: UUID | None, older_than_days: int) -> int:
    """The same for any chain, called by the command line: `organization_id` None is the instance's own."""
    return _purge(session, organization_id, older_than_days, None)


def forget(session: Session, *, organization_id: UUID) -> int:
    """Removes the whole chain of an organisation that was deleted, in the same transaction or later. Returns how many rows went.

    Raises Conflict while the organisation exists.
    """
    session.flush()
    if session.get(Organization, organization_id) is not None:
        raise Conflict("This organisation still exists: its audit log stays.")
    session.execute(sa.delete(HEADS).where(HEADS.c.id == organization_id))
    return _count(session.execute(sa.delete(ROWS).where(ROWS.c.chain_id == organization_id)))


def _purge(session: Session, organization_id: UUID | None, days: int, actor: Actor | None) -> int:
    """The rows before the first one that is young enough, checked before they go: a break must not vanish behind a checkpoint."""
    if days < SHORTEST_DAYS:
        raise InvalidInput(f"The audit log keeps at least {SHORTEST_DAYS} days.", field="older_than_days")
    chain_id = chain_of(organization_id)
    head = session.execute(sa.select(HEADS).where(HEADS.c.id == chain_id).with_for_update()).mappings().first()
    if head is None:
        return 0
    limit: datetime = session.execute(sa.select(db.utcnow(-days * 86_400.0))).scalar_one()
    young = sa.select(sa.func.min(ROWS.c.seq)).where(ROWS.c.chain_id == chain_id, ROWS.c.created_at >= limit)
    last = (session.execute(young).scalar_one() or head["seq"] + 1) - 1
    if last <= head["checkpoint_seq"]:
        return 0
    report = audit_verify.walk(session, chain_id)
    if report.problem is not None:
        raise Conflict(f"This audit log is broken, so nothing was removed: {report.problem.message}", seq=report.problem.seq)
    row_hash = session.execute(sa.select(ROWS.c.hash).where(ROWS.c.chain_id == chain_id, ROWS.c.seq == last)).scalar_one()
    session.execute(
        sa.update(HEADS)
        .where(HEADS.c.id == chain_id)
        .values(
            checkpoint_seq=last,
            checkpoint_hash=row_hash,
            checkpoint_signature=audit_chain.signature("checkpoint", chain_id, last, row_hash),
        )
    )
    gone = _count(session.execute(sa.delete(ROWS).where(ROWS.c.chain_id == chain_id, ROWS.c.seq <= last)))
    audit.record(
        session,
        "audit.purged",
        actor=actor,
        organization_id=None if chain_id == INSTANCE else chain_id,
        rows=gone,
        up_to=last,
        older_than=limit.date(),
    )
    return gone


def _count(result: sa.Result[Any]) -> int:
    assert isinstance(result, sa.CursorResult)
    return result.rowcount
