"""The address of an account: confirmed by a link, changed by a link to the new one.

Called by `person.py`, by `api/account.py` and by the pages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from coexai_app import db, origin
from coexai_app.access import Actor
from coexai_app.errors import Conflict, InvalidInput
from coexai_app.models import MailKind, TokenPurpose, User
from coexai_app.models.base import new_id
from coexai_app.services import account_fields, audit, mail, one_time, person, throttle
from coexai_app.views.device import device

_VALID = "3 days"
_OFTEN = "You have asked for many links. Wait {wait}, then try again."


def facts(at: datetime) -> dict[str, Any]:
    """When and from where, for the mails about an account's safety."""
    here = origin.current()
    return {"when": at, "device": device(here.user_agent), "ip": here.ip}


def send_verification(session: Session, user: User) -> None:
    """Writes the mail that asks to confirm the address; nothing when there were several within the hour."""
    try:
        _send(session, user, TokenPurpose.VERIFY, user.email)
    except mail.Refused:
        return


def tell_owner(session: Session, owner: User) -> None:
    """Writes to somebody whose address was given for another account; nothing when that happened several times within the hour."""
    try:
        _warn(session, owner)
    except mail.Refused:
        return


def resend(session: Session, actor: Actor) -> None:
    """Sends the link once more. Raises Conflict when the address is confirmed, RateLimited after several within an hour."""
    person.require_person(actor)
    user = session.get_one(User, actor.user_id)
    if user.verified_at is not None:
        raise Conflict("Your e-mail address is confirmed already.")
    _send(session, user, TokenPurpose.VERIFY, user.email)


def change(session: Session, actor: Actor, *, email: str) -> None:
    """Sends a link to the new address; nothing changes before it is used. Raises FreshLoginNeeded, InvalidInput with the field, and
    RateLimited after several within an hour.

    All of that is the same for an address that somebody else uses: then they get a mail, and no link.
    """
    person.require_fresh(session, actor)
    address, user = account_fields.email(email), session.get_one(User, actor.user_id)
    if address == user.email:
        raise InvalidInput("That is your address already.", field="email")
    throttle.take(session, throttle.LINKS, str(user.id), _OFTEN)
    audit.record(session, "account.email_requested", actor=actor, target=str(user.id), target_name=user.name)
    if owner := session.exec(select(User).where(User.email == address)).first():
        _warn(session, owner)
    else:
        _send(session, user, TokenPurpose.CHANGE_EMAIL, address)


def confirm(session: Session, *, token: str) -> str:
    """Uses the link of either mail. Returns the address that is confirmed now. Raises DeadLink, Conflict when somebody else has it."""
    row, user = one_time.use(session, token, TokenPurpose.VERIFY, TokenPurpose.CHANGE_EMAIL)
    at, old, home = db.now(session), user.email, person.first_home(session, user.id)
    if row.purpose is TokenPurpose.CHANGE_EMAIL:
        db.serialize(session, "sign-up")
        if session.exec(select(User.id).where(User.email == row.email, col(User.id) != user.id)).first():
            raise Conflict("Somebody else uses this address meanwhile. Nothing was changed.", field="email")
        user.email = row.email
        told = {"url": "/settings/security", "old": old, "new": row.email, **facts(at)}
        for address in sorted({old, row.email}):
            key = f"email-changed:{row.id}:{address}"
            mail.send(session, kind=MailKind.EMAIL_CHANGED, to=address, data=told, once_key=key, user_id=user.id)
        audit.record(session, "account.email_changed", user_id=user.id, target=str(user.id), organization_id=home)
    else:
        audit.record(session, "account.verified", user_id=user.id, target=str(user.id), organization_id=home)
    user.verified_at = at
    return user.email


def _send(session: Session, user: User, purpose: TokenPurpose, address: str) -> None:
    token = one_time.issue(session, user, purpose, email=address)
    data = {"url": f"/verify?token={token}", "valid": _VALID}
    key = f"{purpose}:{person.hash_of(token)}"
    mail.send(session, kind=MailKind.VERIFY_EMAIL, to=address, data=data, once_key=key, user_id=user.id)


def _warn(session: Session, owner: User) -> None:
    data = {"url": "/login", **facts(db.now(session))}
    mail.send(session, kind=MailKind.ADDRESS_TAKEN, to=owner.email, data=data, once_key=f"taken:{new_id()}", user_id=owner.id)
