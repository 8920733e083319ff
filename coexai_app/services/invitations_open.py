"""Open invitations end when whoever sent them may not send them any more. Called by `members.py`; the rest is in `invitations.py`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from coexai_app import db
from coexai_app.access import PERMISSIONS, RANK, Permission
from coexai_app.models import Invitation, Role


def revoke_above(session: Session, organization_id: UUID, user_id: UUID, role: Role | None) -> None:
    """Takes back the person's open invitations that somebody of this role could not send; all of them for None, who is no member."""
    may_invite = role is not None and RANK[role] >= RANK[PERMISSIONS[Permission.MANAGE_TEAM]]
    beyond = [r for r in Role if role is None or not may_invite or RANK[r] > RANK[role]]
    session.execute(
        update(Invitation)
        .where(col(Invitation.organization_id) == organization_id, col(Invitation.invited_by) == user_id, col(Invitation.role).in_(beyond))
        .where(col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None))
        .values(revoked_at=db.utcnow())
    )
