"""Gives a text to a coworker over the API, follows the job, and prints the result as Markdown.

    COEXAI_URL=http://localhost:3000 COEXAI_KEY=cxa_live_… python client.py post.md > thread.md

Without COEXAI_KEY it logs in with COEXAI_EMAIL and COEXAI_PASSWORD, makes a key for this run, and revokes it at the end.
The result goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong command or settings.
Needs Python 3.11 and httpx.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

TRIES = 6
# What asks to be sent again: a call under the same Idempotency-Key still runs, too many calls, something is away.
AGAIN = {409, 429, 503}
LONGEST_WAIT = 60.0
SCOPES = ["jobs:read", "jobs:write", "outputs:read"]
ENDED = {"job.completed", "job.failed", "job.cancelled", "job.dead_letter"}


class Failed(Exception):
    """What cannot be mended by trying again; the message is for people."""


class Client:
    """Calls of the API that are sent again where the API asks for it."""

    def __init__(self, url: str, secret: str = "") -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.http = httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=60)

    def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer, if it is a good one. Send only what may arrive twice: reading, or changes with an Idempotency-Key."""
        for number in range(1, TRIES + 1):
            last = number == TRIES
            try:
                answer = self.http.request(method, path, **given)
            except httpx.TransportError as error:
                if last:
                    raise Failed(f"{self.http.base_url} does not answer: {error}") from None
                time.sleep(pause(number))
                continue
            if answer.is_success:
                return answer
            if last or answer.status_code not in AGAIN or "Retry-After" not in answer.headers:
                raise Failed(explain(answer))
            time.sleep(min(float(answer.headers["Retry-After"]), LONGEST_WAIT))
        raise AssertionError("the last try returns or raises")

    def events(self, job_id: str) -> Iterator[dict[str, Any]]:
        """The events of a job until its end. A stream that breaks off is taken up after the last event that came."""
        last_id, broken = "", 0
        while True:
            headers = {"Last-Event-ID": last_id} if last_id else {}
            try:
                # A comment comes every 15 seconds: twice as long without a byte means that nobody is there.
                with self.http.stream("GET", f"/jobs/{job_id}/events", headers=headers, timeout=30) as answer:
                    if answer.status_code == 204:
                        return
                    if answer.status_code in AGAIN:
                        time.sleep(min(float(answer.headers.get("Retry-After", pause(1))), LONGEST_WAIT))
                        continue
                    if not answer.is_success:
                        answer.read()
                        raise Failed(explain(answer))
                    for event_id, data in read_events(answer.iter_lines()):
                        last_id, broken = event_id, 0
                        yield data
                        if data["type"] in ENDED:
                            return
            except httpx.TransportError as error:
                broken += 1
                if broken == TRIES:
                    raise Failed(f"The events of the job broke off: {error}") from None
                time.sleep(pause(broken))


def read_events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ids and data of server-sent events; the data of ours is one line of JSON."""
    event_id, data = "", ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            event_id = value
        elif name == "data":
            data = value
        elif not line and data:
            yield event_id, json.loads(data)
            data = ""


def pause(number: int) -> float:
    return min(0.5 * 2**number, LONGEST_WAIT)


def explain(answer: httpx.Response) -> str:
    """The sentence of the error, and what support asks for."""
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code}. Is COEXAI_URL right?"
    return f"{error['message']} ({error['code']}, request {error['request_id']})"


@contextmanager
def client(settings: dict[str, str]) -> Iterator[Client]:
    """A client with the key of the settings, or with one that lives as long as this run."""
    url = settings.get("COEXAI_URL", "http://localhost:3000")
    if key := settings.get("COEXAI_KEY"):
        yield Client(url, key)
        return
    if not (settings.get("COEXAI_EMAIL") and settings.get("COEXAI_PASSWORD")):
        raise SystemExit(complain("Set COEXAI_KEY, or COEXAI_EMAIL and COEXAI_PASSWORD."))
    log_in = {"email": settings["COEXAI_EMAIL"], "password": settings["COEXAI_PASSWORD"], "device": "client.py"}
    person = Client(url, Client(url).call("POST", "/auth/token", json=log_in).json()["access_token"])
    asked = {"name": "client.py", "scopes": SCOPES, "expires_in_days": 1}
    made = person.call("POST", "/api-keys", json=asked, headers={"Idempotency-Key": str(uuid.uuid4())}).json()
    try:
        yield Client(url, made["secret"])
    finally:
        person.call("DELETE", f"/api-keys/{made['id']}", headers={"Idempotency-Key": str(uuid.uuid4())})
        person.call("POST", "/auth/logout", json={})


def run(api: Client, agent: str, capability: str, text: str, *, again: bool) -> str:
    """The result as Markdown. Raises Failed."""
    order = {"capability": capability, "input": {"text": text}}
    quote = api.call("POST", "/quotes", json={"agent": agent, **order}).json()
    if quote["blocked"]:
        raise Failed(quote["blocked"])
    tell(f"{quote['runs']} run, {quote['time']}, {quote['runs_left']} left")
    # The same text makes the same key, so running this twice pays once, also after a crash in between.
    same = hashlib.sha256(json.dumps([agent, order]).encode()).hexdigest()
    headers = {"Idempotency-Key": str(uuid.uuid4()) if again else same}
    answer = api.call("POST", f"/agents/{agent}/jobs", json=order, headers=headers)
    job = answer.json()
    tell(f"job {job['id']}{' (started before)' if 'Idempotent-Replayed' in answer.headers else ''}")
    for event in api.events(job["id"]):
        tell(f"{event['progress']['done']} of {event['progress']['total']}  {event['type']}  {event['note']}".rstrip())
    job = api.call("GET", f"/jobs/{job['id']}").json()
    if job["status"] != "completed":
        raise Failed(f"The job is {job['status']}. {job['reason']} {job['advice']}".strip())
    return api.call("GET", f"/jobs/{job['id']}/output", headers={"Accept": "text/markdown"}).text


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def complain(line: str) -> int:
    tell(line)
    return 2


def main() -> int:
    parser = argparse.ArgumentParser(description="Gives a text to a coworker and prints the result as Markdown.")
    parser.add_argument("file", type=Path, help="a text file")
    parser.add_argument("--agent", default="maya")
    parser.add_argument("--capability", default="blog-to-thread")
    parser.add_argument("--again", action="store_true", help="start a new job, also for a text that was given today")
    asked = parser.parse_args()
    try:
        text = asked.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return complain(f"{asked.file} cannot be read: {error}")
    try:
        with client(dict(os.environ)) as api:
            print(run(api, asked.agent, asked.capability, text, again=asked.again), end="")
    except Failed as error:
        tell(str(error))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
