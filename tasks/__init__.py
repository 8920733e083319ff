"""The worker's door: `huey_consumer tasks.huey`. Importing it registers every task."""

from coexai_app.queue import huey
from tasks import jobs, lifecycle

__all__ = ["huey", "jobs", "lifecycle"]
