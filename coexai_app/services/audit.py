"""The audit trail: every sensitive action leaves a row in the same transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlmodel import Session

from coexai_app.access import Actor
from coexai_app.models import AuditLog


def record(
    session: Session,
    action: str,
    *,
    actor: Actor | None = None,
    user_id: UUID | None = None,
    organization_id: UUID | None = None,
    target: str = "",
    ip: str = "",
    **data: Any,
) -> None:
    """Adds a row. `action` is a dotted verb ("session.login"), `target` the id of what it was done to.

    What the program does by itself has no actor; `organization_id` and `user_id` then say whom it concerns.
    """
    session.add(
        AuditLog(
            organization_id=actor.organization_id if actor else organization_id,
            user_id=actor.user_id if actor else user_id,
            action=action,
            target=target[:128],
            ip=ip,
            data=data,
        )
    )
