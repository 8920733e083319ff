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

from coexai_app.errors import EnrolmentRequired, Forbidden, NotFound
from coexai_app.models.enums import Role
from coexai_app.plans import Plan, of
from coexai_app.scopes import Scope

T = TypeVar("T")


RANK: Final[Mapping[str, int]] = MappingProxyType({Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2, Role.OWNER: 3})


class Permission(StrEnum):
    VIEW_WORK = "view work"
    VIEW_FILES = "view files"
    VIEW_OUTPUT = "view results"
    RUN_AGENT = "run a coworker"
    ADD_FILE = "add files"
    EDIT_OUTPUT = "edit results"
    APPROVE_OUTPUT = "approve results"
    COMMENT = "comment on results"
    SHARE_OUTPUT = "share results with clients"
    MANAGE_SCHEDULES = "manage schedules"
    PLAN_CONTENT = "plan content"
    MANAGE_WEBHOOKS = "manage webhooks"
    VIEW_USAGE = "view the usage"
    VIEW_TEAM = "view the team"
    MANAGE_KEYS = "manage API keys"
    MANAGE_TEAM = "manage the team"
    MANAGE_PROFILE = "change the business profile"
    MANAGE_BILLING = "manage billing"
    VIEW_AUDIT = "read the audit log"
    OWN = "own the organisation"


PERMISSIONS: Final[Mapping[Permission, Role]] = MappingProxyType(
    {
        Permission.VIEW_WORK: Role.VIEWER,
        Permission.VIEW_FILES: Role.VIEWER,
        Permission.VIEW_OUTPUT: Role.VIEWER,
        Permission.RUN_AGENT: Role.MEMBER,
        Permission.ADD_FILE: Role.MEMBER,
        Permission.EDIT_OUTPUT: Role.MEMBER,
        Permission.APPROVE_OUTPUT: Role.MEMBER,
        # A remark changes nothing, and whoever only looks is often the one whose word counts: a client, a boss.
        Permission.COMMENT: Role.VIEWER,
        # A link shows a result to people outside, and their yes counts as the yes of whoever may give one.
        Permission.SHARE_OUTPUT: Role.MEMBER,
        Permission.MANAGE_SCHEDULES: Role.MEMBER,
        Permission.PLAN_CONTENT: Role.MEMBER,
        Permission.MANAGE_WEBHOOKS: Role.ADMIN,
        Permission.VIEW_USAGE: Role.VIEWER,
        Permission.VIEW_TEAM: Role.VIEWER,
        Permission.VIEW_AUDIT: Role.ADMIN,
        Permission.MANAGE_KEYS: Role.MEMBER,
        Permission.MANAGE_TEAM: Role.ADMIN,
        Permission.MANAGE_PROFILE: Role.ADMIN,
        Permission.MANAGE_BILLING: Role.ADMIN,
        Permission.OWN: Role.OWNER,
    }
)

# What an API key needs for a permission; None: only a person may. A permission that is missing here is closed to keys.
SCOPE_OF: Final[Mapping[Permission, Scope | None]] = MappingProxyType(
    {
        Permission.VIEW_WORK: Scope.JOBS_READ,
        Permission.VIEW_FILES: Scope.FILES_READ,
        Permission.VIEW_OUTPUT: Scope.OUTPUTS_READ,
        Permission.RUN_AGENT: Scope.JOBS_WRITE,
        Permission.ADD_FILE: Scope.FILES_WRITE,
        Permission.EDIT_OUTPUT: Scope.OUTPUTS_WRITE,
        Permission.APPROVE_OUTPUT: Scope.OUTPUTS_APPROVE,
        Permission.COMMENT: Scope.OUTPUTS_WRITE,
        Permission.SHARE_OUTPUT: None,
        Permission.MANAGE_SCHEDULES: Scope.SCHEDULES_WRITE,
        Permission.PLAN_CONTENT: Scope.CALENDAR_WRITE,
        Permission.MANAGE_WEBHOOKS: Scope.WEBHOOKS_MANAGE,
        Permission.VIEW_USAGE: Scope.USAGE_READ,
        Permission.VIEW_TEAM: Scope.MEMBERS_READ,
        Permission.VIEW_AUDIT: Scope.AUDIT_READ,
        Permission.MANAGE_KEYS: None,
        Permission.MANAGE_TEAM: None,
        Permission.MANAGE_PROFILE: None,
        Permission.MANAGE_BILLING: None,
        Permission.OWN: None,
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which organisation. Made from a session, a token or a key, never from anything that a client says.

    `scopes` is None for a person, who may all that the role allows; an API key (`key_id`) may only what its scopes name.
    `timezone` is the person's own, else the organisation's. `test`: what this key starts runs on the builtin model and is never charged.
    """

    user_id: UUID
    organization_id: UUID
    role: Role
    plan_name: str
    timezone: str = "UTC"
    name: str = ""
    is_staff: bool = False
    session_id: UUID | None = None
    # The log-in that an access token came from.
    family_id: UUID | None = None
    # The member of staff who acts as this person, while they do.
    staff_id: UUID | None = None
    scopes: frozenset[Scope] | None = None
    key_id: UUID | None = None
    test: bool = False
    # The organisation requires a second factor that this person does not have: the doors lead them to add one first.
    must_enrol: bool = False

    @property
    def plan(self) -> Plan:
        return of(self.plan_name)

    def may(self, permission: Permission) -> bool:
        return self.ranks(PERMISSIONS[permission]) and self.reaches(permission)

    def ranks(self, role: Role) -> bool:
        """Whether the actor's role is this one or a higher one."""
        return RANK[self.role] >= RANK[role]

    def reaches(self, permission: Permission) -> bool:
        """Whether the scopes of the key, if it is one, hold what the permission needs."""
        return self.scopes is None or SCOPE_OF.get(permission) in self.scopes


def require(actor: Actor, permission: Permission) -> None:
    """Raises Forbidden unless the actor's role, and for an API key its scopes, allow it."""
    if not actor.ranks(PERMISSIONS[permission]):
        raise Forbidden(f"Your role ({actor.role}) does not allow you to {permission}. Ask an admin of your organisation.")
    if actor.reaches(permission):
        return
    scope = SCOPE_OF.get(permission)
    if scope is None:
        raise Forbidden(f"An API key does not allow to {permission}. Log in as a person for that.")
    raise Forbidden(f"This API key does not allow to {permission}: it lacks the scope {scope}. Use a key that has it.", scope=scope.value)


def require_mode(actor: Actor, *, test: bool) -> None:
    """Raises Forbidden for a test key and something live: nothing that a test key does may be charged or stop real work."""
    if actor.test and not test:
        raise Forbidden("This is live, and a test key may only read it. Use a live key to change it.")


def require_enrolled(actor: Actor) -> None:
    """Raises EnrolmentRequired for a person whose organisation requires a second factor that they do not have. Both doors ask."""
    if actor.must_enrol:
        raise EnrolmentRequired("Your organisation requires a second step when you log in. Add one under Security, then go on.")


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
