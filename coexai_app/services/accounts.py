"""Accounts: sign up, log in, log out, and who a session cookie belongs to. Called by `api/session.py` and by the state guard."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, bindparam, func, update
from sqlmodel import Session, col, select

from coexai_app import db, live, settings
from coexai_app.access import Actor
from coexai_app.errors import Conflict, NotFound, Unauthenticated
from coexai_app.models import AuditOutcome, LoginSession, Membership, Organization, PlanName, Role, SignInDoor, User
from coexai_app.services import account_fields, audit, email_address, passwords, proofs, sign_in_tickets, sign_ins, throttle
from coexai_app.services.person import hash_of, refuse_key
from coexai_app.services.proofs import Proof
from coexai_app.views.accounts import Me, from_rows
from coexai_app.views.base import zone

MAX_FAILURES: Final = throttle.ACCOUNT.free
# Writing "last seen" on every click would make each one a write; a minute is exact enough.
SEEN_EVERY_SECONDS: Final = 60.0
# Each organisation has free runs of its own: nobody needs dozens.
MAX_OWNED: Final = 10

# Asked for every event and every call with a cookie. Built once: putting a statement together takes longer than running it.
_HOLDER: Final = (
    select(  # type: ignore[call-overload]
        col(LoginSession.id).label("session_id"),
        (col(LoginSession.last_seen_at) < db.utcnow(-SEEN_EVERY_SECONDS)).label("unseen"),
        col(User.id).label("user_id"),
        User.name,
        User.is_staff,
        col(User.timezone).label("own_timezone"),
        Membership.role,
        col(Organization.id).label("organization_id"),
        Organization.plan,
        col(Organization.timezone).label("timezone"),
        and_(col(Organization.require_second_factor), ~sign_in_tickets.with_factor(col(User.id))).label("must_enrol"),
    )
    .join(User, col(User.id) == LoginSession.user_id)
    .join(Organization, col(Organization.id) == LoginSession.organization_id)
    .join(Membership, (col(Membership.user_id) == User.id) & (col(Membership.organization_id) == Organization.id))
    .where(col(LoginSession.token_hash) == bindparam("digest"), col(LoginSession.expires_at) > db.utcnow())
    .where(col(User.disabled_at).is_(None), col(Organization.deleted_at).is_(None))
)


class AddressTaken(Conflict):
    """Somebody has an account with this address. The mail that tells them of the try is kept."""

    keeps = True


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. `token` goes into the cookie and exists nowhere else."""

    token: str = field(repr=False)
    user_id: UUID
    organization_id: UUID
    trashed: bool = False


def sign_up(
    session: Session,
    *,
    name: str,
    email: str,
    password: str = "",
    password_hash: str = "",
    organization: str = "",
    timezone: str = "UTC",
    ip: str = "",
    user_agent: str = "",
) -> SignedIn:
    """Makes an account that owns a new organisation, and signs it in. The first account of an instance is its staff.

    A door gives the `password_hash` that it made before it opened this transaction; with a `password` it is made here.

    Raises InvalidInput with the field, AddressTaken.
    """
    user = register(session, name=name, email=email, password=password, password_hash=password_hash)
    org = found(session, user, name=organization, timezone=timezone)
    signed_in = open_session(session, user, org.id, ip=ip, user_agent=user_agent)
    audit.record(session, "account.created", user_id=user.id, organization_id=org.id, target=str(user.id), ip=ip, staff=user.is_staff)
    return signed_in


def register(session: Session, *, name: str, email: str, password: str = "", password_hash: str = "") -> User:
    """A new person, who belongs nowhere yet; their password as in `sign_up`."""
    name, email = account_fields.name(name), account_fields.email(email)
    if not password_hash:
        passwords.check_strength(password, email=email, name=name)
        password_hash = passwords.hash_of(password)
    return add_person(session, name=name, email=email, password_hash=password_hash)


def add_person(session: Session, *, name: str, email: str, password_hash: str = "", verified: bool = False) -> User:
    """A new person with fields that were checked. Without a hash no password opens the account; the link of a mail can set one.

    Raises AddressTaken, of which a mail tells the owner of the address; unless it is verified, a mail asks to confirm it.
    """
    db.serialize(session, "sign-up")
    if owner := session.exec(select(User).where(User.email == email)).first():
        email_address.tell_owner(session, owner)
        raise AddressTaken("There is an account with this e-mail address already. Log in instead.", field="email")
    first = session.exec(select(func.count()).select_from(User)).one() == 0
    user = User(name=name, email=email, password_hash=password_hash, is_staff=first, verified_at=db.now(session) if verified else None)
    session.add(user)
    session.flush()
    if not verified:
        email_address.send_verification(session, user)
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
    org = Organization(
        name=account_fields.clean(name)[:120] or f"{user.name.split()[0][:100]}'s organisation",
        plan=PlanName(settings.get().default_plan),
        timezone=zone(timezone).key,
    )
    session.add(org)
    session.flush()
    session.add(Membership(user_id=user.id, organization_id=org.id, role=Role.OWNER))
    session.flush()
    return org


def log_in(
    session: Session, *, email: str = "", password: str = "", proof: Proof | None = None, ip: str = "", user_agent: str = ""
) -> SignedIn:
    """Opens a session. Raises Unauthenticated for a wrong address or password alike, RateLimited after too many tries, and
    SecondFactorRequired when the password was right and a second step is to come (`second_step`).

    In an account that its owner has deleted the session shows nothing, and serves only to restore it (`SignedIn.trashed`).
    """
    user = credentials(session, email=email, password=password, proof=proof, ip=ip, trashed=True)
    sign_in_tickets.demand(session, user, door=SignInDoor.BROWSER)
    return enter(session, user, ip=ip, user_agent=user_agent)


