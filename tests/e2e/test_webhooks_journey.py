"""Webhooks in the browser: an address is registered, a test leaves, its log tells what was sent; and the secret is shown once."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from standardwebhooks.webhooks import Webhook

from tests import receiver as receivers
from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, sign_up
from tests.receiver import Receiver
from tests.servers import wait_until

THEMES = ("dark", "light")
SHOTS = os.environ.get("COEXAI_SHOTS", "")


@pytest.fixture
def receiver(webhook_port: int) -> Iterator[Receiver]:
    with receivers.listening(webhook_port) as made:
        yield made


def shot(page: Page, name: str, size: str) -> None:
    """Pictures for people to look at, when they ask for them."""
    if SHOTS:
        for theme in THEMES:
            page.evaluate(
                "t => { localStorage.setItem('theme', t); document.documentElement.classList.toggle('dark', t === 'dark') }", theme
            )
            page.evaluate("() => scrollTo(0, 0)")
            page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{theme}.png", full_page=True)


def upgrade(instance: Instance, email: str) -> None:
    """Their organisation is on a plan that has webhooks."""
    with sqlite3.connect(instance.folder / "data" / "coexai.db", timeout=10) as database:
        database.execute(
            "UPDATE organizations SET plan = 'pro' WHERE id IN "
            "(SELECT m.organization_id FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = ?)",
            (email,),
        )


def test_from_the_first_address_to_its_log(page: Page, instance_url: Instance, receiver: Receiver, size: str) -> None:
    email = sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/webhooks")
    expect(page.get_by_test_id("plan-locked")).to_contain_text("Free plan has no webhooks")
    expect(page.get_by_test_id("new-webhook")).to_be_disabled()
    no_serious_findings(page)
    shot(page, "1-locked", size)

    upgrade(instance_url, email)
    page.reload()
    expect(page.get_by_test_id("no-webhooks")).to_be_visible()
    page.get_by_test_id("new-webhook").click()
    page.get_by_test_id("webhook-url").fill("https://192.168.1.10/hook")
    page.get_by_test_id("webhook-save").click()
    expect(page.get_by_test_id("webhook-form")).to_contain_text("private network")
    page.get_by_test_id("webhook-url").fill(receiver.url())
    page.get_by_test_id("webhook-description").fill("Website")
    page.get_by_test_id("event-all").uncheck()
    page.get_by_test_id("event-job.*").check()
    page.get_by_test_id("event-member.added").check()
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "2-form", size)
    page.get_by_test_id("webhook-save").click()

    expect(page.get_by_test_id("page-title")).to_have_text("Website")
    secret = page.get_by_test_id("webhook-secret").inner_text()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/=]{44}", secret)
    no_serious_findings(page)
    page.get_by_test_id("test-webhook").click()
    expect(page.get_by_test_id("delivery-state").first).to_contain_text("Delivered", timeout=20_000)
    assert Webhook(secret).verify(receiver.came[0].body, receiver.came[0].headers)["type"] == "webhook.test"
    page.get_by_test_id("delivery").first.click()
    expect(page.get_by_test_id("payload")).to_contain_text("webhook.test")
    page.get_by_test_id("attempt").first.click()
    expect(page.get_by_test_id("request")).to_contain_text("webhook-signature: v1,")
    expect(page.get_by_test_id("response")).to_contain_text("200")
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "3-log", size)
    page.get_by_test_id("redeliver").click()
    wait_until(lambda: len(receiver.came) == 2, 20, "the second delivery")
    assert len(set(receiver.ids)) == 1

    page.reload()
    expect(page.get_by_test_id("delivery").first).to_be_visible()
    expect(page.get_by_test_id("secret-note")).to_be_hidden()
    page.get_by_test_id("rotate-webhook").click()
    page.get_by_test_id("rotate-webhook-dialog-confirm").click()
    expect(page.get_by_test_id("webhook-secret")).not_to_have_text(secret)
    expect(page.get_by_test_id("second-secret")).to_be_visible()
    page.get_by_test_id("switch-off").click()
    page.get_by_test_id("switch-off-dialog-confirm").click()
    expect(page.get_by_test_id("endpoint-state")).to_contain_text("Off")
    expect(page.get_by_test_id("test-webhook")).to_be_disabled()
    page.get_by_test_id("all-webhooks").click()
    expect(page.get_by_test_id("endpoint")).to_contain_text("Website")
    nothing_sticks_out(page)
    shot(page, "4-list", size)
    page.get_by_test_id("endpoint").click()
    page.get_by_test_id("delete-webhook").click()
    page.get_by_test_id("delete-webhook-dialog-confirm").click()
    expect(page.get_by_test_id("no-webhooks")).to_be_visible()


def test_a_rule_for_pushes(page: Page, instance_url: Instance, size: str) -> None:
    email = sign_up(page, instance_url.url)
    upgrade(instance_url, email)
    page.goto(f"{instance_url.url}/settings/webhooks?tab=incoming")
    page.get_by_test_id("rule-more").click()
    page.get_by_test_id("rule-repository").fill("not a repository")
    page.get_by_test_id("rule-add").click()
    expect(page.get_by_test_id("rule-form")).to_contain_text("owner/name")
    page.get_by_test_id("rule-repository").fill("larkfield/blog")
    page.get_by_test_id("rule-settings").fill("posts = 6")
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "5-incoming", size)
    page.get_by_test_id("rule-add").click()
    expect(page.get_by_test_id("rule")).to_contain_text("larkfield/blog")
    page.get_by_test_id("rule-off").click()
    expect(page.get_by_test_id("rule-on")).to_be_visible()
    shot(page, "6-rule", size)
    page.get_by_test_id("rule-delete").click()
    page.get_by_test_id("delete-rule-dialog-confirm").click()
    expect(page.get_by_test_id("rule")).to_have_count(0)
