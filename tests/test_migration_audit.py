"""Revision 0005: rows that were written before it are chained, and come back out of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app import db, migrations, settings
from coexai_app.models.base import Json, new_id
from coexai_app.services import audit, audit_chain, audit_verify
from tests.conftest import BACKEND

USER, HOUSE = new_id(), new_id()
OLD = sa.table(
    "audit_logs",
    *(sa.column(name, sa.Uuid()) for name in ("id", "organization_id", "user_id")),
    *(sa.column(name, sa.String()) for name in ("action", "target", "ip")),
    sa.column("created_at", UTCDateTime()),
    sa.column("data", Json()),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of the first version, with rows of two chains in a random order, some of them odd."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if BACKEND == "postgres":
        with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("DROP DATABASE IF EXISTS old"))
            connection.execute(sa.text("CREATE DATABASE old"))
        url = settings.get().database.rpartition("/")[0] + "/old"
    made = db.connect(url)
    migrations.upgrade("0004", engine=made)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "id": new_id(),
            "created_at": start + timedelta(microseconds=(n * 7_919) % 1_300),
            "organization_id": HOUSE if n % 3 else None,
            "user_id": USER if n % 2 else None,
            "action": "job.created",
            "target": f"t{n}\n",
            "ip": "",
            "data": {"n": n, "half": n / 2, "big": 1e16, "é": ["ü", None, True]},
        }
        for n in range(1_300)
    ]
    with made.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO users (id, created_at, email, name, password_hash, is_staff) VALUES (:id, :at, 'b@x', 'Bob', '', :no)"),
            {"id": str(USER) if BACKEND == "postgres" else USER.hex, "at": "2026-01-01 00:00:00+00:00", "no": False},
        )
        connection.execute(sa.insert(OLD), rows)
    yield made
    made.dispose()


def chain(engine: Engine, chain_id: UUID) -> audit_verify.ChainReport:
    with Session(engine.execution_options(coexai_reads=True)) as session:
        return audit_verify.walk(session, chain_id)


def test_old_rows_are_chained_in_the_order_of_their_times(engine: Engine) -> None:
    migrations.upgrade("0005", engine=engine)
    for chain_id, number in ((HOUSE, 866), (audit_chain.INSTANCE, 434)):
        report = chain(engine, chain_id)
        assert (report.rows, report.problem) == (number, None)
    with engine.connect() as connection:
        times = connection.execute(
            sa.select(audit_chain.ROWS.c.created_at).where(audit_chain.ROWS.c.chain_id == HOUSE).order_by(audit_chain.ROWS.c.seq)
        ).scalars()
        found = list(times)
        assert found == sorted(found)
        names = sa.select(audit_chain.ROWS.c.user_name).where(audit_chain.ROWS.c.user_id == USER).distinct()
        assert connection.execute(names).scalars().all() == ["Bob"]
    with Session(engine) as session:
        audit.record(session, "job.created", organization_id=HOUSE)
        session.commit()
    assert (chain(engine, HOUSE).rows, chain(engine, HOUSE).problem) == (867, None)


def test_down_keeps_every_row(engine: Engine) -> None:
    with engine.connect() as connection:
        before = sorted(map(repr, connection.execute(sa.select(OLD)).all()))
    migrations.upgrade("0005", engine=engine)
    migrations.downgrade("0004", engine=engine)
    with engine.connect() as connection:
        assert sorted(map(repr, connection.execute(sa.select(OLD)).all())) == before
    migrations.upgrade("0005", engine=engine)
    assert chain(engine, HOUSE).problem is None
