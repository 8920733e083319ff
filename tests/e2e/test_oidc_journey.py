"""Another provider in the browser: sign up with it, log out, log in again, and what the security page says of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.instance import running
from tests.e2e.journey import PASSWORD, Instance, no_serious_findings, nothing_sticks_out
from tests.oidc import make_user, real_provider
from tests.servers import free_port

SHOTS = os.environ.get("COEXAI_SHOTS", "")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with real_provider() as url:
        yield url


@pytest.fixture(scope="module")
def registered(provider: str) -> Iterator[Instance]:
    """An instance that knows three providers; only the last of them is there."""
    providers = {
        "GOOGLE_CLIENT_ID": "g",
        "GOOGLE_CLIENT_SECRET": "s",
        "MICROSOFT_CLIENT_ID": "m",
        "MICROSOFT_CLIENT_SECRET": "s",
        "MICROSOFT_AUTHORITY": f"http://127.0.0.1:{free_port()}",
        "OIDC_ISSUER": provider,
        "OIDC_CLIENT_ID": "coexai",
        "OIDC_CLIENT_SECRET": "hush",
        "OIDC_NAME": "Acme",
    }
    with running(**providers) as started:
        yield started


@pytest.fixture(autouse=True)
def _no_internet(page: Page) -> None:
    """The provider's own page wants a style sheet from elsewhere: it gets an empty one."""
    page.route(re.compile(r"^https?://(?!localhost|127\.0\.0\.1)"), lambda route: route.fulfill(body="", content_type="text/css"))


def look(page: Page, name: str, size: str) -> None:
    """The page is whole, and with COEXAI_SHOTS there is a picture of it."""
    nothing_sticks_out(page)
    no_serious_findings(page)
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{size}.png", full_page=True)


def test_sign_up_log_out_and_log_in_again(page: Page, registered: Instance, provider: str, size: str) -> None:
    url, sub = registered.url, uuid4().hex[:10]
    make_user(provider, sub, email=f"{sub}@bakery.example.org", email_verified=True, name="Ana Bright")
    page.goto(f"{url}/signup?next=/settings/security")
    expect(page.get_by_test_id("provider-oidc")).to_have_text("Continue with Acme")
    look(page, "signup", size)
    page.get_by_test_id("provider-oidc").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{url}/settings/security")

    expect(page.get_by_test_id("identity")).to_contain_text(f"{sub}@bakery.example.org")
    expect(page.get_by_test_id("identity-locked")).to_contain_text("only way in")
    expect(page.get_by_test_id("disconnect")).to_be_disabled()
    look(page, "security", size)

    page.goto(f"{url}/confirm?next=/settings/security")
    expect(page.get_by_test_id("no-password")).to_be_visible()
    look(page, "confirm", size)
    page.get_by_test_id("provider-oidc").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{url}/settings/security")

    page.context.clear_cookies()
    page.goto(f"{url}/login")
    expect(page.get_by_test_id("provider-google")).to_be_visible()
    look(page, "login", size)
    page.get_by_test_id("provider-oidc").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(f"{url}/home")
    expect(page.get_by_test_id("page-title")).to_contain_text("Ana")


def test_an_address_with_an_account_has_to_log_in_first_and_then_connect(
    page: Page, registered: Instance, provider: str, size: str
) -> None:
    url, sub = registered.url, uuid4().hex[:10]
    page.goto(f"{url}/signup")
    page.get_by_test_id("name").fill("Ben Baker")
    page.get_by_test_id("email").fill(f"{sub}@bakery.example.org")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("sign-up").click()
    page.wait_for_url("**/home")
    page.context.clear_cookies()

    make_user(provider, sub, email=f"{sub}@bakery.example.org", email_verified=True)
    page.goto(f"{url}/login?next=/settings/security")
    page.get_by_test_id("provider-oidc").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_test_id("form-error")).to_contain_text("There is an account with this address already")
    look(page, "login-exists", size)
    page.get_by_test_id("email").fill(f"{sub}@bakery.example.org")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("log-in").click()
    page.wait_for_url(f"{url}/settings/security")
    page.get_by_test_id("provider-oidc").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url("**/settings/security?done=connected")
    expect(page.get_by_test_id("identity-done")).to_contain_text("Connected")
    look(page, "security-connected", size)
    page.get_by_test_id("disconnect").click()
    expect(page.get_by_test_id("disconnect-account")).to_contain_text("opens your account here no more")
    page.get_by_test_id("disconnect-confirm").click()
    expect(page.get_by_test_id("identity")).to_have_count(0)

    page.goto(f"{url}/login")
    page.get_by_test_id("provider-microsoft").click()  # whose server is away
    expect(page.get_by_test_id("form-error")).to_contain_text("does not answer at the moment")
    look(page, "login-away", size)
