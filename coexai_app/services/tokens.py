"""Log-in for API clients: an access token (`access_tokens.py`) and a refresh token that changes with every use (RFC 9700 §4.14).

A family is all that followed from one log-in; it ends after seven days, at log-out, or when a used refresh token comes back.
Everything that makes or ends tokens of a person first locks the person's row, so nothing slips through between the two.
Called by `api/tokens.py`; whoever changes a password, a factor or a role calls `bump`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import InvalidInput, InvalidToken, TokenReused, Unauthenticated
from coexai_app.models import Membership, Organization, RefreshToken, RevokedToken, SignInDoor, User
from coexai_app.models.base import new_id
from coexai_app.services import access_tokens, accounts, audit, person, sealing, security, sign_in_tickets, sign_ins
from coexai_app.services.proofs import Proof
from coexai_app.services.security import SecurityEvent
from coexai_app.views import tokens as view
from coexai_app.views.tokens import Identity

FAMILY_LIFE: Final = timedelta(seconds=person.FAMILY_SECONDS)
# Parallel refreshes of one honest client: the parent of the newest token still answers this long, with that same token.
GRACE: Final = timedelta(seconds=10)
MAX_DEVICE: Final = 80
_REFRESH: Final = re.compile(r"cxr_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets. Both tokens exist nowhere else; times are in seconds, `refresh_until` is the family's end."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int
    refresh_until: datetime


def log_in(
    session: Session,
    *,
    email: str = "",
    password: str = "",
    proof: Proof | None = None,
    organization_id: UUID | None = None,
    device: str = "",
    ip: str = "",
) -> Tokens:
    """Tokens for an address and a password, or the proof of them; without `organization_id`, for the organisation joined first.

    Raises as `accounts.log_in` does, and InvalidInput for an organisation that the person does not belong to.
    """
    user = accounts.credentials(session, email=email, password=password, proof=proof, ip=ip)
    joined = select(Membership.organization_id).join(Organization, col(Organization.id) == Membership.organization_id)
    member = joined.where(Membership.user_id == user.id, col(Organization.deleted_at).is_(None)).order_by(col(Membership.id))
    if organization_id is not None:
        member = member.where(Membership.organization_id == organization_id)
    organization = session.exec(member).first()
    if organization is None and organization_id is not None:
        raise InvalidInput("This organisation does not exist, or you do not belong to it.", field="organization_id")
    if organization is None:
        raise Unauthenticated("This account belongs to no organisation any more.")
    sign_in_tickets.demand(session, user, door=SignInDoor.API, organization_id=organization, device=_label(device))
    return issue(session, user=user, organization_id=organization, device=device, ip=ip)


def issue(session: Session, *, user: User, organization_id: UUID, device: str = "", ip: str = "") -> Tokens:
    """Starts a family for a person who has proved who they are. Raises InvalidToken when they do not belong to the organisation."""
    at = db.now(session)
    user, membership, organization = _holder(session, user.id, organization_id)
    session.execute(delete(RefreshToken).where(col(RefreshToken.user_id) == user.id, col(RefreshToken.expires_at) < db.utcnow(-86_400)))
    token = f"cxr_{secrets.token_urlsafe(32)}"
    row = RefreshToken(
        token_hash=_hash(token),
        nonce=secrets.token_hex(16),
        family_id=new_id(),
        user_id=user.id,
        organization_id=organization_id,
        device=_label(device),
        expires_at=at + FAMILY_LIFE,
    )
    session.add(row)
    session.flush()
    audit.record(session, "token.login", user_id=user.id, target=str(row.family_id), ip=ip, organization_id=organization_id)
    sign_ins.note(session, user, at=at, ip=ip, user_agent=device)
    access = access_tokens.make(session, user=user, membership=membership, organization=organization, family=row.family_id, at=at)
    return Tokens(access, token, access_tokens.SECONDS, row.expires_at)


def refresh(session: Session, *, token: str, ip: str = "") -> Tokens:
    """New tokens for a refresh token, which is used up by this. Raises InvalidToken for one that is unknown or over.

    A used one that comes back ends its whole family and raises TokenReused: two hold it, and one of them stole it. Only the
    newest token's own parent is forgiven for ten seconds: parallel calls of one client all get the same new token.
    """
    owner = _owner(session, token)
    if owner is None:
        raise InvalidToken("This refresh token is not valid. Log in again.")
    user, membership, organization = _holder(session, *owner)
    row = session.exec(select(RefreshToken).where(RefreshToken.token_hash == _hash(token))).one()
    at = db.now(session)
    if row.revoked_at is not None or row.expires_at <= at:
        raise InvalidToken("This log-in is over. Log in again.", reason="expired" if row.revoked_at is None else "ended")
    if row.used_at is None:
        row.used_at = at
        child = _child(session, row, token)
    else:
        child = session.exec(select(RefreshToken).where(RefreshToken.parent_id == row.id)).one()
        if child.used_at is not None or at - row.used_at > GRACE:
            _end_family(session, row.family_id)
            audit.record(
                session,
                "token.reused",
                user_id=user.id,
                target=str(row.family_id),
                ip=ip,
                organization_id=row.organization_id,
                device=row.device,
            )
            detail = "A refresh token was used twice. Everything that came from this log-in has been logged out."
            security.report(session, SecurityEvent("token.reused", user.id, row.organization_id, ip, detail))
            raise TokenReused("This refresh token was used before. For safety this log-in is over. Log in again.", reason="reused")
    access = access_tokens.make(session, user=user, membership=membership, organization=organization, family=row.family_id, at=at)
    return Tokens(access, _successor(token, child.nonce), access_tokens.SECONDS, child.expires_at)


def revoke(session: Session, *, access: str = "", refresh: str = "", ip: str = "") -> None:
    """Log-out: the access token and the whole family of each token are dead at once. Raises InvalidToken when neither is ours."""
    families: dict[UUID, UUID] = {}
    if access:
        try:
            claims = access_tokens.read(session, access)
        except InvalidToken:
            if not refresh:
                raise
        else:
            families[claims.family] = claims.user_id
            _blacklist(session, claims)
    if (row := _row(session, refresh)) is not None:
        families[row.family_id] = row.user_id
    if not families:
        raise InvalidToken("This refresh token is not valid. Log in again.")
    for family, user_id in sorted(families.items(), key=lambda f: f[1]):  # one order of locks for everybody
        person.lock(session, user_id)
        if _end_family(session, family):
            audit.record(session, "token.logout", user_id=user_id, target=str(family), ip=ip)


def end(session: Session, user_id: UUID, *, family: UUID) -> bool:
    """Ends a log-in of the person; whether there was one."""
    person.lock(session, user_id)
    mine = select(RefreshToken.id).where(RefreshToken.family_id == family, RefreshToken.user_id == user_id)
    return session.exec(mine).first() is not None and _end_family(session, family)


def bump(session: Session, user_id: UUID, *, keep_refresh: bool = False) -> None:
    """Ends every access token of a person at once, and their refresh tokens; for a changed password or factor, or a removal.

    With `keep_refresh` (for a changed role) clients stay logged in: they refresh, and get a token that says the new role.
    """
    session.execute(update(User).where(col(User.id) == user_id).values(auth_version=col(User.auth_version) + 1))
    if not keep_refresh:
        living = update(RefreshToken).where(col(RefreshToken.user_id) == user_id, col(RefreshToken.revoked_at).is_(None))
        session.execute(living.values(revoked_at=db.utcnow()))


@db.reads
def whoami(session: Session, actor: Actor) -> Identity:
    """Who calls, in which organisation, and what they may: the first call of every client."""
    user, organization = session.get_one(User, actor.user_id), session.get_one(Organization, actor.organization_id)
    return view.identity(user, organization, role=actor.role, scopes=actor.scopes, key_id=actor.key_id, test=actor.test)


def _owner(session: Session, token: str) -> tuple[UUID, UUID] | None:
    """Person and organisation of a refresh token, without loading its row: that is read only under the person's lock."""
    if not _REFRESH.fullmatch(token):
        return None
    found = select(RefreshToken.user_id, RefreshToken.organization_id).where(RefreshToken.token_hash == _hash(token))
    return session.exec(found).first()


