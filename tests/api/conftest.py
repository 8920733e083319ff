from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.api.app import RequestScope
from coexai_app.api.boundary import Boundary
from coexai_app.scopes import SCOPES
from coexai_app.services import api_keys, rate_limit
from tests.door import api_app
from tests.people import People, do


@pytest.fixture
def client(instance: None) -> Iterator[TestClient]:
    """A browser that is nobody yet."""
    rate_limit.forget()
    with TestClient(RequestScope(Boundary(api_app())), base_url="http://localhost:3000", follow_redirects=False) as opened:
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


@dataclass(frozen=True)
class Api:
    """A partner's program: a client that sends one API key and nothing else."""

    client: TestClient
    headers: dict[str, str]

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        sent = {**self.headers, **given.pop("headers", {})}
        self.client.cookies.clear()
        answer: httpx.Response = self.client.request(method, path if path.startswith("/api/") else f"/api/v1{path}", headers=sent, **given)
        return answer

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> httpx.Response:
        return self("POST", path, **({"json": body} if body is not None else {}), **given)

    def delete(self, path: str, **given: Any) -> httpx.Response:
        return self("DELETE", path, **given)


@pytest.fixture
def api(people: People, client: TestClient) -> Callable[..., Api]:
    """A program with a new key: `api("adam")` may all that its maker may, `api("bob", "jobs:read")` only that."""

    def become(who: str = "adam", *scopes: str, live: bool = True) -> Api:
        maker = getattr(people, who)
        wanted = scopes or [scope for scope, grant in SCOPES.items() if maker.ranks(grant.role)]
        made = do(api_keys.create, maker, name="Program", scopes=wanted, live=live)
        return Api(client, {"Authorization": f"Bearer {made.secret}"})

    return become
