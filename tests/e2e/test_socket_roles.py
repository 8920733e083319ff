"""Every event handler over the raw socket, by somebody who may not: a viewer, and nobody. Nothing in the database changes."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest

from coexai_app.settings import ROOT
from tests.e2e.journey import PASSWORD, Instance
from tests.e2e.test_socket import Socket, socket
from tests.permissions.table import events
from tests.permissions.test_events_matrix import HANDLERS, REFUSED, payload

SEEN = {"last_seen_at"}
# What moves by itself in a running instance: workers sign in, the sweep takes its turn.
RESTLESS = {"workers", "locks", "alembic_version"}


def viewer(instance: Instance) -> str:
    """Somebody who was made a viewer; returns their cookie header."""
    email = f"{uuid4().hex[:10]}@own.example.org"
    form = {"name": "Vera Vine", "email": email, "password": PASSWORD, "organization": "Vine Ltd"}
    answer = httpx.post(f"{instance.url}/auth/signup", data=form, headers={"Origin": instance.url})
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(instance.folder / "data")}
    subprocess.run([sys.executable, "-m", "tests.e2e.seed", email, "demoted", "1"], cwd=ROOT, env=environment, check=True)
    return answer.headers["set-cookie"].split(";")[0]


def holds(instance: Instance) -> str:
    """Everything in the database of the running instance, but for what moves by itself."""
    with sqlite3.connect(instance.folder / "data" / "coexai.db") as found:
        found.row_factory = sqlite3.Row
        names = [row[0] for row in found.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        rows = {
            name: sorted(
                json.dumps({key: repr(value) for key, value in dict(row).items() if key not in SEEN})
                for row in found.execute(f'SELECT * FROM "{name}"')
            )
            for name in names
            if name not in RESTLESS and not name.startswith("sqlite_")
        }
    return sha256(json.dumps(rows).encode()).hexdigest()


async def answered(opened: Socket, heard: int, words: str) -> bool:
    """Whether the words come in an answer to what was sent last."""
    for _ in range(400):
        if words in json.dumps(opened.heard[heard:], default=str):
            return True
        await asyncio.sleep(0.025)
    return False


@pytest.mark.asvs("V8.2.1", "V8.3.1", "V4.4.4")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["viewer", "nobody"])
async def test_every_handler_refuses(instance_url: Instance, who: str) -> None:
    lowest = {"viewer": ("nobody", "viewer"), "nobody": ("nobody",)}[who]
    words = {"viewer": REFUSED, "nobody": '"/login'}[who]
    cookie = await asyncio.to_thread(viewer, instance_url) if who == "viewer" else ""
    refused, before = [], holds(instance_url)
    async with socket(instance_url.url, cookie=cookie) as opened:
        for name, line in events().items():
            if line.least in lowest:
                continue
            full, handler = HANDLERS[name]
            heard = len(opened.heard)
            await opened.send(full, payload(handler, {}))
            assert await answered(opened, heard, words), f"{name}: {opened.heard[heard:]}"
            refused.append(name)
            await asyncio.sleep(0.05)  # within what one socket may send
    assert len(refused) > 35
    assert holds(instance_url) == before
