"""A web process of the rig: service calls in the product's environment, asked for over a pipe by the test."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID

from coexai_app.settings import ROOT


class Refused(Exception):
    """The call raised; `kind` is the name of the error."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Client:
    """The test's end: `client(function, …)` runs one of this module's functions in the process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._lock = threading.Lock()
        self.patience = 100.0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.client"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        with self._lock:
            pickle.dump((function.__name__, args, kwargs), self.process.stdin)
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], self.patience)[0]:
                self.process.kill()
                raise AssertionError(f"{function.__name__} gave no answer for {self.patience:.0f} s")
            kind, value = pickle.load(self.process.stdout)
        if kind:
            raise Refused(kind, value)
        return value

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process.stdout.close()


def webhook(actor: Any, url: str) -> str:
    """An endpoint for all events. Returns its id."""
    from coexai_app import db
    from coexai_app.services import webhook_endpoints

    with db.transaction() as session:
        return webhook_endpoints.create(session, actor, url=url, events=["*"]).id


def sign_up(name: str, plan: str) -> Any:
    """A new organisation with its owner. Returns the Actor."""
    from coexai_app import db
    from coexai_app.models import Organization, PlanName
    from coexai_app.services import accounts
    from tests.people import PASSWORD, actor, do

    slug = name.lower().replace(" ", "-")
    token = do(accounts.sign_up, name="Olive Owner", email=f"olive@{slug}.example.org", password=PASSWORD, organization=name).token
    with db.transaction() as session:
        session.get_one(Organization, actor(token).organization_id).plan = PlanName(plan)
    return actor(token)


def create(person: Any, capability: str, key: str, data: dict[str, Any], **more: Any) -> UUID:
    from coexai_app.services import jobs
    from tests.people import do

    made = do(jobs.create, person, agent="maya", capability=capability, data=data, idempotency_key=key, **more)
    return UUID(made.id)


def enqueue(people: list[Any], capability: str, count: int, data: dict[str, Any]) -> list[UUID]:
    """`count` jobs, in turn for each of the people."""
    return [create(people[n % len(people)], capability, os.urandom(8).hex(), data) for n in range(count)]


def same_key(person: Any, capability: str, key: str, times: int, data: dict[str, Any]) -> list[Any]:
    """The same request from many threads at once. Returns ids, or the names of errors."""
    gate = threading.Barrier(times)

    def one(_: int) -> Any:
        gate.wait(30)
        try:
            return create(person, capability, key, data)
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def cancel(person: Any, job_id: UUID) -> str:
    from coexai_app.services import jobs
    from tests.people import do

    return str(do(jobs.cancel, person, job_id=job_id).status)


def retry(person: Any, job_id: UUID) -> str:
    from coexai_app.services import jobs
    from tests.people import do

    return str(do(jobs.retry, person, job_id=job_id).status)


def at_once(calls: list[tuple[str, tuple[Any, ...]]]) -> list[Any]:
    """Several calls of this module from threads that start together. Returns results, or the names of errors."""
    gate = threading.Barrier(len(calls))

    def one(call: tuple[str, tuple[Any, ...]]) -> Any:
        gate.wait(30)
        try:
            return globals()[call[0]](*call[1])
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def repeat_messages(times: int) -> int:
    """Puts every message of the queue into it again. Returns how many there were."""
    from coexai_app import queue

    found = queue.huey.storage.enqueued_items()
    for _ in range(times - 1):
        for message in found:
            queue.huey.storage.enqueue(message)
    return len(found)


def put_raw(message: bytes) -> None:
    from coexai_app import queue

    queue.huey.storage.enqueue(message)


def send_unknown(name: str) -> None:
    """A message that only a newer version understands."""
    from coexai_app import queue

    queue.huey.enqueue(queue.huey.dispatch.s(name, "argument"))


def health() -> dict[str, str]:
    from coexai_app.services import health

    return health.checks()


def request(method: str, path: str, token: str = "", **more: Any) -> tuple[int, dict[str, str], str]:
    """A call of the HTTP door as a browser of our own pages makes it. Returns status, headers and body."""
    import asyncio

    import httpx

    from coexai_app import settings
    from coexai_app.api import app

    async def go() -> httpx.Response:
        config = settings.get()
        cookies = {config.cookie_name: token} if token else {}
        transport = httpx.ASGITransport(app=app.build(), raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url=config.origin, cookies=cookies, headers={"origin": config.origin}
        ) as web:
            return await web.request(method, path, **more)

    answer = asyncio.run(go())
    return answer.status_code, dict(answer.headers), answer.text


def log_in_token(person_email: str) -> str:
    from coexai_app.services import accounts
    from tests.people import PASSWORD, do

    return str(do(accounts.log_in, email=person_email, password=PASSWORD).token)


def main() -> None:
    """Answers calls until the test closes the pipe. What the product prints goes to stderr, the pipe is for answers only."""
    from argon2 import PasswordHasher

    from coexai_app.services import passwords

    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._hasher = lambda: hasher  # type: ignore[assignment]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            name, args, kwargs = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = ("", globals()[name](*args, **kwargs))
        except Exception as error:
            answer = (type(error).__name__, str(error))
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main()
