"""Live updates: a change writes an event row in its own transaction, and open pages re-read what it names.

A message says only that something changed; it carries no data, may be lost, and is no secret. With Redis it is published after
the commit; without, every web process polls the event table's last id.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from coexai_app import db, log, settings
from coexai_app.models import Event
from coexai_app.models.base import now, table_of

CHANNEL: Final = "coexai:live"
_COLLECTED: Final = "coexai_events"
POLL_SECONDS: Final = 0.1
RETRY_SECONDS: Final = 3.0
# A Redis that is frozen, or behind a line that is cut, closes nothing: it is asked whether it lives, so that an ended session closes
# its pages within two seconds all the same.
ASK_SECONDS: Final = 0.5
MOST_UNANSWERED: Final = 3
# Ids are handed out before their transaction commits, so a lower id may appear after a higher one: look back this far.
LOOK_BACK: Final = 200


@dataclass(frozen=True, slots=True)
class Change:
    organization_id: UUID
    kind: str
    ref_id: UUID | None


def publish(session: Session, organization_id: UUID, kind: str, ref_id: UUID | None = None, **data: Any) -> None:
    """Records a change of an organisation, and tells open pages once it has committed."""
    collected: list[dict[str, Any]] = session.info.setdefault(_COLLECTED, [])
    collected.append({"organization_id": organization_id, "kind": kind, "ref_id": ref_id, "data": data, "created_at": now()})
    db.before_commit(session, _COLLECTED, lambda: _write(session))


def _write(session: Session) -> None:
    """The transaction's events, in one statement and one message."""
    # Whoever follows a job hears of its end last, whatever the transaction did first.
    events = sorted(session.info.pop(_COLLECTED), key=lambda told: told["kind"] == "job.completed")
    session.connection().execute(insert(table_of(Event)), events)
    if settings.get().redis_url:
        told = [{"org": str(e["organization_id"]), "kind": e["kind"], "ref": str(e["ref_id"] or "")} for e in events]
        db.after_commit(session, lambda: redis().publish(CHANNEL, json.dumps(told)))


def decode(message: bytes | str) -> list[Change]:
    return [Change(UUID(told["org"]), told["kind"], UUID(told["ref"]) if told["ref"] else None) for told in json.loads(message)]


@lru_cache(maxsize=1)
def redis() -> Any:
    """The shared connection pool; nothing waits longer than two seconds for it."""
    from redis import Redis

    return Redis.from_url(settings.get().redis_url, socket_timeout=2, socket_connect_timeout=2)


class Follower:
    """Follows the event table: `changes()` returns what is new since the last call."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._last = -1

    def changes(self) -> list[Change]:
        with db.reading() as session:
            if self._last < 0:
                self._last = session.exec(select(func.max(Event.id))).one() or 0
                self._seen = {n for n in session.exec(select(Event.id).where(col(Event.id) > self._last - LOOK_BACK)) if n is not None}
                return []
            rows = session.exec(
                select(Event.id, Event.organization_id, Event.kind, Event.ref_id)
                .where(col(Event.id) > self._last - LOOK_BACK)
                .order_by(col(Event.id))
            ).all()
        fresh = [row for row in rows if row[0] not in self._seen]
        self._seen = {row[0] for row in rows if row[0] is not None}
        self._last = max(self._seen, default=self._last)
        return [Change(organization_id, kind, ref_id) for _, organization_id, kind, ref_id in fresh]


async def changes() -> AsyncIterator[list[Change]]:
    """Batches of changes, for ever. After a lost connection the first batch is empty: the reader then refreshes everything once."""
    while True:
        try:
            async for batch in _published() if settings.get().redis_url else _polled():
                yield batch
        except Exception as error:
            log.get(__name__).warning("live updates were interrupted (%s); reading the database until Redis is back", type(error).__name__)
        async for batch in _polled(seconds=RETRY_SECONDS):
            yield batch


async def _polled(seconds: float = math.inf) -> AsyncIterator[list[Change]]:
    follower, until, begun = Follower(), time.monotonic() + seconds, False
    while time.monotonic() < until:
        try:
            found = await asyncio.to_thread(follower.changes)
            if found or not begun:  # the first batch, which is empty, when it is known where to go on: nothing is lost between the two
                begun = True
                yield found
        except Exception:
            log.get(__name__).exception("the database could not be read for live updates")
        await asyncio.sleep(POLL_SECONDS)


async def _published() -> AsyncIterator[list[Change]]:
    from redis.asyncio import Redis

    lines = Redis.from_url(settings.get().redis_url, socket_timeout=1, socket_connect_timeout=1)
    async with lines as client, client.pubsub() as channel:
        await channel.subscribe(CHANNEL)
        yield []
        unanswered = 0
        while unanswered < MOST_UNANSWERED:
            message = await channel.get_message(timeout=ASK_SECONDS)
            if message is None:
                await channel.ping()
                unanswered += 1
                continue
            unanswered = 0
            if message["type"] == "message":
                yield decode(message["data"])
    raise TimeoutError("Redis takes connections and does not answer")
