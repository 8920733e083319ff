"""Live updates: a change writes an event row in its own transaction, and open pages re-read what it names.

A message says only that something changed; it carries no data, may be lost, and is no secret. With Redis it is published after
the commit; without, every web process polls the event table's last id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, select

from coexai_app import db, settings
from coexai_app.models import Event

CHANNEL: Final = "coexai:live"
POLL_SECONDS: Final = 0.15
# Ids are handed out before their transaction commits, so a lower id may appear after a higher one: look back this far.
LOOK_BACK: Final = 200


@dataclass(frozen=True, slots=True)
class Change:
    organization_id: UUID
    kind: str
    ref_id: UUID | None


def publish(session: Session, organization_id: UUID, kind: str, ref_id: UUID | None = None, **data: Any) -> None:
    """Records a change of an organisation, and tells open pages once it has committed."""
    session.add(Event(organization_id=organization_id, kind=kind, ref_id=ref_id, data=data))
    if settings.get().redis_url:
        message = json.dumps({"org": str(organization_id), "kind": kind, "ref": str(ref_id) if ref_id else None})
        db.after_commit(session, lambda: _redis().publish(CHANNEL, message))


def decode(message: bytes | str) -> Change:
    data = json.loads(message)
    return Change(UUID(data["org"]), data["kind"], UUID(data["ref"]) if data["ref"] else None)


@lru_cache(maxsize=1)
def _redis() -> Any:
    import redis

    return redis.Redis.from_url(settings.get().redis_url, socket_timeout=2, socket_connect_timeout=2)


class Follower:
    """Follows the event table: `changes()` returns what is new since the last call."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        with db.reading() as session:
            self._last = session.exec(select(func.max(Event.id))).one() or 0

    def changes(self) -> Iterator[Change]:
        with db.reading() as session:
            rows = session.exec(
                select(Event.id, Event.organization_id, Event.kind, Event.ref_id)
                .where(Event.id > max(0, self._last - LOOK_BACK))  # type: ignore[operator]
                .order_by(Event.id)  # type: ignore[arg-type]
            ).all()
        start = self._last
        for number, organization_id, kind, ref_id in rows:
            assert number is not None
            if number in self._seen or (number <= start and not self._seen):
                continue
            self._last = max(self._last, number)
            yield Change(organization_id, kind, ref_id)
        self._seen = {number for number, *_ in rows if number is not None}
