"""Every page, at both sizes: reachable, no serious accessibility findings, nothing sticks out, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from coexai_app.frontend import CLIENT
from tests.e2e.journey import PASSWORD, Instance, no_serious_findings, nothing_sticks_out, run_example, sign_up

PUBLIC = (
    "/",
    "/login",
    "/login/second-step",
    "/signup",
    "/invite",
    "/forgot-password",
    "/reset-password",
    "/verify",
    "/confirm",
    "/confirm/code",
    "/restore-account",
    "/unsubscribe",
    "/nothing-here",
)
SIGNED_IN = (
    "/home",
    "/agents",
    "/agents/maya",
    "/jobs",
    "/jobs/dead-letters",
    "/schedules",
    "/calendar",
    "/outputs",
    "/settings/account",
    "/settings/audit",
    "/settings/business",
    "/settings/cases",
    "/settings/keys",
    "/settings/members",
    "/settings/notifications",
    "/settings/organization",
    "/settings/security",
    "/settings/webhooks",
)


def test_no_page_is_missing(instance_url: Instance) -> None:
    """All that was built; what is about one row has its own journey."""
    built = {f"/{file.parent.relative_to(CLIENT).as_posix()}".replace("/.", "/") for file in CLIENT.rglob("index.html")}
    assert built == {*PUBLIC, *SIGNED_IN} - {"/nothing-here"}


class TestPublic:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_public_pages(self, page: Page, instance_url: Instance, path: str) -> None:
        page.goto(instance_url.url + path)
        expect(page.locator("h1").first).to_be_visible()
        nothing_sticks_out(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            no_serious_findings(page)

    def test_who_is_not_signed_in_comes_to_the_log_in_and_back(self, page: Page, instance_url: Instance) -> None:
        email = sign_up(page, instance_url.url)
        page.context.clear_cookies()
        page.goto(f"{instance_url.url}/jobs")
        page.wait_for_url("**/login**")
        page.get_by_test_id("email").fill(email)
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("log-in").click()
        page.wait_for_url("**/jobs")

    def test_a_wrong_password_says_so_in_words(self, page: Page, instance_url: Instance) -> None:
        page.goto(f"{instance_url.url}/login")
        page.get_by_test_id("email").fill("nobody@larkfield.example.org")
        page.get_by_test_id("password").fill("not the password")
        page.get_by_test_id("log-in").click()
        page.wait_for_url("**/login?error=**")
        expect(page.get_by_role("alert").first).to_be_visible()


class TestSignedIn:
    def test_every_page_and_both_themes(self, page: Page, instance_url: Instance) -> None:
        sign_up(page, instance_url.url)
        run_example(page, instance_url.url)
        for path in SIGNED_IN:
            page.goto(instance_url.url + path)
            expect(page.get_by_test_id("page-title").first).to_be_visible()
            nothing_sticks_out(page)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                no_serious_findings(page)
        page.goto(f"{instance_url.url}/jobs")
        page.get_by_test_id("job-link").first.click()
        expect(page.get_by_test_id("steps-panel")).to_be_visible()
        no_serious_findings(page)
        nothing_sticks_out(page)

    def test_log_out_closes_the_door(self, page: Page, instance_url: Instance, size: str) -> None:
        sign_up(page, instance_url.url)
        other = page.context.new_page()
        other.goto(f"{instance_url.url}/home")
        expect(other.get_by_test_id("page-title")).to_be_visible()
        if size == "phone":
            page.get_by_test_id("bar-more").click()
            page.get_by_test_id("more-log-out").click()
        else:
            page.get_by_test_id("person").click()
            page.get_by_test_id("log-out").click()
        page.wait_for_url("**/login")
        other.wait_for_url("**/login**", timeout=5_000)
        page.goto(f"{instance_url.url}/home")
        page.wait_for_url("**/login**")
