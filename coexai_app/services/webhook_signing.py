"""Signatures of what we send, as the Standard Webhooks specification 1.0 says, and the secrets behind them, sealed at rest."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from coexai_app.services import sealing

PREFIX: Final = "whsec_"
# The specification asks for 24 to 64 bytes.
SECRET_BYTES: Final = 32
PURPOSE: Final = "webhook-endpoint"


def make_secret() -> str:
    """A new secret as receivers get it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal(secret: str, endpoint_id: UUID) -> bytes:
    return sealing.seal(secret.encode(), purpose=PURPOSE, bound_to=str(endpoint_id))


def unseal(sealed: bytes, endpoint_id: UUID) -> str:
    """Raises SealBroken."""
    return sealing.unseal(sealed, purpose=PURPOSE, bound_to=str(endpoint_id)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign. Raises ValueError for what is no secret."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("not a webhook secret") from None


def headers(secret_list: Sequence[str], *, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers. Several secrets give several signatures, of which a receiver needs one that it can check."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode() for secret in secret_list]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
