"""Runs jobs."""

from __future__ import annotations

from coexai_app.queue import TaskName, task
from coexai_app.services import runs


@task(TaskName.RUN_JOB)
def run_job(*_: str) -> None:
    """A message wakes a worker, which takes the best job there is; older versions named one."""
    runs.work()
