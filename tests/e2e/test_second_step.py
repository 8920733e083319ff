"""The second step in the browser: an authenticator app, recovery codes, and passkeys with the browser's virtual authenticator."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.journey import PASSWORD, Instance, grow_stale, no_serious_findings, nothing_sticks_out, sign_up

SHOTS = os.environ.get("COEXAI_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """A picture for a person to look at, in both themes; only when somebody asked for it."""
    if not SHOTS:
        return
    width = (page.viewport_size or {"width": 0})["width"]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.evaluate("t => document.documentElement.classList.toggle('dark', t === 'dark')", theme)
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.evaluate("() => document.documentElement.classList.remove('dark')")


def log_out(page: Page, url: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{url}/login")


def first_step(page: Page, email: str) -> None:
    page.get_by_test_id("email").fill(email)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("log-in").click()
    page.wait_for_url("**/login/second-step**")


def security(page: Page, url: str) -> None:
    page.goto(f"{url}/settings/security")
    expect(page.get_by_test_id("second-step")).to_be_visible()


def next_code(secret: str, used: str) -> str:
    """A code that was not used yet: that of the next step is good already."""
    code = pyotp.TOTP(secret).at(int(time.time()))
    return code if code != used else pyotp.TOTP(secret).at(int(time.time()) + 30)


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A platform authenticator whose person always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made: dict[str, Any] = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, str(made["authenticatorId"])


def test_an_app_then_a_code_then_a_recovery_code(page: Page, instance_url: Instance) -> None:
    url = instance_url.url
    email = sign_up(page, url)
    security(page, url)
    no_serious_findings(page)
    shot(page, "security-none")
    page.get_by_test_id("add-app").click()
    expect(page.get_by_test_id("qr")).to_be_visible()
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "security-app")
    secret = page.get_by_test_id("app-key").inner_text().replace(" ", "")
    page.get_by_test_id("app-code").fill("000000")
    page.get_by_test_id("confirm-app").click()
    expect(page.get_by_test_id("factor-wrong")).to_contain_text("not right")
    first = pyotp.TOTP(secret).now()
    page.get_by_test_id("app-code").fill(first)
    page.get_by_test_id("confirm-app").click()
    expect(page.get_by_test_id("recovery-codes").locator("li")).to_have_count(10)
    expect(page.get_by_test_id("app-row")).to_contain_text("On")
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "security-codes")
    codes = page.get_by_test_id("recovery-codes").locator("li").all_inner_texts()
    with page.expect_download() as held:
        page.get_by_test_id("download-codes").click()
    assert held.value.path().read_text().split() == codes
    page.get_by_test_id("codes-kept").click()
    expect(page.get_by_test_id("recovery-codes")).to_have_count(0)

    log_out(page, url)
    first_step(page, email)
    assert {cookie["name"] for cookie in page.context.cookies()} & {"coexai_session"} == set()
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "second-step")
    page.get_by_test_id("code").fill(first)
    page.get_by_test_id("send-code").click()
    expect(page.get_by_test_id("form-error")).to_contain_text("used already")
    page.get_by_test_id("code").fill(next_code(secret, first))
    page.get_by_test_id("send-code").click()
    page.wait_for_url("**/home")

    for expected in ("**/home", "**/login/second-step?error=wrong_code"):
        log_out(page, url)
        first_step(page, email)
        page.get_by_test_id("code").fill(codes[3])
        page.get_by_test_id("send-code").click()
        page.wait_for_url(expected)
    page.goto(f"{url}/home")
    page.wait_for_url("**/login**")


def test_a_passkey_made_used_and_refused(page: Page, instance_url: Instance) -> None:
    url = instance_url.url
    email = sign_up(page, url)
    security(page, url)
    session, ident = authenticator(page)
    page.get_by_test_id("add-passkey").click()
    page.get_by_test_id("passkey-name").fill("Laptop")
    page.get_by_test_id("make-passkey").click()
    expect(page.get_by_test_id("passkey")).to_contain_text("Laptop")
    expect(page.get_by_test_id("recovery-codes").locator("li")).to_have_count(10)
    page.get_by_test_id("codes-kept").click()
    no_serious_findings(page)
    shot(page, "security-passkey")

    log_out(page, url)
    shot(page, "log-in")
    with page.expect_request("**/auth/login/passkey") as sent:
        page.get_by_test_id("passkey-log-in").click()
    page.wait_for_url("**/home")
    used = sent.value.post_data_json

    # The same answer again, from the same browser: its challenge is used up.
    log_out(page, url)
    assert post(page, url, used["credential"]).endswith("/login?error=passkey_refused")

    # An answer to another challenge than ours, and one for another site.
    for change in ({"challenge": "A" * 43}, {"origin": "https://evil.example"}):
        assert post(page, url, changed(used["credential"], change)).endswith("/login?error=passkey_refused")

    # A copy whose counter stands behind.
    credential = session.send("WebAuthn.getCredentials", {"authenticatorId": ident})["credentials"][0]
    session.send("WebAuthn.removeCredential", {"authenticatorId": ident, "credentialId": credential["credentialId"]})
    session.send("WebAuthn.addCredential", {"authenticatorId": ident, "credential": {**credential, "signCount": 0}})
    page.goto(f"{url}/login")
    page.get_by_test_id("passkey-log-in").click()
    page.wait_for_url("**/login?error=passkey_refused")
    expect(page.get_by_test_id("form-error")).to_contain_text("not accepted")
    session.send("WebAuthn.removeCredential", {"authenticatorId": ident, "credentialId": credential["credentialId"]})
    session.send(
        "WebAuthn.addCredential", {"authenticatorId": ident, "credential": {**credential, "signCount": credential["signCount"] + 5}}
    )

    # As a second step, after the password.
    page.goto(f"{url}/login")
    first_step(page, email)
    page.get_by_test_id("use-passkey").click()
    page.wait_for_url("**/home")
    security(page, url)
    grow_stale(instance_url, email)
    page.get_by_test_id("remove-passkey").click()
    page.wait_for_url("**/confirm?next=/settings/security")
    no_serious_findings(page)
    shot(page, "confirm")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("confirm-send").click()
    page.wait_for_url("**/confirm/code?next=**")  # the password alone is not enough
    no_serious_findings(page)
    nothing_sticks_out(page)
    shot(page, "confirm-code")
    page.get_by_test_id("use-passkey").click()
    page.wait_for_url("**/settings/security")
    page.get_by_test_id("remove-passkey").click()
    expect(page.get_by_test_id("remove-passkey-question")).to_contain_text("your password alone opens your account")
    no_serious_findings(page)
    shot(page, "remove-passkey")
    page.get_by_test_id("confirm-remove-passkey").click()
    expect(page.get_by_test_id("passkey")).to_have_count(0)
    expect(page.get_by_test_id("remove-passkey-question")).to_be_hidden()


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_required_step_leads_there_first(page: Page, instance_url: Instance) -> None:
    url = instance_url.url
    sign_up(page, url)
    security(page, url)
    expect(page.get_by_test_id("require-locked")).to_contain_text("your own account first")
    page.get_by_test_id("add-app").click()
    page.get_by_test_id("app-code").fill(pyotp.TOTP(page.get_by_test_id("app-key").inner_text().replace(" ", "")).now())
    page.get_by_test_id("confirm-app").click()
    page.get_by_test_id("codes-kept").click()
    page.get_by_test_id("require-on").click()
    expect(page.get_by_test_id("rule-question")).to_contain_text("stopped at once")
    page.get_by_test_id("confirm-rule").click()
    expect(page.get_by_test_id("organization-rule")).to_contain_text("Required")
    page.get_by_test_id("remove-app").click()
    page.get_by_test_id("confirm-remove-app").click()
    expect(page.get_by_test_id("factor-wrong")).to_contain_text("requires a second step")


def post(page: Page, url: str, credential: str) -> str:
    """Sends an answer as the page does, to fresh options of this browser; returns where it leads."""
    page.request.post(f"{url}/auth/login/passkey/options", headers={"Origin": url})
    answer = page.request.post(
        f"{url}/auth/login/passkey",
        headers={"Origin": url, "Content-Type": "application/x-www-form-urlencoded"},
        data=urlencode({"credential": credential}),
        max_redirects=0,
    )
    assert answer.status == 303
    assert "coexai_session=" not in answer.headers.get("set-cookie", "")
    return str(answer.headers["location"])


def changed(credential: str, change: dict[str, str]) -> str:
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    sent = json.loads(credential)
    said = {**json.loads(base64url_to_bytes(sent["response"]["clientDataJSON"])), **change}
    sent["response"]["clientDataJSON"] = bytes_to_base64url(json.dumps(said).encode())
    return json.dumps(sent)
