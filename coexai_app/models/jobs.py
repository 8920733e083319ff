"""Jobs: the truth about work. A queue message only wakes somebody; this row says what is to be done and who holds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Integer, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Json, Table, enum_column, now
from coexai_app.models.enums import JobStatus, Priority, StepState


def _while(name: str, status: JobStatus, *columns: str) -> Index:
    """An index of the jobs in one state: it stays small however many jobs have ended."""
    only = text(f"status = '{status.value}'")
    return Index(name, *columns, sqlite_where=only, postgresql_where=only)


class Job(Table, table=True):
    """One run of a capability.

    `fence` grows with every claim: only the holder of the current fence may write. `lease_until` is judged by the database's clock.
    `turn` is the job's place among the waiting ones of its organisation: due time plus a minute per level below `critical`.
    A `test` job was started by a test key: the builtin model runs it, and it is never charged.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("organization_id", "idempotency_key"),
        Index("ix_jobs_organization_id_id", "organization_id", "id"),
        _while("ix_jobs_pending", JobStatus.PENDING, "organization_id", "turn", "id"),
        _while("ix_jobs_queued", JobStatus.QUEUED, "organization_id", "queued_at"),
        _while("ix_jobs_processing", JobStatus.PROCESSING, "organization_id", "lease_until"),
        _while("ix_jobs_dead_letter", JobStatus.DEAD_LETTER, "organization_id", "id"),
    )

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL", index=True)
    agent: str = Field(max_length=32)
    capability: str = Field(max_length=64)
    title: str = Field(max_length=200)
    status: JobStatus = Field(default=JobStatus.PENDING, sa_column=enum_column(JobStatus))
    priority: Priority = Field(default=Priority.NORMAL, sa_column=enum_column(Priority))
    test: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    input: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    idempotency_key: str = Field(max_length=128)
    period: str = Field(default="", max_length=7, description="The month whose quota holds this run, YYYY-MM.")
    attempt: int = 0
    max_attempts: int = 4
    run_after: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    turn: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    lease_owner: str = Field(default="", max_length=80)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    fence: int = 0
    cancel_requested: bool = False
    error_code: str = Field(default="", max_length=64)
    error_message: str = Field(default="", max_length=2_000)
    queued_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime, description="When a worker was last woken for it.")
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    updated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    profile_version: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}, description="The business profile as it was when the job was made; 0: none."
    )
    language: str = Field(
        default="", max_length=16, sa_column_kwargs={"server_default": ""}, description="What its person wants results in; empty: open."
    )


class JobStep(Table, table=True):
    """A step of a job: what the timeline shows, and the checkpoint that a retry starts behind."""

    __tablename__ = "job_steps"
    __table_args__ = (UniqueConstraint("job_id", "name"),)

    job_id: UUID = Field(foreign_key="jobs.id", ondelete=CASCADE)
    position: int
    name: str = Field(max_length=32)
    label: str = Field(max_length=64)
    status: StepState = Field(default=StepState.TODO, sa_column=enum_column(StepState))
    attempt: int = 0
    started_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    input_hash: str = Field(default="", max_length=64)
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(Json(none_as_null=True)))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    summary: str = Field(default="", max_length=500)
    ms: int = 0


class Event(SQLModel, table=True):
    """What changed, in order: the history of jobs, and what live pages follow when there is no Redis."""

    __tablename__ = "events"

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    )
    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    kind: str = Field(max_length=48)
    ref_id: UUID | None = Field(default=None, index=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class Quota(Table, table=True):
    """Runs of one coworker in one month: `used` are settled, `reserved` belong to jobs that have not ended."""

    __tablename__ = "quotas"
    __table_args__ = (UniqueConstraint("organization_id", "agent", "period"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    agent: str = Field(max_length=32)
    period: str = Field(max_length=7)
    used: int = 0
    reserved: int = 0


class Charge(Table, table=True):
    """The usage ledger: one row for each completed job, written with its output, never changed."""

    __tablename__ = "charges"
    __table_args__ = (Index("ix_charges_organization_id_period", "organization_id", "period"),)

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE)
    job_id: UUID = Field(foreign_key="jobs.id", ondelete=CASCADE, unique=True)
    agent: str = Field(max_length=32)
    capability: str = Field(max_length=64)
    period: str = Field(max_length=7)
    runs: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0


class Lock(SQLModel, table=True):
    """A named lease for work that only one process at a time should do, such as the sweep."""

    __tablename__ = "locks"

    name: str = Field(max_length=64, primary_key=True)
    until: datetime = Field(sa_type=UTCDateTime)


class Worker(SQLModel, table=True):
    """A worker process that is up: it signs in every few seconds, so that a waiting job can say when nobody is there to do it."""

    __tablename__ = "workers"

    name: str = Field(max_length=80, primary_key=True)
    queue: str = Field(default="", max_length=32)
    started_at: datetime = Field(sa_type=UTCDateTime)
    seen_at: datetime = Field(sa_type=UTCDateTime)
