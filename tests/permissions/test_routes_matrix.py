"""Every HTTP route × everybody: people by cookie and by token, keys, nobody. A refusal leaves the database as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx import Client, Response

from coexai_app import db, settings
from coexai_app.access import RANK, Role
from coexai_app.api.app import _ALL, RequestScope
from coexai_app.api.boundary import Boundary
from coexai_app.models import Organization
from coexai_app.models.base import new_id
from tests.asking import asking
from tests.conftest import BACKEND
from tests.door import api_app
from tests.forge import log_in
from tests.people import PASSWORD
from tests.permissions.arguments import DAY
from tests.permissions.conftest import Found
from tests.permissions.table import Line, routes
from tests.permissions.world import HOOK, MARK, ORDER, PNG, World

pytestmark = pytest.mark.skipif(BACKEND != "sqlite", reason="the doors are the same; what is behind them runs on PostgreSQL beside this")

TABLE = routes()
ORIGIN = "http://localhost:3000"
PEOPLE = {"alice": Role.OWNER, "adam": Role.ADMIN, "bob": Role.MEMBER, "vera": Role.VIEWER}
Make = Callable[[World, str], dict[str, Any]]
_ORDER = {"agent": ORDER["agent"], "capability": ORDER["capability"], "input": ORDER["data"]}


@lru_cache
def found() -> dict[tuple[str, str], Any]:
    """The routes of the API app, those of included routers too, by method and path; HEAD comes with GET."""
    app = api_app()
    listed: dict[tuple[str, str], Any] = {}
    for path, operations in app.openapi()["paths"].items():
        listed |= {(method.upper(), path): None for method in operations}
    for route in _all(app.router.routes):
        methods = {"ANY"} if route.methods >= set(_ALL) else route.methods - {"HEAD"}
        listed |= {(method, route.path): route for method in methods}
    return listed


def _all(given: list[Any]) -> Iterator[Any]:
    for route in given:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if hasattr(route, "path") and hasattr(route, "methods"):
            yield route
        elif inner is not None:
            yield from _all(inner.routes)
        else:
            raise AssertionError(f"a route of an unknown kind: {route!r}")


REQUESTS: dict[tuple[str, str], Make] = {
    ("POST", "/auth/confirm"): lambda *_: {"data": {"password": PASSWORD}},
    ("POST", "/auth/password"): lambda *_: {"data": {"present": PASSWORD, "password": "another long password"}},
    ("POST", "/auth/email"): lambda *_: {"data": {"email": "another@example.org"}},
    ("POST", "/auth/delete"): lambda *_: {"data": {"typed": "no"}},
    ("POST", "/auth/invite/accept"): lambda world, who: {"data": {"token": world.own(world.link_of, _actor(world, who))}},
    ("POST", "/api/v1/api-keys"): lambda *_: {"json": {"name": "New", "scopes": ["jobs:read"]}},
    ("PUT", "/api/v1/account/picture"): lambda *_: {"files": {"file": ("a.png", PNG)}},
    ("PUT", "/api/v1/organization/logo"): lambda *_: {"files": {"file": ("a.png", PNG)}},
    ("PUT", "/api/v1/organization/profile"): lambda world, who: {"json": {"name": "New"}, "headers": {"If-Match": _etag(world, who)}},
    ("POST", "/api/v1/files"): lambda *_: {"files": {"file": ("a.md", b"# A\n\nA text.")}},
    ("POST", "/api/v1/files/uploads"): lambda *_: {"json": {"name": "a.md", "size": 100}},
    ("POST", "/api/v1/files/uploads/complete"): lambda *_: {"json": {"ticket": "bm9uZQ=="}},
    ("POST", "/api/v1/agents/{agent}/jobs"): lambda *_: {"json": {"capability": ORDER["capability"], "input": ORDER["data"]}},
    ("POST", "/api/v1/quotes"): lambda *_: {"json": {"agent": "maya", "capability": "blog-to-thread"}},
    ("GET", "/api/v1/jobs/{job_id}/events"): lambda *_: {"headers": {"Last-Event-ID": str(2**62)}},
    ("POST", "/api/v1/schedules"): lambda *_: {"json": {**_ORDER, "cron": "0 9 * * MON"}},
    ("PATCH", "/api/v1/schedules/{schedule_id}"): lambda *_: {"json": {"title": "Another title"}},
    ("GET", "/api/v1/calendar/export"): lambda *_: {"params": {"from": "2026-01-01", "until": "2099-01-01"}},
    ("POST", "/api/v1/calendar-entries"): lambda *_: {"json": {"date": DAY.isoformat(), "time": "09:00", "title": "A post"}},
    ("PATCH", "/api/v1/calendar-entries/{entry_id}"): lambda *_: {"json": {"title": "Another title"}},
    ("PATCH", "/api/v1/outputs/{output_id}"): lambda *_: {"json": {"version": 1, "parts": [{"text": "Marta Ruiz took every order."}]}},
    ("POST", "/api/v1/outputs/{output_id}/claims/{claim}/override"): lambda *_: {"json": {"version": 2, "reason": "From our books."}},
    ("POST", "/api/v1/outputs/{output_id}/claims/{claim}/remove"): lambda *_: {"json": {"version": 2}},
    ("POST", "/api/v1/outputs/{output_id}/fixes"): lambda *_: {"json": {"version": 1, "check": "claims", "finding": 0}},
    ("POST", "/api/v1/outputs/{output_id}/approve"): lambda *_: {"json": {"version": 1}},
    ("POST", "/api/v1/outputs/{output_id}/reopen"): lambda *_: {"json": {"version": 2}},
    ("POST", "/api/v1/outputs/{output_id}/versions/{number}/restore"): lambda *_: {"json": {"version": 2}},
    ("POST", "/api/v1/outputs/{output_id}/comments"): lambda *_: {"json": {"text": "Is this so?"}},
    ("PATCH", "/api/v1/outputs/{output_id}/comments/{comment_id}"): lambda *_: {"json": {"text": "Another word"}},
    ("POST", "/api/v1/outputs/{output_id}/review"): lambda *_: {"json": {"version": 1}},
    ("POST", "/api/v1/outputs/{output_id}/review/withdraw"): lambda *_: {"json": {"version": 2}},
    ("POST", "/api/v1/outputs/{output_id}/review/reject"): lambda *_: {"json": {"version": 2, "reason": "Too loud."}},
    ("POST", "/api/v1/outputs/{output_id}/client-links"): lambda *_: {"json": {"version": 1, "name": "Carla"}},
    ("GET", "/api/v1/search"): lambda *_: {"params": {"q": "calls"}},
    ("POST", "/api/v1/webhook-endpoints"): lambda *_: {"json": HOOK},
    ("PATCH", "/api/v1/webhook-endpoints/{endpoint_id}"): lambda *_: {"json": {"description": "Another one"}},
    ("POST", "/api/v1/webhook-endpoints/{endpoint_id}/replay"): lambda *_: {"json": {"since": "2026-01-01T00:00:00Z"}},
    ("POST", "/api/v1/hooks"): lambda *_: {"json": {"target_url": HOOK["url"], "event": "job.completed"}},
    ("DELETE", "/api/v1/hooks"): lambda *_: {"params": {"id": str(new_id())}},
    ("GET", "/api/v1/hooks/sample"): lambda *_: {"params": {"event": "job.completed"}},
    ("POST", "/webhooks/zapier"): lambda *_: {"json": _ORDER},
}
# Which result a route is asked of; the others of a draft.
OUTPUTS = {
    "/claims/": "claims",
    "/versions": "claims",
    "{output_id}/reopen": "approved",
    "/review/": "review",
    "/client-links/": "review",
}
# What everybody hears who may ask at all, where nothing is uploaded directly.
HEARS = {("POST", "/api/v1/files/uploads"): 409, ("POST", "/api/v1/files/uploads/complete"): 422}


def _actor(world: World, who: str) -> Any:
    return world.person(who) if who in (*PEOPLE, "mallory", "sid") else world.people.alice


def _etag(world: World, who: str) -> str:
    return f'"profile-{int(_actor(world, who).organization_id == world.organization_id)}"'


def path_of(world: World, path: str, who: str) -> str:
    output = next((name for part, name in OUTPUTS.items() if part in path), "draft")
    ids = {**world.ids, "output_id": world.ids[output], "hook_id": world.ids["endpoint_id"], "user_id": world.people.vera.user_id}
    ids["job_id"] = world.ids["done"] if path.endswith("/output") else world.ids["doing"] if path.endswith("{job_id}") else ids["job_id"]
    ids["schedule_id"] = world.ids["paused" if path.endswith("/resume") else "schedule_id"]
    comments = world.resolved_of if path.endswith("/reopen") else world.comment_of
    ids["comment_id"] = world.own(comments, _actor(world, who))
    return filled(path, **{**ids, "key_id": world.own(world.key_of, _actor(world, who))})


def filled(path: str, ident: object = "", **ids: object) -> str:
    """A path with its ids: each its own, or one for all."""
    path = re.sub(r"\{(\w+_id)\}", lambda found: str(ids.get(found[1], ident)), path)
    return path.replace("{agent}", "maya").replace("{claim}", "1").replace("{number}", "1")


def ask(client: Client, world: World, bearers: dict[str, str], route: tuple[str, str], who: str) -> Response:
    """A valid request of somebody; `token alice` sends an access token instead of the cookie."""
    headers = {"Origin": ORIGIN}
    client.cookies.clear()
    if who in world.tokens:
        client.cookies.set(settings.get().cookie_name, world.tokens[who])
    elif who in bearers:
        headers |= {"Authorization": f"Bearer {bearers[who]}"}
    elif who in world.api_keys:
        headers |= {"X-API-Key": world.api_keys[who]}
    name = who.removeprefix("token ")
    given = REQUESTS.get(route, lambda *_: {})(world, name)
    headers |= given.pop("headers", {})
    return client.request(route[0], path_of(world, route[1], name), headers=headers, **given)


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[Client]:
    with asking(RequestScope(Boundary(api_app())), base_url=ORIGIN) as opened:
        yield opened


@pytest.fixture(scope="module")
def prepared(world: World) -> dict[str, str]:
    """Access tokens, by the names of the callers."""
    return {f"token {name}": log_in(world.person(name)).access for name in ("alice", "vera", "mallory")}


@pytest.mark.asvs("V8.1.1", "V6.3.4")
class TestTable:
    def test_nothing_is_missing(self) -> None:
        assert sorted(found().keys() - TABLE.keys()) == [], "these answer HTTP and stand in no line of table.ROUTES"

    def test_nothing_is_made_up(self) -> None:
        assert sorted(TABLE.keys() - found().keys()) == []

    def test_the_framework_answers_nothing_more_beside_them(self) -> None:
        """An upload of its own would check nobody."""
        from coexai_app.coexai_app import app

        assert {(type(route).__name__, route.path) for route in app._api.routes} == {  # type: ignore[union-attr]
            ("Route", "/ping"),
            ("Route", "/_health"),
            ("Mount", "/_event"),
        }


CALLERS = (*PEOPLE, "mallory", "sid", "nobody", "all", "revoked", "token alice", "token vera", "token mallory")
CASES = [(route, who) for route, line in TABLE.items() if line.door != "open" for who in CALLERS]
CASES += [(route, f"without {line.key}") for route, line in TABLE.items() if ":" in line.key]


@pytest.mark.asvs("V8.2.1", "V8.2.2", "V8.3.1", "V7.2.1", "V10.3.2")
@pytest.mark.parametrize(("route", "who"), CASES, ids=[f"{r[0]} {r[1]} {who}" for r, who in CASES])
def test_who_may(world: World, client: Client, prepared: dict[str, str], as_found: Found, route: tuple[str, str], who: str) -> None:
    line = TABLE[route]
    answer = ask(client, world, prepared, route, who)
    wanted = tuple(HEARS.get(route, status) if status == 201 else status for status in expected(line, who))
    got = "to the log-in" if answer.headers.get("location", "").startswith("/login") else answer.status_code
    got = 403 if answer.headers.get("location", "").startswith("/invite?") else got
    assert got in wanted, answer.text[:300]
    if not {200, 201, 202, 204, 303} & set(wanted):  # refused
        assert as_found.unchanged()
        assert MARK not in answer.text
    if who in ("mallory", "sid", "token mallory"):
        assert MARK not in answer.content.decode("utf-8", "replace")


def expected(line: Line, who: str) -> tuple[int | str, ...]:
    """The statuses that are right for a caller; a form of our own pages leads nobody to the log-in instead of answering 401."""
    nobody: tuple[int | str, ...] = (401, "to the log-in")
    may: tuple[int | str, ...] = (200, 201, 202, 204, 303)
    if who in ("nobody", "revoked"):
        return nobody if line.door == "cookie" else (401,)
    by_key = who in ("all",) or who.startswith("without")
    if line.door == "cookie" and (by_key or who.startswith("token ")):
        # Only `/auth/invite/accept` reads tokens and keys at all; a key is refused there.
        return (*nobody, 403) if by_key else (*nobody, 303, 403)
    if by_key:
        return may if who == "all" and line.key not in ("closed", "person", "self") else (403,)
    if who.startswith("token ") and line.key == "person":
        return (403,)
    name = who.removeprefix("token ")
    if name in ("mallory", "sid"):
        return {"hidden": (404,), "refused": (403,)}.get(line.stranger, may)
    return may if RANK[PEOPLE[name]] >= RANK[line.least] else (403,)


# What an id that nobody has is answered; to end what is not there is no error where the table says `own`.
UNKNOWN = {"hidden": 404, "own": 204}


def _by_id(world: World, route: tuple[str, str]) -> dict[str, Any]:
    """A valid request, but for its id."""
    given = REQUESTS.get(route, lambda *_: {})(world, "mallory")
    return {**given, "headers": {"Origin": ORIGIN, "X-Request-Id": "same"} | given.get("headers", {})}


@pytest.mark.asvs("V8.2.2", "V8.4.1")
@pytest.mark.parametrize("route", [route for route, line in TABLE.items() if "_id}" in route[1]])
def test_a_strangers_row_answers_as_one_that_does_not_exist(world: World, client: Client, as_found: Found, route: tuple[str, str]) -> None:
    """Byte for byte but for the request's id, so that nobody learns which ids exist."""
    client.cookies.clear()
    client.cookies.set(settings.get().cookie_name, world.tokens["mallory"])
    answers = set()
    ids = [*world.ids.values(), *world.key_of.values(), *world.session_of.values(), new_id(), new_id()]
    for ident in ids:
        answer = client.request(route[0], filled(route[1], ident), **_by_id(world, route))
        answers.add((answer.status_code, answer.text))
    assert len(answers) == 1
    assert answers.pop()[0] == UNKNOWN[TABLE[route].stranger]


@pytest.mark.asvs("V8.1.1")
def test_open_doors_are_open_on_purpose() -> None:
    """What answers everybody asks neither for a cookie nor for a key: all of its protection is in its own line of code."""
    asking = {route for route, line in TABLE.items() if line.door != "open"}
    for key, route in found().items():
        if isinstance(route, APIRoute):
            names = {call.__name__ for call in _calls(route.dependant)}
            assert ("actor" in names) <= (key in asking), f"{key} asks who calls, and the table says it is open"


def _calls(dependant: Any) -> Iterator[Any]:
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


def test_a_change_would_be_seen(world: World, as_found: Found) -> None:
    assert as_found.unchanged()
    with db.transaction() as session:
        session.get_one(Organization, world.organization_id).name = "Another name"
    assert not as_found.unchanged()
