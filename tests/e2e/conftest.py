"""The whole product in a real browser: `coexai serve` on a free port, with a data folder of its own, and Debian's chromium."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser import CHROMIUM
from tests.e2e.instance import running
from tests.e2e.journey import Instance
from tests.servers import free_port

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
FULL = os.environ.get("COEXAI_BROWSER") == "full"
# Journeys that take long and differ little on a phone; test_pages looks at their pages at both sizes.
DESKTOP_FIRST = {
    "test_account_journey",
    "test_case_journey",
    "test_job_screens",
    "test_keys_journey",
    "test_oidc_journey",
    "test_profile_journey",
    "test_reference_page",
    "test_review_journey",
    "test_schedules_journey",
    "test_second_step",
    "test_teams_journey",
    "test_webhooks_journey",
}
# Journeys with instances of their own, which the others need not wait for.
APART = {"test_oidc_journey", "test_production_shape", "test_serve"}
expect.set_options(timeout=15_000)  # a slow machine is no failure
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys run one after the other in one worker: they share an instance, and many browsers at once make each other slow."""
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group("servers" if item.path.stem in APART else "browser"))
            of = getattr(item, "callspec", None)
            if of and of.params.get("size") == "phone" and item.path.stem in DESKTOP_FIRST and not FULL:
                item.add_marker(pytest.mark.skip(reason="its twin runs on a desktop; COEXAI_BROWSER=full runs both"))


@pytest.fixture(scope="session")
def webhook_port() -> int:
    """Where the journeys' receivers of webhooks listen: the instance must be told beforehand."""
    return free_port()


@pytest.fixture(scope="session")
def instance_url(website: str, webhook_port: int) -> Iterator[Instance]:
    """One running instance for all journeys of this worker; each journey signs up somebody of its own."""
    with running(
        FETCH_ALLOW_HOSTS=website.removeprefix("http://"),
        WEBHOOK_ALLOW_HOSTS=f"127.0.0.1:{webhook_port}",
        GITHUB_WEBHOOK_SECRET="the instance's own",
        SIGN_UPS_PER_HOUR="1000",
    ) as instance:
        yield instance


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each module: while it is open, this thread belongs to its event loop."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context(browser: Browser, size: str) -> Iterator[BrowserContext]:
    width, height = SIZES[size]
    opened = browser.new_context(
        viewport={"width": width, "height": height}, is_mobile=size == "phone", has_touch=size == "phone", accept_downloads=True
    )
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test when the browser reports an error, a refused script included."""
    opened = context.new_page()
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 404" not in message.text:
            errors.append(message.text)

    opened.on("console", heard)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    assert errors == []


ARTICLE = """<!doctype html><html lang="en"><head><title>Counting loaves | Brightwater</title>
<meta name="author" content="Ana Bright"></head><body><nav><a href="/a">Home</a> <a href="/b">Shop</a></nav>
<article><h1>Counting loaves</h1>
<p>Last spring Ana Bright started to write down every loaf that was left at closing. After eleven weeks the sheet had 2,310 entries.</p>
<h2>What the sheet showed</h2>
<p>Waste was 14% in March 2025 and 6% in June 2025. The bakery in Ludlow still sold 1,200 loaves a week.</p>
<h2>What it cost</h2>
<p>The clipboard cost £4. The evening count takes four minutes, and two people share it. Start with the loaf
that you throw away most often.</p>
</article><footer>Cookies make this site better. Accept all.</footer></body></html>"""


@pytest.fixture(scope="session")
def website() -> Iterator[str]:
    """A website with one article, as any other on the web."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = ARTICLE.encode()
            found = self.path == "/counting-loaves"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
