"""One line for every call that is refused, at each door: who asked for what, and why not; nothing that was sent; never a flood."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from coexai_app import log, metrics, refusals
from coexai_app.models.base import new_id
from coexai_app.services import rate_limit
from state.base import AppState
from state.guard import _verdicts
from state.job import JobState
from state.workspace import WorkspaceState
from tests.people import PASSWORD, People
from tests.permissions.table import routes
from tests.state.client import Tab

Become = Callable[..., Any]
Lines = Callable[[], list[dict[str, Any]]]
HERE = {"Origin": "http://localhost:3000"}
TYPED = "zq9typed"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """What the log has said of refusals so far."""
    caplog.set_level(logging.INFO, "coexai.refused")
    refusals.forget()
    rate_limit.forget()
    _verdicts.clear()
    return lambda: [vars(record) for record in caplog.records if record.name == "coexai.refused"]


def told(line: dict[str, Any]) -> tuple[str, str, str]:
    return line["door"], line["asked"], line["kind"]


@pytest.mark.asvs("V16.3.2")
class TestFailedAuthorisation:
    def test_of_a_role(self, people: People, as_person: Become, lines: Lines) -> None:
        as_person("vera").get("/api/v1/audit-logs", headers={"X-Request-Id": "order-7"})
        (line,) = lines()
        assert told(line) == ("api", "GET /api/v1/audit-logs", "FORBIDDEN")
        assert (line["caller"], line["user_id"]) == ("cookie", str(people.vera.user_id))
        assert line["organization_id"] == str(people.vera.organization_id)
        assert "address" not in line

    def test_of_another_organisations_row(self, people: People, as_person: Become, lines: Lines) -> None:
        as_person("mallory").get(f"/api/v1/jobs/{new_id()}")
        (line,) = lines()
        assert told(line) == ("api", "GET /api/v1/jobs/{job_id}", "NOT_FOUND")
        assert line["organization_id"] == str(people.mallory.organization_id)

    def test_of_nobody(self, client: Any, people: People, lines: Lines) -> None:
        client.get("/api/v1/jobs")
        client.get("/api/v1/jobs", headers={"X-API-Key": "cxa_live_" + TYPED})
        assert [line["kind"] for line in lines()] == ["UNAUTHENTICATED", "INVALID_TOKEN"]
        assert {line["caller"] for line in lines()} == {"anonymous"}
        assert all(line["address"] for line in lines())

    def test_of_a_key_without_the_scope(self, api: Become, lines: Lines) -> None:
        api("bob", "jobs:read").get("/usage")
        (line,) = lines()
        assert told(line) == ("api", "GET /api/v1/usage", "FORBIDDEN")
        assert (line["caller"], len(line["key_id"])) == ("key", 36)

    def test_of_another_site(self, people: People, as_person: Become, lines: Lines) -> None:
        as_person("alice").delete(f"/api/v1/api-keys/{new_id()}", headers={"Origin": "https://evil.example"})
        (line,) = lines()
        assert (line["door"], line["kind"], line["caller"]) == ("api", "FORBIDDEN", "anonymous")

    @pytest.mark.parametrize("path", [path for (method, path), line in routes().items() if line.door == "cookie" and method == "POST"])
    def test_of_every_form_that_wants_a_session(self, client: Any, people: People, lines: Lines, path: str) -> None:
        given = {"json": {"password": TYPED}} if path.endswith("/options") else {"data": {"password": TYPED, "token": TYPED}}
        client.post(path, headers=HERE, **given)
        (line,) = lines()
        assert told(line) == ("form", f"POST {path}", "UNAUTHENTICATED")

    def test_of_a_wrong_password_and_a_strangers_organisation(self, people: People, as_person: Become, lines: Lines) -> None:
        bob = as_person("bob")
        bob.post("/auth/confirm", data={"password": TYPED})
        bob.post("/auth/switch", data={"organization": str(people.mallory.organization_id)})
        bob.post("/auth/login", data={"email": f"{TYPED}@example.org", "password": TYPED})
        assert [(line["asked"], line["kind"]) for line in lines()] == [
            ("POST /auth/confirm", "UNAUTHENTICATED"),
            ("POST /auth/switch", "NOT_FOUND"),
            ("POST /auth/login", "UNAUTHENTICATED"),
        ]

    async def test_of_an_event(self, people: People, lines: Lines) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await tab.call(WorkspaceState.event_handlers["use_example"])
            await tab.call(JobState.event_handlers["load"], path=f"/jobs/{new_id()}")
        async with Tab() as nobody:
            await nobody.call(AppState.event_handlers["enter"])
        found = lines()
        assert [told(line) for line in found] == [
            ("socket", "WorkspaceState.use_example", "FORBIDDEN"),
            ("socket", "JobState.load", "NOT_FOUND"),
            ("socket", "AppState.enter", "UNAUTHENTICATED"),
        ]
        assert [line.get("user_id") for line in found] == [str(people.vera.user_id)] * 2 + [None]
        assert found[2]["address"] == "1.2.3.4"
        assert len({line["event_id"] for line in found}) == 3


@pytest.mark.asvs("V16.3.3")
class TestAttemptsToGetPast:
    def test_of_the_validation(self, people: People, as_person: Become, api: Become, lines: Lines) -> None:
        as_person("bob").get(f"/api/v1/jobs/{TYPED}")
        as_person("bob").post("/api/v1/quotes", content=f'{{"{TYPED}": ', headers={"Content-Type": "application/json"})
        as_person("bob").post("/api/v1/quotes", json={"agent": TYPED, "capability": TYPED})
        as_person("bob").put(f"/api/v1/usage?{TYPED}")
        as_person("bob").get(f"/api/v1/{TYPED}")
        assert [line["kind"] for line in lines()] == ["INVALID_INPUT", "INVALID_INPUT", "NOT_FOUND", "METHOD_NOT_ALLOWED", "NOT_FOUND"]
        assert TYPED not in json.dumps([line["message"] for line in lines()])

    def test_of_a_rule(self, people: People, as_person: Become, lines: Lines) -> None:
        as_person("alice").post("/auth/delete", data={"typed": TYPED})
        (line,) = lines()
        assert line["kind"] in ("CONFLICT", "INVALID_INPUT", "FRESH_LOGIN_NEEDED")
        assert line["user_id"] == str(people.alice.user_id)

    def test_of_the_throttle(self, client: Any, people: People, lines: Lines) -> None:
        for _ in range(8):
            client.post("/auth/login", data={"email": "alice@larkfield.example.org", "password": TYPED}, headers=HERE)
        kinds = [line["kind"] for line in lines()]
        assert len(kinds) == 8
        assert "RATE_LIMIT_EXCEEDED" in kinds

    async def test_of_an_events_arguments(self, people: People, lines: Lines, caplog: pytest.LogCaptureFixture) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            for payload in ({"form": 7}, {TYPED: 1}, {}, {"form": {"text": TYPED}, "more": 1}):
                await tab.call(WorkspaceState.event_handlers["run"], **payload)
        assert [told(line) for line in lines()] == [("socket", "WorkspaceState.run", "INVALID_INPUT")] * 4
        assert TYPED not in caplog.text


class TestLine:
    @pytest.mark.asvs("V16.2.5")
    def test_it_holds_nothing_that_was_sent(self, people: People, as_person: Become, client: Any, lines: Lines) -> None:
        secret = people.tokens["vera"]
        vera = as_person("vera")
        vera.get(f"/api/v1/audit-logs?q={TYPED}", headers={"User-Agent": TYPED, "X-Forwarded-For": TYPED})
        vera.post("/api/v1/api-keys", json={"name": TYPED, "scopes": [TYPED]})
        vera.post(f"/api/v1/files/{TYPED}", content=TYPED)
        vera.post("/auth/confirm", data={"password": TYPED, "next": f"/{TYPED}"})
        vera.request(f"X{TYPED}", "/api/v1/jobs")
        assert len(lines()) >= 5
        for style in (log._Json("web"), log._Text("web")):
            whole = "\n".join(style.format(logging.makeLogRecord(line)) for line in lines())
            assert TYPED not in whole
            assert secret not in whole
            assert PASSWORD not in whole

    def test_what_is_no_refusal_is_not_told(self, people: People, as_person: Become, lines: Lines) -> None:
        as_person("alice").get("/api/v1/me")
        as_person("alice").get("/health/live")
        assert lines() == []

    def test_a_flood_is_told_of_for_a_while_and_counted_to_its_end(self, people: People, as_person: Become, lines: Lines) -> None:
        def counted() -> float:
            return metrics.REFUSED.labels("api", "FORBIDDEN")._value.get()

        before, vera = counted(), as_person("vera")
        for _ in range(50):
            vera.get("/api/v1/audit-logs")
        as_person("bob").get("/api/v1/audit-logs")
        assert counted() - before == 51
        of_vera = [line for line in lines() if line["user_id"] == str(people.vera.user_id)]
        assert len(of_vera) == refusals.MOST_OF_ONE + 1
        assert of_vera[-1]["more"] == "not told in this minute"
        assert len(lines()) == len(of_vera) + 1

    def test_nor_do_many_addresses_fill_the_disk(self, lines: Lines) -> None:
        for number in range(2_000):
            refusals.tell("api", "GET /api/v1/jobs", "UNAUTHENTICATED", ip=f"203.0.{number // 200}.{number % 200}")
        assert len(lines()) == refusals.MOST_OF_ALL

    def test_and_the_next_minute_is_told_again(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(30):
            refusals.tell("api", "GET /api/v1/jobs", "UNAUTHENTICATED", ip="203.0.113.9")
        monkeypatch.setattr(refusals, "WINDOW_SECONDS", 0.0)
        refusals.tell("api", "GET /api/v1/jobs", "UNAUTHENTICATED", ip="203.0.113.9")
        assert len(lines()) == refusals.MOST_OF_ONE + 2
