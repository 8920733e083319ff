"""Teams in the browser: invite, sign up from the mail's link, and a change of the role that reaches the open page by itself."""

from __future__ import annotations

import re
import sqlite3
import time
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journey import PASSWORD, Instance, no_serious_findings, nothing_sticks_out, sign_up
from tests.servers import wait_until


def link_to(folder: Path, email: str) -> str:
    """The link in the captured mail to an address."""

    def read() -> str:
        with sqlite3.connect(f"file:{folder / 'data' / 'coexai.db'}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT text FROM mails WHERE to_address = ? ORDER BY id DESC", (email,)).fetchone()
        return (re.findall(r"/invite\?token=cxi_[\w-]{43}", found[0]) or [""])[0] if found else ""

    wait_until(lambda: bool(read()), 20, "the mail")
    return read()


def test_from_the_invitation_to_a_role_that_changes_under_ones_eyes(
    page: Page, browser: Browser, instance_url: Instance, record_property: pytest.FixtureRequest
) -> None:
    url, email = instance_url.url, f"{uuid4().hex[:10]}@new.example.org"
    sign_up(page, url)
    page.goto(f"{url}/settings/members")
    expect(page.get_by_test_id("member-row")).to_have_count(1)
    page.get_by_test_id("invite-email").fill(email)
    page.get_by_test_id("invite-send").click()
    expect(page.get_by_test_id("invitation-row")).to_contain_text(email)
    page.get_by_test_id("invitation-link").click()
    expect(page.get_by_test_id("link-text")).to_contain_text("/invite?token=cxi_")
    no_serious_findings(page)
    nothing_sticks_out(page)

    other = browser.new_context(viewport=page.viewport_size)
    try:
        nora = other.new_page()
        link = link_to(instance_url.folder, email)
        nora.goto(f"{url}{link}")
        expect(nora.get_by_test_id("invitation")).to_contain_text("Larkfield Studio")
        no_serious_findings(nora)
        nothing_sticks_out(nora)
        nora.get_by_test_id("name").fill("Nora New")
        nora.get_by_test_id("password").fill(PASSWORD)
        nora.get_by_test_id("sign-up").click()
        nora.wait_for_url("**/home")
        nora.goto(f"{url}{link}")
        expect(nora.get_by_test_id("invitation-over")).to_contain_text("used already")

        nora.goto(f"{url}/settings/members")
        expect(nora.get_by_test_id("invite-locked")).to_be_visible()
        expect(page.get_by_test_id("member-row")).to_have_count(2)
        started = time.monotonic()
        page.get_by_test_id("member-role").last.select_option("admin")
        expect(nora.get_by_test_id("invite-send")).to_be_visible(timeout=2_000)
        record_property("figures", f"a new role reached the open page after {time.monotonic() - started:.2f} s")  # type: ignore[operator]
        nora.goto(f"{url}/settings/organization")
        expect(nora.get_by_test_id("organization-delete")).to_be_disabled()
        no_serious_findings(nora)
        nothing_sticks_out(nora)

        page.get_by_test_id("member-remove").click()
        started = time.monotonic()
        page.get_by_test_id("remove-confirm").click()
        nora.wait_for_url("**/login?error=access_ended", timeout=2_000)
        record_property("figures", f"a removal reached the open page after {time.monotonic() - started:.2f} s")  # type: ignore[operator]
    finally:
        other.close()


def test_an_organisation_from_its_name_to_the_trash_and_back(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/organization")
    page.get_by_test_id("organization-name").fill("Larkfield & Daughters")
    page.get_by_test_id("organization-timezone").select_option("Europe/Lisbon")
    page.get_by_test_id("organization-save").click()
    expect(page.get_by_test_id("organization-name")).to_have_value("Larkfield & Daughters")
    no_serious_findings(page)
    nothing_sticks_out(page)
    with page.expect_download() as download:
        page.get_by_test_id("organization-export").click()
    assert download.value.suggested_filename.startswith("larkfield-daughters-")
    page.get_by_test_id("new-organization").fill("Second House")
    page.get_by_test_id("make-organization").click()
    page.wait_for_url("**/home")
    page.goto(f"{instance_url.url}/settings/organization")
    expect(page.get_by_test_id("organization-name")).to_have_value("Second House")
    page.get_by_test_id("organization-delete").click()
    page.get_by_test_id("delete-name").fill("second house")
    page.get_by_test_id("delete-confirm").click()
    expect(page.get_by_test_id("delete-organization")).to_contain_text("Type the name as it is")
    no_serious_findings(page)
    page.get_by_test_id("delete-name").fill("Second House")
    page.get_by_test_id("delete-confirm").click()
    page.wait_for_url("**/home")
    page.goto(f"{instance_url.url}/settings/organization")
    expect(page.get_by_test_id("trashed")).to_contain_text("Second House")
    expect(page.get_by_test_id("organization-name")).to_have_value("Larkfield & Daughters")
    page.get_by_test_id("restore").click()
    page.wait_for_url("**/home")
    page.goto(f"{instance_url.url}/settings/organization")
    expect(page.get_by_test_id("organization-name")).to_have_value("Second House")
