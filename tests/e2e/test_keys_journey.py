"""API keys in the browser: what a plan without them says, a key from the form to its end, and the password in between."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.journey import PASSWORD, Instance, change, grow_stale, no_serious_findings, nothing_sticks_out, sign_up
from tests.servers import wait_until


def upgrade(instance: Instance, email: str) -> None:
    change(
        instance,
        "UPDATE organizations SET plan = 'pro' WHERE id IN (SELECT organization_id FROM memberships JOIN users ON users.id = user_id"
        " WHERE email = ?)",
        email,
    )


def copied(page: Page, testid: str) -> str:
    return str(page.get_by_test_id(testid).get_attribute("data-copy"))


def at_rest(page: Page) -> None:
    """Everything that fades in is there."""
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")


def run(call: str) -> httpx.Response:
    """What the shell would do with the example."""
    curl, url, flag, header = shlex.split(call)
    assert (curl, flag) == ("curl", "-H")
    name, _, value = header.partition(": ")
    return httpx.get(url, headers={name: value})


def test_a_key_from_the_form_to_its_end(page: Page, instance_url: Instance) -> None:
    url, email = instance_url.url, sign_up(page, instance_url.url)
    page.goto(f"{url}/settings/keys")
    expect(page.get_by_test_id("keys-locked")).to_contain_text("The Free plan has no API access. API access comes with Pro (US$49 a month)")
    expect(page.get_by_test_id("key-make")).to_be_disabled()
    no_serious_findings(page)
    nothing_sticks_out(page)

    upgrade(instance_url, email)
    page.reload()
    expect(page.get_by_test_id("no-keys")).to_be_visible()
    page.get_by_test_id("key-name").fill("Website")
    page.get_by_test_id("key-access-chosen").click()
    page.get_by_test_id("key-make").click()
    expect(page.get_by_test_id("key-form")).to_contain_text("Choose at least one thing")
    page.get_by_test_id("scope-jobs:read").check()
    page.get_by_test_id("key-life").select_option("date")
    expect(page.get_by_test_id("key-day")).to_be_visible()
    page.get_by_test_id("key-life").select_option("30")
    no_serious_findings(page)
    nothing_sticks_out(page)
    page.get_by_test_id("key-make").click()
    expect(page.get_by_test_id("new-secret")).to_be_visible()
    no_serious_findings(page)
    nothing_sticks_out(page)
    secret, call = copied(page, "copy-secret"), copied(page, "copy-example")
    assert urlsplit(call.split()[1]).netloc == urlsplit(url).netloc
    answer = run(call)
    assert (answer.status_code, answer.json()["scopes"]) == (200, ["jobs:read"])
    page.get_by_test_id("key-kept").click()
    expect(page.get_by_test_id("new-secret")).to_have_count(0)
    page.reload()
    row = page.get_by_test_id("key-row")
    expect(row).to_contain_text("Website")
    expect(row.get_by_test_id("key-state")).to_have_text("Active")
    expect(page.locator("body")).not_to_contain_text(secret[12:-4])

    grow_stale(instance_url, email)
    page.reload()
    expect(page.get_by_test_id("key-confirm-needed")).to_be_visible()
    page.get_by_test_id("key-rotate").click()
    page.wait_for_url("**/confirm?next=**")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password").press("Enter")
    page.wait_for_url("**/settings/keys")
    for _ in range(2):
        page.get_by_test_id("key-rotate").click()
        expect(page.get_by_test_id("rotate-key")).to_be_visible()
        page.get_by_test_id("rotate-keep").click()
        expect(page.get_by_test_id("rotate-key")).to_be_hidden()
    page.get_by_test_id("key-rotate").click()
    expect(page.get_by_test_id("rotate-key")).to_be_visible()
    at_rest(page)
    no_serious_findings(page)
    page.get_by_test_id("rotate-confirm").click()
    expect(page.get_by_test_id("rotate-key")).to_be_hidden()
    newer = copied(page, "copy-example")
    assert newer != call
    assert [run(one).status_code for one in (call, newer)] == [200, 200]

    expect(row).to_have_count(2)
    row.first.get_by_test_id("key-revoke").click()
    expect(page.get_by_test_id("revoke-key")).to_contain_text("refused from their next call on")
    at_rest(page)
    no_serious_findings(page)
    page.get_by_test_id("revoke-confirm").click()
    expect(row.first.get_by_test_id("key-state")).to_have_text("Revoked")
    assert [run(one).status_code for one in (call, newer)] == [200, 401]

    def told() -> bool:
        with closing(sqlite3.connect(f"file:{instance_url.folder / 'data' / 'coexai.db'}?mode=ro", uri=True)) as database:
            (count,) = database.execute("SELECT count(*) FROM mails WHERE to_address = ? AND kind = 'api_key_created'", (email,)).fetchone()
        return bool(count == 2)

    wait_until(told, 10, "the mails about both keys")


def test_the_way_there(page: Page, instance_url: Instance, size: str) -> None:
    sign_up(page, instance_url.url)
    if size == "phone":
        page.get_by_test_id("bar-more").click()
        page.get_by_test_id("more-keys").click()
    else:
        page.get_by_test_id("nav-keys").click()
    page.wait_for_url("**/settings/keys")
    expect(page.get_by_test_id("page-title")).to_have_text("API keys")
