"""Golden cases that an organisation keeps of its own results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from coexai_app.models.base import CASCADE, Json, Table


class EvalCase(Table, table=True):
    """A source, what was asked for, and what has to hold of every later result. `content` has the shape of `evals.cases.Case`, with the
    source in it: it outlives the result that it came from."""

    __tablename__ = "eval_cases"
    __table_args__ = (Index("ix_eval_cases_organization_id_id", "organization_id", "id"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    output_id: UUID | None = Field(default=None, foreign_key="outputs.id", ondelete="SET NULL", index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    name: str = Field(max_length=100)
    agent: str = Field(max_length=32)
    capability: str = Field(max_length=64)
    checks: int
    content: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
