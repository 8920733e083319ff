"""Accounts: sign up, log in, log out, and who a session cookie belongs to. Called by `api/session.py` and by the state guard."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.errors import Conflict, InvalidInput, NotFound, RateLimited, Unauthenticated
from coexai_app.models import AuditLog, AuditOutcome, LoginSession, Membership, Organization, Role, SignInDoor, User
from coexai_app.models.base import now
from coexai_app.services import audit, passwords, sign_in_tickets
from coexai_app.views.accounts import Me, from_rows
from coexai_app.views.base import zone

MAX_FAILURES: Final = 10
FAILURE_WINDOW: Final = timedelta(minutes=15)
# Writing "last seen" on every click would make each one a write; a minute is exact enough.
SEEN_EVERY: Final = timedelta(minutes=1)
# Each organisation has free runs of its own: nobody needs dozens.
MAX_OWNED: Final = 10


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. `token` goes into the cookie and exists nowhere else."""

    token: str
    user_id: UUID
    organization_id: UUID


def sign_up(
    session: Session,
    *,
    name: str,
    email: str,
    password: str,
    organization: str = "",
    timezone: str = "UTC",
    ip: str = "",
    user_agent: str = "",
) -> SignedIn:
    """Makes an account that owns a new organisation, and signs it in. The first account of an instance is its staff.

    Raises InvalidInput with the field, Conflict when the address is taken.
    """
    user = register(session, name=name, email=email, password=password)
    org = found(session, user, name=organization, timezone=timezone)
    signed_in = open_session(session, user.id, org.id, ip=ip, user_agent=user_agent)
    audit.record(session, "account.created", user_id=user.id, organization_id=org.id, target=str(user.id), ip=ip, staff=user.is_staff)
    return signed_in


def register(session: Session, *, name: str, email: str, password: str) -> User:
    """A new person, who belongs nowhere yet. Raises as `sign_up` does."""
    name, email = _name(name), address(email)
    passwords.check_strength(password, email=email)
    password_hash = passwords.hash_of(password)  # slow on purpose, so before anything is locked
    db.serialize(session, "sign-up")
    if session.exec(select(User.id).where(User.email == email)).first():
        raise Conflict("There is an account with this e-mail address already. Log in instead.", field="email")
    first = session.exec(select(func.count()).select_from(User)).one() == 0
    user = User(name=name, email=email, password_hash=password_hash, is_staff=first)
    session.add(user)
    session.flush()
    return user


def first_organization(session: Session, user_id: UUID) -> UUID | None:
    """The organisation that the person joined first, of those that are not in the trash."""
    joined = select(Membership.organization_id).join(Organization, col(Organization.id) == Membership.organization_id)
    here = joined.where(Membership.user_id == user_id, col(Organization.deleted_at).is_(None))
    return session.exec(here.order_by(col(Membership.id))).first()


def found(session: Session, user: User, *, name: str, timezone: str = "UTC") -> Organization:
    """A new organisation that the person owns. Raises Conflict when they own MAX_OWNED already, those in the trash included."""
    db.serialize(session, f"found:{user.id}")
    owned = select(func.count()).select_from(Membership).where(Membership.user_id == user.id, Membership.role == Role.OWNER)
    if session.exec(owned).one() >= MAX_OWNED:
        raise Conflict(f"You own {MAX_OWNED} organisations already. Delete one for good, or hand one over to somebody else.")
    org = Organization(name=_clean(name)[:120] or f"{user.name.split()[0]}'s organisation", timezone=zone(timezone).key)
    session.add(org)
    session.flush()
    session.add(Membership(user_id=user.id, organization_id=org.id, role=Role.OWNER))
    session.flush()
    return org


def log_in(session: Session, *, email: str, password: str, ip: str = "", user_agent: str = "") -> SignedIn:
    """Opens a session. Raises Unauthenticated for a wrong address or password alike, RateLimited after too many tries, and
    SecondFactorRequired when the password was right and a second step is to come (`second_step`)."""
    user = credentials(session, email=email, password=password)
    sign_in_tickets.demand(session, user, door=SignInDoor.BROWSER)
    return enter(session, user, ip=ip, user_agent=user_agent)


def enter(session: Session, user: User, *, ip: str = "", user_agent: str = "") -> SignedIn:
    """Opens a session for somebody who has proved who they are, with every factor they have.

    Somebody who belongs nowhere any more starts anew in an organisation of their own.
    """
    of = first_organization(session, user.id) or found(session, user, name="").id
    audit.record(session, "session.login", user_id=user.id, organization_id=of, target=str(user.id), ip=ip, user_agent=user_agent)
    return open_session(session, user.id, of, ip=ip, user_agent=user_agent)


def credentials(session: Session, *, email: str, password: str) -> User:
    """Whose address and password these are. Raises as `log_in` does; its caller tells `note_failure` of a wrong try."""
    email = _clean(email).lower()[:320]
    tried = _failures(session, email)
    if tried >= MAX_FAILURES:
        raise RateLimited("Too many tries for this account. Wait 15 minutes, then try again.")
    user = session.exec(select(User).where(User.email == email)).first()
    if not passwords.matches(password[: passwords.MAX_LENGTH], user.password_hash if user else None) or user is None or user.disabled_at:
        raise Unauthenticated("The e-mail address or the password is not right.")
    return user


