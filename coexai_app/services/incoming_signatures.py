"""Whether what another service sent is truly from it. Pure functions of the raw bytes; every comparison takes the same time.

Sources: Stripe's `Stripe-Signature` scheme (t, v1), GitHub's `X-Hub-Signature-256`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final
from uuid import UUID

# Stripe's own libraries allow five minutes between signing and reading.
TOLERANCE_SECONDS: Final = 300
_MOST_SIGNATURES: Final = 20


def stripe(body: bytes, header: str, secrets: Sequence[str], *, now: float) -> bool:
    """True when one of the `v1` signatures is made with one of the secrets, and its time is within five minutes of now."""
    parts = [part.strip().partition("=") for part in header[:4_096].split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"][:_MOST_SIGNATURES]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
        return False
    if abs(now - int(times[0])) > TOLERANCE_SECONDS:
        return False
    signed = f"{times[0]}.".encode() + body
    return any(_same(hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest(), one) for secret in secrets if secret for one in given)


def github(body: bytes, header: str, secret: str) -> bool:
    """True when `sha256=…` is made with the secret. An empty secret opens nothing: anybody could sign with it."""
    if not secret:
        return False
    return _same("sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), header)


def organization_secret(instance_secret: str, organization_id: UUID) -> str:
    """The secret of one organisation's own GitHub address, made from the instance's: nobody can make another organisation's."""
    return "ghs_" + hmac.new(instance_secret.encode(), f"coexai/github/{organization_id}".encode(), hashlib.sha256).hexdigest()


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))
