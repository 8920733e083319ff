"""The keys that sign access tokens: made on first use, published before they sign, rotated, and published until their tokens are dead.

`access_tokens.py` signs and verifies with them; the JWKS endpoint publishes them; `coexai keys rotate` replaces them by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from coexai_app import db, log
from coexai_app.errors import Conflict
from coexai_app.models import KeyState, SigningKey
from coexai_app.services import audit, sealing
from coexai_app.services.sealing import SealBroken

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

# 128 bits of security (NIST SP 800-57 part 1, table 2).
BITS: Final = 3072
ROTATE_AFTER: Final = timedelta(days=90)
# An access token lives 15 minutes; the rest is leeway and clocks that differ.
OVERLAP: Final = timedelta(minutes=20)
# How long others may keep the published keys. A key signs only after it was published for this long.
PUBLISHED_FOR: Final = timedelta(minutes=5)
PURPOSE: Final = "signing keys"

Jwk = Mapping[str, Any]
# A previous key is published until the last token that it signed is dead.
_PUBLISHED: Final = select(SigningKey).where(
    or_(
        col(SigningKey.state).in_((KeyState.NEXT, KeyState.CURRENT)),
        (col(SigningKey.state) == KeyState.PREVIOUS) & (col(SigningKey.superseded_at) > db.utcnow(-OVERLAP.total_seconds())),
    )
)


@db.reads
def published(session: Session) -> list[Jwk]:
    """The public keys that a token may be signed with now or soon, newest first (RFC 7517). Empty before the first use."""
    return [row.public for row in session.exec(_PUBLISHED.order_by(col(SigningKey.id).desc())).all()]


def ensure(session: Session) -> list[Jwk]:
    """As `published`, after making the first keys when there are none."""
    signer(session)
    return published(session)


@db.reads
def public_key(session: Session, kid: str) -> RSAKey | None:
    """The published key of this id, to verify with."""
    row = session.exec(_PUBLISHED.where(SigningKey.kid == kid)).first()
    return _imported(row.kid, json.dumps(row.public)) if row else None


def signer(session: Session) -> RSAKey:
    """The key that signs now. Makes the first one, and rotates when the current one is old."""
    row = _current(session)
    if row is not None and _bits(row) < BITS:
        row = _strengthen(session)
    if row is None or _old(session, row) or not _opens(row):
        db.serialize(session, "signing-keys")
        row = _current(session)  # another process was faster?
        if row is None or _old(session, row) or not _opens(row):
            row = _advance(session)
    return _opened(row.kid, _sealed(row))


def rotate_keys(session: Session, *, leaked: bool = False) -> str:
    """Makes the next key the current one; returns its id. With `leaked`, no key or token of before is valid any more.

    Raises Conflict when the next key was published so lately that others may not know it yet.
    """
    db.serialize(session, "signing-keys")
    if leaked:
        _set(session, SigningKey.state != KeyState.RETIRED, state=KeyState.RETIRED, sealed=None, superseded_at=db.utcnow())
    coming = _one(session, KeyState.NEXT)
    if coming is not None and coming.published_at > db.now(session) - PUBLISHED_FOR:
        minutes = int(PUBLISHED_FOR.total_seconds() // 60)
        raise Conflict(
            f"The next key was published less than {minutes} minutes ago, so others may not know it yet. Nothing was changed. "
            "Try again in a few minutes; if a key has leaked, use --leaked."
        )
    row = _advance(session)
    audit.record(session, "signing_key.rotated", target=row.kid, leaked=leaked)
    return row.kid


def _advance(session: Session) -> SigningKey:
    """current → previous, next → current, and a new next. A next key that cannot be opened is left out."""
    _set(session, SigningKey.state == KeyState.CURRENT, state=KeyState.PREVIOUS, superseded_at=db.utcnow(), sealed=None)
    coming = _one(session, KeyState.NEXT)
    if coming is not None and not _opens(coming):
        log.get(__name__).warning("signing key %s cannot be opened: SECRET_KEY has changed. A new one takes its place", coming.kid)
        _set(session, SigningKey.state == KeyState.NEXT, state=KeyState.RETIRED, sealed=None, superseded_at=db.utcnow())
        coming = None
    if coming is None:
        _make(session, KeyState.CURRENT)
    _set(session, SigningKey.state == KeyState.NEXT, state=KeyState.CURRENT, activated_at=db.utcnow())
    _make(session, KeyState.NEXT)
    over = (col(SigningKey.state) == KeyState.PREVIOUS) & (col(SigningKey.superseded_at) < db.utcnow(-OVERLAP.total_seconds()))
    _set(session, over, state=KeyState.RETIRED)
    row = _current(session)
    assert row is not None
    return row


def _strengthen(session: Session) -> SigningKey | None:
    """For an instance whose keys are shorter than BITS: the next one gives way to a new one, which signs as soon as others can know it."""
    db.serialize(session, "signing-keys")
    row, coming = _current(session), _one(session, KeyState.NEXT)
    if coming is None or _bits(coming) < BITS:
        _set(session, SigningKey.state == KeyState.NEXT, state=KeyState.RETIRED, sealed=None, superseded_at=db.utcnow())
        _make(session, KeyState.NEXT)
    elif row is not None and _bits(row) < BITS and coming.published_at < db.now(session) - PUBLISHED_FOR:
        row = _advance(session)
    return row


def _make(session: Session, state: KeyState) -> None:
    key = _generate()
    kid = _thumbprint(key.as_dict(private=False))
    moment = db.now(session)
    session.add(
        SigningKey(
            kid=kid,
            state=state,
            public={**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "RS256"},
            sealed=sealing.seal(key.as_pem(private=True), purpose=PURPOSE, bound_to=kid),
            published_at=moment,
            activated_at=moment if state is KeyState.CURRENT else None,
        )
    )
    session.flush()


def _generate() -> RSAKey:
    from joserfc.jwk import RSAKey

    return RSAKey.generate_key(BITS)


def _thumbprint(public: Mapping[str, Any]) -> str:
    """RFC 7638: the id follows from the key, so two keys never share one."""
    members = json.dumps({name: public[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).rstrip(b"=").decode()


def _current(session: Session) -> SigningKey | None:
    return _one(session, KeyState.CURRENT)


def _one(session: Session, state: KeyState) -> SigningKey | None:
    return session.exec(select(SigningKey).where(SigningKey.state == state).execution_options(populate_existing=True)).first()


def _old(session: Session, row: SigningKey) -> bool:
    assert row.activated_at is not None
    return row.activated_at < db.now(session) - ROTATE_AFTER


def _bits(row: SigningKey) -> int:
    modulus: str = row.public["n"]
    return len(base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))) * 8


def _set(session: Session, which: Any, **values: Any) -> None:
    session.execute(update(SigningKey).where(which).values(**values).execution_options(synchronize_session=False))


def _sealed(row: SigningKey) -> bytes:
    assert row.sealed is not None
    return row.sealed


def _opens(row: SigningKey) -> bool:
    try:
        _opened(row.kid, _sealed(row))
    except SealBroken:
        return False
    return True


@lru_cache(maxsize=8)
def _opened(kid: str, sealed: bytes) -> RSAKey:
    """The private key; opening one takes a millisecond, so the process keeps it."""
    from joserfc.jwk import RSAKey

    return RSAKey.import_key(sealing.unseal(sealed, purpose=PURPOSE, bound_to=kid), {"kid": kid, "use": "sig", "alg": "RS256"})


@lru_cache(maxsize=16)
def _imported(_kid: str, public: str) -> RSAKey:
    from joserfc.jwk import RSAKey

    return RSAKey.import_key(json.loads(public))
