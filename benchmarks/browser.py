"""What a person waits for, in Debian's chromium against `coexai serve`: first load, click to result, a step's way to the page.

Goals: JavaScript 200 kB and CSS 20 kB at most on the dashboard's first load, largest contentful paint 2.5 s at 4x CPU throttling,
click to result 2.5 s, a step's change 500 ms after its commit.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Page, sync_playwright

from coexai_app.settings import ROOT
from tests.e2e.journey import sign_up
from tests.servers import free_port, wait_until

RUNS = 5
PAGES = ("/", "/home", "/agents/maya", "/jobs", "/outputs")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WATCH_STEPS = """() => {
  window.seen = {};
  const look = () => document.querySelectorAll('[data-testid^="step-"]').forEach(e => {
    const name = e.dataset.testid.slice(5);
    if (e.dataset.status === 'done' && !(name in window.seen)) window.seen[name] = Date.now();
  });
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
LCP = """() => new Promise(done => {
  new PerformanceObserver(list => { const e = list.getEntries(); done(e[e.length - 1].startTime); })
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(-1), 8000);
})"""


def first_load(browser: Browser, url: str, path: str, cookies: list[Any]) -> tuple[dict[str, float], float]:
    """Transferred kB by kind, with an empty cache; then the largest contentful paint in seconds at 4x CPU throttling."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies(cookies)
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    client.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    client.on("Network.loadingFinished", lambda e: sizes.update({kinds.get(e["requestId"], "Other"): int(e["encodedDataLength"])}))
    page.goto(url + path, wait_until="networkidle")
    context.close()

    throttled = browser.new_context(viewport={"width": 1440, "height": 900})
    throttled.add_cookies(cookies)
    page = throttled.new_page()
    throttled.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url + path, wait_until="load")
    page.wait_for_timeout(1500)
    paint = page.evaluate(LCP) / 1000
    throttled.close()
    return {kind: size / 1000 for kind, size in sizes.items()}, paint


def click_to_result(page: Page, url: str, database: Path) -> tuple[float, list[float]]:
    """Seconds from the click to the visible thread, and milliseconds from each step's event row to its tick on the page."""
    page.goto(f"{url}/agents/maya")
    page.get_by_test_id("use-example").first.click()
    page.wait_for_timeout(1000)
    page.evaluate(WATCH_STEPS)
    started = time.perf_counter()
    page.get_by_test_id("run-button").click()
    page.get_by_test_id("thread").wait_for(timeout=30_000)
    took = time.perf_counter() - started
    page.wait_for_timeout(300)
    seen: dict[str, int] = page.evaluate("() => window.seen")
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT created_at FROM events WHERE kind = 'step.done' AND ref_id = (SELECT id FROM jobs ORDER BY id DESC LIMIT 1) ORDER BY id"
        ).fetchall()
    names = ("extract", "analyze", "strategize", "generate", "format", "check", "output")
    made = {name: datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000 for name, (at,) in zip(names, rows, strict=True)}
    return took, [seen[name] - made[name] for name in names if name in seen]


def main() -> None:
    folder, port = Path(tempfile.mkdtemp(prefix="coexai-bench-")), free_port()
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "coexai_app.cli"]
    for step in ("build", "migrate"):
        subprocess.run([*command, step], cwd=ROOT, env=environment, check=True)
    url, started = f"http://localhost:{port}", time.perf_counter()
    process = subprocess.Popen([*command, "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: ready(url), 60, "the instance")
        print(f"serve: first page after {time.perf_counter() - started:.1f} s\n")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            sign_up(page, url)
            cookies: list[Any] = list(page.context.cookies())
            print(f"{'first load':<16}{'JS kB':>8}{'CSS kB':>8}{'fonts kB':>10}{'HTML kB':>9}{'LCP s at 4x':>13}")
            for path in PAGES:
                sizes, paint = first_load(browser, url, path, cookies)
                js, css = sizes.get("Script", 0), sizes.get("Stylesheet", 0)
                print(f"{path:<16}{js:>8.0f}{css:>8.1f}{sizes.get('Font', 0):>10.0f}{sizes.get('Document', 0):>9.1f}{paint:>13.2f}")
            times, delays = [], []
            for _ in range(RUNS):
                took, found = click_to_result(page, url, folder / "coexai.db")
                times.append(took)
                delays += found
            print(f"\nclick to result, {RUNS} runs of the example: median {statistics.median(times):.2f} s, worst {max(times):.2f} s")
            print(f"a step's way to the page, {len(delays)} steps: median {statistics.median(delays):.0f} ms, worst {max(delays):.0f} ms")
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
