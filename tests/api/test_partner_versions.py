"""The versions of the API: what version 2 has, what is in version 1 only, and how something that ends is told."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from coexai_app import db
from coexai_app.api import versions
from coexai_app.api.app import build
from coexai_app.api.versions import Retirement
from coexai_app.models import Organization, PlanName
from tests.people import People, actor
from tests.work import create, give_up

Become = Callable[..., Any]
LAST_MAY = datetime(2027, 5, 31, tzinfo=UTC)
NEXT_YEAR = datetime(2028, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def ask(api: Become) -> Callable[..., Any]:
    """Somebody's program, with whole addresses: `ask("GET", "/api/v2/jobs")`."""
    program = api("bob")

    def send(method: str, path: str, **given: Any) -> Any:
        program.client.cookies.clear()
        return program.client.request(method, path, headers={**program.headers, **given.pop("headers", {})}, **given)

    return send


class TestWalk:
    def test_to_the_end_while_jobs_are_added(self, ask: Callable[..., Any], people: People) -> None:
        made = [create(people.bob).id for _ in range(5)]
        seen: list[str] = []
        query = {"limit": "2"}
        while True:
            answer = ask("GET", "/api/v2/jobs", params=query)
            body = answer.json()
            assert set(body) == {"data", "pagination"}
            assert set(body["pagination"]) == {"limit", "next_cursor", "has_next"}
            seen += [row["id"] for row in body["data"]]
            assert ('rel="next"' in answer.headers.get("link", "")) is body["pagination"]["has_next"]
            if not body["pagination"]["has_next"]:
                break
            create(people.bob)  # would push a row of page 1 onto page 2
            query["cursor"] = body["pagination"]["next_cursor"]
        assert seen == made[::-1]
        assert body["pagination"] == {"limit": 2, "next_cursor": None, "has_next": False}

    def test_the_link_leads_on_and_oldest_first_works_too(self, ask: Callable[..., Any], people: People) -> None:
        made = [create(people.bob).id for _ in range(3)]
        path, seen = "/api/v2/jobs?limit=1&sort=created_at&agent=maya", []
        while path:
            answer = ask("GET", path)
            seen += [row["id"] for row in answer.json()["data"]]
            path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
        assert seen == made

    def test_rows_are_those_of_version_1_and_so_are_the_filters(self, ask: Callable[..., Any], people: People) -> None:
        create(people.bob)
        give_up(people.alice, title="Gave up")
        for query in ("", "status=dead_letter", "person=me", "q=gave", "agent=sam", "created_before=2020-01-01T00:00:00Z", "test=true"):
            new, old = (ask("GET", f"/api/{version}/jobs?{query}").json()["data"] for version in ("v2", "v1"))
            assert new == old, query
        assert ask("GET", "/api/v2/jobs?status=dead_letter").json()["data"][0]["title"] == "Gave up"

    def test_none_at_all(self, ask: Callable[..., Any]) -> None:
        assert ask("GET", "/api/v2/jobs").json() == {"data": [], "pagination": {"limit": 20, "next_cursor": None, "has_next": False}}

    def test_a_cursor_belongs_to_its_list(self, ask: Callable[..., Any], people: People, api: Become) -> None:
        """Changed, of other filters, of another order or of another organisation: 422 that says what to do, never rows."""
        for _ in range(2):
            create(people.bob)
            create(people.mallory)
        cursor = ask("GET", "/api/v2/jobs?limit=1").json()["pagination"]["next_cursor"]
        assert ask("GET", "/api/v2/jobs", params={"cursor": cursor, "limit": "50"}).status_code == 200
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        flipped = base64.urlsafe_b64encode(bytes([sealed[0] ^ 1]) + sealed[1:]).decode().rstrip("=")
        wrong = [flipped, cursor[:-1], cursor + "A", cursor + "=", cursor.swapcase(), "x", "é", " ", "A" * 59, f"{cursor}\u0000"]
        for value in wrong:
            self.refused(ask("GET", "/api/v2/jobs", params={"cursor": value}))
        for more in ({"sort": "created_at"}, {"agent": "maya"}, {"status": "queued"}, {"person": "me"}, {"test": "false"}):
            self.refused(ask("GET", "/api/v2/jobs", params={"cursor": cursor, **more}))
        with db.transaction() as session:
            session.get_one(Organization, people.mallory.organization_id).plan = PlanName.PRO
        object.__setattr__(people, "mallory", actor(people.tokens["mallory"]))
        thief = api("mallory").headers
        self.refused(ask("GET", "/api/v2/jobs", params={"cursor": cursor}, headers=thief))

    def test_me_is_who_began_the_walk(self, ask: Callable[..., Any], people: People, api: Become) -> None:
        for _ in range(2):
            create(people.bob)
        cursor = ask("GET", "/api/v2/jobs?limit=1&person=me").json()["pagination"]["next_cursor"]
        by_name = {"cursor": cursor, "person": str(people.bob.user_id)}
        assert ask("GET", "/api/v2/jobs", params=by_name).status_code == 200
        self.refused(ask("GET", "/api/v2/jobs", params={"cursor": cursor, "person": "me"}, headers=api("adam").headers))

    @staticmethod
    def refused(answer: Any) -> None:
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "INVALID_INPUT"), answer.text
        assert "begin again without a cursor" in error["message"] or "null characters" in error["message"]

    @pytest.mark.parametrize("query", ["page=1", "limit=0", "limit=101", "sort=-updated_at", "colour=red", "cursor=" + "A" * 201])
    def test_a_wrong_query_is_422(self, ask: Callable[..., Any], query: str) -> None:
        assert ask("GET", f"/api/v2/jobs?{query}").status_code == 422


