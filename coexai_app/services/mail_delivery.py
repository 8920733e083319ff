"""Sending what is in the outbox, in a worker: claim, talk to the mail server with no transaction open, record what it said.

`deliver` is called by `tasks/mail.py`; `sweep_mails` and `forget` by the sweep. A mail leaves at least once: when the worker dies after the
server took the mail and before that is recorded, it is sent again. It then has the same Message-ID and Date, so that clients show it once.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, delete, or_, update
from sqlmodel import Session, col, select

from coexai_app import db, log, queue, settings
from coexai_app.errors import CoexaiError
from coexai_app.integrations import email
from coexai_app.models import Lock, Mail, MailKind, MailStatus, Priority
from coexai_app.models.base import new_id
from coexai_app.queue import TaskName
from coexai_app.services import mail_templates, notifications

# Seconds until the next try, after the first, the second, … one; then it has failed.
PAUSES: Final = (5, 60, 600, 3_600, 21_600)
MAX_ATTEMPTS: Final = len(PAUSES) + 1
# Longer than a conversation with the mail server can take (`smtp.DEADLINE`), connecting to several addresses included.
LEASE_TIMEOUTS: Final = 10
RESEND_SECONDS: Final = 15.0
BATCH: Final = 100
KEEP_TEXT_SECONDS: Final = timedelta(days=7).total_seconds()
KEEP_ROW_SECONDS: Final = timedelta(days=90).total_seconds()
GIVE_UP_SECONDS: Final = timedelta(days=2).total_seconds()
# A server that is down is asked by one mail at a time, and left alone for some multiple of the time that it cost: a worker is never
# kept from its jobs for more than a fifth of its time.
HOLD: Final = "mail-server-down"
HOLD_FACTOR: Final = 4.0
HOLD_SECONDS: Final = (5.0, 300.0)
_ENDED: Final = (MailStatus.SENT, MailStatus.CAPTURED, MailStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that this worker holds; `fence` proves it when the outcome is recorded."""

    mail_id: UUID
    fence: int
    attempt: int
    kind: str
    to: str
    subject: str
    text: str
    html: str
    created_at: datetime
    user_id: UUID | None = None


def deliver(mail_id: UUID) -> None:
    """Tries to send one mail, or returns at once when it is not its time (a wake-up may come twice, or late)."""
    claim = _claim(mail_id)
    if claim is None:
        return
    with log.bound(mail_id=str(mail_id)):
        started = time.monotonic()
        transport = email.transport()
        try:
            transport.send(_message(claim))
        except email.Deferred as error:
            _again(claim, error.message, hold=time.monotonic() - started if error.server else None)
        except CoexaiError as error:
            _end(claim, MailStatus.FAILED, error=error.message)
        except Exception:
            reference = new_id().hex[-12:]
            log.get(__name__).exception("mail could not be sent, reference %s", reference)
            _again(claim, f"Something went wrong on our side. Reference: {reference}", hold=None)
        else:
            _end(claim, MailStatus.CAPTURED if transport.keeps else MailStatus.SENT)


