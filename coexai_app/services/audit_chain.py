"""The chain under the audit log: what is hashed, how a head is signed, and how rows are added to a chain.

A row's hash is the SHA-256 of the canonical JSON of all its fields, the hash of the row before among them. The head of a chain names its
newest row and is signed (HMAC-SHA-256) with a key made from the instance's secret: whoever can write to the database but does not
know the secret cannot change, swap, insert or cut rows without leaving a trace. `audit.py` calls `append`; `audit_verify.py` walks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from coexai_app import db, log, settings
from coexai_app.models import AuditChain, AuditLog
from coexai_app.models.base import new_id, now

# What stands in the hash, so that a later way of hashing can tell its rows from these.
FORMAT: Final = 1
START: Final = "0" * 64
INSTANCE: Final = UUID(int=0)
ROWS: Final[sa.Table] = AuditLog.__table__  # type: ignore[attr-defined]
HEADS: Final[sa.Table] = AuditChain.__table__  # type: ignore[attr-defined]
# Every column but the hash. Spelt out: rows that were hashed with these stay valid when the table gets another column.
FIELDS: Final = (
    "action",
    "after",
    "api_key_id",
    "before",
    "chain_id",
    "created_at",
    "data",
    "id",
    "ip",
    "on_behalf_of",
    "on_behalf_of_name",
    "organization_id",
    "outcome",
    "previous_hash",
    "request_id",
    "seq",
    "session_id",
    "target",
    "target_name",
    "user_agent",
    "user_id",
    "user_name",
    "words",
)


def _plain(value: object) -> str:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)


_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def chain_of(organization_id: UUID | None) -> UUID:
    """The chain of an organisation; what belongs to none is in the instance's."""
    return organization_id or INSTANCE


def digest(row: Mapping[str, Any]) -> str:
    """The hash of a row, in hex: SHA-256 over its fields as JSON with sorted names, ids and times as text, in UTF-8."""
    text = _ENCODER.encode({"format": FORMAT, **{name: row[name] for name in FIELDS}})
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def signature(kind: str, chain_id: UUID, seq: int, row_hash: str) -> str:
    """The signature, in hex, of a chain's `kind` ("head" or "checkpoint") that stands at this row."""
    return _signature(settings.get().secret(), kind, chain_id, seq, row_hash)


def signed(kind: str, chain_id: UUID, seq: int, row_hash: str, given: str) -> bool:
    """Whether the instance signed this, with its secret or with one that it replaced."""
    secrets = settings.get().secrets()
    return any(hmac.compare_digest(_signature(secret, kind, chain_id, seq, row_hash), given) for secret in secrets)


def _signature(secret: bytes, kind: str, chain_id: UUID, seq: int, row_hash: str) -> str:
    key = hmac.digest(secret, b"coexai audit chain", "sha256")
    return hmac.digest(key, f"{kind} {chain_id} {seq} {row_hash}".encode(), "sha256").hex()


def start(chain_id: UUID) -> dict[str, Any]:
    """The values of a head that has no rows yet."""
    return {
        "id": chain_id,
        "created_at": now(),
        "organization_id": None if chain_id == INSTANCE else chain_id,
        "seq": 0,
        "hash": START,
        "signature": signature("head", chain_id, 0, START),
        "checkpoint_seq": 0,
        "checkpoint_hash": START,
        "checkpoint_signature": signature("checkpoint", chain_id, 0, START),
    }


def append(session: Session, organization_id: UUID | None, entries: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows to the end of a chain. Holds the chain's head until the transaction ends, so it is called last in it.

    Counting the head up first makes writers of one chain wait for each other; the clock is read once the head is held, so that times
    grow with the numbers. A head that was tampered with is not signed again: the break stays to be found.
    """
    chain_id = chain_of(organization_id)
    seq, previous, given, clock = _hold(session, chain_id, len(entries))
    whole = signed("head", chain_id, seq, previous, given)
    if not whole:
        log.get(__name__).error("the head of the audit chain %s does not carry this instance's signature", chain_id)
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "id": new_id(),
            "created_at": clock,
            "chain_id": chain_id,
            "organization_id": organization_id,
            "seq": seq,
            "previous_hash": previous,
            **entry,
        }
        row["hash"] = previous = digest(row)
        rows.append(row)
    session.execute(sa.insert(ROWS), rows)
    head = sa.update(HEADS).where(HEADS.c.id == chain_id, HEADS.c.seq == seq)
    if db.changed(session, head.values(hash=previous, signature=signature("head", chain_id, seq, previous) if whole else given)) != 1:
        raise RuntimeError("the audit chain moved while it was held")


def _hold(session: Session, chain_id: UUID, count: int) -> tuple[int, str, str, datetime]:
    """Counts the head up by `count` and keeps it; returns where it stood, with its hash and signature, and the database's time."""
    grow = (
        sa.update(HEADS)
        .where(HEADS.c.id == chain_id)
        .values(seq=HEADS.c.seq + count)
        .returning(HEADS.c.seq, HEADS.c.hash, HEADS.c.signature, db.utcnow())
    )
    found = session.execute(grow).first()
    if found is None:
        _begin(session, chain_id)
        found = session.execute(grow).one()
    seq, row_hash, given, clock = found
    return seq - count, row_hash, given, clock


def _begin(session: Session, chain_id: UUID) -> None:
    session.execute(db.insert(session, HEADS).values(start(chain_id)).on_conflict_do_nothing(index_elements=["id"]))
