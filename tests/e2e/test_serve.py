"""`coexai serve` itself: parts that die come back, jobs survive them, SIGTERM and Ctrl-C stop everything."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from coexai_app.settings import ROOT
from tests.e2e.instance import prepare
from tests.e2e.journey import ready, run_example, sign_up
from tests.servers import free_port, wait_until
from tests.work import POST


class Served:
    """An instance with a log that can be read, and parts that can be killed."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self.log, self.folder = free_port(), folder / "log", folder
        self.url = f"http://localhost:{self.port}"
        self.environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder / "data"), "PORT": str(self.port)}
        self.environment |= {"LOG_LEVEL": "info", "JOB_LEASE_SECONDS": "3", **settings}
        prepare(folder / "data")
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

    def _ask(self, statement: str, *values: str) -> list[str]:
        with closing(sqlite3.connect(f"file:{self.folder / 'data' / 'coexai.db'}?mode=ro", uri=True)) as connection:
            return [str(row[0]) for row in connection.execute(statement, values)]

    def job(self) -> str:
        """The newest job of the instance."""
        return str(UUID(self._ask("SELECT id FROM jobs ORDER BY id DESC LIMIT 1")[0]))

    def steps(self, job: str) -> list[str]:
        """The states of its steps, in order."""
        return self._ask("SELECT status FROM job_steps WHERE job_id = ? ORDER BY position", UUID(job).hex)

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


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What is killed here comes back, so one is enough for all of it."""
    yield from _kept_running(tmp_path_factory.mktemp("served"))


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Served]:
    """An instance of this test alone, which it ends. No job will come."""
    yield from _kept_running(tmp_path, WARM_WORKERS="false")


def _kept_running(folder: Path, **settings: str) -> Iterator[Served]:
    made = Served(folder, **settings)
    yield made
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(20)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_every_part_has_its_line_and_the_address_comes_last(served: Served) -> None:
    wait_until(lambda: "ready    open" in served.log.read_text(), 20, "the address")
    lines = [line for line in served.log.read_text().splitlines() if re.match(r"  \w+ +\S", line)]
    assert [line.split()[0] for line in lines] == ["worker", "web", "api", "ready"]
    assert served.url in lines[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_stops_all_of_it(doomed: Served, number: int) -> None:
    parts = doomed.parts()
    assert set(parts) == {"web", "worker"}
    started = time.monotonic()
    os.kill(doomed.process.pid, number)
    assert doomed.process.wait(20) == 0
    assert time.monotonic() - started < 15
    assert not any(alive(pid) for pid in parts.values())
    assert "Traceback" not in doomed.log.read_text()


def test_nothing_is_left_when_the_parent_is_killed(doomed: Served) -> None:
    parts = doomed.parts()
    os.kill(doomed.process.pid, signal.SIGKILL)
    doomed.process.wait(5)
    wait_until(lambda: not any(alive(pid) for pid in parts.values()), 15, "the parts to end")


def test_a_killed_worker_comes_back_and_does_the_waiting_job(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    sign_up(page, served.url)
    os.kill(served.parts()["worker"], signal.SIGKILL)
    run_example(page, served.url)
    page.close()


def test_a_job_whose_worker_is_killed_in_the_middle_finishes_on_the_open_page(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    sign_up(page, served.url)
    page.goto(f"{served.url}/agents/maya")
    page.get_by_test_id("source-kind").get_by_text("Text").click()
    page.get_by_test_id("source-text").fill(long_post())
    page.get_by_test_id("run-button").click()
    page.wait_for_url("**job=*")
    job = served.job()
    page.goto(f"{served.url}/jobs/{job}")
    wait_until(lambda: "running" in served.steps(job), 30, "the first steps")
    finished = served.steps(job).count("done")
    os.kill(served.parts()["worker"], signal.SIGKILL)
    expect(page.get_by_test_id("job-status")).to_have_text("Completed", timeout=60_000)
    expect(page.get_by_test_id("attempts")).to_contain_text("Interrupted")
    assert served.steps(job).count("kept") >= finished
    page.close()


def long_post() -> str:
    """Some 25,000 words in ordinary paragraphs: seconds of work."""
    return "\n\n".join(
        f"## Week {n}\n\nIn week {n} the bakery sold {n * 37} loaves and {n * 11} rolls. Marta wrote down what was left over each evening, "
        f"and on day {n % 7 + 1} it was {n % 23 + 2} percent of what had been baked that morning. {POST.splitlines()[2]}"
        for n in range(1, 400)
    )


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
