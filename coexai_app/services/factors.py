"""A person's second step: their authenticator app and recovery codes, and whether their organisation requires one.

Called by the security page. Every change asks the person to have shown within ten minutes that it is them, is told by mail, and ends their
API tokens; open sessions stay, and are fresh no more. Passkeys are in `passkeys.py`, the log-in is in `second_step.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, select

from coexai_app import access, db, origin
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict
from coexai_app.models import MailKind, Membership, Organization, Passkey, TotpFactor, User
from coexai_app.models.base import new_id
from coexai_app.services import audit, factor_codes, mail, person, sign_in_tickets, tokens
from coexai_app.views import factors as view
from coexai_app.views.device import device
from coexai_app.views.factors import Enrolment, FactorsView

PAGE: Final = "/settings/security"
PENDING: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Added:
    """`codes` are new recovery codes, shown once; none when the person has some already."""

    codes: tuple[str, ...] = field(default=(), repr=False)


@db.reads
def overview(session: Session, actor: Actor) -> FactorsView:
    """What the signed-in person has, and what their organisation wants."""
    person.refuse_key(actor)
    own = session.exec(select(TotpFactor).where(TotpFactor.user_id == actor.user_id)).first()
    keys = session.exec(select(Passkey).where(Passkey.user_id == actor.user_id).order_by(col(Passkey.id))).all()
    org = session.get_one(Organization, actor.organization_id)
    there = keys or (own is not None and own.confirmed_at is not None)
    locked = ""
    if not actor.may(Permission.MANAGE_TEAM):
        locked = "Only admins and owners of the organisation can change this."
    elif not there and not org.require_second_factor:
        locked = "Add a second step to your own account first, so that you cannot lock yourself out."
    return view.from_rows(
        own,
        keys,
        codes_left=factor_codes.remaining(session, actor.user_id),
        required=org.require_second_factor,
        organization=org.name,
        locked=locked,
        timezone=actor.timezone,
    )


def begin_app(session: Session, actor: Actor) -> Enrolment:
    """A new secret, which waits 15 minutes for its first code from this session; an app that is in force stays until then.

    Raises FreshLoginNeeded. The QR code holds a key URI (issuer and account as the Key Uri Format names them).
    """
    import pyotp
    import segno

    user = fresh_row(session, actor)
    secret = pyotp.random_base32()  # 160 bits, as RFC 4226 §4 recommends
    row = session.exec(select(TotpFactor).where(TotpFactor.user_id == user.id)).first() or TotpFactor(user_id=user.id)
    row.pending, row.pending_until = factor_codes.seal_pending(secret, user.id, actor.session_id), db.now(session) + PENDING
    session.add(row)
    session.flush()
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="CoExAI")
    image = segno.make(uri, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
    return Enrolment(qr=image, key=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)))


def confirm_app(session: Session, actor: Actor, *, code: str) -> Added:
    """Puts the app in force with its first code. Raises WrongCode, RateLimited after five, Conflict when it took too long or was begun in
    another session."""
    user = own_row(session, actor)
    row = session.exec(select(TotpFactor).where(TotpFactor.user_id == user.id, col(TotpFactor.pending_until) > db.utcnow())).first()
    secret = factor_codes.unseal_pending(row.pending, user.id, actor.session_id) if row is not None and row.pending else None
    if row is None or secret is None:
        raise Conflict("This took too long, or was begun in another window. Start again and scan the new code.")
    factor_codes.allow(session, user.id)
    step = factor_codes.matching_step(secret, factor_codes.clean(code), db.now(session))
    if step is None:
        factor_codes.refuse(session, user.id, organization_id=actor.organization_id)
        raise AssertionError("unreachable")
    replaced = row.confirmed_at is not None
    row.sealed, row.pending, row.pending_until = factor_codes.seal(secret, user.id), None, None
    row.last_step, row.confirmed_at = step, db.now(session)
    session.flush()
    factor_codes.forgive(session, user.id)
    audit.record(session, "factor.app_added", actor=actor, target=str(user.id), target_name=user.name, replaced=replaced)
    told(session, actor, user, "the authenticator app was replaced" if replaced else "an authenticator app was added")
    return Added(first_codes(session, user))


def remove_app(session: Session, actor: Actor) -> None:
    """Raises FreshLoginNeeded, and Conflict when it is the last factor and an organisation of the person requires one."""
    user = fresh_row(session, actor)
    row = session.exec(select(TotpFactor).where(TotpFactor.user_id == user.id, col(TotpFactor.confirmed_at).is_not(None))).first()
    if row is None:
        raise Conflict("There is no authenticator app any more.")
    session.delete(row)
    session.flush()
    after_removal(session, user)
    audit.record(session, "factor.app_removed", actor=actor, target=str(user.id), target_name=user.name)
    told(session, actor, user, "the authenticator app was removed")


def new_codes(session: Session, actor: Actor) -> tuple[str, ...]:
    """Ten new recovery codes; the old ones stop working. Raises FreshLoginNeeded, and Conflict for a person without a factor."""
    user = fresh_row(session, actor)
    if not sign_in_tickets.has_factor(session, user.id):
        raise Conflict("Recovery codes are for a second step. Add an authenticator app or a passkey first.")
    made = factor_codes.make_recovery(session, user.id)
    audit.record(session, "factor.recovery_made", actor=actor, target=str(user.id), target_name=user.name)
    told(session, actor, user, "new recovery codes were made")
    return made


def require(session: Session, actor: Actor, *, required: bool) -> None:
    """Whether members need a second factor. Raises FreshLoginNeeded, and Conflict for somebody who has none: they would lock themselves
    out."""
    access.require(actor, Permission.MANAGE_TEAM)
    person.require_fresh(session, actor)
    org = session.exec(select(Organization).where(Organization.id == actor.organization_id).with_for_update(key_share=True)).one()
    if required and not sign_in_tickets.has_factor(session, actor.user_id):
        raise Conflict("Add a second step to your own account first, so that you cannot lock yourself out.")
    before, org.require_second_factor = org.require_second_factor, required
    if before != required:
        audit.record(
            session,
            "factor.required",
            actor=actor,
            target=str(org.id),
            target_name=org.name,
            before={"second_step": "required" if before else "optional"},
            after={"second_step": "required" if required else "optional"},
        )


def own_row(session: Session, actor: Actor) -> User:
    """The signed-in person, their row locked. Keys, tokens and staff who act for somebody change no factors."""
    person.require_person(actor)
    user = person.lock(session, actor.user_id)
    assert user is not None
    return user


def fresh_row(session: Session, actor: Actor) -> User:
    """The same, for a person who showed within ten minutes that it is them. Raises FreshLoginNeeded."""
    person.require_fresh(session, actor)
    return own_row(session, actor)


def first_codes(session: Session, user: User) -> tuple[str, ...]:
    """Recovery codes for a person who has none to use."""
    return () if factor_codes.remaining(session, user.id) else factor_codes.make_recovery(session, user.id)


def after_removal(session: Session, user: User) -> None:
    """Raises Conflict when no factor is left and an organisation of theirs requires one; without a factor, recovery codes go too."""
    if sign_in_tickets.has_factor(session, user.id):
        return
    wants = session.exec(
        select(Organization.name)
        .join(Membership, col(Membership.organization_id) == Organization.id)
        .where(Membership.user_id == user.id, col(Organization.require_second_factor))
    ).first()
    if wants is not None:
        raise Conflict(f"{wants} requires a second step, and this is your last one. Add another one first.")
    factor_codes.drop_recovery(session, user.id)


def told(session: Session, actor: Actor, user: User, change: str) -> None:
    """Ends the person's API tokens, makes their other sessions confirm anew, and tells them by mail what changed and from where."""
    tokens.bump(session, user.id)
    person.stale_elsewhere(session, actor)
    here = origin.current()
    mail.send(
        session,
        kind=MailKind.SECOND_FACTOR_CHANGED,
        to=user.email,
        data={"url": PAGE, "change": change, "when": db.now(session), "device": device(here.user_agent), "ip": here.ip},
        once_key=f"second-factor:{new_id()}",
        user_id=user.id,
    )
