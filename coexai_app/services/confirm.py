"""Shows once more that it is the person: what asks for it (`person.require_fresh`) is then open to this session for ten minutes.

It takes what a log-in takes: the password, then the second step where the account has one; or a passkey alone, whose device verified its
person; or a new sign-in at a connected provider (`identities.confirm`), then the second step. So whoever holds a stolen session and the
password too takes no second step away with them. Called by `api/confirm.py`; other tabs keep the session.
"""

from __future__ import annotations

from sqlmodel import Session, select

from coexai_app import db, origin
from coexai_app.access import Actor
from coexai_app.errors import SignInExpired, Unauthenticated
from coexai_app.models import Identity, Passkey, SignInDoor, User
from coexai_app.services import audit, factor_codes, identities, passkeys, person, proofs, sign_in_tickets
from coexai_app.services.passkeys import Options
from coexai_app.services.proofs import Proof
from coexai_app.views import confirm as view
from coexai_app.views.confirm import ConfirmView


@db.reads
def overview(session: Session, actor: Actor) -> ConfirmView:
    """What the person can show it with."""
    person.require_person(actor)
    connected = session.exec(select(Identity.provider).where(Identity.user_id == actor.user_id)).all()
    return view.of(
        has_password=bool(session.get_one(User, actor.user_id).password_hash),
        has_passkey=session.exec(select(Passkey.id).where(Passkey.user_id == actor.user_id)).first() is not None,
        providers=tuple(choice for choice in identities.choices(session) if choice.key in connected),
    )


def with_password(session: Session, actor: Actor, *, proof: Proof) -> None:
    """Raises Unauthenticated, and SecondFactorRequired with a ticket for `with_code`."""
    person.require_person(actor)
    user = proofs.accept(session, proof, ip=origin.current().ip)
    if user.id != actor.user_id:
        raise Unauthenticated(proofs.WRONG)
    sign_in_tickets.demand(session, user, door=SignInDoor.BROWSER)
    _confirmed(session, actor)


def with_code(session: Session, actor: Actor, *, ticket: str, code: str) -> None:
    """The second step. Raises SignInExpired, WrongCode (the ticket stays good), RateLimited."""
    person.require_person(actor)
    row, user = sign_in_tickets.find(session, token=ticket, door=SignInDoor.BROWSER)
    if user.id != actor.user_id:
        raise SignInExpired("This was begun as somebody else. Start again.")
    factor_codes.check(session, user.id, code=code, organization_id=actor.organization_id)
    sign_in_tickets.use_up(session, row)
    _confirmed(session, actor)


def passkey_options(session: Session, actor: Actor) -> Options:
    """For one of the person's passkeys; its challenge is bound to the session. Raises NotFound for an account without one."""
    person.require_person(actor)
    return passkeys.log_in_options(session, bound_to=_bound(actor), user_id=actor.user_id)


def with_passkey(session: Session, actor: Actor, *, credential: str) -> None:
    """Raises PasskeyRefused."""
    person.require_person(actor)
    passkeys.verify(session, credential=credential, bound_to=_bound(actor), user_id=actor.user_id, organization_id=actor.organization_id)
    _confirmed(session, actor)


def _bound(actor: Actor) -> str:
    return f"confirm:{actor.session_id}"


def _confirmed(session: Session, actor: Actor) -> None:
    person.confirmed(session, actor)
    audit.record(session, "session.confirmed", actor=actor, target=str(actor.user_id))
