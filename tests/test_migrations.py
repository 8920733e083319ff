"""Migrations: up, the same as the models, down to nothing, and up again, on the backend under test."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from coexai_app import db, migrations, settings
from tests.conftest import BACKEND


@pytest.fixture
def fresh_url(tmp_path: Path) -> str:
    """A database that nobody has touched."""
    if BACKEND == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS fresh"))
        connection.execute(text("CREATE DATABASE fresh"))
    return settings.get().database.rpartition("/")[0] + "/fresh"


def test_up_check_down_up(fresh_url: str) -> None:
    engine = db.connect(fresh_url)
    try:
        migrations.upgrade(engine=engine)
        migrations.check(engine=engine)
        tables = set(inspect(engine).get_table_names())
        assert {
            "users",
            "organizations",
            "memberships",
            "sessions",
            "jobs",
            "job_steps",
            "events",
            "outputs",
            "files",
            "audit_logs",
        } <= tables
        migrations.downgrade("base", engine=engine)
        assert set(inspect(engine).get_table_names()) == {"alembic_version"}
        migrations.upgrade(engine=engine)
        migrations.check(engine=engine)
    finally:
        engine.dispose()


def test_every_constraint_has_a_name(fresh_url: str) -> None:
    engine = db.connect(fresh_url)
    try:
        migrations.upgrade(engine=engine)
        found = inspect(engine)
        for table in found.get_table_names():
            if table == "alembic_version":
                continue
            assert found.get_pk_constraint(table)["name"] == f"pk_{table}"
            for key in found.get_foreign_keys(table):
                assert str(key["name"]).startswith(f"fk_{table}_")
            for check in found.get_check_constraints(table):
                assert str(check["name"]).startswith(f"ck_{table}_")
    finally:
        engine.dispose()


def test_a_status_that_does_not_exist_is_refused_by_the_database(fresh_url: str) -> None:
    from sqlalchemy.exc import DBAPIError

    engine = db.connect(fresh_url)
    try:
        migrations.upgrade(engine=engine)
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(
                text("INSERT INTO organizations (id, created_at, name, plan, timezone) VALUES (:id, :at, 'x', 'platinum', 'UTC')"),
                {"id": "0" * 32, "at": "2026-01-01 00:00:00+00:00"},
            )
    finally:
        engine.dispose()
