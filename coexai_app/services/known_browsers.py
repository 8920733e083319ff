"""The browsers in which a person has logged in: strangers who try the account's password do not keep their tries waiting.

Such a browser holds a random name and a keyed hash that binds it to the account. It opens nothing; wrong tries from there are counted by
themselves, and wait as long. Used by `proofs.py` (who tries) and `api/entry.py` (the cookie).
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from uuid import UUID

from coexai_app.services import sealing

SECONDS: Final = 180 * 86_400
_PURPOSE: Final = "known browsers"


def keep(kept: str, user_id: UUID) -> str:
    """What the browser keeps of a log-in: what it has already, when that is this person's."""
    name = name_of(kept, user_id) or secrets.token_urlsafe(18)
    return f"{name}.{_marks(name, user_id)[0]}"


def name_of(kept: str, user_id: UUID) -> str:
    """The browser's name, when this person has logged in there; else "" (another account, another instance, made up)."""
    name, _, mark = kept.partition(".")
    known = any(hmac.compare_digest(mark.encode("utf-8", "surrogatepass"), right.encode()) for right in _marks(name, user_id))
    return name if known else ""


def _marks(name: str, user_id: UUID) -> list[str]:
    return [mac.hex() for mac in sealing.macs(_PURPOSE, f"{name}:{user_id}".encode("utf-8", "surrogatepass"))]
