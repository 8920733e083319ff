"""The worker's door: `huey_consumer tasks.huey`. Importing it registers every task."""

from coexai_app.queue import consumer, huey
from tasks import jobs, lifecycle, mail, webhooks

__all__ = ["consumer", "huey", "jobs", "lifecycle", "mail", "webhooks"]
