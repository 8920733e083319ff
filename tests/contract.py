"""Schemathesis with every check against a running web process: two organisations with a row of everything, and tokens of their people.

Used by tests/api/test_partner_contract.py (short) and `make test-api` (long).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from coexai_app.access import Actor
from coexai_app.services import access_tokens, schedules, webhook_endpoints
from coexai_app.settings import ROOT
from tests.forge import log_in
from tests.people import do
from tests.permissions import world
from tests.servers import free_port, wait_until
from tests.work import create, give_up, work_all

HOURS = 6
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# It would end the log-in that everything else is asked with.
LEFT_OUT = ("/api/v1/auth/logout",)
# A stream is read up to here; jobs that wait send no more.
CONFIG = """
request-timeout = 20.0
max-stream-events = 3

[auth.wfc]
path = {auth}
user = {who}
{peers}
"""


@dataclass(frozen=True)
class Contract:
    """A web process at `url`, and access tokens by name: alice owns, vera looks on, mallory owns another organisation."""

    url: str
    tokens: dict[str, str]
    folder: Path

    def run(self, who: str, *options: str, peers: bool = False, seconds: float = 600) -> tuple[int, str]:
        """The exit code and what was printed of one run as `who`; with `peers`, no object of alice may answer mallory, or the other way."""
        auth, config = self.folder / "auth.json", self.folder / f"{who}.toml"
        entries = [{"name": n, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {t}"}]} for n, t in self.tokens.items()]
        auth.write_text(json.dumps({"auth": entries if peers else [e for e in entries if e["name"] == who]}))
        others = 'peers = ["alice", "mallory"]' if peers else ""
        config.write_text(CONFIG.format(auth=json.dumps(str(auth)), who=json.dumps(who), peers=others))
        command = [str(SCHEMATHESIS), "--config-file", str(config), "--no-color", "run", f"{self.url}/api/openapi.json"]
        command += ["--url", self.url, "--checks", "all", "--continue-on-failure", "--generation-database", "none", "--warnings", "off"]
        command += [part for path in LEFT_OUT for part in ("--exclude-path", path)]
        done = subprocess.run(
            [*command, *options], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, check=False
        )
        return done.returncode, done.stdout


@contextmanager
def running(folder: Path) -> Iterator[Contract]:
    """The web process on the database of this test run, which has to be empty."""
    made = world.build()
    for owner in (made.people.alice, made.people.mallory):
        _furnish(owner)
    before, access_tokens.SECONDS = access_tokens.SECONDS, HOURS * 3600  # type: ignore[misc]
    try:
        tokens = {name: log_in(getattr(made.people, name)).access for name in ("alice", "vera", "mallory")}
    finally:
        access_tokens.SECONDS = before  # type: ignore[misc]
    port = free_port()
    url, environment = f"http://localhost:{port}", {**os.environ, "PORT": str(port), "LOG_LEVEL": "warning"}
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "tests.unlimited"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: _alive(url), 60, f"the web process; its log: {folder / 'web.log'}")
        yield Contract(url, tokens, folder)
    finally:
        process.terminate()
        process.wait(20)


def _furnish(owner: Actor) -> None:
    """Something of every kind that has an address."""
    done, failed = UUID(create(owner).id), give_up(owner)
    work_all()
    assert done != failed
    do(schedules.create, owner, **world.ORDER, **world.MONDAYS, title="Mondays")
    do(webhook_endpoints.create, owner, **world.HOOK)
    world._file(owner, "notes.md")


def _alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live").status_code == 200
    except httpx.TransportError:
        return False
