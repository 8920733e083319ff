"""What may stand in the audit log: plain JSON values of bounded size, no secrets, nothing that deceives the reader's eye."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

REDACTED: Final = "[redacted]"
LONGEST: Final = 500
MOST: Final = 50
DEEPEST: Final = 4
# Field names whose values are never stored, as parts of the name without case and punctuation.
SECRET_NAMES: Final = (
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "jwt",
    "otp",
    "recoverycode",
    "backupcode",
    "verificationcode",
    "salt",
    "signature",
    "pincode",
    "cardnumber",
    "cvc",
    "cvv",
    "iban",
)
# Names that only speak of a secret: an id, a time, how many, the part that may be seen.
HARMLESS: Final = re.compile(r"(?:_id|_ids|_at|_count|_prefix|_last4|_name|(?:^|_)tokens|_tokens_used)$")
# Values that are secrets whatever their field is called.
_SECRET_VALUE: Final = re.compile(
    r"(?i:bearer\s+)[\w.~+/=-]{8,}"
    r"|\b(?:sk|pk|rk)[-_](?:live|test|ant|proj|or)?[-_]?[A-Za-z0-9_-]{16,}"
    r"|\bwhsec_[A-Za-z0-9+/=]{16,}|\bcxa_[a-z]+_[A-Za-z0-9]{16,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|\bAKIA[A-Z0-9]{16}\b|\bAIza[\w-]{30,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\$(?:argon2\w*|2[aby]|scrypt|pbkdf2[\w-]*)\$\S+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?i:coexai_session=)[^\s;,]+"
    r"|(?i:\b[a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@"
)
# Joiners that scripts and emoji need; every other format character can turn or hide text.
_JOINERS: Final = frozenset("\u200c\u200d")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BIG: Final = 2**63


def plain(text: str, limit: int = LONGEST) -> str:
    r"""One line in which every control, bidi and line-separating character is spelt out ("\u202e"), cut at `limit` characters."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_spelt(c) for c in text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as plain JSON data, secrets redacted by name and by shape."""
    return {plain(str(name), 64): _field(str(name), value, 0) for name, value in list(values.items())[:MOST]}


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are; a secret that changed shows only that it did."""
    was, is_now = dict(before or {}), dict(after or {})
    names = [name for name in {**was, **is_now} if was.get(name) != is_now.get(name)]
    return fields({n: was[n] for n in names if n in was}), fields({n: is_now[n] for n in names if n in is_now})


def secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    if HARMLESS.search(snake):
        return False
    bare = re.sub(r"[^a-z0-9]", "", snake)
    return any(word in bare for word in SECRET_NAMES)


def _field(name: str, value: Any, depth: int) -> Any:
    return REDACTED if secret(name) and value not in (None, "", True, False) else _value(value, depth)


def _value(value: Any, depth: int) -> Any:
    """Only what comes back from both databases as it went in: floats, huge numbers and dates become text."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_BIG <= value < _BIG else f"{value:e}" if abs(value) < 10**300 else "a huge number"
    if isinstance(value, str):
        return plain(_SECRET_VALUE.sub(REDACTED, value[: 4 * LONGEST]))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(value)} bytes"
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {plain(str(k), 64): _field(str(k), v, depth + 1) for k, v in list(value.items())[:MOST]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_value(item, depth + 1) for item in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)][:MOST]
    return plain(_SECRET_VALUE.sub(REDACTED, str(value)[: 4 * LONGEST]))


def _spelt(c: str) -> str:
    if unicodedata.category(c) not in _HIDDEN or c in _JOINERS:
        return c
    return (
        c.encode("ascii", "backslashreplace").decode()
        if ord(c) > 127
        else {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c, f"\\x{ord(c):02x}")
    )
