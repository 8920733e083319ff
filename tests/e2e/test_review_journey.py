"""From an edit to a yes: within the team, and by a client with a link and without an account."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, run_example, sign_up

TEXT = "I bought a clipboard and hung it next to the till."


@pytest.fixture
def client(browser: Browser, size: str) -> Iterator[Page]:
    """The client's own browser."""
    width, height = (1440, 900) if size == "desktop" else (390, 844)
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def result(page: Page, url: str) -> None:
    """A result on a page of its own."""
    sign_up(page, url)
    run_example(page, url)
    page.goto(f"{url}/outputs")
    page.get_by_test_id("output-row").first.click()
    expect(page.get_by_test_id("approval-bar")).to_be_visible()


def link(page: Page, passcode: str = "") -> str:
    page.get_by_test_id("ask-client").click()
    page.get_by_test_id("client-name").fill("Carla Chen")
    if passcode:
        page.get_by_test_id("client-passcode").fill(passcode)
    no_serious_findings(page)
    page.get_by_test_id("client-make").click()
    address = page.get_by_test_id("client-link").inner_text()
    page.get_by_test_id("client-done").click()
    return address


def test_edited_talked_about_compared_and_approved(page: Page, instance_url: Instance) -> None:
    result(page, instance_url.url)
    page.get_by_test_id("say-1").click()
    page.get_by_test_id("comment-text").fill("Is this the right number?")
    no_serious_findings(page)
    page.get_by_test_id("comment-send").click()
    expect(page.get_by_test_id("new-comment")).to_be_hidden()
    page.get_by_test_id("tab-comments").click()
    expect(page.get_by_test_id("comment-said")).to_have_text("Is this the right number?")
    page.get_by_test_id("threads").locator("textarea").fill("It is.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_test_id("comment-said")).to_have_count(2)
    no_serious_findings(page)
    nothing_sticks_out(page)
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_test_id("thread-row")).to_contain_text("Resolved")

    page.get_by_test_id("tab-result").click()
    page.get_by_test_id("edit").click()
    page.get_by_test_id("edit-post-1").fill(TEXT)
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("post-1-text")).to_have_text(TEXT)
    page.get_by_test_id("request-review").click()
    page.get_by_test_id("ask-review-words").fill("For Tuesday.")
    page.get_by_test_id("ask-review-send").click()
    expect(page.get_by_test_id("output-status").first).to_have_text("In review")
    expect(page.get_by_test_id("last-reason")).to_have_text("For Tuesday.")

    page.get_by_test_id("tab-versions").click()
    page.get_by_test_id("version-1").click()
    expect(page.get_by_test_id("differences").locator("del").first).to_be_visible()
    no_serious_findings(page)
    nothing_sticks_out(page)
    page.get_by_test_id("restore").click()
    expect(page.get_by_test_id("version-3")).to_contain_text("restored")
    expect(page.get_by_test_id("output-status").first).to_have_text("Draft")
    page.get_by_test_id("approve").first.click()
    expect(page.get_by_test_id("output-status").first).to_have_text("Approved")


def test_a_client_asks_for_changes_and_then_approves(page: Page, client: Page, instance_url: Instance) -> None:
    result(page, instance_url.url)
    title = page.get_by_test_id("page-title").inner_text()
    first = link(page)
    client.goto(first)
    expect(client.get_by_test_id("page-title")).to_have_text(title)
    expect(client.get_by_test_id("post-1-text")).to_be_visible()
    no_serious_findings(client)
    nothing_sticks_out(client)
    client.get_by_test_id("comment-name").fill("Carla <b>Chen</b>")
    client.get_by_test_id("client-text").fill("<img src=x onerror=alert(1)> Lovely.")
    client.get_by_test_id("client-comment").click()
    expect(client.get_by_test_id("client-threads")).to_contain_text("Carla <b>Chen</b>")
    client.get_by_test_id("client-changes-open").click()
    client.get_by_test_id("changes-name").fill("Carla Chen")
    client.get_by_test_id("client-reason").fill("The second post promises too much.")
    client.get_by_test_id("client-changes").click()
    expect(client.get_by_test_id("form-done")).to_contain_text("what should change")
    expect(client.get_by_test_id("client-approve")).to_have_count(0)

    expect(page.get_by_test_id("last-reason")).to_have_text("The second post promises too much.")
    expect(page.get_by_test_id("output-status").first).to_have_text("Changes wanted")
    second = link(page, passcode="bread2026")
    client.goto(second)
    client.get_by_test_id("passcode").fill("not this one")
    client.get_by_test_id("unlock").click()
    expect(client.get_by_test_id("form-error")).to_contain_text("not right")
    client.get_by_test_id("passcode").fill("bread2026")
    client.get_by_test_id("unlock").click()
    client.get_by_test_id("approve-name").fill("Carla Chen")
    client.get_by_test_id("client-approve").click()
    expect(client.get_by_test_id("answered")).to_contain_text("Carla Chen approved this")
    expect(page.get_by_test_id("approved-by").first).to_contain_text(re.compile(r"Carla Chen \(client\)"))
