"""Which mails a person gets: their choice on a page, and the link in each optional mail that switches its kind off without a log-in.

`mail.send` asks `muted` and stores nothing then. The link (RFC 8058) names the person and the kind under a MAC, so that nobody makes one
for somebody else; it does no more than that one thing, and never ends.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.errors import InvalidInput
from coexai_app.models import Mail, MailKind, MailStatus, Membership, MutedMail, Role, User
from coexai_app.services import audit, person, sealing
from coexai_app.services.one_time import DeadLink
from coexai_app.views.preferences import MailAlways, MailChoice, NotificationsView

ENDPOINT: Final = "/api/v1/mail/unsubscribe"
_MAC_BYTES: Final = 16
_LONGEST_TOKEN: Final = 200


@dataclass(frozen=True, slots=True)
class Optional:
    """A kind of mail that may be switched off; `admins`: only they get it."""

    label: str
    line: str
    admins: bool = False


# Every kind whose template is a notification, in the order of the page.
OPTIONAL: Final[Mapping[MailKind, Optional]] = MappingProxyType(
    {
        MailKind.JOB_COMPLETED: Optional("A job is done", "For jobs that you started and that took longer than ten minutes."),
        MailKind.JOB_DEAD_LETTERED: Optional("A job could not be finished", "For jobs that you started, once every try has failed."),
        MailKind.COMMENT_MENTION: Optional("Somebody named you", "When a comment on a result has your name with an @."),
        MailKind.REVIEW_REQUESTED: Optional("A review is asked for", "When somebody wants a yes from those who may approve."),
        MailKind.CLIENT_ANSWERED: Optional("A client answered", "When a client comments, approves or asks for changes through your link."),
        MailKind.QUOTA_80: Optional("Most runs are used", "When 80 % of a coworker's runs of the month are used.", admins=True),
        MailKind.QUOTA_100: Optional("All runs are used", "When a coworker has no runs left this month.", admins=True),
        MailKind.WEBHOOK_ENDPOINT_DISABLED: Optional(
            "A webhook was switched off", "When its address refused events for five days, or said that it is gone.", admins=True
        ),
    }
)
ALWAYS: Final = (
    MailAlways(
        label="Safety of your account",
        why="New passwords, addresses and devices, second steps: whoever breaks in would switch these off first.",
    ),
    MailAlways(label="Links that you asked for", why="To confirm an address or to choose a password. They come only when somebody asks."),
    MailAlways(label="Your place in an organisation", why="Invitations, roles, removals and deletions change what you can open."),
    MailAlways(label="Payments", why="Receipts and failed payments go to those who look after the plan."),
)


@db.reads
def get(session: Session, actor: Actor) -> NotificationsView:
    """The choices that concern the person: those of admins only when they are one somewhere."""
    person.require_person(actor)
    user = session.get_one(User, actor.user_id)
    off = set(session.exec(select(MutedMail.kind).where(MutedMail.user_id == user.id)).all())
    ranked = select(Membership.id).where(Membership.user_id == user.id, col(Membership.role).in_([Role.ADMIN, Role.OWNER]))
    is_admin = session.exec(ranked).first() is not None
    choices = tuple(
        MailChoice(kind=kind.value, label=about.label, line=about.line, on=kind.value not in off, admins=about.admins)
        for kind, about in OPTIONAL.items()
        if is_admin or not about.admins
    )
    return NotificationsView(email=user.email, choices=choices, always=ALWAYS)


def change(session: Session, actor: Actor, *, wanted: Collection[str]) -> NotificationsView:
    """Switches the kinds that the page shows on or off. Raises InvalidInput for a kind that cannot be switched off."""
    person.require_person(actor)
    shown = {choice.kind: choice.on for choice in get(session, actor).choices}
    if unknown := set(wanted) - {kind.value for kind in OPTIONAL}:
        raise InvalidInput(f"The mails “{sorted(unknown)[0][:40]}” cannot be switched on or off.", field="wanted")
    for kind, on in shown.items():
        if on != (kind in wanted):
            _switch(session, actor.user_id, MailKind(kind), on=not on)
            was, is_now = {"on": on}, {"on": not on}
            audit.record(
                session,
                "account.mails_changed",
                actor=actor,
                target=str(actor.user_id),
                target_name=kind,
                before=was,
                after=is_now,
            )
    session.flush()
    return get(session, actor)


def muted(session: Session, kind: MailKind, *, user_id: UUID | None, address: str) -> bool:
    """Whether the person with this id, or else this address, has switched the kind off."""
    if kind not in OPTIONAL:
        return False
    theirs = select(MutedMail.id).join(User, col(User.id) == MutedMail.user_id).where(MutedMail.kind == kind.value)
    return session.exec(theirs.where(or_(col(User.id) == user_id, col(User.email) == address))).first() is not None


def link(user_id: UUID | None, kind: MailKind) -> str:
    """The address that switches a kind off; empty for a mail that belongs to nobody's account."""
    if user_id is None or kind not in OPTIONAL:
        return ""
    return f"{settings.get().origin}{ENDPOINT}?token={_token(user_id, kind)}"


def unsubscribe(session: Session, *, token: str) -> str:
    """Switches the kind of a link off, and returns what the kind is called; twice is fine. Raises DeadLink for a link that is not ours."""
    user_id, kind = _read(token)
    user = session.get(User, user_id)
    if user is None:
        raise DeadLink("The account of this link does not exist any more, so no such mail is sent.")
    if not muted(session, kind, user_id=user_id, address=""):
        _switch(session, user_id, kind, on=False)
        home = person.first_home(session, user_id)
        audit.record(
            session,
            "account.mails_changed",
            user_id=user_id,
            organization_id=home,
            target=str(user_id),
            target_name=kind.value,
            before={"on": True},
            after={"on": False},
        )
    return OPTIONAL[kind].label


def _switch(session: Session, user_id: UUID, kind: MailKind, *, on: bool) -> None:
    """What waits to be sent is taken back, too."""
    db.serialize(session, f"muted:{user_id}")
    session.execute(delete(MutedMail).where(col(MutedMail.user_id) == user_id, col(MutedMail.kind) == kind.value))
    if not on:
        session.add(MutedMail(user_id=user_id, kind=kind.value))
        waiting = delete(Mail).where(col(Mail.user_id) == user_id, col(Mail.kind) == kind.value, col(Mail.status) == MailStatus.WAITING)
        session.execute(waiting.execution_options(synchronize_session=False))
    session.flush()


def _token(user_id: UUID, kind: MailKind) -> str:
    body = user_id.bytes + kind.value.encode()
    return base64.urlsafe_b64encode(_macs(body)[0] + body).decode().rstrip("=")


def _read(token: str) -> tuple[UUID, MailKind]:
    dead = DeadLink("This link is not whole. Copy all of it from the mail, or choose your mails in the settings.")
    if not token.isascii() or len(token) > _LONGEST_TOKEN:
        raise dead
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise dead from None
    mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if len(body) <= 16 or not any(hmac.compare_digest(mac, made) for made in _macs(body)):
        raise dead
    user_id, kind = UUID(bytes=body[:16]), MailKind(body[16:].decode())
    only = base64.urlsafe_b64encode(raw).decode().rstrip("=")  # base64 has several spellings for the same bytes
    if kind not in OPTIONAL or only != token:
        raise dead
    return user_id, kind


def _macs(body: bytes) -> list[bytes]:
    return [made[:_MAC_BYTES] for made in sealing.macs("unsubscribe", body)]
