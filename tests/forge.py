"""Making access tokens by hand in tests: with our own signing key and wrong claims, or with somebody else's key."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.models import User
from coexai_app.services import access_tokens, signing_keys, tokens
from coexai_app.services.tokens import Tokens
from tests.people import do


def log_in(person: Actor) -> Tokens:
    """Tokens of a person in their current organisation."""
    with db.transaction() as session:
        return tokens.issue(session, user=session.get_one(User, person.user_id), organization_id=person.organization_id)


def signer() -> RSAKey:
    return do(signing_keys.signer)


def claims_of(token: str) -> dict[str, Any]:
    with db.reading() as session:
        return access_tokens.read(session, token).raw


def header(**changes: Any) -> dict[str, Any]:
    return {"alg": "RS256", "kid": signer().kid, "typ": "at+jwt", **changes}


def good_claims(person: Actor, **changes: Any) -> dict[str, Any]:
    """The claims of a token that is good; a change to None leaves the claim out."""
    base = claims_of(log_in(person).access)
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def sign(head: dict[str, Any], claims: dict[str, Any], key: Any, algorithm: str = "RS256") -> str:
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode(head, claims, key, registry=registry, default_type=None)


def now() -> int:
    return int(time.time())
