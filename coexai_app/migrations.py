"""Runs the migrations of `alembic/` on our own engine. `coexai migrate` and `make run` call it before anything starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.config import Config
from sqlalchemy import Engine

from alembic import command
from coexai_app import db, settings


def upgrade(to: str = "head", engine: Engine | None = None) -> None:
    with _connected(engine) as config:
        command.upgrade(config, to)


def downgrade(to: str, engine: Engine | None = None) -> None:
    with _connected(engine) as config:
        command.downgrade(config, to)


def check(engine: Engine | None = None) -> None:
    """Raises when the tables differ from the models."""
    with _connected(engine) as config:
        command.check(config)


@contextmanager
def _connected(engine: Engine | None) -> Iterator[Config]:
    with (engine or db.engine()).begin() as connection:
        config = Config(str(settings.ROOT / "alembic.ini"))
        config.attributes["connection"] = connection
        yield config