def note_failure(session: Session, *, email: str, ip: str = "") -> None:
    """Counts a failed log-in; in a transaction of its own, since the failing one is rolled back.

    The organisation of a known address sees it in its audit log; one for an unknown address stands in the instance's.
    """
    email = _clean(email).lower()[:320]
    known = session.exec(
        select(User.name, Membership.organization_id)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(User.email == email)
        .order_by(col(Membership.id))
    ).first()
    name, organization_id = known or ("an unknown address", None)
    audit.record(
        session,
        "session.failed",
        organization_id=organization_id,
        target=_fingerprint(email),
        target_name=name,
        outcome=AuditOutcome.FAILED,
        ip=ip,
    )


def log_out(session: Session, *, token: str, ip: str = "") -> None:
    """Ends the session of this cookie; one that is already over is fine."""
    row = session.exec(select(LoginSession).where(LoginSession.token_hash == _hash(token))).first()
    if row is None:
        return
    audit.record(session, "session.logout", user_id=row.user_id, organization_id=row.organization_id, target=str(row.user_id), ip=ip)
    session.delete(row)


def switch(session: Session, *, token: str, organization_id: UUID) -> None:
    """Makes another organisation of the person the current one of this session. Raises NotFound when they do not belong to it."""
    row = _live_session(session, token)
    member = (
        select(Membership)
        .join(Organization, col(Organization.id) == Membership.organization_id)
        .where(Membership.user_id == row.user_id, Membership.organization_id == organization_id, col(Organization.deleted_at).is_(None))
    )
    if session.exec(member).first() is None:
        raise NotFound("This organisation does not exist, or you do not belong to it.")
    row.organization_id = organization_id


@db.reads
def actor_of(session: Session, *, token: str) -> Actor | None:
    """Who a cookie belongs to, or None. The role is read anew each time, so a change of it counts at once."""
    found = session.exec(
        select(LoginSession, User, Membership, Organization)
        .join(User, col(User.id) == LoginSession.user_id)
        .join(Organization, col(Organization.id) == LoginSession.organization_id)
        .join(Membership, (col(Membership.user_id) == User.id) & (col(Membership.organization_id) == Organization.id))
        .where(LoginSession.token_hash == _hash(token), col(LoginSession.expires_at) > now())
        .where(col(User.disabled_at).is_(None), col(Organization.deleted_at).is_(None))
    ).first()
    if found is None:
        return None
    row, user, membership, org = found
    return Actor(
        user_id=user.id,
        organization_id=org.id,
        role=membership.role,
        plan_name=org.plan,
        timezone=org.timezone,
        name=user.name,
        is_staff=user.is_staff,
        session_id=row.id,
        must_enrol=sign_in_tickets.must_enrol(session, user, org),
    )


def touch(session: Session, *, token: str) -> None:
    """Keeps a session that is in use from ending; writes at most once a minute."""
    row = session.exec(select(LoginSession).where(LoginSession.token_hash == _hash(token))).first()
    if row is not None and row.last_seen_at < now() - SEEN_EVERY:
        row.last_seen_at = now()
        row.expires_at = now() + timedelta(days=settings.get().session_days)


@db.reads
def me(session: Session, actor: Actor) -> Me:
    """The signed-in person and their organisations, as pages show them."""
    user = session.get_one(User, actor.user_id)
    rows = session.exec(
        select(Organization)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(Membership.user_id == actor.user_id, col(Organization.deleted_at).is_(None))
        .order_by(col(Organization.name))
    ).all()
    return from_rows(user, actor.organization_id, actor.role, rows)


def open_session(session: Session, user_id: UUID, organization_id: UUID, *, ip: str, user_agent: str) -> SignedIn:
    """Signs a person in who has proved who they are."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            user_id=user_id,
            organization_id=organization_id,
            token_hash=_hash(token),
            last_seen_at=now(),
            expires_at=now() + timedelta(days=settings.get().session_days),
            ip=ip[:64],
            user_agent=user_agent[:256],
        )
    )
    return SignedIn(token, user_id, organization_id)


def _live_session(session: Session, token: str) -> LoginSession:
    row = session.exec(select(LoginSession).where(LoginSession.token_hash == _hash(token), col(LoginSession.expires_at) > now())).first()
    if row is None:
        raise Unauthenticated("Your session has ended. Log in again.")
    return row


def _failures(session: Session, email: str) -> int:
    return session.exec(
        select(func.count())
        .select_from(AuditLog)
        .where(
            AuditLog.action == "session.failed", AuditLog.target == _fingerprint(email), col(AuditLog.created_at) > now() - FAILURE_WINDOW
        )
    ).one()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _fingerprint(email: str) -> str:
    """The trail of failed tries does not store what people typed."""
    return hashlib.sha256(settings.get().secret() + email.encode()).hexdigest()


def _clean(value: str) -> str:
    return " ".join("".join(c for c in value if c.isprintable()).split())


def _name(value: str) -> str:
    name = _clean(value)[:120]
    if not name:
        raise InvalidInput("Tell us your name.", field="name")
    return name


def address(value: str) -> str:
    """An e-mail address as it is stored: normalised, in lower case. Raises InvalidInput."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(_clean(value), check_deliverability=False).normalized.lower()[:320]
    except EmailNotValidError:
        raise InvalidInput("This does not look like an e-mail address. Example: ana@bakery.example", field="email") from None
