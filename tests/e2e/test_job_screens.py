"""The job engine's screens in a browser: live within half a second whatever happened before, filters, run again, dead letters."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from coexai_app.settings import ROOT
from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, ready, sign_up
from tests.servers import wait_until

SOON_MS = 500
DESKTOP = pytest.mark.parametrize("size", ["desktop"])
# Notes in the browser, by its own clock, when a text first shows in an element, and when somebody last clicked.
WATCH = """([testid, text]) => {
  const look = () => {
    if (window.seenAt || ![...document.querySelectorAll(`[data-testid="${testid}"]`)].some((el) => el.textContent.includes(text))) return;
    window.seenAt = Date.now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  window.seenAt = 0;
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
}"""


def seed(instance: Instance, email: str, story: str, number: int = 1) -> list[str]:
    """Jobs in states that take minutes to reach; returns their ids."""
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "DATA_DIR": str(instance.folder / "data")}
    command = [sys.executable, "-m", "tests.e2e.seed", email, story, str(number)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ids: list[str] = json.loads(done.stdout)["ids"]
    return ids


def shows_after_ms(watching: Page, testid: str, text: str, act: Callable[[], Page]) -> int:
    """How long after the last click of `act`, which returns the page that it clicked on, the text shows on another page."""
    watching.evaluate(WATCH, [testid, text])
    acting = act()
    watching.wait_for_function("() => window.seenAt > 0", timeout=10_000)
    took = int(watching.evaluate("() => window.seenAt")) - int(acting.evaluate("() => window.clickedAt"))
    assert took >= 0, "seen before it happened"
    return took


def cancel(page: Page, url: str, job: str) -> Callable[[], Page]:
    """Opens a job, and cancels it when called."""
    page.goto(f"{url}/jobs/{job}")
    page.get_by_test_id("cancel-job").click()
    page.evaluate("() => document.addEventListener('click', () => { window.clickedAt = Date.now(); }, true)")

    def confirm() -> Page:
        page.get_by_test_id("cancel-confirm").click()
        return page

    return confirm


def row(page: Page, job: str) -> str:
    """Marks the row of a job in the list, to be watched."""
    page.locator(f"[data-testid=job-row]:has(a[href$='{job}'])").evaluate("(el, id) => { el.dataset.testid = id; }", job)
    return job


def web_part(launcher: int) -> int:
    """The process id of the instance's web process; 0 while there is none."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(status.read_text().rsplit(")", 1)[1].split()[1]) != launcher:
                continue
            if b"web" in (status.parent / "cmdline").read_bytes().split(b"\0"):
                return int(status.parent.name)
        except (OSError, IndexError):
            continue
    return 0


@pytest.fixture
def free(browser: Browser) -> Iterator[BrowserContext]:
    """A context whose console may complain: its server goes away."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


class TestLive:
    @DESKTOP
    def test_a_change_shows_on_the_list_the_job_and_after_a_reload(
        self, page: Page, instance_url: Instance, record_property: Callable[[str, object], None]
    ) -> None:
        url = instance_url.url
        email = sign_up(page, url)
        _, first, second, third = seed(instance_url, email, "busy", 4)
        other, acting = page.context.new_page(), page.context.new_page()
        page.goto(f"{url}/jobs")
        expect(page.get_by_test_id("jobs-counts")).to_have_text("1 running of 1, 3 waiting")
        took = {"list": shows_after_ms(page, row(page, first), "Cancelled", cancel(acting, url, first))}
        expect(page.get_by_test_id("jobs-counts")).to_have_text("1 running of 1, 2 waiting")

        other.goto(f"{url}/jobs/{second}")
        expect(other.get_by_test_id("job-status")).to_contain_text("Waiting")
        took["job in a second tab"] = shows_after_ms(other, "job-status", "Cancelled", cancel(acting, url, second))

        ready_to_confirm = cancel(acting, url, third)
        page.reload()
        expect(page.get_by_test_id("jobs-table")).to_be_visible()
        took["right after a reload"] = shows_after_ms(page, row(page, third), "Cancelled", ready_to_confirm)
        record_property("figures", "live, click to screen: " + ", ".join(f"{name} {ms} ms" for name, ms in took.items()))
        # The machine that runs this has other work, too: one of the three may come late.
        assert sorted(took.values())[1] < SOON_MS
        assert max(took.values()) < 2 * SOON_MS

    def test_a_dropped_socket_comes_back_by_itself(
        self, free: BrowserContext, instance_url: Instance, record_property: Callable[[str, object], None]
    ) -> None:
        url, page, sockets = instance_url.url, free.new_page(), []

        def through(socket: WebSocketRoute) -> None:
            socket.connect_to_server()
            sockets.append(socket)

        page.route_web_socket(re.compile("_event"), through)
        email = sign_up(page, url)
        _, first, second = seed(instance_url, email, "busy", 3)
        page.goto(f"{url}/jobs")
        expect(page.get_by_test_id("job-row")).to_have_count(3)
        before = len(sockets)
        sockets[-1].close(code=1012, reason="gone")
        # What happens while the line is down is on the screen when it is back.
        cancel(free.new_page(), url, first)()
        wait_until(lambda: bool(page.wait_for_timeout(50) is None and len(sockets) > before), 10, "a new socket")
        expect(page.locator(f"[data-testid=job-row]:has(a[href$='{first}'])")).to_contain_text("Cancelled")
        took = shows_after_ms(page, row(page, second), "Cancelled", cancel(free.new_page(), url, second))
        record_property("figures", f"live, click to screen: after a dropped socket {took} ms")
        assert took < SOON_MS

    def test_a_server_that_restarts_finds_its_pages_again(
        self, free: BrowserContext, instance_url: Instance, record_property: Callable[[str, object], None]
    ) -> None:
        url, page = instance_url.url, free.new_page()
        email = sign_up(page, url)
        seed(instance_url, email, "dead", 2)
        page.goto(f"{url}/jobs/dead-letters")
        expect(page.get_by_test_id("dead-letter")).to_have_count(2)
        gone = web_part(instance_url.pid)
        os.kill(gone, signal.SIGKILL)
        seed(instance_url, email, "dead", 1)
        wait_until(lambda: web_part(instance_url.pid) not in (0, gone) and ready(url), 30, "the web process")
        back = time.monotonic()
        expect(page.get_by_test_id("dead-letter")).to_have_count(3, timeout=15_000)
        caught_up = round((time.monotonic() - back) * 1000)
        waiting = seed(instance_url, email, "busy", 3)[1:]
        page.get_by_test_id("crumb-0").click()
        page.wait_for_url("**/jobs")
        expect(page.get_by_test_id("jobs-table")).to_be_visible()
        acting = free.new_page()
        took = [shows_after_ms(page, row(page, job), "Cancelled", cancel(acting, url, job)) for job in waiting]
        record_property("figures", f"live: caught up {caught_up} ms after the server was back; then click to screen {took} ms")
        # A process that has just started does the first of everything slowly.
        assert min(took) < SOON_MS


class TestTimeline:
    @DESKTOP
    def test_a_running_step_counts_up_by_the_servers_clock(self, page: Page, instance_url: Instance) -> None:
        # This browser's clock is an hour ahead.
        page.add_init_script("{ const real = Date.now; Date.now = () => real.call(Date) + 3600e3; }")
        email = sign_up(page, instance_url.url)
        job = seed(instance_url, email, "busy")[0]
        page.goto(f"{instance_url.url}/jobs/{job}")
        timer = page.get_by_test_id("step-generate").get_by_test_id("step-timer")
        expect(timer).to_have_text(re.compile(r"^\d+ s$"))
        first = int(timer.inner_text().split()[0])
        assert first < 60
        expect(timer).to_have_text(f"{first + 6} s", timeout=15_000)
        page.reload()
        # Until the page has asked again it may show what it knew. A timer that began anew would need a second more for this.
        on = re.compile(rf"^({'|'.join(str(seconds) for seconds in range(first + 6, 60))}) s$")
        expect(timer).to_have_text(on, timeout=5_000)
        expect(page.get_by_test_id("step-extract")).to_contain_text("As it should be.")


class TestList:
    @DESKTOP
    def test_filters_are_in_the_address_and_the_controls_follow_it(self, page: Page, instance_url: Instance) -> None:
        url = instance_url.url
        email = sign_up(page, url)
        seed(instance_url, email, "busy", 3)
        page.goto(f"{url}/jobs")
        expect(page.get_by_test_id("job-row")).to_have_count(3)
        page.get_by_test_id("search-jobs").fill("opening HOURS")
        page.get_by_test_id("search-jobs").press("Enter")
        page.wait_for_url("**/jobs?q=opening+HOURS")
        expect(page.get_by_test_id("job-row")).to_have_count(1)
        expect(page.get_by_test_id("job-reason")).to_contain_text("jobs run at once")
        page.get_by_test_id("filter-person").focus()
        page.get_by_test_id("filter-person").select_option("me")
        page.wait_for_url("**/jobs?person=me&q=opening+HOURS")
        page.wait_for_timeout(500)
        assert page.evaluate("() => document.activeElement.dataset.testid") == "filter-person"
        page.go_back()
        expect(page.get_by_test_id("filter-person")).to_have_value("")
        expect(page.get_by_test_id("search-jobs")).to_have_value("opening HOURS")
        page.goto(f"{url}/jobs?q=nothing+like+it&person=me")
        expect(page.get_by_test_id("filter-person")).to_have_value("me")
        page.get_by_test_id("clear-filters").click()
        page.wait_for_url(f"{url}/jobs")
        expect(page.get_by_test_id("search-jobs")).to_have_value("")
        expect(page.get_by_test_id("job-row")).to_have_count(3)


class TestRunAgain:
    @DESKTOP
    def test_the_form_is_filled_with_the_same_file_and_one_click_runs_it(self, page: Page, instance_url: Instance, tmp_path: Path) -> None:
        from tests.work import POST

        path = tmp_path / "orders.md"
        path.write_text(POST)
        sign_up(page, instance_url.url)
        page.goto(f"{instance_url.url}/agents/maya")
        page.get_by_test_id("source-kind").get_by_text("File").click()
        page.locator("input[type=file]").first.set_input_files(path)
        expect(page.get_by_test_id("upload-row")).to_have_attribute("data-state", "done")
        page.get_by_test_id("run-button").click()
        expect(page.get_by_test_id("thread")).to_contain_text("412 calls", timeout=30_000)
        before = page.url
        page.get_by_test_id("to-job").or_(page.get_by_test_id("open-job")).first.evaluate("(el) => el.click()")
        page.wait_for_url("**/jobs/*")
        page.get_by_test_id("run-again").click()
        page.wait_for_url("**/agents/maya?from=*")
        expect(page.get_by_test_id("upload-row")).to_contain_text("orders.md")
        page.get_by_test_id("run-button").click()
        page.wait_for_url("**/agents/maya?job=*")
        assert page.url != before
        expect(page.get_by_test_id("thread")).to_contain_text("412 calls", timeout=30_000)

    @DESKTOP
    def test_what_somebody_changed_in_the_filled_form_is_left_alone(self, page: Page, instance_url: Instance) -> None:
        url = instance_url.url
        email = sign_up(page, url)
        job = seed(instance_url, email, "busy")[0]
        page.goto(f"{url}/jobs/{job}")
        page.get_by_test_id("new-run").click()
        expect(page.get_by_test_id("source-text")).to_have_value(re.compile("412 calls"))
        page.get_by_test_id("source-text").fill("My own words.")
        # Something else of the organisation changes.
        seed(instance_url, email, "busy")
        expect(page.get_by_test_id("run-row")).to_have_count(2)
        expect(page.get_by_test_id("source-text")).to_have_value("My own words.")


class TestDeadLetters:
    def test_choose_survive_a_refresh_requeue_and_discard(self, page: Page, instance_url: Instance) -> None:
        url = instance_url.url
        email = sign_up(page, url)
        seed(instance_url, email, "dead", 3)
        page.goto(f"{url}/jobs")
        page.get_by_test_id("to-dead-letters").click()
        page.wait_for_url("**/jobs/dead-letters")
        boxes = page.get_by_test_id("choose")
        checked = boxes.and_(page.locator(":checked"))
        expect(boxes).to_have_count(3)
        boxes.nth(0).check()
        boxes.nth(2).check()
        expect(page.get_by_test_id("choose-all")).to_contain_text("2 of 3 chosen")
        expect(page.get_by_test_id("choose-all")).to_have_attribute("aria-checked", "mixed")

        seed(instance_url, email, "dead", 1)
        expect(boxes).to_have_count(4)
        assert [box.is_checked() for box in boxes.all()] == [False, True, False, True]
        expect(page.get_by_test_id("choose-all")).to_contain_text("2 of 4 chosen")

        page.get_by_test_id("requeue-chosen").click()
        expect(page.get_by_test_id("requeue")).to_contain_text("Requeue 2 jobs?")
        expect(page.get_by_test_id("requeue")).to_contain_text("holds one of this month's runs again")
        page.get_by_test_id("requeue-confirm").click()
        expect(page.get_by_test_id("toast").last).to_have_text("2 jobs requeued.")
        expect(boxes).to_have_count(2)
        expect(checked).to_have_count(0)

        page.get_by_test_id("choose-all").click()
        expect(page.get_by_test_id("choose-all")).to_have_attribute("aria-checked", "true")
        expect(checked).to_have_count(2)
        page.get_by_test_id("choose-all").click()
        expect(checked).to_have_count(0)

        page.get_by_test_id("discard-one").first.click()
        expect(page.get_by_test_id("discard")).to_contain_text("Discard “")
        page.get_by_test_id("discard-keep").click()
        expect(boxes).to_have_count(2)
        page.get_by_test_id("choose-all").click()
        page.get_by_test_id("discard-chosen").click()
        page.get_by_test_id("discard-confirm").click()
        expect(page.get_by_test_id("toast").last).to_have_text("2 jobs discarded.")
        expect(page.get_by_test_id("empty")).to_contain_text("No dead letters")

    @DESKTOP
    def test_what_could_not_move_stays_with_its_reason(self, page: Page, instance_url: Instance) -> None:
        url = instance_url.url
        email = sign_up(page, url)
        seed(instance_url, email, "dead", 2)
        seed(instance_url, email, "used", 9)
        page.goto(f"{url}/jobs/dead-letters")
        page.get_by_test_id("choose-all").click()
        page.get_by_test_id("requeue-chosen").click()
        page.get_by_test_id("requeue-confirm").click()
        expect(page.get_by_test_id("toast").last).to_have_text("1 job requeued, 1 could not be.")
        expect(page.get_by_test_id("stayed")).to_contain_text("10 runs of this month are used up")
        no_serious_findings(page)

    def test_who_may_only_look_is_told_why(self, page: Page, instance_url: Instance) -> None:
        email = sign_up(page, instance_url.url)
        seed(instance_url, email, "dead", 1)
        seed(instance_url, email, "demoted", 1)
        page.goto(f"{instance_url.url}/jobs/dead-letters")
        expect(page.get_by_test_id("dead-letter")).to_have_count(1)
        expect(page.get_by_test_id("locked")).to_contain_text("read, not run")
        assert page.get_by_test_id("choose").count() + page.get_by_test_id("requeue-one").count() == 0
        no_serious_findings(page)
        nothing_sticks_out(page)


class TestAccess:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_every_state_of_the_screens(self, page: Page, instance_url: Instance, scheme: str) -> None:
        url = instance_url.url
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        email = sign_up(page, url)
        page.goto(f"{url}/jobs/dead-letters")
        expect(page.get_by_test_id("empty")).to_be_visible()
        _fine(page)
        dead = seed(instance_url, email, "dead", 2)
        busy = seed(instance_url, email, "busy", 2)
        for path, testid in (("/jobs", "jobs-table"), *((f"/jobs/{job}", "steps-panel") for job in (dead[0], *busy))):
            page.goto(url + path)
            expect(page.get_by_test_id(testid)).to_be_visible()
            _fine(page)
        page.goto(f"{url}/jobs/dead-letters")
        page.get_by_test_id("choose").first.check()
        expect(page.get_by_test_id("discard-chosen")).to_be_visible()
        _fine(page)
        page.get_by_test_id("discard-chosen").click()
        expect(page.get_by_test_id("discard")).to_be_visible()
        _fine(page)


def _fine(page: Page) -> None:
    no_serious_findings(page)
    nothing_sticks_out(page)
