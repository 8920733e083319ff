"""Accounts at other providers as a way in: log in or sign up with one, connect and disconnect it, confirm with it that it is you.

Called by `api/oidc.py` with what `integrations/oidc.py` has checked, and by the pages. Nobody is ever found by an address: an account is
found by issuer and subject alone, and whoever has an account here connects it while logged in.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from coexai_app.integrations import oidc
from coexai_app.integrations.oidc import Person
from coexai_app.models import Identity, LoginSession, MailKind, SignInDoor, User
from coexai_app.models.base import new_id
from coexai_app.services import account_fields, accounts, audit, factors, mail, person, proofs, sign_in_tickets, tokens, ways_in
from coexai_app.services.accounts import SignedIn
from coexai_app.services.email_address import facts
from coexai_app.services.sign_in_flows import Flow
from coexai_app.views import identities as view
from coexai_app.views.identities import IdentitiesView, ProviderChoice

PAGE: Final = "/settings/security"
MAX_IDENTITIES: Final = 10
# How far the clocks of a provider and of the database may be apart.
LEEWAY_SECONDS: Final = 60.0


class AccountExists(Conflict):
    """There is an account with the provider's address: its owner has to log in to it and connect the provider there."""

    code = "ACCOUNT_EXISTS"


class AccountClosed(Unauthenticated):
    code = "ACCOUNT_CLOSED"


class NoAddress(InvalidInput):
    """The provider named no address that mail could go to."""

    code = "NO_ADDRESS"


class IdentityTaken(Conflict):
    """The provider's account opens another account here."""

    code = "IDENTITY_TAKEN"


class NotConnected(Conflict):
    """The person signed in at the provider as somebody who is not connected to this account."""

    code = "NOT_CONNECTED"


class NotFresh(Unauthenticated):
    """The provider did not say that the person signed in just now."""

    code = "NOT_FRESH"


@db.reads
def choices(_session: Session) -> tuple[ProviderChoice, ...]:
    """The providers that this instance offers. For everybody, so that the pages of the log-in have their buttons."""
    return tuple(view.choice(provider.key, provider.label) for provider in oidc.providers())


@db.reads
def overview(session: Session, actor: Actor) -> IdentitiesView:
    """The person's connected accounts, and what else can be connected."""
    person.require_person(actor)
    user = session.get_one(User, actor.user_id)
    rows = session.exec(select(Identity).where(Identity.user_id == user.id).order_by(col(Identity.id))).all()
    return view.from_rows(
        rows,
        choices(session),
        last=lambda row: not ways_in.left(session, user, without=row.id),
        timezone=actor.timezone,
    )


def log_in(session: Session, *, who: Person, flow: Flow, ip: str = "", user_agent: str = "") -> SignedIn:
    """Opens a session for whom the provider vouches for; somebody new gets an account and an organisation, as `accounts.sign_up` makes.

    Raises AccountExists when the address has an account that the provider is not connected to, NoAddress, AccountClosed, RateLimited after
    many new accounts, and SecondFactorRequired. The session counts as fresh only when the provider says that they just signed in there.
    """
    row = _find(session, who)
    if row is None:
        db.serialize(session, "sign-up")
        row = _find(session, who)
    if row is None:
        return _sign_up(session, who, flow, ip=ip, user_agent=user_agent)
    user = person.lock(session, row.user_id)
    if user is None or (user.disabled_at is not None and not proofs.in_trash(user)):
        raise AccountClosed("This account was closed. Ask whoever runs this instance.")
    row.email, row.last_used_at = who.email or row.email, db.now(session)
    session.flush()
    sign_in_tickets.demand(session, user, door=SignInDoor.BROWSER)
    signed_in = accounts.enter(session, user, ip=ip, user_agent=user_agent)
    if not signed_in.trashed and not _signed_in_since(who, flow, flow.now.timestamp() - person.FRESH_SECONDS):
        session.flush()
        mine = update(LoginSession).where(col(LoginSession.token_hash) == person.hash_of(signed_in.token))
        session.execute(mine.values(authenticated_at=None))
    return signed_in


def connect(session: Session, actor: Actor, *, who: Person, flow: Flow) -> None:
    """The provider's account opens this one from now on; again is fine. Raises IdentityTaken when it opens another one.

    That the log-in was fresh was asked when the flow began; it must come back to the very session that began it.
    """
    user = factors.own_row(session, actor)
    _require_same_session(actor, flow)
    db.serialize(session, "sign-up")
    row = _find(session, who)
    if row is not None and row.user_id != user.id:
        raise IdentityTaken("This account of the provider is connected to another account here. Nothing was changed.")
    if row is not None:
        return
    if len(session.exec(select(Identity.id).where(Identity.user_id == user.id)).all()) >= MAX_IDENTITIES:
        raise Conflict(f"An account has at most {MAX_IDENTITIES} connected accounts. Disconnect one that you do not use.")
    _add(session, user, who)
    audit.record(session, "identity.connected", actor=actor, target=str(user.id), target_name=_named(who.provider, who.email))
    _told(session, user, f"{_named(who.provider, who.email)} was connected")