def _row(session: Session, token: str) -> RefreshToken | None:
    if not _REFRESH.fullmatch(token):
        return None
    return session.exec(select(RefreshToken).where(RefreshToken.token_hash == _hash(token))).first()


def _holder(session: Session, user_id: UUID, organization_id: UUID) -> tuple[User, Membership, Organization]:
    """The person, locked, and what they are in the organisation now."""
    user = person.lock(session, user_id)
    membership = session.exec(
        select(Membership).where(Membership.user_id == user_id, Membership.organization_id == organization_id)
    ).first()
    organization = session.get(Organization, organization_id)
    gone = organization is None or organization.deleted_at is not None
    if user is None or user.disabled_at is not None or membership is None or organization is None or gone:
        raise InvalidToken("This account has no access to this organisation any more.")
    return user, membership, organization


def _child(session: Session, parent: RefreshToken, token: str) -> RefreshToken:
    nonce = secrets.token_hex(16)
    child = RefreshToken(
        token_hash=_hash(_successor(token, nonce)),
        nonce=nonce,
        family_id=parent.family_id,
        parent_id=parent.id,
        user_id=parent.user_id,
        organization_id=parent.organization_id,
        device=parent.device,
        expires_at=parent.expires_at,
    )
    session.add(child)
    session.flush()
    return child


def _successor(token: str, nonce: str) -> str:
    """The token that follows: 256 bits that nobody can compute without the instance's secret, the row, and the parent itself."""
    digest = hmac.new(sealing.derived("refresh tokens"), f"{nonce}.{token}".encode(), hashlib.sha256).digest()
    return f"cxr_{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def _end_family(session: Session, family: UUID) -> bool:
    """Whether there was anything to end."""
    living = update(RefreshToken).where(col(RefreshToken.family_id) == family, col(RefreshToken.revoked_at).is_(None))
    return db.changed(session, living.values(revoked_at=db.utcnow())) > 0


def _blacklist(session: Session, claims: access_tokens.Claims) -> None:
    """Remembers the token until it ends by itself, and forgets those that have."""
    session.execute(delete(RevokedToken).where(col(RevokedToken.expires_at) < db.utcnow(-2 * access_tokens.LEEWAY_SECONDS)))
    db.serialize(session, f"token:{claims.jti}")
    if session.exec(select(RevokedToken.id).where(RevokedToken.jti == claims.jti)).first() is None:
        session.add(RevokedToken(jti=claims.jti, expires_at=db.now(session) + timedelta(seconds=access_tokens.SECONDS)))
        session.flush()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _label(value: str) -> str:
    return " ".join("".join(c for c in value if c.isprintable()).split())[:MAX_DEVICE]
