"""What people do in the browser, as steps that the journeys are told in."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

from playwright.sync_api import Page, expect

from coexai_app.settings import ROOT

PASSWORD = "correct horse battery"
# A change of theme begins its transitions with the next frame.
_TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_SETTLED = "() => document.getAnimations().every(a => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)"
AXE = ROOT / ".cache" / "npm" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Instance:
    url: str
    pid: int
    folder: Path


def ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def sign_up(page: Page, url: str, name: str = "Priya Raman") -> str:
    """A new account in a new organisation; ends on its dashboard. Returns the address."""
    email = f"{uuid4().hex[:10]}@larkfield.example.org"
    page.goto(f"{url}/signup")
    page.get_by_test_id("name").fill(name)
    page.get_by_test_id("email").fill(email)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("organization").fill("Larkfield Studio")
    page.get_by_test_id("sign-up").click()
    page.wait_for_url("**/home")
    expect(page.get_by_test_id("page-title")).to_contain_text(name.split()[0])
    return email


def run_example(page: Page, url: str) -> None:
    """Maya turns the example into a thread; ends with the result on the page."""
    page.goto(f"{url}/agents/maya")
    page.get_by_test_id("use-example").first.click()
    expect(page.get_by_test_id("source-text")).not_to_be_empty()
    page.get_by_test_id("run-button").click()
    expect(page.get_by_test_id("thread")).to_be_visible(timeout=30_000)


def change(instance: Instance, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(instance.folder / "data" / "coexai.db", timeout=20)) as database, database:
        database.execute(statement, values)


def grow_stale(instance: Instance, email: str) -> None:
    """As if the last log-in were an hour ago."""
    change(
        instance,
        "UPDATE sessions SET authenticated_at = datetime('now', '-1 hour') || '.000000' WHERE user_id IN"
        " (SELECT id FROM users WHERE email = ?)",
        email,
    )


def no_serious_findings(page: Page) -> None:
    """Runs axe-core on the page as it is (WCAG 2.2 AA) and fails on serious and critical findings."""
    page.evaluate(_TWO_FRAMES)
    page.wait_for_function(_SETTLED)  # half-way between two colours nothing has contrast enough
    session = page.context.new_cdp_session(page)
    session.send("Runtime.enable")
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    script = (
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}).then(r => JSON.stringify(r.violations))"
    )
    answer: dict[str, Any] = session.send("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True})
    found = [
        f"{v['id']}: {v['help']} ({n['target']} {n['html'][:160]})"
        for v in json.loads(answer["result"]["value"])
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"]
    ]
    assert found == [], "\n".join(found)


def nothing_sticks_out(page: Page) -> None:
    """The page does not scroll sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
