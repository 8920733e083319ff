"""Access tokens: JWTs of 15 minutes, signed RS256 (founding document §6.1; RFC 9068), made here and believed nowhere else.

`tokens.py` issues them; the API door calls `verify` for every request that carries one. The claims only say who it is: role,
plan and whether the token is still good are read from the database each time, so every change counts at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import bindparam, exists
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.errors import InvalidToken
from coexai_app.models import Membership, Organization, RefreshToken, RevokedToken, User
from coexai_app.models.base import new_id
from coexai_app.services import sign_in_tickets, signing_keys

if TYPE_CHECKING:
    from joserfc.jwk import GuestProtocol, Key

SECONDS: Final = 900
LEEWAY_SECONDS: Final = 30
MAX_LENGTH: Final = 4_096
_ALGORITHM: Final = "RS256"
_TYPE: Final = "at+jwt"
# Nothing else belongs into the header: no key, no address of a key.
_HEADER: Final = frozenset({"alg", "typ", "kid"})
# The id of a key is a SHA-256 in base64url (`signing_keys`); anything else is not worth a question to the database.
_KID: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

# Built once: putting a statement together takes longer than running it. No row when the token, or its family, was ended.
_HOLDER: Final = (
    select(User, Membership, Organization, db.utcnow())
    .join(Membership, col(Membership.user_id) == User.id)
    .join(Organization, col(Organization.id) == Membership.organization_id)
    .where(
        User.id == bindparam("user"),
        Organization.id == bindparam("organization"),
        col(User.disabled_at).is_(None),
        col(Organization.deleted_at).is_(None),
        ~exists().where(col(RevokedToken.jti) == bindparam("jti")),
        ~exists().where(col(RefreshToken.family_id) == bindparam("family"), col(RefreshToken.revoked_at).is_not(None)),
    )
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token with a good signature says. `family` is the log-in that it came from, `version` the person's `auth_version` then."""

    user_id: UUID
    organization_id: UUID
    family: UUID
    version: int
    jti: str
    raw: dict[str, Any]


def audience() -> str:
    return f"{settings.get().origin}/api"


def make(session: Session, *, user: User, membership: Membership, organization: Organization, family: UUID, at: datetime) -> str:
    """A token for a person in one organisation, good for SECONDS from `at`, the database's time."""
    from joserfc import jwt

    key = signing_keys.signer(session)
    issued = int(at.timestamp())
    claims = {
        "iss": settings.get().origin,
        "aud": audience(),
        "sub": str(user.id),
        "org": str(organization.id),
        "role": membership.role.value,
        "plan": organization.plan.value,
        "iat": issued,
        "exp": issued + SECONDS,
        "jti": new_id().hex,
        "sid": str(family),
        "av": user.auth_version,
    }
    return jwt.encode({"alg": _ALGORITHM, "kid": key.kid, "typ": _TYPE}, claims, key, algorithms=[_ALGORITHM])


@db.reads
def verify(session: Session, *, token: str) -> Actor:
    """Who a token belongs to. Raises InvalidToken for one that is not ours, ended, logged out, or older than a change of the person."""
    claims = read(session, token)
    asked = {"user": claims.user_id, "organization": claims.organization_id, "jti": claims.jti, "family": claims.family}
    found = session.exec(_HOLDER, params=asked).first()
    if found is None or found[0].auth_version != claims.version:
        raise InvalidToken("This access token has been ended. Refresh it, or log in again.")
    user, membership, organization, at = found
    _check(claims.raw, at)
    return Actor(
        user_id=user.id,
        organization_id=organization.id,
        role=membership.role,
        plan_name=organization.plan,
        timezone=user.timezone or organization.timezone,
        name=user.name,
        is_staff=user.is_staff,
        family_id=claims.family,
        must_enrol=sign_in_tickets.must_enrol(session, user, organization),
    )


def read(session: Session, token: str) -> Claims:
    """The claims of a token that we signed, whether or not it is still good. Raises InvalidToken."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    def key_of(signature: GuestProtocol) -> Key:
        header = signature.headers()
        if header.keys() != _HEADER or header["typ"] != _TYPE or not _KID.fullmatch(header["kid"]):
            raise ValueError("not a header of ours")
        key = signing_keys.public_key(session, header["kid"])
        if key is None:
            raise ValueError("not a key of ours")
        return key

    if not token.isascii() or len(token) > MAX_LENGTH:
        raise _unknown()
    try:
        raw = jwt.decode(token, key_of, algorithms=[_ALGORITHM]).claims
        version = raw["av"]
        if type(version) is not int:
            raise TypeError
        return Claims(UUID(raw["sub"]), UUID(raw["org"]), UUID(raw["sid"]), version, str(raw["jti"]), raw)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _unknown() from None


def _check(raw: dict[str, Any], at: datetime) -> None:
    from joserfc.errors import ExpiredTokenError, JoseError
    from joserfc.jwt import JWTClaimsRegistry

    registry = JWTClaimsRegistry(
        now=int(at.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": settings.get().origin},
        aud={"essential": True, "value": audience()},
        exp={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
        sub={"essential": True},
    )
    try:
        registry.validate(raw)
    except ExpiredTokenError:
        raise InvalidToken("This access token has expired. Refresh it, or log in again.", reason="expired") from None
    except JoseError:
        raise _unknown() from None


def _unknown() -> InvalidToken:
    return InvalidToken("This access token is not valid. Log in again.")
