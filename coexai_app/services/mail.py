"""Mails: write one into the outbox, and let the staff of the instance look. `mail_delivery.py` sends, `mail_templates.py` has the words.

A service that has something to tell calls `send` in its own transaction: no commit, no mail; one `once_key`, one mail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from coexai_app import db, queue, settings
from coexai_app.access import Actor
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from coexai_app.integrations import email
from coexai_app.models import Mail, MailKind, MailStatus, Organization, Priority, User
from coexai_app.models.base import new_id
from coexai_app.queue import TaskName
from coexai_app.services import audit, mail_templates, notifications, person
from coexai_app.views.base import Page
from coexai_app.views.mail import MailRow, MailView

# What strangers can cause to be sent to an address, and how often in an hour, each counted by itself: a hundred reset mails must not
# use up the warning that the password was changed. Such warnings have no limit of their own.
HOURLY: Final[Mapping[MailKind, int]] = MappingProxyType(
    {MailKind.VERIFY_EMAIL: 5, MailKind.ADDRESS_TAKEN: 5, MailKind.RESET_PASSWORD: 5, MailKind.INVITATION: 5, MailKind.NEW_SIGN_IN: 10}
)
# Everything else that one organisation causes in an hour, and all that may wait at once: a loop in our own code must not flood anybody.
ORGANIZATION_HOURLY: Final = 300
MAX_WAITING: Final = 10_000
SECURITY: Final = frozenset(
    {
        MailKind.VERIFY_EMAIL,
        MailKind.RESET_PASSWORD,
        MailKind.EMAIL_CHANGED,
        MailKind.ADDRESS_TAKEN,
        MailKind.PASSWORD_CHANGED,
        MailKind.NEW_SIGN_IN,
        MailKind.SECOND_FACTOR_CHANGED,
        MailKind.IDENTITY_CHANGED,
        MailKind.ACCOUNT_DELETED,
    }
)
MAX_KEY: Final = 200


class Refused(RateLimited):
    """Too many mails. Callers that must not tell whether an address is known swallow it."""

    code = "TOO_MANY_MAILS"


def send(
    session: Session,
    *,
    kind: MailKind,
    to: str,
    data: Mapping[str, Any],
    once_key: str,
    organization_id: UUID | None = None,
    user_id: UUID | None = None,
    locale: str = "en",
) -> None:
    """Writes one mail into the outbox and wakes a worker after the commit, before all other work.

    `data` is what the kind's template names (`mail_templates.ENGLISH`), with `url` as a path of this instance. A `once_key` that was used
    before does nothing, whatever else is given, nor does a kind that the person has switched off (`notifications.py`).

    Raises InvalidInput for a wrong address and Refused over a limit: then nothing is stored.
    Who sends to several addresses in one transaction does it in the order of the addresses, so that two such transactions never wait for
    each other.
    """
    if not once_key:
        raise ValueError("a mail needs a once_key: the event that it tells about")
    address = to.strip().lower()[:320]
    email.address(address)
    if notifications.muted(session, kind, user_id=user_id, address=address):
        return
    config = settings.get()
    rendered = mail_templates.render(
        kind,
        data,
        origin=config.origin,
        address_line=config.mail_address_line,
        locale=locale,
        timezone=_zone_of(session, address, organization_id),
    )
    key = once_key if len(once_key) <= MAX_KEY else hashlib.sha256(once_key.encode()).hexdigest()
    if kind in HOURLY:
        db.serialize(session, f"mail:{kind}:{address}")
    if session.exec(select(Mail.id).where(Mail.once_key == key)).first() is not None:
        return
    _check_limits(session, kind, address, organization_id)
    mail_id = new_id()
    if _insert_once(
        session,
        id=mail_id,
        created_at=db.utcnow(),
        organization_id=organization_id,
        user_id=user_id,
        kind=kind.value,
        to_address=address,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        once_key=key,
        status=MailStatus.WAITING,
        attempt=0,
        run_after=db.utcnow(),
        woken_at=db.utcnow(),
        fence=0,
        error="",
    ):
        queue.enqueue(session, TaskName.SEND_MAIL, str(mail_id), priority=Priority.CRITICAL)


@db.reads
def page(session: Session, actor: Actor, *, status: str = "", page: int = 1, limit: int = 20) -> Page[MailRow]:
    """The outbox, newest first, without the texts. Only for the staff of the instance."""
    _require_staff(actor)
    limit, page = max(1, min(limit, 100)), max(1, page)
    wanted = [MailStatus(status)] if status in set(MailStatus) else ([] if status else list(MailStatus))
    matching = col(Mail.status).in_(wanted)
    total = session.exec(select(func.count()).select_from(Mail).where(matching)).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(select(Mail).where(matching).order_by(col(Mail.id).desc()).limit(limit).offset((page - 1) * limit)).all()
    return Page(rows=tuple(MailRow.from_row(row, actor.timezone) for row in rows), page=page, limit=limit, total=total)


def get(session: Session, actor: Actor, *, mail_id: UUID) -> MailView:
    """One mail. Staff reads the text only of captured ones: a link in any other belongs to its reader. It leaves a trace."""
    _require_staff(actor)
    row = _one(session, mail_id)
    view = MailView.from_row(row, actor.timezone)
    if row.status is not MailStatus.CAPTURED:
        return view.model_copy(update={"text": "", "html": ""})
    audit.record(session, "mail.read", actor=actor, target=str(mail_id))
    return view


def retry(session: Session, actor: Actor, *, mail_id: UUID) -> MailView:
    """Sends a failed or captured mail again, as if it were new. Raises Conflict when its text is not kept any more."""
    _require_staff(actor)
    send_again(session, mail_id=mail_id)
    audit.record(session, "mail.retried", actor=actor, target=str(mail_id))
    return get(session, actor, mail_id=mail_id)


@db.reads
def latest(session: Session, *, statuses: Sequence[MailStatus], limit: int = 20) -> tuple[MailRow, ...]:
    """For the command line, whose user has the database anyway."""
    rows = session.exec(select(Mail).where(col(Mail.status).in_(statuses)).order_by(col(Mail.id).desc()).limit(limit)).all()
    return tuple(MailRow.from_row(row) for row in rows)


@db.reads
def show(session: Session, *, mail_id: UUID) -> MailView:
    """For the command line: one mail with its text."""
    return MailView.from_row(_one(session, mail_id))


def send_again(session: Session, *, mail_id: UUID) -> None:
    """For the command line, and behind `retry`."""
    row = _one(session, mail_id)
    if not row.text:
        raise Conflict("The text of this mail is not kept any more. Let the person ask for it again.")
    statement = update(Mail).where(col(Mail.id) == mail_id, col(Mail.status).in_([MailStatus.FAILED, MailStatus.CAPTURED]))
    again = {"status": MailStatus.WAITING, "attempt": 0, "run_after": db.utcnow(), "woken_at": db.utcnow(), "error": "", "sent_at": None}
    if db.changed(session, statement.values(**again)) != 1:
        raise Conflict("Only a mail that failed or was kept here can be sent again.")
    session.expire(row)
    queue.enqueue(session, TaskName.SEND_MAIL, str(mail_id), priority=Priority.CRITICAL)


def parse_id(value: str) -> UUID:
    """A mail's id as people type it. Raises InvalidInput."""
    try:
        return UUID(value)
    except ValueError:
        raise InvalidInput(f"“{value}” is not the id of a mail. The list shows them: coexai mail") from None


