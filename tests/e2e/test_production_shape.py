"""The same journey on PostgreSQL and Redis, with two web processes: state, queue and live updates go through real servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from coexai_app.settings import ROOT
from tests.e2e.journey import ready, run_example, sign_up
from tests.servers import Postgres, RedisServer, free_port, wait_until


@pytest.fixture
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("production")
    postgres, redis, port = Postgres.start(), RedisServer.start(folder / "redis"), free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": postgres.url,
        "REDIS_URL": redis.url,
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "coexai_app.cli"]
    subprocess.run([*command, "migrate"], cwd=ROOT, env=environment, check=True)
    log = Path(folder / "log")
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        wait_until(lambda: ready(f"http://localhost:{port}"), 60, f"the instance; its log: {log}")
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        redis.stop()
        postgres.stop()


def test_the_journey_and_a_second_tab(production: str, browser: Browser) -> None:
    context = browser.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_up(page, production)
    run_example(page, production)
    tabs = [context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(page.url)
        expect(tab.get_by_test_id("thread")).to_be_visible()
    page.get_by_test_id("approve").first.click()
    for tab in tabs:
        expect(tab.get_by_test_id("approved-by").first).to_be_visible()
    context.close()
