"""What whoever runs the instance does for an account: look at it, end its sessions, take its second step off (`coexai account`)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, SQLModel, col, func, select

from coexai_app import db
from coexai_app.errors import Conflict, NotFound
from coexai_app.models import LoginSession, MailKind, Membership, Organization, Passkey, RefreshToken, Role, TotpFactor, User
from coexai_app.models.base import new_id
from coexai_app.services import account_fields, audit, factor_codes, factors, login_sessions, mail, person, sign_in_tickets, tokens
from coexai_app.views import accounts as view
from coexai_app.views.accounts import SupportedAccount

OPERATOR: Final = "The command line"


@db.reads
def look(session: Session, *, email: str) -> SupportedAccount:
    """Who this is, where they belong, and what opens their account. Raises NotFound."""
    user = _found(session, email)
    belongs = select(Organization.name, Membership.role).join(Membership, col(Membership.organization_id) == Organization.id)
    homes = session.exec(belongs.where(Membership.user_id == user.id).order_by(col(Membership.id))).all()
    return view.supported(
        user,
        homes=[(name, Role(role)) for name, role in homes],
        apps=_count(session, TotpFactor, TotpFactor.user_id == user.id, col(TotpFactor.confirmed_at).is_not(None)),
        passkeys=_count(session, Passkey, Passkey.user_id == user.id),
        codes=factor_codes.remaining(session, user.id),
        sessions=_count(session, LoginSession, LoginSession.user_id == user.id, col(LoginSession.expires_at) > db.utcnow()),
    )


def end_sessions(session: Session, *, email: str) -> int:
    """Logs the person out everywhere, API clients included; open pages close. Returns how many browsers it were. Raises NotFound."""
    return _log_out(session, _found(session, email).id)


def end_all_sessions(session: Session) -> int:
    """The same for everybody of the instance. Returns how many people were logged in."""
    living = select(RefreshToken.user_id).where(col(RefreshToken.revoked_at).is_(None), col(RefreshToken.expires_at) > db.utcnow())
    people = sorted({*session.exec(select(LoginSession.user_id)).all(), *session.exec(living).all()})
    for user_id in people:
        _log_out(session, user_id)
    return len(people)


def remove_second_step(session: Session, *, email: str) -> None:
    """Takes app, passkeys and recovery codes off the account of somebody who lost them all, and tells them by mail.

    Their password goes on opening it; where an organisation requires a second step they set one up at the next log-in. Raises NotFound,
    and Conflict when there is none.
    """
    user = _found(session, email)
    person.lock(session, user.id)
    if not sign_in_tickets.has_factor(session, user.id):
        raise Conflict(f"{user.email} has no second step.")
    for table in (TotpFactor, Passkey):
        session.execute(delete(table).where(col(table.user_id) == user.id))
    factor_codes.drop_recovery(session, user.id)
    _log_out(session, user.id)
    audit.record(
        session,
        "factor.all_removed",
        user_name=OPERATOR,
        organization_id=person.first_home(session, user.id),
        target=str(user.id),
        target_name=user.name,
    )
    data = {
        "url": factors.PAGE,
        "change": "the second step was taken off by whoever runs this instance",
        "when": db.now(session),
        "device": OPERATOR,
        "ip": "",
    }
    once = f"second-factor:{new_id()}"
    mail.send(session, kind=MailKind.SECOND_FACTOR_CHANGED, to=user.email, data=data, once_key=once, user_id=user.id)


def _log_out(session: Session, user_id: UUID) -> int:
    tokens.bump(session, user_id)
    ended = login_sessions.end_all(session, user_id)
    user = session.get_one(User, user_id)
    audit.record(
        session,
        "session.ended_all",
        user_name=OPERATOR,
        organization_id=person.first_home(session, user_id),
        target=str(user_id),
        target_name=user.name,
        sessions=ended,
    )
    return ended


def _found(session: Session, email: str) -> User:
    user = session.exec(select(User).where(User.email == account_fields.typed(email))).first()
    if user is None:
        raise NotFound(f"There is no account with the address “{email[:254]}”.")
    return user


def _count(session: Session, table: type[SQLModel], *where: Any) -> int:
    return session.exec(select(func.count()).select_from(table).where(*where)).one()