def _zone_of(session: Session, address: str, organization_id: UUID | None) -> str:
    """The time zone of whoever reads at this address: their own, else that of the organisation, else of the first they belong to."""
    user = session.exec(select(User).where(User.email == address)).first()
    if user is not None and user.timezone:
        return user.timezone
    of = organization_id or (user and person.first_home(session, user.id))
    organization = session.get(Organization, of) if of else None
    return organization.timezone if organization else "UTC"


def _check_limits(session: Session, kind: MailKind, address: str, organization_id: UUID | None) -> None:
    recent = select(func.count()).select_from(Mail).where(col(Mail.created_at) > db.utcnow(-3600))
    most = HOURLY.get(kind)
    if most is not None and session.exec(recent.where(Mail.to_address == address, Mail.kind == kind.value)).one() >= most:
        raise Refused("Several such mails were sent to this address within the last hour. Look for them, or try again in an hour.")
    if kind in SECURITY:
        return
    if organization_id is not None and session.exec(recent.where(Mail.organization_id == organization_id)).one() >= ORGANIZATION_HOURLY:
        raise Refused("Your organisation has caused very many mails within the last hour. Try again in an hour.")
    if session.exec(select(func.count()).select_from(Mail).where(Mail.status == MailStatus.WAITING)).one() >= MAX_WAITING:
        raise Refused("Very many mails wait to be sent. Try again later.")


def _insert_once(session: Session, **values: Any) -> bool:
    """Whether the row is new: of several transactions with one key, all but one see that it is there."""
    statement = db.insert(session, Mail).values(**values).on_conflict_do_nothing(index_elements=["once_key"])
    return session.execute(statement.returning(col(Mail.id))).first() is not None


def _one(session: Session, mail_id: UUID) -> Mail:
    row = session.get(Mail, mail_id)
    if row is None:
        raise NotFound("This mail does not exist. Mails are kept for 90 days.")
    return row


def _require_staff(actor: Actor) -> None:
    if not actor.is_staff:
        raise Forbidden("Only the staff of this instance may see its mails.")
