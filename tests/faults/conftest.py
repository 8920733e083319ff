"""Rigs for the fault tests. Servers are shared by the tests of one process; every test gets an empty instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import rig as rigs
from tests.faults.rig import FULL, Rig
from tests.servers import Postgres, RedisServer

Figures = Callable[[str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file runs in one process, one test at a time: they start processes of their own, and two cores are not many."""
    here = Path(__file__).parent
    files = sorted({item.path for item in items if item.path.parent == here})
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.xdist_group(f"faults-{files.index(item.path) % 2}"))
            if FULL:
                item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres.start(durable=True)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer.start(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _migrated_servers(postgres: Postgres, redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    made = rigs.make(tmp_path_factory.mktemp("migrate"), postgres, redis)
    rigs.migrate(made)
    made.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    made = rigs.make(tmp_path_factory.mktemp("template"))
    rigs.migrate(made)
    made.close()
    return made.folder / "data" / "coexai.db"


@pytest.fixture
def servers(postgres: Postgres, redis: RedisServer, _migrated_servers: None, tmp_path: Path) -> Iterator[Rig]:
    """An empty instance on PostgreSQL and Redis. Whatever the test did to them, they are up again afterwards."""
    made = rigs.make(tmp_path, postgres, redis)
    rigs.empty(made)
    yield made
    if not postgres.running():
        postgres.up()
    redis.thaw()
    if redis.process.poll() is not None:
        redis.up()
    made.close()


@pytest.fixture
def embedded(template: Path, tmp_path: Path) -> Iterator[Rig]:
    """An empty instance on SQLite."""
    made = rigs.make(tmp_path, template=template)
    yield made
    made.close()


@pytest.fixture(params=["servers", "embedded"])
def rig(request: pytest.FixtureRequest) -> Rig:
    """The test runs on both back ends."""
    found: Rig = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Notes what was measured; the end of the run prints it."""
    return lambda line: record_property("figures", line)
