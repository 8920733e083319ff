"""An account in the browser: confirmed, its password lost and set anew, a session ended from another device, the end and the way back."""

from __future__ import annotations

import re
import sqlite3
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journey import PASSWORD, Instance, no_serious_findings, nothing_sticks_out, sign_up
from tests.servers import wait_until

NEW = "violet harbour ninety"


def link(instance: Instance, email: str, path: str) -> str:
    """The link of the newest mail to an address, as this instance kept it."""
    found: list[str] = []

    def look() -> bool:
        with sqlite3.connect(f"file:{instance.folder / 'data' / 'coexai.db'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT text FROM mails WHERE to_address = ? ORDER BY id DESC", (email,)).fetchall()
        found[:] = [match[0] for (text,) in rows if (match := re.search(rf"http://localhost:\d+{path}\?token=[\w-]+", text))]
        return bool(found)

    wait_until(look, 10, f"the mail with {path}")
    return found[0]


def log_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_test_id("email").fill(email)
    page.get_by_test_id("password").fill(password)
    page.get_by_test_id("log-in").click()


def test_from_sign_up_to_a_new_password(page: Page, instance_url: Instance) -> None:
    email = sign_up(page, instance_url.url)
    expect(page.get_by_test_id("unverified")).to_be_visible()
    nothing_sticks_out(page)
    page.goto(link(instance_url, email, "/verify"))
    expect(page).to_have_url(f"{instance_url.url}/verify")
    no_serious_findings(page)
    page.get_by_test_id("verify-send").click()
    expect(page.get_by_test_id("form-done")).to_contain_text("confirmed")
    page.goto(f"{instance_url.url}/home")
    expect(page.get_by_test_id("page-title")).to_be_visible()
    expect(page.get_by_test_id("unverified")).to_be_hidden()

    page.goto(f"{instance_url.url}/forgot-password")
    no_serious_findings(page)
    page.get_by_test_id("email").fill(email)
    page.get_by_test_id("forgot-send").click()
    expect(page.get_by_test_id("form-done")).to_contain_text("If there is an account")
    reset = link(instance_url, email, "/reset-password")
    page.goto(reset)
    expect(page).to_have_url(f"{instance_url.url}/reset-password")
    page.get_by_test_id("password").fill("password1234")
    expect(page.get_by_test_id("password-strength")).to_contain_text("Easy to guess")
    page.get_by_test_id("reset-send").click()
    expect(page.get_by_test_id("form-error")).to_contain_text("Choose another password")
    page.get_by_test_id("password").fill(NEW)
    expect(page.get_by_test_id("password-strength")).to_contain_text("Good")
    no_serious_findings(page)
    page.get_by_test_id("reset-send").click()
    page.wait_for_url("**/login?done=reset")
    expect(page.get_by_test_id("form-done")).to_be_visible()

    log_in(page, instance_url.url, email, PASSWORD)
    expect(page.get_by_test_id("form-error")).to_be_visible()
    log_in(page, instance_url.url, email, NEW)
    page.wait_for_url("**/home")
    page.goto(reset)
    page.get_by_test_id("password").fill(NEW)
    page.get_by_test_id("reset-send").click()
    expect(page.get_by_test_id("form-error")).to_contain_text("used already")


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_session_ended_elsewhere_drops_at_once(page: Page, browser: Browser, instance_url: Instance) -> None:
    email = sign_up(page, instance_url.url)
    other = browser.new_context()
    try:
        second = other.new_page()
        log_in(second, instance_url.url, email, PASSWORD)
        second.wait_for_url("**/home")
        expect(second.get_by_test_id("page-title")).to_contain_text("Priya")
        page.goto(f"{instance_url.url}/settings/security")
        expect(page.get_by_test_id("session-row")).to_have_count(2)
        no_serious_findings(page)
        started = time.monotonic()
        page.get_by_test_id("revoke").click()
        second.wait_for_url("**/login**", timeout=5_000)
        assert time.monotonic() - started < 2
        expect(page.get_by_test_id("session-row")).to_have_count(1)
    finally:
        other.close()


def test_the_account_page_and_the_end_and_the_way_back(page: Page, instance_url: Instance) -> None:
    email = sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/account")
    page.get_by_test_id("name").fill("Priya Renamed")
    page.get_by_test_id("save-name").click()
    expect(page.get_by_test_id("toasts")).to_contain_text("name was saved")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        no_serious_findings(page)
    nothing_sticks_out(page)
    page.get_by_test_id("present").fill(PASSWORD)
    page.get_by_test_id("password").fill(NEW)
    page.get_by_test_id("password-form-send").click()
    expect(page.get_by_test_id("form-done")).to_contain_text("password was changed")
    page.get_by_test_id("typed").fill(email)
    page.get_by_test_id("delete-form-send").click()
    page.wait_for_url("**/login?done=deleted")
    log_in(page, instance_url.url, email, NEW)
    page.wait_for_url("**/restore-account")
    no_serious_findings(page)
    page.get_by_test_id("restore-send").click()
    page.wait_for_url("**/home")
    expect(page.get_by_test_id("page-title")).to_contain_text("Priya")
