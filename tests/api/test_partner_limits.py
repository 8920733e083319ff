"""Rate limits by plan and by address, one truth for all processes; bodies that are too large are stopped while they arrive."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from coexai_app import live, plans, settings
from coexai_app.models import PlanName
from coexai_app.services import rate_limit
from tests.conftest import BACKEND
from tests.people import People
from tests.servers import RedisServer

Become = Callable[..., Any]
POLICY = re.compile(r'^"pro";q=600;w=60$')
LEFT = re.compile(r'^"pro";r=(\d+);t=(\d+)$')


@pytest.fixture(autouse=True)
def _fresh(instance: None) -> Iterator[None]:
    rate_limit.forget()
    yield
    rate_limit.forget()


class TestWindow:
    def test_so_many_and_no_more_then_again_when_the_oldest_leaves(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = [rate_limit.take("a", 5) for _ in range(7)]
        assert [v.allowed for v in found] == [True] * 5 + [False] * 2
        assert [v.remaining for v in found] == [4, 3, 2, 1, 0, 0, 0]
        assert all(58 <= v.seconds <= 60 for v in found)
        assert rate_limit.take("b", 5).allowed

    @pytest.mark.skipif(BACKEND != "sqlite", reason="the clock of Redis is its own")
    def test_it_slides(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 1_000.0
        monkeypatch.setattr(time, "monotonic", lambda: now)
        for at in (1_000.0, 1_030.0):
            now = at
            assert rate_limit.take("a", 2).allowed
        now = 1_059.9
        assert not rate_limit.take("a", 2).allowed
        now = 1_060.1
        assert [rate_limit.take("a", 2).allowed for _ in range(2)] == [True, False]

    def test_fifty_threads_get_exactly_the_limit(self) -> None:
        with ThreadPoolExecutor(16) as pool:
            allowed = sum(pool.map(lambda _: rate_limit.take("a", 60).allowed, range(120)))
        assert allowed == 60

    def test_open_things_are_bounded_and_given_back(self) -> None:
        assert [rate_limit.hold("a", t, limit=2, seconds=30) for t in ("x", "y", "z", "x")] == [True, True, False, True]
        rate_limit.let_go("a", "x")
        assert rate_limit.hold("a", "z", limit=2, seconds=30)


class TestRedis:
    @pytest.fixture
    def redis(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisServer]:
        server = RedisServer.start(tmp_path / "redis")
        monkeypatch.setenv("REDIS_URL", server.url)
        settings.get.cache_clear()
        live.redis.cache_clear()
        rate_limit.forget()
        yield server
        monkeypatch.undo()
        settings.get.cache_clear()
        live.redis.cache_clear()
        server.stop()

    def test_two_processes_share_one_count(self, redis: RedisServer) -> None:
        script = "from coexai_app.services import rate_limit\nprint(sum(rate_limit.take('a', 60).allowed for _ in range(50)))"
        two = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)]
        assert sum(int(one.communicate(timeout=60)[0]) for one in two) == 60
        assert not rate_limit.take("a", 60).allowed

    def test_when_it_is_away_this_process_counts_alone(self, redis: RedisServer) -> None:
        assert rate_limit.take("a", 3).remaining == 2
        redis.kill()
        assert [rate_limit.take("a", 3).allowed for _ in range(4)] == [True, True, True, False]
        assert rate_limit.hold("a", "x", limit=1, seconds=5)
        rate_limit.let_go("a", "x")
        redis.up()


class TestHeaders:
    def test_what_is_left_is_in_every_answer(self, api: Become) -> None:
        program = api("bob")
        left = []
        for path in ("/jobs", "/jobs/x", "/agents/nobody", "/jobs?page=0"):
            answer = program.get(path)
            assert POLICY.match(answer.headers["ratelimit-policy"]), path
            found = LEFT.match(answer.headers["ratelimit"])
            assert found, answer.headers["ratelimit"]
            left.append(int(found[1]))
            assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("600", found[1])
            assert abs(int(answer.headers["x-ratelimit-reset"]) - time.time() - int(found[2])) < 5
        assert left == [599, 598, 597, 596]

    def test_above_the_limit_the_error_of_the_founding_document(self, api: Become, monkeypatch: pytest.MonkeyPatch) -> None:
        _small(monkeypatch, 2)
        program, other = api("bob"), api("adam")
        assert [p.get("/jobs").status_code for p in (program, other, program)] == [200, 200, 429]
        answer = other.get("/jobs")
        error = answer.json()["error"]
        assert (error["code"], set(error), set(error["details"])) == (
            "RATE_LIMIT_EXCEEDED",
            {"code", "message", "details", "request_id"},
            {"limit", "remaining", "reset_at"},
        )
        assert (error["details"]["limit"], error["details"]["remaining"]) == (2, 0)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", error["details"]["reset_at"])
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert error["message"].startswith("API rate limit exceeded. Try again in ")

    def test_nobody_is_counted_by_address(self, people: People, client: TestClient) -> None:
        codes = [client.get("/api/v1/jobs").status_code for _ in range(62)]
        assert codes == [401] * 60 + [429] * 2
        wrong = client.get("/api/v1/jobs", headers={"X-API-Key": "cxa_live_wrong"})
        assert (wrong.status_code, wrong.headers["ratelimit-policy"]) == (429, '"anonymous";q=60;w=60')


class TestBodies:
    @pytest.mark.parametrize("declared", [True, False])
    def test_json_is_stopped_while_it_arrives(self, api: Become, declared: bool) -> None:
        sent = 0

        def pieces() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(12):
                sent += 1_000_000
                yield b" " * 1_000_000

        content: Any = b" " * 12_000_000 if declared else pieces()
        answer = api("bob")("POST", "/agents/maya/jobs", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")

    def test_nobodys_body_is_not_read(self, people: People, client: TestClient) -> None:
        sent = 0

        def pieces() -> Iterator[bytes]:
            nonlocal sent
            for _ in range(12):
                sent += 1
                yield b" " * 1_000_000

        answer = client.post("/api/v1/agents/maya/jobs", content=pieces(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 401


def _small(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """The Pro plan with another limit."""
    import dataclasses

    small = dict(plans.PLANS) | {PlanName.PRO: dataclasses.replace(plans.PLANS[PlanName.PRO], requests_per_minute=limit)}
    monkeypatch.setattr(plans, "PLANS", small)
