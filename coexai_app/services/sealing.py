"""Encryption of what must be read again but never stored readable: AES-256-GCM under keys derived from the instance's secret.

A secret can be replaced: with the earlier one in SECRET_KEY_FALLBACKS everything opens and every keyed hash is known as before, and
`resealing.py` seals anew what can be.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from coexai_app import settings

_NONCE_BYTES: Final = 12  # NIST SP 800-38D §8.2.2


class SealBroken(Exception):
    """The bytes were changed, belong elsewhere, or were sealed under another secret."""


def derived(purpose: str) -> bytes:
    """A 256-bit key for one purpose: HKDF-SHA256 (RFC 5869) of the instance's secret."""
    return _derived(settings.get().secret(), purpose)


def macs(purpose: str, message: bytes) -> tuple[bytes, ...]:
    """The HMAC-SHA256 of a message under the secret, to be stored, and under those that it replaced, to be compared."""
    return tuple(hmac.digest(_derived(secret, purpose), message, "sha256") for secret in settings.get().secrets())


def seal(data: bytes, *, purpose: str, bound_to: str) -> bytes:
    """The sealed bytes; `bound_to` names the row that they belong to, so that they open in no other."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(derived(purpose)).encrypt(nonce, data, bound_to.encode())


def unseal(sealed: bytes, *, purpose: str, bound_to: str) -> bytes:
    """The data again. Raises SealBroken."""
    for secret in settings.get().secrets():
        try:
            return _opened(sealed, _derived(secret, purpose), bound_to)
        except SealBroken:
            continue
    raise SealBroken


def is_current(sealed: bytes, *, purpose: str, bound_to: str) -> bool:
    """Whether the bytes open under the secret itself, without those that it replaced."""
    try:
        _opened(sealed, derived(purpose), bound_to)
    except SealBroken:
        return False
    return True


def _opened(sealed: bytes, key: bytes, bound_to: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise SealBroken from None


def _derived(secret: bytes, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=f"coexai/{purpose}".encode()).derive(secret)