class TestElsewhere:
    @pytest.mark.parametrize(
        ("method", "path", "status", "said"),
        [
            ("GET", "/api/v2/agents", 404, "Use /api/v1/agents."),
            ("POST", "/api/v2/agents/maya/jobs", 404, "Use /api/v1/agents/maya/jobs."),
            ("GET", "/api/v2/jobs/0192f3a4-5b6c-7d8e-9f01-23456789abcd", 404, "Use /api/v1/jobs/0192f3a4"),
            ("DELETE", "/api/v2/nothing", 404, "/api/v1"),
            ("GET", "/api/v2", 404, "/api/v1"),
            ("GET", "/api/v3/jobs", 404, "There is no version 3 of the API. This instance has v1 and v2."),
            ("PATCH", "/api/v999/x", 404, "no version 999"),
            ("GET", "/api/v1/nothing", 404, "There is no endpoint /api/v1/nothing."),
            ("PROPFIND", "/api/v2/nothing", 404, "/api/v1"),
            ("POST", "/api/v2/jobs", 405, "GET, HEAD"),
            ("PURGE", "/api/v2/jobs", 405, "GET, HEAD"),
            ("OPTIONS", "/api/v1/jobs/0192f3a4-5b6c-7d8e-9f01-23456789abcd", 405, "GET, HEAD, DELETE"),
            ("POST", "/api/openapi.json", 405, "GET"),
        ],
    )
    def test_json_says_where_it_is(self, ask: Callable[..., Any], method: str, path: str, status: int, said: str) -> None:
        answer = ask(method, path)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}[status])
        assert said in error["message"]
        if status == 405:
            assert answer.headers["allow"] == said

    def test_the_description_has_both_versions(self) -> None:
        described = build().openapi()
        walk = described["paths"]["/api/v2/jobs"]["get"]
        assert {"cursor", "limit", "sort", "status"} <= {parameter["name"] for parameter in walk["parameters"]}
        assert walk["x-required-scope"] == "jobs:read"
        assert not [path for path, item in described["paths"].items() for one in item.values() if one.get("deprecated")]


class TestRetiring:
    """The table is empty in the product; what it does is shown by filling it."""

    def test_nothing_is_on_its_way_out(self, ask: Callable[..., Any]) -> None:
        assert versions.RETIRING == {}
        answer = ask("GET", "/api/v1/jobs")
        assert not {"deprecation", "sunset"} & set(answer.headers)

    def test_a_version(self, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        told = Retirement(LAST_MAY, NEXT_YEAR, notice="https://app.example.com/api/docs#versions", successor="/api/v2/jobs")
        monkeypatch.setitem(versions.RETIRING, "v1", told)
        for method, path, status in (
            ("GET", "/api/v1/jobs", 200),
            ("HEAD", "/api/v1/jobs", 200),
            ("GET", "/api/v1/me", 200),
            ("GET", "/api/v1/agents/nobody", 404),
            ("PUT", "/api/v1/jobs", 405),
        ):
            answer = ask(method, path)
            assert answer.status_code == status
            assert answer.headers["deprecation"] == "@1811721600"
            assert answer.headers["sunset"] == "Sat, 01 Jan 2028 12:00:00 GMT"
            links = answer.headers["link"]
            for relation in ("deprecation", "sunset"):
                assert f'<https://app.example.com/api/docs#versions>; rel="{relation}"' in links
            assert '</api/v2/jobs>; rel="successor-version"' in links
        again = ask("GET", "/api/v1/jobs", headers={"If-None-Match": "*"})
        assert (again.status_code, again.headers["deprecation"]) == (304, "@1811721600")
        assert "deprecation" not in ask("GET", "/api/v2/jobs").headers
        assert "deprecation" not in ask("GET", "/api/openapi.json").headers

    def test_one_operation_beside_its_own_links(self, ask: Callable[..., Any], people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(2):
            create(people.bob)
        monkeypatch.setitem(versions.RETIRING, "GET /api/v1/jobs", Retirement(LAST_MAY, successor="/api/v2/jobs"))
        monkeypatch.setitem(versions.RETIRING, "GET /api/v1/jobs/{job_id}", Retirement(NEXT_YEAR))
        answer = ask("GET", "/api/v1/jobs?limit=1")
        assert 'rel="next"' in answer.headers["link"]
        assert answer.headers["link"].endswith('</api/v2/jobs>; rel="successor-version"')
        assert "sunset" not in answer.headers
        one = ask("GET", f"/api/v1/jobs/{answer.json()['data'][0]['id']}")
        assert (one.headers["deprecation"], "link" in one.headers) == (f"@{int(NEXT_YEAR.timestamp())}", False)
        assert "deprecation" not in ask("GET", "/api/v1/agents").headers
        described = build().openapi()["paths"]
        assert described["/api/v1/jobs"]["get"]["deprecated"] is True
        assert "deprecated" not in described["/api/v1/agents"]["get"]
