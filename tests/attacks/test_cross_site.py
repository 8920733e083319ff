"""Other sites: forms and calls that they make a browser send, with the cookie of whoever is signed in."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.models.base import new_id
from tests.people import PASSWORD, People
from tests.permissions.table import routes
from tests.permissions.world import now_holds

# These take neither a cookie nor anything else that a browser adds by itself: what they need is in the body.
WITHOUT_COOKIES = ("/api/v1/auth/token", "/api/v1/auth/token/second-factor", "/api/v1/auth/refresh", "/api/v1/auth/logout")
MUTATING = [(m, p) for m, p in routes() if m not in ("GET", "ANY")]
FOREIGN: dict[str, dict[str, str]] = {
    "without a word": {},
    "with its origin": {"Origin": "https://evil.example"},
    "with an origin that begins like ours": {"Origin": "http://localhost:3000.evil.example"},
    "with our host as the user": {"Origin": "http://localhost:3000@evil.example"},
    "with another port": {"Origin": "http://localhost:3001"},
    "from a sandbox": {"Origin": "null"},
    "from a sandbox of another site": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "from a neighbour": {"Sec-Fetch-Site": "same-site"},
    "across sites": {"Sec-Fetch-Site": "cross-site"},
}


def cookie(door: TestClient, town: People) -> None:
    door.cookies.clear()
    door.cookies.set(settings.get().cookie_name, town.tokens["alice"])


def send(door: TestClient, route: tuple[str, str], **given: Any) -> Any:
    return door.request(route[0], route[1].replace("{key_id}", str(new_id())), **given)


@pytest.mark.asvs("V3.5.1")
@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("route", [route for route in MUTATING if route[1] not in WITHOUT_COOKIES], ids="".join)
def test_every_mutating_route_refuses_another_sites_call(door: TestClient, town: People, route: tuple[str, str], how: str) -> None:
    cookie(door, town)
    before = now_holds()
    answer = send(door, route, headers=FOREIGN[how], data={"email": "a@own.example.org", "password": PASSWORD, "name": "A"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert now_holds() == before


@pytest.mark.asvs("V3.5.2")
@pytest.mark.parametrize("path", WITHOUT_COOKIES)
def test_what_takes_no_cookie_sets_none_and_reads_none(door: TestClient, town: People, path: str) -> None:
    """A form of another site reaches nothing: no body that a form can send is taken, and the cookie beside it opens nothing."""
    before = now_holds()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        body = b'{"email": "alice@larkfield.example.org", "password": "correct horse battery"}'
        headers = {"Content-Type": kind, **FOREIGN["with its origin"]}
        door.cookies.clear()
        without = door.post(path, content=body, headers=headers)
        assert without.status_code in (401, 415, 422)
        cookie(door, town)
        beside = door.post(path, content=body, headers=headers)
        assert beside.status_code == 403
        assert "set-cookie" not in {*without.headers, *beside.headers}
    assert now_holds() == before


@pytest.mark.asvs("V3.4.2")
@pytest.mark.parametrize("route", [*MUTATING, ("GET", "/api/v1/me"), ("GET", "/api/v1/audit/export")], ids="".join)
def test_no_answer_lets_another_site_read_it(door: TestClient, town: People, route: tuple[str, str]) -> None:
    cookie(door, town)
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": route[0]}
    for answer in (send(door, route, headers=asked), send(door, ("OPTIONS", route[1]), headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control-allow")]


@pytest.mark.asvs("V3.5.3")
@pytest.mark.parametrize("route", [route for route in MUTATING if ("GET", route[1]) not in routes()], ids="".join)
def test_what_changes_something_does_not_answer_to_a_link(door: TestClient, town: People, route: tuple[str, str]) -> None:
    cookie(door, town)
    before = now_holds()
    for method in ("GET", "HEAD"):
        # 422: where a row would be asked for, this is no id of one.
        assert send(door, (method, route[1]), headers={"Sec-Fetch-Site": "none"}).status_code in (404, 405, 422)
    assert now_holds() == before
