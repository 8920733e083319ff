"""Accounts at other providers that open an account here, and log-ins at a provider that are under way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table, enum_column
from coexai_app.models.enums import FlowPurpose


class Identity(Table, table=True):
    """An account at a provider. `issuer` and `subject` name it for ever; at Microsoft they are the tenant's issuer and the object id.

    `email` is only what the provider last said, for people to tell their accounts apart: nobody is ever found by it.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    provider: str = Field(max_length=16)
    issuer: str = Field(max_length=500)
    subject: str = Field(max_length=255)
    email: str = Field(default="", max_length=320)
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SignInFlow(Table, table=True):
    """A browser was sent to a provider and is to come back once. Only hashes are stored: state and the browser's secret are with it.

    `session_id` is the session that connects or confirms; a log-in has none.
    """

    __tablename__ = "sign_in_flows"

    state_hash: str = Field(max_length=64, unique=True)
    browser_hash: str = Field(max_length=64)
    provider: str = Field(max_length=16)
    purpose: FlowPurpose = Field(sa_column=enum_column(FlowPurpose))
    next_path: str = Field(default="", max_length=2_000)
    timezone: str = Field(default="", max_length=64)
    session_id: UUID | None = Field(default=None, foreign_key="sessions.id", ondelete=CASCADE, index=True)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)
