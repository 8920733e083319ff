"""What happens around a result until it is out: its versions, comments, the way to a yes, and links for clients."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, enum_column
from coexai_app.models.enums import ReviewStep

GONE: Final = "SET NULL"


class OutputVersion(Table, table=True):
    """The words of a result at one of its versions, and what made them so. `content` has the fields of `agents.report.Report` that a
    change can change: output, claims, checks, score. `version` is `Output.content_version` of that time."""

    __tablename__ = "output_versions"
    __table_args__ = (UniqueConstraint("output_id", "version"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    output_id: UUID = Field(foreign_key="outputs.id", ondelete=CASCADE)
    version: int
    change: str = Field(max_length=32)
    note: str = Field(default="", max_length=300)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete=GONE, index=True)
    points: int = 0
    max_points: int = 0
    content: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))


class ClientLink(Table, table=True):
    """A link that lets a client without an account look at one result and answer. Of its token only the SHA-256 is stored, of its
    passcode an HMAC under the instance's secret. `follows`: it shows every later version too, else only `version`."""

    __tablename__ = "client_links"
    __table_args__ = (Index("ix_client_links_output_id_id", "output_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    output_id: UUID = Field(foreign_key="outputs.id", ondelete=CASCADE)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete=GONE, index=True)
    name: str = Field(max_length=100)
    token_hash: str = Field(max_length=64, unique=True)
    passcode_hash: str = Field(default="", max_length=64)
    version: int
    follows: bool = False
    expires_at: datetime = Field(sa_type=UTCDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ReviewEvent(Table, table=True):
    """A step of a result on its way to a yes. `version` is the content that was judged; `name` is whoever did it, when they did it through
    a link."""

    __tablename__ = "review_events"
    __table_args__ = (Index("ix_review_events_output_id_id", "output_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    output_id: UUID = Field(foreign_key="outputs.id", ondelete=CASCADE)
    version: int
    step: ReviewStep = Field(sa_column=enum_column(ReviewStep))
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete=GONE, index=True)
    client_link_id: UUID | None = Field(default=None, foreign_key="client_links.id", ondelete=GONE, index=True)
    name: str = Field(default="", max_length=100)
    reason: str = Field(default="", max_length=1000)


class Comment(Table, table=True):
    """A remark on a result, on a part of it, or on words of a part; `thread_id` is the remark that it answers.

    `part`, `start` and `quote` are as they were at `version`. A thread that a client began through a link is shared with that client.
    """

    __tablename__ = "comments"
    __table_args__ = (Index("ix_comments_output_id_id", "output_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    output_id: UUID = Field(foreign_key="outputs.id", ondelete=CASCADE)
    thread_id: UUID | None = Field(default=None, foreign_key="comments.id", ondelete=CASCADE, index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete=GONE, index=True)
    client_link_id: UUID | None = Field(default=None, foreign_key="client_links.id", ondelete=GONE, index=True)
    name: str = Field(default="", max_length=100)
    version: int
    part: int | None = None
    start: int = 0
    quote: str = Field(default="", max_length=500)
    text: str = Field(max_length=2000)
    edited_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    resolved_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete=GONE, index=True)