def enter(session: Session, user: User, *, ip: str = "", user_agent: str = "") -> SignedIn:
    """Opens a session for somebody who has proved who they are, with every factor they have.

    Somebody who belongs nowhere any more starts anew in an organisation of their own.
    """
    of = first_organization(session, user.id) or found(session, user, name="").id
    audit.record(session, "session.login", user_id=user.id, organization_id=of, target=str(user.id), ip=ip, user_agent=user_agent)
    return open_session(session, user, of, ip=ip, user_agent=user_agent)


def credentials(
    session: Session, *, email: str = "", password: str = "", proof: Proof | None = None, ip: str = "", trashed: bool = False
) -> User:
    """Whose address and password these are: a `proof` that a door has made, or else both are checked here and now.

    Raises as `log_in` does; its caller tells `note_failure` of a wrong try.
    """
    if proof is None:
        typed = account_fields.typed(email)
        throttle.check(session, throttle.ACCOUNT, typed, proofs.TOO_MANY)
        proof = proofs.prove(proofs.stored(session, typed), password)
    return proofs.accept(session, proof, ip=ip, trashed=trashed)


def note_failure(session: Session, *, email: str, ip: str = "", counted: bool = False) -> None:
    """Counts a failed log-in, unless its door has; in a transaction of its own, since the failing one is rolled back.

    The organisation of a known address sees it in its audit log; one for an unknown address stands in the instance's.
    """
    email = account_fields.typed(email)
    if not counted:
        throttle.note(session, throttle.ACCOUNT, email)
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
    """Ends the session of this cookie, and closes its other pages; one that is already over is fine."""
    row = session.exec(select(LoginSession).where(LoginSession.token_hash == hash_of(token))).first()
    if row is None:
        return
    audit.record(session, "session.logout", user_id=row.user_id, organization_id=row.organization_id, target=str(row.user_id), ip=ip)
    live.publish(session, row.organization_id, "session.ended", row.id)
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


@dataclass(frozen=True, slots=True)
class Seen:
    """Who a cookie belongs to. `note` says that its use is not written down yet (`touch`)."""

    actor: Actor
    note: bool


@db.reads
def seen(session: Session, *, token: str) -> Seen | None:
    """Who a cookie belongs to, or None, in one query by its hash. Everything is read anew each time, so a change of it counts at once."""
    found = session.execute(_HOLDER, {"digest": hash_of(token)}).first()
    if found is None:
        return None
    actor = Actor(
        user_id=found.user_id,
        organization_id=found.organization_id,
        role=found.role,
        plan_name=found.plan,
        timezone=found.own_timezone or found.timezone,
        name=found.name,
        is_staff=found.is_staff,
        session_id=found.session_id,
        must_enrol=found.must_enrol,
    )
    return Seen(actor, found.unseen)


@db.reads
def actor_of(session: Session, *, token: str) -> Actor | None:
    """The same without the rest."""
    found = seen(session, token=token)
    return found.actor if found else None


def take_sign_up(session: Session, *, ip: str) -> None:
    """Counts a new account of an address of the net. Raises RateLimited with `retry_after` when there were too many in this hour."""
    message = "Many accounts were made from your network within the last hour. Wait {wait}, then try again."
    throttle.take(session, throttle.sign_ups(), throttle.net(ip), message)


def touch(session: Session, *, token: str) -> None:
    """Notes that a session is in use; writes at most once a minute. Its end stays where it is."""
    due = (col(LoginSession.token_hash) == hash_of(token), col(LoginSession.last_seen_at) < db.utcnow(-SEEN_EVERY_SECONDS))
    session.execute(update(LoginSession).where(*due).values(last_seen_at=db.utcnow()))


@db.reads
def me(session: Session, actor: Actor) -> Me:
    """The signed-in person and their organisations, as pages show them."""
    refuse_key(actor)
    user = session.get_one(User, actor.user_id)
    rows = session.exec(
        select(Organization)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(Membership.user_id == actor.user_id, col(Organization.deleted_at).is_(None))
        .order_by(col(Organization.name))
    ).all()
    return from_rows(user, actor.organization_id, actor.role, rows)


def open_session(session: Session, user: User, organization_id: UUID, *, ip: str, user_agent: str) -> SignedIn:
    """Signs a person in who has proved who they are."""
    token, at = secrets.token_urlsafe(32), db.now(session)
    sign_ins.note(session, user, at=at, ip=ip, user_agent=user_agent)
    session.add(
        LoginSession(
            user_id=user.id,
            organization_id=organization_id,
            token_hash=hash_of(token),
            last_seen_at=at,
            expires_at=at + timedelta(days=settings.get().session_days),
            authenticated_at=at,
            ip=ip[:64],
            user_agent=user_agent[:256],
        )
    )
    return SignedIn(token, user.id, organization_id, trashed=proofs.in_trash(user))


def _live_session(session: Session, token: str) -> LoginSession:
    row = session.exec(
        select(LoginSession).where(LoginSession.token_hash == hash_of(token), col(LoginSession.expires_at) > db.utcnow())
    ).first()
    if row is None:
        raise Unauthenticated("Your session has ended. Log in again.")
    return row


def _fingerprint(email: str) -> str:
    """The trail of failed tries does not store what people typed."""
    return hashlib.sha256(settings.get().secret() + email.encode()).hexdigest()
