"""Open invitations end when whoever sent them may not send them any more. Called by `members.py` and `account_deletion.py`; the rest is in
`invitations.py`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import PERMISSIONS, RANK, Actor, Permission
from coexai_app.models import Invitation, Role
from coexai_app.services import audit


def revoke_above(session: Session, actor: Actor, organization_id: UUID, user_id: UUID, role: Role | None) -> None:
    """Takes back the person's open invitations that somebody of this role could not send; all of them for None, who is no member."""
    may_invite = role is not None and RANK[role] >= RANK[PERMISSIONS[Permission.MANAGE_TEAM]]
    beyond = [r for r in Role if role is None or not may_invite or RANK[r] > RANK[role]]
    theirs = select(Invitation).where(Invitation.organization_id == organization_id, Invitation.invited_by == user_id)
    waiting = theirs.where(col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None), col(Invitation.role).in_(beyond))
    for row in session.exec(waiting.order_by(col(Invitation.id)).with_for_update().execution_options(populate_existing=True)).all():
        row.revoked_at = db.now(session)
        of: dict[str, Any] = {"target": str(row.id), "target_name": row.email}
        audit.record(session, "invitation.revoked", actor=actor, organization_id=organization_id, **of)
    session.flush()
