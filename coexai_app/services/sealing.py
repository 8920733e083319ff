"""Encryption of what must be read again but never stored readable: AES-256-GCM under keys derived from the instance's secret."""

from __future__ import annotations

import secrets
from typing import Final

from coexai_app import settings

_NONCE_BYTES: Final = 12  # NIST SP 800-38D §8.2.2


class SealBroken(Exception):
    """The bytes were changed, belong elsewhere, or were sealed under another secret."""


def derived(purpose: str) -> bytes:
    """A 256-bit key for one purpose: HKDF-SHA256 (RFC 5869) of the instance's secret."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=f"coexai/{purpose}".encode()).derive(settings.get().secret())


def seal(data: bytes, *, purpose: str, bound_to: str) -> bytes:
    """The sealed bytes; `bound_to` names the row that they belong to, so that they open in no other."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(derived(purpose)).encrypt(nonce, data, bound_to.encode())


def unseal(sealed: bytes, *, purpose: str, bound_to: str) -> bytes:
    """The data again. Raises SealBroken."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(derived(purpose)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise SealBroken from None