def disconnect(session: Session, actor: Actor, *, identity_id: UUID) -> None:
    """Raises FreshLoginNeeded, NotFound for one that is not the person's own, Conflict when it is their last way in."""
    person.require_fresh(session, actor)
    user = factors.own_row(session, actor)
    row = session.exec(select(Identity).where(Identity.id == identity_id, Identity.user_id == user.id)).first()
    if row is None:
        raise NotFound("This account is not connected, or it was disconnected already.")
    session.delete(row)
    session.flush()
    ways_in.require(session, user)
    name = _named(row.provider, row.email)
    audit.record(session, "identity.disconnected", actor=actor, target=str(user.id), target_name=name)
    _told(session, user, f"{name} was disconnected")


def confirm(session: Session, actor: Actor, *, who: Person, flow: Flow) -> None:
    """The person has signed in at the provider again: what asks for that is open for ten minutes.

    Raises NotConnected for somebody else there, NotFresh when the provider does not say that they signed in since the flow began, and
    SecondFactorRequired with a ticket for `confirm.with_code`.
    """
    person.require_person(actor)
    _require_same_session(actor, flow)
    row = _find(session, who)
    if row is None or row.user_id != actor.user_id:
        raise NotConnected("You signed in there as somebody who is not connected to this account. Nothing was changed.")
    if not _signed_in_since(who, flow, flow.began.timestamp()):
        raise NotFresh("The provider did not say that you signed in just now. Nothing was changed.")
    row.last_used_at = db.now(session)
    session.flush()
    sign_in_tickets.demand(session, session.get_one(User, actor.user_id), door=SignInDoor.BROWSER)
    person.confirmed(session, actor)
    name = _named(row.provider, row.email)
    audit.record(session, "identity.confirmed", actor=actor, target=str(actor.user_id), target_name=name)


def drop_unproved(session: Session, user: User) -> None:
    """For the first proof that an address is somebody's, by the link of a new password: whoever made the account before with an address
    that no provider had verified loses their way in."""
    if user.verified_at is not None:
        return
    gone = session.execute(delete(Identity).where(col(Identity.user_id) == user.id).returning(col(Identity.provider), col(Identity.email)))
    for provider, email in gone.all():
        home, name = person.first_home(session, user.id), _named(provider, email)
        audit.record(session, "identity.disconnected", user_id=user.id, organization_id=home, target=str(user.id), target_name=name)
        _told(session, user, f"{name} was disconnected")


def _sign_up(session: Session, who: Person, flow: Flow, *, ip: str, user_agent: str) -> SignedIn:
    try:
        email = account_fields.email(who.email)
    except InvalidInput:
        raise NoAddress("The provider named no e-mail address. Allow it to, or sign up with an address and a password.") from None
    if session.exec(select(User.id).where(User.email == email)).first():
        raise AccountExists("There is an account with this address already. Log in to it, then connect the provider on the security page.")
    accounts.take_sign_up(session, ip=ip)
    name = account_fields.clean(who.name) or email.partition("@")[0]
    user = accounts.add_person(session, name=account_fields.name(name), email=email, verified=who.email_verified)
    org = accounts.found(session, user, name="", timezone=flow.timezone or who.timezone or "UTC")
    _add(session, user, who)
    of: dict[str, Any] = {"user_id": user.id, "organization_id": org.id, "target": str(user.id)}
    audit.record(session, "account.created", ip=ip, staff=user.is_staff, provider=who.provider, **of)
    return accounts.open_session(session, user, org.id, ip=ip, user_agent=user_agent)


def _add(session: Session, user: User, who: Person) -> None:
    at = db.now(session)
    session.add(Identity(user_id=user.id, provider=who.provider, issuer=who.issuer, subject=who.subject, email=who.email, last_used_at=at))
    session.flush()


def _find(session: Session, who: Person) -> Identity | None:
    return session.exec(select(Identity).where(Identity.issuer == who.issuer, Identity.subject == who.subject)).first()


def _signed_in_since(who: Person, flow: Flow, moment: float) -> bool:
    """Whether the provider says that the person signed in there after a moment, and not in the future."""
    return who.auth_time is not None and moment - LEEWAY_SECONDS <= who.auth_time <= flow.now.timestamp() + LEEWAY_SECONDS


def _require_same_session(actor: Actor, flow: Flow) -> None:
    if flow.session_id is None or flow.session_id != actor.session_id:
        raise Unauthenticated("This was begun in another session. Start again.")


def _named(provider: str, email: str) -> str:
    label = next((known.label for known in oidc.providers() if known.key == provider), provider)
    return f"{label} ({email})" if email else label


def _told(session: Session, user: User, change: str) -> None:
    """Ends the person's API tokens, and tells them by mail what changed and from where."""
    tokens.bump(session, user.id)
    data = {"url": PAGE, "change": change, **facts(db.now(session))}
    mail.send(session, kind=MailKind.IDENTITY_CHANGED, to=user.email, data=data, once_key=f"identity:{new_id()}", user_id=user.id)
