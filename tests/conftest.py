"""What all tests share: an instance of their own, on SQLite or (COEXAI_TEST_BACKEND=postgres) on PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.people import People

_folder = Path(tempfile.mkdtemp(prefix="coexai-test-"))
_running: list[object] = []
_keys: list[object] = []
_taken = [0]
_one_at_a_time = Lock()

# Before anything of the product is imported: it reads its settings once.
for name in (
    "DATABASE_URL",
    "REDIS_URL",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "COMPATIBLE_BASE_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "PUBLIC_URL",
    "PORT",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "MICROSOFT_CLIENT_ID",
    "MICROSOFT_CLIENT_SECRET",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
):
    os.environ[name] = ""
os.environ.update({"DATA_DIR": str(_folder / "data"), "LOG_LEVEL": "error", "FETCH_ALLOW_HOSTS": "127.0.0.1", "JOB_LEASE_SECONDS": "3"})
BACKEND = os.environ.get("COEXAI_TEST_BACKEND", "sqlite")

if BACKEND == "postgres":
    from tests.servers import Postgres, RedisServer

    _running += [Postgres.start(), RedisServer.start(_folder / "redis")]
    os.environ.update({"DATABASE_URL": _running[0].url, "REDIS_URL": _running[1].url})


def pytest_unconfigure(config: pytest.Config) -> None:
    for server in reversed(_running):
        server.stop()  # type: ignore[attr-defined]
    shutil.rmtree(_folder, ignore_errors=True)


def pytest_report_header() -> str:
    return f"backend: {BACKEND}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests measured (`record_property("figures", …)`), also when they ran in other processes."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    figures = [value for report in reports for name, value in report.user_properties if name == "figures"]
    if figures:
        terminalreporter.section("figures")
        for text in figures:
            terminalreporter.line(str(text))


@pytest.fixture(scope="session")
def _migrated() -> Path:
    """The database of this test run at the newest migration; on SQLite a file that each test copies."""
    from coexai_app import db, migrations

    migrations.upgrade()
    db.engine().dispose()
    db.reset()
    template = _folder / "template.db"
    if BACKEND == "sqlite":
        shutil.copy(_folder / "data" / "coexai.db", template)
    return template


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    """Real Argon2id with the least memory it allows: a suite signs up hundreds of people."""
    from argon2 import PasswordHasher

    from coexai_app.services import passwords

    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._hasher = lambda: hasher  # type: ignore[assignment]


@pytest.fixture(scope="session", autouse=True)
def _keys_again() -> None:
    """Real signing keys, each of them made once: every test takes the first ones anew, and no test the same one twice."""
    from coexai_app.services import signing_keys

    generate = signing_keys._generate

    def next_key() -> object:
        with _one_at_a_time:
            _taken[0] += 1
            while len(_keys) < _taken[0]:
                _keys.append(generate())
            return _keys[_taken[0] - 1]

    signing_keys._generate = next_key  # type: ignore[assignment]


@pytest.fixture
def instance(_migrated: Path) -> Iterator[None]:
    """An empty instance: no rows, no messages, no files."""
    yield from _emptied(_migrated)


@pytest.fixture(scope="module")
def shared_instance(_migrated: Path) -> Iterator[None]:
    """An empty instance for a whole module, whose tests leave the database as they found it."""
    yield from _emptied(_migrated)


def _emptied(template: Path) -> Iterator[None]:
    from coexai_app import db, queue
    from coexai_app.services import rate_limit

    db.close()  # and not forgotten: an engine knows the statements that it has compiled
    if BACKEND == "sqlite":
        for leftover in (_folder / "data").glob("coexai.db*"):
            leftover.unlink()
        shutil.copy(template, _folder / "data" / "coexai.db")
    else:
        _delete_all()
    _taken[0] = 0
    rate_limit.forget()
    queue.huey.storage.flush_all()
    shutil.rmtree(_folder / "data" / "files", ignore_errors=True)
    if "state.guard" in sys.modules:
        sys.modules["state.guard"]._verdicts.clear()  # the same people come again
    yield
    db.close()


def _delete_all() -> None:
    """Empties the tables that hold rows, and begins to count anew. To truncate all of them takes ten times as long."""
    from sqlalchemy import text
    from sqlmodel import SQLModel

    from coexai_app import db

    tables = SQLModel.metadata.tables
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)
    counters = [(name, table.autoincrement_column) for name, table in tables.items()]
    anew = [f"setval(pg_get_serial_sequence('{name}', '{counter.name}'), 1, false)" for name, counter in counters if counter is not None]
    with db.engine().begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # the audit log refuses to be emptied
        for name in connection.scalars(text(asked)).all():
            connection.execute(text(f'DELETE FROM "{name}"'))
        connection.execute(text(f"SELECT {', '.join(anew)}"))


@pytest.fixture
def session(instance: None) -> Iterator[object]:
    """A session for reading what the database says; services get transactions of their own through `people`."""
    from sqlmodel import Session

    from coexai_app import db

    with Session(db.engine().execution_options(coexai_reads=True), expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def people(instance: None) -> People:
    """Everybody, signed up in an empty instance."""
    from tests.snapshots import everybody

    return everybody()
