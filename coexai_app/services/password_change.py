"""A new password: with the old one, or with the link of a mail. Both end the other sessions and every token. Called by `api/account.py`.

The hash of the new password comes from the door (`api/proof.py`), which makes it before the transaction.
"""

from __future__ import annotations

from sqlalchemy import or_
from sqlmodel import Session, col, select

from coexai_app import db, origin
from coexai_app.access import Actor
from coexai_app.errors import Unauthenticated
from coexai_app.models import MailKind, TokenPurpose, User
from coexai_app.services import account_fields, audit, identities, login_sessions, mail, one_time, person, proofs, throttle, tokens
from coexai_app.services.email_address import facts
from coexai_app.services.proofs import Proof

_OFTEN = "Many links were asked for from your network. Wait {wait}, then try again."


def forgot(session: Session, *, email: str, ip: str = "") -> None:
    """Sends a link to an address that has an account. The caller answers the same in every case, and before this has run."""
    throttle.take(session, throttle.LINKS, throttle.net(ip), _OFTEN)
    open_to_them = or_(col(User.disabled_at).is_(None), proofs.trashed())  # who forgot the password can restore the account, too
    user = session.exec(select(User).where(User.email == account_fields.typed(email), open_to_them)).first()
    if user is None:
        return
    token = one_time.issue(session, user, TokenPurpose.RESET, email=user.email)
    data = {"url": f"/reset-password?token={token}", "valid": "30 minutes", **facts(db.now(session))}
    key = f"reset:{person.hash_of(token)}"
    try:
        mail.send(session, kind=MailKind.RESET_PASSWORD, to=user.email, data=data, once_key=key, user_id=user.id)
    except mail.Refused:
        return
    home = person.first_home(session, user.id)
    audit.record(session, "password.reset_asked", organization_id=home, target=str(user.id), target_name=user.name, ip=ip)


@db.reads
def whose(session: Session, *, token: str) -> tuple[str, str]:
    """Address and name of the person whom a reset link belongs to. Raises DeadLink."""
    _, user = one_time.look(session, token, TokenPurpose.RESET)
    return user.email, user.name


def reset(session: Session, *, token: str, password_hash: str) -> None:
    """Sets a new password and ends every session and token of the person. The link proves the address too. Raises DeadLink."""
    _, user = one_time.use(session, token, TokenPurpose.RESET)
    identities.drop_unproved(session, user)
    user.verified_at = user.verified_at or db.now(session)
    home = person.first_home(session, user.id)
    _set(session, user, password_hash)
    login_sessions.end_all(session, user.id)
    audit.record(session, "password.reset", user_id=user.id, organization_id=home, target=str(user.id))


def change(session: Session, actor: Actor, *, proof: Proof, password_hash: str) -> None:
    """Sets a new password; this session stays. Raises Unauthenticated when the present one was not right."""
    person.require_person(actor)
    user = proofs.accept(session, proof, ip=origin.current().ip)
    if user.id != actor.user_id:
        raise Unauthenticated(proofs.WRONG)
    _set(session, user, password_hash)
    login_sessions.end_all(session, user.id, keep=actor.session_id)
    audit.record(session, "password.changed", actor=actor, target=str(user.id))


def _set(session: Session, user: User, password_hash: str) -> None:
    user.password_hash = password_hash
    session.flush()
    tokens.bump(session, user.id)
    session.refresh(user)
    throttle.forget(session, throttle.ACCOUNT, user.email)
    data = {"url": "/settings/security", **facts(db.now(session))}
    key = f"password-changed:{user.id}:{user.auth_version}"
    mail.send(session, kind=MailKind.PASSWORD_CHANGED, to=user.email, data=data, once_key=key, user_id=user.id)
