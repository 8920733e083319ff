"""Sends mails."""

from __future__ import annotations

from uuid import UUID

from coexai_app.queue import TaskName, task
from coexai_app.services import mail_delivery


@task(TaskName.SEND_MAIL)
def send_mail(mail_id: str) -> None:
    mail_delivery.deliver(UUID(mail_id))
