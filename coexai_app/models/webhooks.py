"""Webhooks, out and in. Out: every event that somebody listens for is a row first, written in the transaction of the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, enum_column, now
from coexai_app.models.enums import DeliveryStatus, IncomingSource, IncomingStatus


class WebhookEndpoint(Table, table=True):
    """An address that an organisation wants events sent to. `events` are types, groups ("job.*") or "*".

    `sealed` is its secret, encrypted; `sealed_before` the one before it, which signs too until `before_until`. One worker at a time sends
    to it: `lease_until` and `fence` as on a job. `hold_until` is what its server asked for; `failing_since` is when the failures began
    that no success has ended yet. `api_key_id`: made by a program (a REST hook).
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_organization_id_id", "organization_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    api_key_id: UUID | None = Field(default=None, foreign_key="api_keys.id", ondelete="SET NULL", index=True)
    url: str = Field(max_length=2_048)
    description: str = Field(default="", max_length=200)
    events: list[str] = Field(sa_column=Column(Json, nullable=False))
    enabled: bool = True
    disabled_reason: str = Field(default="", max_length=300)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sealed_before: bytes | None = None
    before_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failures: int = 0
    failing_since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_ok_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    hold_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    fence: int = 0
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class WebhookEvent(Table, table=True):
    """Something that happened, as it is sent: `body` is the text that is signed, the same at every try."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        Index("ix_webhook_events_organization_id_type_id", "organization_id", "type", "id"),
        Index("ix_webhook_events_created_at", "created_at"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    type: str = Field(max_length=64)
    ref_id: UUID | None = None
    body: str = Field(sa_column=Column(Text, nullable=False))


class WebhookDelivery(Table, table=True):
    """One event on its way to one endpoint. `attempt` counts the tries of this round; `fence` all of them."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "endpoint_id"),
        Index("ix_webhook_deliveries_endpoint_id_id", "endpoint_id", "id"),
        Index(
            "ix_webhook_deliveries_pending",
            "endpoint_id",
            "run_after",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    endpoint_id: UUID = Field(foreign_key="webhook_endpoints.id", ondelete=CASCADE)
    event_id: UUID = Field(foreign_key="webhook_events.id", ondelete=CASCADE)
    status: DeliveryStatus = Field(default=DeliveryStatus.PENDING, sa_column=enum_column(DeliveryStatus))
    attempt: int = 0
    fence: int = 0
    run_after: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    code: int | None = None
    error: str = Field(default="", max_length=300)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class WebhookAttempt(Table, table=True):
    """What was sent at one try and what came back, cut short. `number` counts all tries of the delivery."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index("ix_webhook_attempts_created_at", "created_at"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    delivery_id: UUID = Field(foreign_key="webhook_deliveries.id", ondelete=CASCADE)
    number: int
    url: str = Field(max_length=2_048)
    request_headers: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    code: int | None = None
    response_headers: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    response: str = Field(sa_column=Column(Text, nullable=False))
    error: str = Field(default="", max_length=300)
    ms: int = 0


class IncomingWebhook(Table, table=True):
    """What another service told us, raw, whose signature was right. Worked off later, as a mail is: claim, lease, fence, growing pauses.

    `external_id` is the sender's own id: the same one twice is one row. `organization_id` is None until it is known whose it is.
    """

    __tablename__ = "incoming_webhooks"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_incoming_webhooks_organization_id_id", "organization_id", "id"),
        Index("ix_incoming_webhooks_status_run_after", "status", "run_after"),
        Index("ix_incoming_webhooks_created_at", "created_at"),
    )

    organization_id: UUID | None = Field(default=None, foreign_key="organizations.id", ondelete=CASCADE)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    api_key_id: UUID | None = Field(default=None, foreign_key="api_keys.id", ondelete="SET NULL", index=True)
    source: IncomingSource = Field(sa_column=enum_column(IncomingSource))
    external_id: str = Field(max_length=200)
    event: str = Field(default="", max_length=120)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: IncomingStatus = Field(default=IncomingStatus.RECEIVED, sa_column=enum_column(IncomingStatus))
    attempt: int = 0
    run_after: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    woken_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    fence: int = 0
    result: str = Field(default="", max_length=500)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class GithubRule(Table, table=True):
    """A push to `branch` of `repository` that touches a file like `paths` starts a job with that file. It runs as `user_id`."""

    __tablename__ = "github_rules"
    __table_args__ = (
        Index("ix_github_rules_organization_id_id", "organization_id", "id"),
        Index("ix_github_rules_repository", "repository"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    user_id: UUID = Field(foreign_key="users.id", ondelete=CASCADE, index=True)
    repository: str = Field(max_length=200)
    branch: str = Field(max_length=255)
    paths: str = Field(max_length=200)
    agent: str = Field(max_length=32)
    capability: str = Field(max_length=64)
    defaults: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    enabled: bool = True
    last_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_job_id: UUID | None = Field(default=None, foreign_key="jobs.id", ondelete="SET NULL", index=True)
    trouble: str = Field(default="", max_length=500)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
