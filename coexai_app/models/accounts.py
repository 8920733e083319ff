"""People, organisations, who belongs where, open sessions, links of mails, and who tried too often."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, false
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table, enum_column
from coexai_app.models.enums import PlanName, Role, TokenPurpose


class User(Table, table=True):
    """A person. `email` is stored normalised and in lower case."""

    __tablename__ = "users"

    email: str = Field(max_length=320, unique=True)
    name: str = Field(max_length=120)
    password_hash: str = Field(max_length=255)
    is_staff: bool = False
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    verified_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # When the person deleted the account. It is disabled from that very moment, can be restored for a while, and is emptied then.
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
    # Grows when the password, a factor, or a role changes: every access token that says less is dead.
    auth_version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    # The person's own time zone; empty: that of the organisation they are in.
    timezone: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    # What coworkers write results in for this person, as a BCP 47 tag; empty: the language of what they are given.
    output_language: str = Field(default="", max_length=16, sa_column_kwargs={"server_default": ""})
    # Where the picture is in the store; empty: none.
    avatar: str = Field(default="", max_length=255, sa_column_kwargs={"server_default": ""})


class Organization(Table, table=True):
    """A tenant: everything that people make belongs to one. With `deleted_at` it waits in the trash: nobody sees it, nothing runs."""

    __tablename__ = "organizations"

    name: str = Field(max_length=120)
    plan: PlanName = Field(default=PlanName.FREE, sa_column=enum_column(PlanName))
    timezone: str = Field(default="UTC", max_length=64)
    # Members without a second factor are led to add one before anything else.
    require_second_factor: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
    # Where the picture is in the store; empty: none.
    logo: str = Field(default="", max_length=255, sa_column_kwargs={"server_default": ""})


class Membership(Table, table=True):
    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "organization_id"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE)
    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    role: Role = Field(sa_column=enum_column(Role))


class LoginSession(Table, table=True):
    """A signed-in browser. Only the SHA-256 of its cookie is stored: a stolen database opens no session."""

    __tablename__ = "sessions"

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    token_hash: str = Field(max_length=64, unique=True)
    last_seen_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    # When the password was last given in this session: what is dangerous asks for it again.
    authenticated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ip: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=256)


class SeenDevice(Table, table=True):
    """A device that a person has signed in with. `mark` is a keyed hash of its browser and its part of the net: the table does not tell
    who was where, and a mail goes out when a mark is new."""

    __tablename__ = "seen_devices"
    __table_args__ = (UniqueConstraint("user_id", "mark"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE)
    mark: str = Field(max_length=64)
    seen_at: datetime = Field(sa_type=UTCDateTime)


class OneTimeToken(Table, table=True):
    """The link of a mail. Only its SHA-256 is stored. `bound_to` is the hash of what must not have changed since: the address, the
    password. `email` is the address that the link went to."""

    __tablename__ = "one_time_tokens"

    token_hash: str = Field(max_length=64, unique=True)
    purpose: TokenPurpose = Field(sa_column=enum_column(TokenPurpose))
    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    email: str = Field(max_length=320)
    bound_to: str = Field(max_length=64)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Throttle(Table, table=True):
    """How often something was tried: `key` is a hash, so the table does not tell who tried what."""

    __tablename__ = "throttles"

    key: str = Field(max_length=64, unique=True)
    count: int
    tried_at: datetime = Field(sa_type=UTCDateTime, index=True)
    blocked_until: datetime = Field(sa_type=UTCDateTime)
