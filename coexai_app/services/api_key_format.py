"""What an API key looks like: `cxa_live_` or `cxa_test_`, 32 random base62 characters (190 bits), and their CRC-32 in six more.

The checksum is not a secret: it lets a scanner for leaked secrets, and our own door, tell a typo from a key without a look-up.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from typing import Final

RANDOM: Final = 32
CHECKSUM: Final = 6
PREFIX: Final = 12
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPE: Final = re.compile(rf"cxa_(live|test)_[0-9A-Za-z]{{{RANDOM + CHECKSUM}}}", re.ASCII)


def make(*, live: bool) -> str:
    body = f"cxa_{'live' if live else 'test'}_{''.join(secrets.choice(_DIGITS) for _ in range(RANDOM))}"
    return body + _checksum(body)


def well_formed(key: str) -> bool:
    """Whether shape and checksum are right; says nothing about whether the key was ever made."""
    return _SHAPE.fullmatch(key) is not None and secrets.compare_digest(_checksum(key[:-CHECKSUM]), key[-CHECKSUM:])


def looks_like_one(credential: str) -> bool:
    return credential.startswith("cxa_")


def digest(key: str) -> str:
    """What is stored of a key. Fast on purpose: there are no 190 bits to guess, and it is computed on every call."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
