"""Mails of the outbox, as the staff's pages and the command line see them."""

from __future__ import annotations

from typing import Final, Self

from coexai_app.models import Mail, MailStatus
from coexai_app.views.base import View, moment

_WORDS: Final = {
    MailStatus.WAITING: "Waiting",
    MailStatus.SENDING: "Sending",
    MailStatus.SENT: "Sent",
    MailStatus.CAPTURED: "Kept here",
    MailStatus.FAILED: "Failed",
}


class MailRow(View):
    """One line of the list. `error` says what the last try met; `next_try` is empty when there is none."""

    id: str
    kind: str
    to: str
    subject: str
    status: str
    word: str
    attempt: int
    error: str
    created: str
    next_try: str
    sent: str

    @classmethod
    def from_row(cls, mail: Mail, tz: str = "UTC") -> Self:
        return cls(
            id=str(mail.id),
            kind=mail.kind,
            to=mail.to_address,
            subject=mail.subject,
            status=mail.status,
            word=_WORDS[mail.status],
            attempt=mail.attempt,
            error=mail.error,
            created=moment(mail.created_at, tz),
            next_try=moment(mail.run_after, tz) if mail.status is MailStatus.WAITING and mail.attempt else "",
            sent=moment(mail.sent_at, tz),
        )


class MailView(MailRow):
    """One mail with its text. Both are empty once it has been sent, and when they were too old to keep."""

    text: str
    html: str

    @classmethod
    def from_row(cls, mail: Mail, tz: str = "UTC") -> Self:
        row = MailRow.from_row(mail, tz)
        return cls(**row.model_dump(), text=mail.text, html=mail.html)
