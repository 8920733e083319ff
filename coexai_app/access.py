"""Who may do what. Every service calls `require` first and reads rows through `scoped`: another organisation's row does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app.errors import Forbidden, NotFound
from coexai_app.models.enums import Role
from coexai_app.plans import Plan, of

T = TypeVar("T")


RANK: Final[Mapping[str, int]] = MappingProxyType({Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3})


class Permission(StrEnum):
    VIEW_WORK = "view work"
    RUN_AGENT = "run a coworker"
    EDIT_OUTPUT = "edit results"
    APPROVE_OUTPUT = "approve results"
    MANAGE_TEAM = "manage the team"
    MANAGE_BILLING = "manage billing"
    VIEW_AUDIT = "read the audit log"
    OWN = "own the organisation"


PERMISSIONS: Final[Mapping[Permission, Role]] = MappingProxyType(
    {
        Permission.VIEW_WORK: Role.VIEWER,
        Permission.RUN_AGENT: Role.MEMBER,
        Permission.EDIT_OUTPUT: Role.MEMBER,
        Permission.APPROVE_OUTPUT: Role.MEMBER,
        Permission.MANAGE_TEAM: Role.ADMIN,
        Permission.MANAGE_BILLING: Role.ADMIN,
        Permission.VIEW_AUDIT: Role.ADMIN,
        Permission.OWN: Role.OWNER,
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which organisation. Made from a session or a key, never from anything that a client sends."""

    user_id: UUID
    organization_id: UUID
    role: Role
    plan_name: str
    timezone: str = "UTC"
    name: str = ""
    is_staff: bool = False
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    # The member of staff who acts as this person, while they do.
    staff_id: UUID | None = None

    @property
    def plan(self) -> Plan:
        return of(self.plan_name)

    def may(self, permission: Permission) -> bool:
        return RANK[self.role] >= RANK[PERMISSIONS[permission]]


def require(actor: Actor, permission: Permission) -> None:
    """Raises Forbidden unless the actor's role allows it."""
    if not actor.may(permission):
        raise Forbidden(f"Your role ({actor.role}) does not allow to {permission}. Ask an admin of your organisation.")


def scoped(statement: SelectOfScalar[T], actor: Actor) -> SelectOfScalar[T]:
    """The statement, limited to the actor's organisation."""
    entity: Any = statement.column_descriptions[0]["entity"]
    return statement.where(entity.organization_id == actor.organization_id)


def one(session: Session, statement: SelectOfScalar[T], actor: Actor, noun: str) -> T:
    """The one row of the actor's organisation that the statement finds. Raises NotFound, also for other organisations' rows."""
    row = session.exec(scoped(statement, actor)).first()
    if row is None:
        raise NotFound(f"This {noun} does not exist, or it belongs to another organisation.")
    return row
