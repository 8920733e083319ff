"""`coexai serve` itself: parts that die come back, jobs survive them, SIGTERM and Ctrl-C stop everything."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from coexai_app.settings import ROOT
from tests.e2e.journey import ready, run_example, sign_up
from tests.servers import free_port, wait_until


class Served:
    """An instance of this test alone."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "log"
        self.url = f"http://localhost:{self.port}"
        self.environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder / "data"), "PORT": str(self.port)}
        self.environment |= {"LOG_LEVEL": "info", "JOB_LEASE_SECONDS": "3"}
        subprocess.run([sys.executable, "-m", "coexai_app.cli", "migrate"], cwd=ROOT, env=self.environment, check=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "coexai_app.cli", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: ready(self.url), 60, "the instance")

    def parts(self) -> dict[str, int]:
        """The process id of each part."""
        found = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(status.read_text().rsplit(")", 1)[1].split()[1]) != self.process.pid:
                    continue
                command = (status.parent / "cmdline").read_bytes().split(b"\0")
            except (OSError, IndexError):
                continue
            if b"part" in command:
                found[command[command.index(b"part") + 1].decode()] = int(status.parent.name)
        return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(20)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_stops_all_of_it(served: Served, number: int) -> None:
    parts = served.parts()
    assert set(parts) == {"web", "worker"}
    started = time.monotonic()
    os.kill(served.process.pid, number)
    assert served.process.wait(20) == 0
    assert time.monotonic() - started < 15
    assert not any(alive(pid) for pid in parts.values())
    assert "Traceback" not in served.log.read_text()


def test_nothing_is_left_when_the_parent_is_killed(served: Served) -> None:
    parts = served.parts()
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait(5)
    wait_until(lambda: not any(alive(pid) for pid in parts.values()), 15, "the parts to end")


def test_a_killed_worker_comes_back_and_does_the_waiting_job(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    sign_up(page, served.url)
    os.kill(served.parts()["worker"], signal.SIGKILL)
    run_example(page, served.url)
    page.close()


def test_a_killed_web_process_comes_back_and_the_open_page_goes_on(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    sign_up(page, served.url)
    before = served.parts()["web"]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: served.parts().get("web", before) != before and ready(served.url), 30, "the web process")
    run_example(page, served.url)
    page.close()


def test_a_taken_port_is_said_in_words(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "coexai_app.cli", "serve"],
        cwd=ROOT,
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert re.search(rf"Port {served.port} cannot be used", done.stderr)
    assert "PORT=3001 make run" in done.stderr


def test_deep_links_answer_without_a_redirect_and_with_a_policy(served: Served) -> None:
    from urllib.request import urlopen

    with urlopen(f"{served.url}/jobs") as answer:
        assert answer.url == f"{served.url}/jobs"
        policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy.split("script-src")[1]
    assert "unsafe-eval" not in policy


def test_every_part_has_its_line_and_the_address_comes_last(served: Served) -> None:
    wait_until(lambda: "ready    open" in served.log.read_text(), 20, "the address")
    lines = [line for line in served.log.read_text().splitlines() if re.match(r"  \w+ +\S", line)]
    assert [line.split()[0] for line in lines] == ["worker", "web", "api", "ready"]
    assert served.url in lines[-1]
