"""A browser on its way to a provider and back. Called by `api/oidc.py`; what comes of it is in `identities.py`.

A flow lives ten minutes and counts once. The browser keeps a secret in a cookie; state, nonce and PKCE verifier are made from it, so the
table's hashes open nothing, and an answer that another browser brings is worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, Unauthenticated
from coexai_app.models import FlowPurpose, SignInFlow
from coexai_app.services import person, throttle
from coexai_app.services.sign_in_tickets import hash_of
from coexai_app.services.throttle import Policy

SECONDS: Final = 600
STARTS: Final = Policy("provider", 60, (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0), 900)
_OFTEN: Final = "Many log-ins were started from your network. Wait {wait}, then try again."


class FlowExpired(Unauthenticated):
    """An answer of a provider that this browser did not ask for, asked for too long ago, or brought before."""

    code = "FLOW_EXPIRED"


@dataclass(frozen=True, slots=True)
class Begun:
    """`browser` goes into the cookie, the others to the provider: `verifier` only as its hash, until the code is redeemed."""

    browser: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Flow:
    """What a browser that came back had set out for. `began` and `now` are of the database's clock."""

    purpose: FlowPurpose
    next_path: str
    timezone: str
    session_id: UUID | None
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    began: datetime
    now: datetime


def begin(
    session: Session,
    *,
    provider: str,
    purpose: FlowPurpose,
    actor: Actor | None = None,
    next_path: str = "",
    timezone: str = "",
    ip: str = "",
) -> Begun:
    """Raises RateLimited; and for a purpose that is not a log-in what `person.require_person` raises, to connect FreshLoginNeeded too."""
    if purpose is FlowPurpose.CONNECT:
        person.require_fresh(session, _signed_in(actor))
    elif purpose is FlowPurpose.CONFIRM:
        person.require_person(_signed_in(actor))
    throttle.take(session, STARTS, throttle.net(ip), _OFTEN)
    session.execute(delete(SignInFlow).where(col(SignInFlow.expires_at) < db.utcnow()))
    browser = secrets.token_urlsafe(32)
    begun = Begun(browser, *(_made(browser, name) for name in ("state", "nonce", "verifier")))
    session.add(
        SignInFlow(
            state_hash=hash_of(begun.state),
            browser_hash=hash_of(browser),
            provider=provider,
            purpose=purpose,
            next_path=next_path[:2_000],
            timezone=timezone[:64],
            session_id=actor.session_id if actor and purpose is not FlowPurpose.LOG_IN else None,
            expires_at=db.now(session) + timedelta(seconds=SECONDS),
        )
    )
    session.flush()
    return begun


def come_back(session: Session, *, provider: str, state: str, browser: str, ip: str = "") -> Flow:
    """Uses the flow up, whatever the provider's answer is worth. Raises FlowExpired."""
    used = session.execute(
        delete(SignInFlow)
        .where(
            col(SignInFlow.state_hash) == hash_of(state),
            col(SignInFlow.browser_hash) == hash_of(browser),
            col(SignInFlow.provider) == provider,
            col(SignInFlow.expires_at) > db.utcnow(),
        )
        .returning(
            col(SignInFlow.purpose),
            col(SignInFlow.next_path),
            col(SignInFlow.timezone),
            col(SignInFlow.session_id),
            col(SignInFlow.expires_at),
        )
    ).first()
    if used is None or not browser:
        raise FlowExpired("This log-in took too long, or was begun in another window. Start again.")
    throttle.give_back(session, STARTS, throttle.net(ip))
    purpose, next_path, timezone, session_id, expires_at = used
    return Flow(
        purpose=purpose,
        next_path=next_path,
        timezone=timezone,
        session_id=session_id,
        nonce=_made(browser, "nonce"),
        verifier=_made(browser, "verifier"),
        began=expires_at - timedelta(seconds=SECONDS),
        now=db.now(session),
    )


def _signed_in(actor: Actor | None) -> Actor:
    if actor is None:
        raise Forbidden("Only the person can do this, signed in to the browser.")
    return actor


def _made(browser: str, name: str) -> str:
    """256 bits that only follow from the browser's secret: 43 characters, as RFC 7636 §4.1 wants for a verifier."""
    digest = hmac.new(browser.encode("utf-8", "surrogatepass"), f"coexai/flow/{name}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
