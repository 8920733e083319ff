"""The control of `benchmarks/api_compare.py`: the least that FastAPI and SQLModel need for the same two reads of the same table.

Nobody is asked who they are, nothing is limited, logged, tagged or described; one query for a job and its steps each, two for a list.
`python benchmarks/api_control.py PORT ORGANIZATION` serves it as the product is served: uvicorn, one process, uvloop.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel
from sqlalchemy import JSON, Column, create_engine, func
from sqlmodel import Field, Session, SQLModel, col, select

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"), pool_size=10, max_overflow=10)
ORGANIZATION = UUID(sys.argv[2]) if len(sys.argv) > 2 else UUID(int=0)


class Job(SQLModel, table=True):
    __tablename__ = "jobs"

    id: UUID = Field(primary_key=True)
    organization_id: UUID
    status: str
    agent: str
    capability: str
    title: str
    priority: str
    test: bool
    input: dict[str, Any] = Field(sa_column=Column(JSON))
    attempt: int
    max_attempts: int
    created_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Step(SQLModel, table=True):
    __tablename__ = "job_steps"

    id: UUID = Field(primary_key=True)
    job_id: UUID
    position: int
    name: str
    label: str
    status: str
    started_at: datetime | None
    ms: int
    summary: str


class Row(BaseModel):
    id: UUID
    status: str
    agent: str
    capability: str
    title: str
    priority: str
    test: bool
    attempt: int
    max_attempts: int
    created_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None


class StepRow(BaseModel):
    name: str
    label: str
    status: str
    started_at: datetime | None
    ms: int
    summary: str


class Whole(Row):
    input: dict[str, Any]
    steps: list[StepRow]


class Page(BaseModel):
    data: list[Row]
    total: int


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


Db = Annotated[Session, Depends(session)]


@app.get("/api/v1/jobs")
def jobs(db: Db, page: Annotated[int, Query(ge=1)] = 1, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Page:
    mine = select(Job).where(Job.organization_id == ORGANIZATION)
    total = db.exec(select(func.count()).select_from(mine.subquery())).one()
    rows = db.exec(mine.order_by(col(Job.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    return Page(data=[Row.model_validate(row, from_attributes=True) for row in rows], total=total)


@app.get("/api/v1/jobs/{job_id}")
def job(db: Db, job_id: UUID) -> Whole:
    row = db.exec(select(Job).where(Job.id == job_id, Job.organization_id == ORGANIZATION)).first()
    if row is None:
        raise HTTPException(404)
    steps = db.exec(select(Step).where(Step.job_id == job_id).order_by(col(Step.position))).all()
    told = [StepRow.model_validate(step, from_attributes=True) for step in steps]
    return Whole(**Row.model_validate(row, from_attributes=True).model_dump(), input=row.input, steps=told)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", access_log=False, log_level="error")
