"""The revision that adds tokens: it keeps the people and everything that points at them, both ways."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from coexai_app import db, migrations
from tests.conftest import BACKEND


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    if BACKEND != "sqlite":
        pytest.skip("only SQLite makes tables anew to change them")
    return db.connect(f"sqlite:///{tmp_path / 'people.db'}")


def test_people_keep_their_memberships(engine: Engine) -> None:
    user, org, at = uuid4().hex, uuid4().hex, "2026-01-01 00:00:00.000000"
    before = migrations_before("0006")
    migrations.upgrade(before, engine=engine)
    with engine.begin() as connection:
        given = {"user": user, "org": org, "at": at, "member": uuid4().hex}
        for statement in (
            "INSERT INTO users (id, created_at, email, name, password_hash, is_staff) VALUES (:user, :at, 'a@b.c', 'Ann', 'x', 0)",
            "INSERT INTO organizations (id, created_at, name, plan, timezone) VALUES (:org, :at, 'Org', 'pro', 'UTC')",
            "INSERT INTO memberships (id, created_at, user_id, organization_id, role) VALUES (:member, :at, :user, :org, 'owner')",
        ):
            connection.execute(text(statement), given)

    def found() -> tuple[int, int]:
        with engine.connect() as connection:
            return tuple(connection.execute(text(f"SELECT count(*) FROM {t}")).scalar_one() for t in ("users", "memberships"))  # type: ignore[return-value]

    try:
        migrations.upgrade("0006", engine=engine)
        assert found() == (1, 1)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT auth_version FROM users")).scalar_one() == 0
        migrations.downgrade(before, engine=engine)
        assert found() == (1, 1)
    finally:
        engine.dispose()


def migrations_before(revision: str) -> str:
    """The revision that stands before this one, however the chain is linked."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from coexai_app.settings import ROOT

    down = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini"))).get_revision(revision).down_revision
    assert isinstance(down, str)
    return down
