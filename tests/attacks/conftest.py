from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.api.app import RequestScope, build
from coexai_app.api.boundary import Boundary
from coexai_app.api.edge import Edge
from coexai_app.services import rate_limit
from tests.attacks.site import website
from tests.door import api_app
from tests.people import People, settle_in


@pytest.fixture(autouse=True)
def _every_call_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attacker has many addresses."""
    monkeypatch.setattr(rate_limit, "WINDOW_SECONDS", 0)


@pytest.fixture(scope="module")
def town(shared_instance: None) -> People:
    """Everybody, once for a module; its tests change nothing that another one looks at."""
    return settle_in()


@pytest.fixture(scope="module")
def door(shared_instance: None) -> Iterator[TestClient]:
    """A browser at the API app, which is nobody yet."""
    with TestClient(RequestScope(Boundary(api_app())), base_url="http://localhost:3000", follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def edge(shared_instance: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The same behind the edge that dresses every answer, with two prebuilt pages."""
    root = tmp_path_factory.mktemp("pages")
    with TestClient(
        RequestScope(Boundary(Edge(website(build(), root), root))), base_url="http://localhost:3000", follow_redirects=False
    ) as opened:
        yield opened


@pytest.fixture
def client(instance: None) -> Iterator[TestClient]:
    """A browser that is nobody yet, at an instance of its own."""
    with TestClient(RequestScope(Boundary(api_app())), base_url="http://localhost:3000", follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def as_person(people: People, client: TestClient) -> Callable[[str], TestClient]:
    def become(name: str) -> TestClient:
        client.cookies.set(settings.get().cookie_name, people.tokens[name])
        client.headers["Origin"] = "http://localhost:3000"
        return client

    return become
