"""What the agents made."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, enum_column, now
from coexai_app.models.enums import OutputStatus


class Output(Table, table=True):
    """The result of a job. `report` has the shape of `agents.report.Report`; `version` grows with every change by a person;
    `content_version` counts the changes of its words alone, as people see them numbered."""

    __tablename__ = "outputs"
    __table_args__ = (Index("ix_outputs_organization_id_id", "organization_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    job_id: UUID = Field(foreign_key="jobs.id", ondelete=CASCADE, unique=True)
    agent: str = Field(max_length=32)
    capability: str = Field(max_length=64)
    title: str = Field(max_length=200)
    preview: str = Field(default="", max_length=280)
    status: OutputStatus = Field(default=OutputStatus.DRAFT, sa_column=enum_column(OutputStatus))
    version: int = 1
    content_version: int = 1
    points: int = 0
    max_points: int = 0
    unsupported: int = 0
    report: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    approved_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    approved_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
