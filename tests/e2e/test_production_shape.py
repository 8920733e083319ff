"""The same journey on PostgreSQL and Redis, with two web processes: state, queue and live updates go through real servers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.instance import running
from tests.e2e.journey import run_example, sign_up
from tests.servers import Postgres, RedisServer


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    postgres, redis = Postgres.start(), RedisServer.start(tmp_path_factory.mktemp("redis"))
    try:
        with running(DATABASE_URL=postgres.url, REDIS_URL=redis.url, WEB_WORKERS="2", LOG_FORMAT="json") as instance:
            yield instance.url
    finally:
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


def test_whichever_process_is_asked_tells_the_counts_of_both(production: str) -> None:
    for _ in range(20):
        assert httpx.get(f"{production}/health/live").status_code == 200
    for _ in range(6):
        told = httpx.get(f"{production}/metrics").text
        found = re.search(r'^coexai_http_requests_total\{method="GET",route="/health/live",status="200"\} ([0-9.]+)$', told, re.M)
        assert found and float(found[1]) >= 20
