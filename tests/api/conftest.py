from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.api.app import RequestScope, build
from coexai_app.services import rate_limit
from tests.people import People


@pytest.fixture
def client(instance: None) -> Iterator[TestClient]:
    """A browser that is nobody yet."""
    rate_limit.forget()
    with TestClient(RequestScope(build()), base_url="http://localhost:3000", follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def as_person(people: People, client: TestClient) -> Callable[[str], TestClient]:
    """The browser of somebody: `as_person("bob")`."""

    def become(name: str) -> TestClient:
        client.cookies.set(settings.get().cookie_name, people.tokens[name])
        client.headers["Origin"] = "http://localhost:3000"
        return client

    return become


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
