"""The programs under examples/ as their README starts them, against a running instance: a thread comes out, a webhook comes in."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from coexai_app.settings import ROOT
from tests.e2e.journey import PASSWORD, Instance
from tests.servers import wait_until
from tests.work import POST

EXAMPLES = ROOT / "examples"
README = (EXAMPLES / "README.md").read_text()


class House:
    """An organisation on the Pro plan, its owner, and a key that may do everything."""

    def __init__(self, instance: Instance) -> None:
        self.email = f"{uuid4().hex[:10]}@larkfield.example.org"
        form = {"name": "Priya Raman", "email": self.email, "password": PASSWORD, "organization": "Larkfield Studio"}
        assert httpx.post(f"{instance.url}/auth/signup", data=form, headers={"Origin": instance.url}).status_code == 303
        (line,) = re.findall(r"^\$ (\S*coexai plan .*)$", README, re.M)
        command = shlex.split(line.replace("you@example.com", self.email))
        subprocess.run(command, cwd=ROOT, env={**os.environ, "DATA_DIR": str(instance.folder / "data")}, check=True)
        log_in = httpx.post(f"{instance.url}/api/v1/auth/token", json={"email": self.email, "password": PASSWORD})
        self.api = httpx.Client(
            base_url=f"{instance.url}/api/v1", headers={"Authorization": f"Bearer {log_in.json()['access_token']}"}, timeout=60
        )
        scopes = ["jobs:read", "jobs:write", "outputs:read", "webhooks:manage"]
        self.key: str = self.api.post("/api-keys", json={"name": "Examples", "scopes": scopes}).json()["secret"]
        self.settings = {**os.environ, "COEXAI_URL": instance.url, "COEXAI_KEY": self.key}


@pytest.fixture(scope="module")
def house(instance_url: Instance) -> Iterator[House]:
    made = House(instance_url)
    yield made
    made.api.close()


@pytest.fixture
def post(tmp_path: Path) -> Path:
    file = tmp_path / "post.md"
    file.write_text(POST)
    return file


def start(name: str, file: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """As the README does."""
    (line,) = re.findall(rf"^\$ (\S.*{re.escape(name)}) post\.md > thread\.md$", README, re.M)
    command = [sys.executable if word == ".venv/bin/python" else word for word in line.split()]
    return subprocess.run([*command, str(file)], cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def deliveries(house: House, webhook_port: int, tmp_path: Path) -> Iterator[Path]:
    """What the receiver of the examples printed, with a webhook of this instance for everything."""
    url = f"http://127.0.0.1:{webhook_port}/"
    made = house.api.post("/webhook-endpoints", json={"url": url, "events": ["*"]}).json()
    out = tmp_path / "out"
    command = [
        sys.executable,
        str(EXAMPLES / "python" / "webhook_receiver.py"),
        "--port",
        str(webhook_port),
        "--seen",
        str(tmp_path / "seen"),
    ]
    with out.open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, "WEBHOOK_SECRET": made["secret"]}, stdout=log, stderr=log)
    try:
        wait_until(lambda: "listening" in out.read_text(), 30, "the receiver")
        yield out
    finally:
        process.terminate()
        process.wait(20)
        house.api.delete(f"/webhook-endpoints/{made['id']}")


def test_a_text_becomes_a_thread_and_a_webhook_tells(house: House, post: Path, deliveries: Path) -> None:
    done = start("client.py", post, house.settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# ")
    assert "412 calls" in done.stdout
    assert "job.completed" in done.stderr
    wait_until(lambda: "job.completed  " in deliveries.read_text(), 60, "the webhook")

    again = start("client.py", post, house.settings)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert "started before" in again.stderr


def test_the_shell_does_the_same(house: House, post: Path) -> None:
    done = start("run-job.sh", post, house.settings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# ")
    assert "412 calls" in done.stdout
    assert "job.completed" in done.stderr
    again = start("run-job.sh", post, house.settings)
    assert (again.returncode, again.stdout) == (0, done.stdout)


@pytest.mark.parametrize("name", ["client.py", "run-job.sh"])
def test_what_goes_wrong_is_told_in_a_sentence(house: House, post: Path, name: str) -> None:
    wrong = start(name, post, {**house.settings, "COEXAI_KEY": house.key[:-6] + "AAAAAA"})
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "key" in wrong.stderr
    assert "Traceback" not in wrong.stderr
    post.write_text("Too short.")
    short = start(name, post, house.settings)
    assert (short.returncode, short.stdout) == (1, "")
    assert len(short.stderr.strip().splitlines()[-1]) > 20
    assert "Traceback" not in short.stderr
    nothing = start(name, post.with_name("no-such-file.md"), house.settings)
    assert nothing.returncode == 2
    locked = start(name, post, {**house.settings, "COEXAI_KEY": ""})
    assert (locked.returncode, "COEXAI_KEY" in locked.stderr) == (2, True)


def test_a_key_for_one_run(house: House, post: Path) -> None:
    settings = {**house.settings, "COEXAI_KEY": "", "COEXAI_EMAIL": house.email, "COEXAI_PASSWORD": PASSWORD}
    done = start("client.py", post, settings)
    assert done.returncode == 0, done.stderr
    states = [(one["name"], one["status"]) for one in house.api.get("/api-keys").json()["data"]]
    assert ("client.py", "revoked") in states
    assert ("client.py", "active") not in states
