"""The outbox: every mail that is to leave is a row first, written in the transaction of what it tells about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table, enum_column, now
from coexai_app.models.enums import MailStatus


class Mail(Table, table=True):
    """One mail to one address.

    `once_key` makes it one mail per event. `fence` grows with every claim, as on a job; `woken_at` is when a worker was last told.
    `text` and `html` hold live links, so they are blanked once the mail has been sent.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index("ix_mails_status_run_after", "status", "run_after"),
        Index("ix_mails_to_address_kind_created_at", "to_address", "kind", "created_at"),
        Index("ix_mails_organization_id_created_at", "organization_id", "created_at"),
        Index("ix_mails_created_at", "created_at"),
    )

    organization_id: UUID | None = Field(default=None, foreign_key="organizations.id", ondelete=CASCADE)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    kind: str = Field(max_length=32)
    to_address: str = Field(max_length=320)
    subject: str = Field(max_length=200)
    text: str = Field(sa_column=Column(Text, nullable=False))
    html: str = Field(sa_column=Column(Text, nullable=False))
    once_key: str = Field(max_length=200, unique=True)
    status: MailStatus = Field(default=MailStatus.WAITING, sa_column=enum_column(MailStatus))
    attempt: int = 0
    run_after: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    woken_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    fence: int = 0
    error: str = Field(default="", max_length=500)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class MutedMail(Table, table=True):
    """A kind of mail that a person has switched off. No row: they get it."""

    __tablename__ = "muted_mails"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE)
    kind: str = Field(max_length=32)
