"""What the handlers of incoming webhooks share: what they get, what they give back, and as whom they act."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app.access import Actor
from coexai_app.errors import Forbidden
from coexai_app.models import IncomingSource, Membership, Organization, User
from coexai_app.scopes import Scope


@dataclass(frozen=True, slots=True)
class Received:
    id: UUID
    source: IncomingSource
    organization_id: UUID | None
    user_id: UUID | None
    api_key_id: UUID | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """`did`: something came of it; `words` says what, or why nothing did."""

    did: bool
    words: str


def acting_as(
    session: Session,
    user_id: UUID,
    organization_id: UUID,
    *,
    scopes: frozenset[Scope] | None = None,
    key_id: UUID | None = None,
    test: bool = False,
) -> Actor:
    """A person with the role and the plan of this moment. Raises Forbidden when they do not work there any more."""
    found = session.exec(
        select(User, Membership, Organization)
        .join(Membership, col(Membership.user_id) == User.id)
        .join(Organization, col(Organization.id) == Membership.organization_id)
        .where(User.id == user_id, Organization.id == organization_id)
        .where(col(User.disabled_at).is_(None), col(Organization.deleted_at).is_(None))
    ).first()
    if found is None:
        raise Forbidden("The person that this runs as does not work here any more. Save it again to run it as yourself.")
    user, membership, organization = found
    return Actor(
        user.id,
        organization.id,
        membership.role,
        organization.plan,
        timezone=organization.timezone,
        name=user.name,
        scopes=scopes,
        key_id=key_id,
        test=test,
    )
