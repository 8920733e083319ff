"""Who follows the changes hears of them when Redis is frozen, too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from coexai_app import db, live, settings
from coexai_app.models import Event
from tests.people import People
from tests.servers import RedisServer


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
    server = RedisServer.start(tmp_path)
    config = settings.get().model_copy(update={"redis_url": server.url})
    monkeypatch.setattr(settings, "get", lambda: config)
    yield server
    server.stop()


@pytest.mark.asvs("V7.4.1")
def test_a_redis_that_takes_connections_and_never_answers_is_left_for_the_database(people: People, redis: RedisServer) -> None:
    async def follow() -> list[list[str]]:
        heard = live.changes()
        told = [[change.kind for change in await anext(heard)]]
        redis.freeze()
        told.append([change.kind for change in await asyncio.wait_for(anext(heard), 2)])
        with db.transaction() as session:
            session.add(Event(organization_id=people.alice.organization_id, kind="session.ended"))
        told.append([change.kind for change in await asyncio.wait_for(anext(heard), 2)])
        return told

    assert asyncio.run(follow()) == [[], [], ["session.ended"]]
