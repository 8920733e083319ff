"""Runs jobs."""

from __future__ import annotations

from uuid import UUID

from coexai_app.queue import TaskName, task
from coexai_app.services import runs


@task(TaskName.RUN_JOB)
def run_job(job_id: str) -> None:
    runs.run(UUID(job_id))