def sweep_mails(session: Session) -> None:
    """Wakes workers for mails whose time has come, and for those whose worker fell silent; gives up on the very old."""
    waiting = col(Mail.status) == MailStatus.WAITING
    lost = and_(col(Mail.status) == MailStatus.SENDING, col(Mail.lease_until) < db.utcnow())
    stale = or_(and_(waiting, col(Mail.created_at) < db.utcnow(-GIVE_UP_SECONDS)), and_(lost, col(Mail.attempt) >= MAX_ATTEMPTS))
    session.execute(
        update(Mail)
        .where(stale)
        .values(status=MailStatus.FAILED, fence=col(Mail.fence) + 1, error="Given up: it could not be sent in time.")
        .execution_options(synchronize_session=False)
    )
    if _held(session):
        return
    quiet = or_(col(Mail.woken_at).is_(None), col(Mail.woken_at) < db.utcnow(-RESEND_SECONDS))
    due = session.exec(
        select(Mail.id)
        .where(or_(and_(waiting, col(Mail.run_after) <= db.utcnow()), lost), quiet)
        .order_by(col(Mail.run_after))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if due:
        session.execute(update(Mail).where(col(Mail.id).in_(due)).values(woken_at=db.utcnow()).execution_options(synchronize_session=False))
    for mail_id in due:
        queue.enqueue(session, TaskName.SEND_MAIL, str(mail_id), priority=Priority.CRITICAL)


def forget(session: Session) -> None:
    """Texts of captured and failed mails go after 7 days (they hold links), rows after 90."""
    old = update(Mail).where(
        col(Mail.status).in_((MailStatus.CAPTURED, MailStatus.FAILED)),
        col(Mail.created_at) < db.utcnow(-KEEP_TEXT_SECONDS),
        col(Mail.text) != "",
    )
    session.execute(old.values(text="", html="").execution_options(synchronize_session=False))
    ended = delete(Mail).where(col(Mail.status).in_(_ENDED), col(Mail.created_at) < db.utcnow(-KEEP_ROW_SECONDS))
    session.execute(ended.execution_options(synchronize_session=False))


def _claim(mail_id: UUID) -> Claim | None:
    """Takes a mail that is due, or whose worker fell silent, in one conditional update. None while the mail server is left alone."""
    due = and_(col(Mail.status) == MailStatus.WAITING, col(Mail.run_after) <= db.utcnow())
    lost = and_(col(Mail.status) == MailStatus.SENDING, col(Mail.lease_until) < db.utcnow())
    take = update(Mail).where(col(Mail.id) == mail_id, or_(due, lost), col(Mail.attempt) < MAX_ATTEMPTS)
    lease = db.utcnow(settings.get().smtp_timeout_seconds * LEASE_TIMEOUTS)
    with db.transaction() as session:
        if _held(session):
            return None
        values: dict[str, Any] = {"status": MailStatus.SENDING, "lease_until": lease}
        if db.changed(session, take.values(attempt=col(Mail.attempt) + 1, fence=col(Mail.fence) + 1, **values)) != 1:
            return None
        mail = session.get_one(Mail, mail_id)
        content = (mail.to_address, mail.subject, mail.text, mail.html, mail.created_at)
        return Claim(mail.id, mail.fence, mail.attempt, mail.kind, *content, mail.user_id)


def _message(claim: Claim) -> email.Message:
    headers = {}
    if mail_templates.is_notification(MailKind(claim.kind)):
        link = notifications.link(claim.user_id, MailKind(claim.kind))
        headers["List-Unsubscribe"] = f"<{link or settings.get().origin + mail_templates.PREFERENCES}>"
        if link.startswith("https:"):  # RFC 8058 §3.1
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return email.Message(
        to=claim.to,
        subject=claim.subject,
        text=claim.text,
        html=claim.html,
        headers=headers,
        message_id=str(claim.mail_id),
        date=claim.created_at,
    )


def _end(claim: Claim, status: MailStatus, *, error: str = "") -> None:
    """The last state. What was sent is blanked: nobody finds a live link in a copy of the database."""
    values: dict[str, Any] = {"status": status, "error": error[:500], "lease_until": None}
    if status is not MailStatus.FAILED:
        values["sent_at"] = db.utcnow()
    if status is MailStatus.SENT:
        values |= {"text": "", "html": ""}
    _record(claim, values)
    if error:
        log.get(__name__).warning("a mail of kind %s failed: %s", claim.kind, error)


def _again(claim: Claim, error: str, *, hold: float | None) -> None:
    """Back to waiting with a growing pause, or failed after the last try. `hold`: the seconds that a server cost which is down."""
    if hold is not None:
        with db.transaction() as session:
            _leave_alone(session, min(max(hold * HOLD_FACTOR, HOLD_SECONDS[0]), HOLD_SECONDS[1]))
    if claim.attempt >= MAX_ATTEMPTS:
        return _end(claim, MailStatus.FAILED, error=error)
    pause = PAUSES[claim.attempt - 1] * random.uniform(0.8, 1.2)  # noqa: S311  (spread, not secrecy)
    after = {"run_after": db.utcnow(pause), "woken_at": None, "lease_until": None}
    _record(claim, {"status": MailStatus.WAITING, "error": error[:500], **after})
    return None


def _record(claim: Claim, values: dict[str, Any]) -> None:
    held = update(Mail).where(col(Mail.id) == claim.mail_id, col(Mail.fence) == claim.fence, col(Mail.status) == MailStatus.SENDING)
    with db.transaction() as session:
        if db.changed(session, held.values(**values)) != 1:
            log.get(__name__).warning("another worker took the mail over; what happened here is not recorded")


def _held(session: Session) -> bool:
    return session.exec(select(Lock.name).where(Lock.name == HOLD, col(Lock.until) > db.utcnow())).first() is not None


def _leave_alone(session: Session, seconds: float) -> None:
    until = db.utcnow(seconds)
    if db.changed(session, update(Lock).where(col(Lock.name) == HOLD).values(until=until)) == 1:
        return
    session.execute(db.insert(session, Lock).values(name=HOLD, until=until).on_conflict_do_nothing(index_elements=["name"]))
