"""Idempotency keys: a call that is sent twice is done once. The API door calls `run` around the one service call of a request.

What the service returned is stored in the transaction of its work, so no crash comes between the two. A call first claims the row of its
key in a transaction of its own; only whoever still holds the claim may store, so that two never both do the work. An error stores nothing:
it changed nothing, and the same key may be sent again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import IdempotencyInProgress, IdempotencyMismatch, InvalidInput
from coexai_app.models import IdempotencyKey
from coexai_app.models.base import new_id
from coexai_app.services import sealing

T = TypeVar("T")
KEEP_SECONDS: Final = 86_400.0
# Longer than any transaction may take (the database ends statements after 15 s); after it a crashed call's key is free again.
LOCK_SECONDS: Final = 60.0
MAX_KEY: Final = 255
_PURPOSE: Final = "idempotency"


@dataclass(frozen=True, slots=True)
class Claim:
    """The hold of a running call on its key; `stored` is the answer of an earlier one, and then nothing is held."""

    id: UUID
    fence: int = 0
    stored: bytes | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What the service returned, now or (`replayed`) the first time."""

    result: Any
    replayed: bool


def check_key(key: str) -> None:
    """Raises InvalidInput for a key that is too long or holds anything but visible ASCII."""
    if not key or len(key) > MAX_KEY or not all("!" <= c <= "~" for c in key):
        raise InvalidInput(f"An Idempotency-Key has 1 to {MAX_KEY} visible ASCII characters, for example a UUID.", field="Idempotency-Key")


def run(actor: Actor, service: Callable[..., T], *, key: str, route: str, given: Mapping[str, Any], asked: Mapping[str, Any]) -> Done:
    """Calls `service(session, actor, **given)` once for this key of this caller at this route.

    `asked` is what two equal requests have in common. A service with a parameter `idempotency_key` gets one of its own. Raises
    IdempotencyMismatch for another request under the key, IdempotencyInProgress while the first one runs, and what the service raises.
    """
    with db.transaction() as session:
        claim = begin(session, actor, key=key, route=route, asked=asked)
    kind: TypeAdapter[Any] = TypeAdapter(get_type_hints(service)["return"])
    if claim.stored is not None:
        stored = sealing.unseal(claim.stored, purpose=_PURPOSE, bound_to=str(claim.id))
        return Done(kind.validate_json(stored), replayed=True)
    try:
        with db.transaction() as session:
            result = service(session, actor, **_with_key(service, given, str(claim.id)))
            finish(session, claim, kind.dump_json(result))
    except Exception:
        # Whatever went wrong, the work was rolled back; if only its answer was lost, the row is done and stays.
        with suppress(*db.AWAY), db.transaction() as session:
            release(session, claim)
        raise
    return Done(result, replayed=False)


def begin(session: Session, actor: Actor, *, key: str, route: str, asked: Mapping[str, Any]) -> Claim:
    """Claims the key, or finds what was answered. Raises as `run`."""
    check_key(key)
    digest = _digest(str(actor.organization_id), str(actor.key_id or actor.user_id), route, key)
    fingerprint = _fingerprint(asked)
    forget = delete(IdempotencyKey).where(col(IdempotencyKey.digest) == digest, col(IdempotencyKey.expires_at) <= db.utcnow())
    session.execute(forget)
    fresh = new_id()
    values: dict[str, Any] = {
        "id": fresh,
        "created_at": db.utcnow(),
        "organization_id": actor.organization_id,
        "digest": digest,
        "fingerprint": fingerprint,
        "fence": 1,
        "locked_until": db.utcnow(LOCK_SECONDS),
        "expires_at": db.utcnow(KEEP_SECONDS),
    }
    claim = db.insert(session, IdempotencyKey).values(**values).on_conflict_do_nothing(index_elements=["digest"])
    if session.execute(claim.returning(col(IdempotencyKey.id))).first() is not None:
        return Claim(fresh, 1)
    row = session.exec(select(IdempotencyKey).where(IdempotencyKey.digest == digest)).first()
    if row is None:  # it ended with an error, just now
        raise _in_progress()
    if row.fingerprint != fingerprint:
        raise IdempotencyMismatch("This Idempotency-Key was used for another request. Use a new key for every new request.")
    if row.result is not None:
        return Claim(row.id, stored=row.result)
    mine = Claim(row.id, row.fence + 1)
    over = update(IdempotencyKey).where(
        col(IdempotencyKey.id) == row.id,
        col(IdempotencyKey.fence) == row.fence,
        col(IdempotencyKey.result).is_(None),
        col(IdempotencyKey.locked_until) <= db.utcnow(),
    )
    if db.changed(session, over.values(fence=mine.fence, locked_until=db.utcnow(LOCK_SECONDS))) == 1:
        return mine
    raise _in_progress()


def finish(session: Session, claim: Claim, result: bytes) -> None:
    """Stores the answer under the claim, in the transaction of the work. Raises IdempotencyInProgress when another call took over."""
    sealed = sealing.seal(result, purpose=_PURPOSE, bound_to=str(claim.id))
    session.flush()
    if db.changed(session, update(IdempotencyKey).where(*_held(claim)).values(result=sealed)) != 1:
        raise IdempotencyInProgress("This request took too long, and a repetition of it is running. Send it again.", retry_after=1)


def release(session: Session, claim: Claim) -> None:
    """Gives the key back after an error, unless it is done or somebody else's by now."""
    session.execute(delete(IdempotencyKey).where(*_held(claim)))


def purge(session: Session) -> None:
    """Forgets what is older than a day. Called by the sweep."""
    session.execute(delete(IdempotencyKey).where(col(IdempotencyKey.expires_at) <= db.utcnow()))


def _in_progress() -> IdempotencyInProgress:
    return IdempotencyInProgress("A request with this Idempotency-Key is still running. Send it again in a second.", retry_after=1)


def _held(claim: Claim) -> tuple[Any, ...]:
    return (
        col(IdempotencyKey.id) == claim.id,
        col(IdempotencyKey.fence) == claim.fence,
        col(IdempotencyKey.result).is_(None),
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _fingerprint(asked: Mapping[str, Any]) -> str:
    try:
        return _digest(json.dumps(asked, default=to_jsonable_python, sort_keys=True, ensure_ascii=True))
    except (RecursionError, TypeError, ValueError):
        raise InvalidInput("This input is nested too deeply, or holds names that are no text.") from None


def _with_key(service: Callable[..., Any], given: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A service that knows idempotency keys itself gets this call's own: a repetition can never mean another job."""
    return {**given, **({"idempotency_key": f"api:{key}"} if "idempotency_key" in get_type_hints(service) else {})}
