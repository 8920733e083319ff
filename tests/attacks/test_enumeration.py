"""Who has an account here: neither an answer nor its time tells."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher, profiles
from fastapi import BackgroundTasks
from sqlalchemy import delete
from starlette.requests import Request
from starlette.testclient import TestClient

from coexai_app import db
from coexai_app.api import account
from coexai_app.models import Mail, Throttle, User
from coexai_app.services import passwords
from tests.people import PASSWORD, People

OURS = {"Origin": "http://localhost:3000"}
ALICE, NOBODY = "alice@larkfield.example.org", "nobody@own.example.org"
PAIRS = 60


def differ(known: Callable[[], Any], unknown: Callable[[], Any], before: Callable[[], Any]) -> float:
    """By how much the medians of alternating calls differ, as a part of the larger one. Of three measurements the smallest."""
    least = 1.0
    for _ in range(3):
        took: tuple[list[float], list[float]] = ([], [])
        for turn in range(PAIRS):
            for which, call in ((0, known), (1, unknown)) if turn % 2 else ((1, unknown), (0, known)):
                before()
                started = time.perf_counter()
                call()
                took[which].append(time.perf_counter() - started)
        one, other = map(statistics.median, took)
        least = min(least, abs(one - other) / max(one, other))
        if least <= 0.1:
            break
    return least


@pytest.mark.asvs("V6.3.8")
class TestAnswers:
    @pytest.mark.parametrize("path", ["/auth/login", "/api/v1/auth/token"])
    def test_a_log_in_says_the_same(self, people: People, client: TestClient, path: str) -> None:
        said = []
        for email in (ALICE, NOBODY):
            given = {"json" if path.startswith("/api") else "data": {"email": email, "password": "a wrong password"}}
            answer = client.post(path, headers={**OURS, "X-Request-Id": "same"}, **given)
            kept = {name: value for name, value in answer.headers.items() if "ratelimit" not in name}
            said.append((answer.status_code, answer.text, kept))
        assert said[0] == said[1]

    def test_the_wait_after_many_tries_is_the_same(self, people: People, client: TestClient) -> None:
        said: dict[str, list[Any]] = {ALICE: [], NOBODY: []}
        for _ in range(7):
            for email in said:
                answer = client.post("/api/v1/auth/token", json={"email": email, "password": "wrong"}, headers={"X-Request-Id": "same"})
                said[email].append((answer.status_code, answer.text))
        assert [status for status, _ in said[ALICE]] == [status for status, _ in said[NOBODY]]
        assert 429 in [status for status, _ in said[ALICE]]

    def test_a_changed_address_does_not_tell_of_others(self, people: People, as_person: Callable[[str], TestClient]) -> None:
        door = as_person("mallory")
        answers = [door.post("/auth/email", data={"email": email}) for email in (ALICE, "free@own.example.org")]
        assert len({(a.status_code, a.headers["location"], a.text) for a in answers}) == 1


@pytest.mark.asvs("V6.3.8")
@pytest.mark.timeout(300)
class TestTimes:
    @pytest.fixture
    def quiet(self, people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
        """Real hashes of a fifth of the product's memory; and nobody has to wait."""
        low = profiles.RFC_9106_LOW_MEMORY
        real = PasswordHasher(time_cost=low.time_cost, memory_cost=low.memory_cost // 5, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", lambda: real)
        passwords._decoy.cache_clear()
        hashed = real.hash(PASSWORD)
        with db.transaction() as session:
            session.get_one(User, people.alice.user_id).password_hash = hashed

        def forget() -> None:
            with db.transaction() as session:
                session.execute(delete(Throttle))
                session.execute(delete(Mail))

        yield forget
        passwords._decoy.cache_clear()

    def test_a_log_in(self, client: TestClient, quiet: Callable[[], None]) -> None:
        def try_(email: str) -> Callable[[], Any]:
            return lambda: client.post("/auth/login", data={"email": email, "password": "a wrong password"}, headers=OURS)

        assert differ(try_(ALICE), try_(NOBODY), quiet) <= 0.1

    def test_a_lost_password(self, quiet: Callable[[], None]) -> None:
        """Timed up to the answer, twenty at a time: what is done for a known address is done after it."""
        request = Request({"type": "http", "headers": [], "client": ("127.0.0.1", 1), "method": "POST", "path": "/auth/forgot"})
        with start_blocking_portal() as portal:

            def ask(email: str) -> Callable[[], Any]:
                return lambda: [portal.call(account.forgot, request, BackgroundTasks(), email) for _ in range(20)]

            assert differ(ask(ALICE), ask(NOBODY), lambda: None) <= 0.1
