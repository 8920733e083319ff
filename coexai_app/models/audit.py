"""The trail of sensitive actions (founding document §6.5). Rows are only ever added."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from coexai_app.models.base import Json, Table


class AuditLog(Table, table=True):
    """`organization_id` and `user_id` have no foreign key: the trail outlives what it tells of."""

    __tablename__ = "audit_logs"
    __table_args__ = (Index("ix_audit_logs_action_target_created_at", "action", "target", "created_at"),)

    organization_id: UUID | None = Field(default=None, index=True)
    user_id: UUID | None = None
    action: str = Field(max_length=64)
    target: str = Field(default="", max_length=128)
    ip: str = Field(default="", max_length=64)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
