from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from coexai_app import db


@pytest.fixture
def dump(instance: None) -> Callable[[], str]:
    """Everything that the database holds, as text: every column of every row of every table."""

    def read() -> str:
        with db.engine().connect() as connection:
            found = [
                f"{name}: {dict(row)!r}"
                for name in SQLModel.metadata.tables
                for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
            ]
        return "\n".join(found)

    return read
