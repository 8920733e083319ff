"""Rigs for the fault tests. Servers are shared by the tests of one process; every test gets an empty instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.faults import rig as rigs
from tests.faults.rig import FULL, Rig
from tests.servers import Postgres, RedisServer

Figures = Callable[[str], None]
# What `make test` leaves to `make test-faults`: twins of a test that runs anyway, with another back end or another kind of fault.
ONLY_FULL: Final = frozenset(
    {
        "test_every_step_of_a_real_run_is_resumed_where_its_worker_died[embedded]",
        "test_a_worker_killed_under_its_launcher_is_noticed_within_seconds[embedded]",
        "test_a_job_that_is_nearly_done_is_finished[embedded]",
        "test_a_job_that_never_listens_does_not_hold_up_the_end[stuck]",
        "test_under_load_no_attempt_is_burnt[embedded]",
        "test_it_is_tried_then_put_away_with_its_reason_and_can_be_resumed[stuck]",
        "test_it_is_tried_then_put_away_with_its_reason_and_can_be_resumed[boom]",
        "test_a_process_that_kills_itself_on_sqlite",
        "test_one_that_never_listens_is_stopped_hard_and_nobody_else_suffers[stuck]",
        "test_while_it_waits[embedded]",
        "test_while_it_runs_it_stops_at_the_next_safe_point[embedded]",
        "test_resumed_by_many_at_once_it_runs_once[embedded]",
        "test_killed_and_started_empty",
        "test_flushed_again_and_again",
        "test_a_job_made_by_a_web_process_with_a_wrong_clock_runs_at_once[-1d]",
        "test_run_at_is_kept_and_not_before[embedded]",
        "test_one_that_wakes_after_its_lease_changes_nothing[embedded]",
        "test_a_kind_that_only_the_new_version_knows_waits_for_it_and_holds_nobody_up[embedded]",
        "test_old_and_new_workers_under_a_migration_lose_nothing[embedded]",
        "test_messages_that_cannot_be_read_stop_nobody[embedded]",
    }
)


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file runs in one process, one test at a time: they start processes of their own, and two cores are not many."""
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.xdist_group(f"faults-{item.path.stem}"))
            if FULL:
                item.add_marker(pytest.mark.timeout(900))
            elif item.name in ONLY_FULL:
                item.add_marker(pytest.mark.skip(reason="its twin runs; make test-faults runs both"))


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
