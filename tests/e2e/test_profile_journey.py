"""The person and the business in the browser: a picture, a time zone, mails switched off with and without a log-in, the profile."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, sign_up

SHOTS = os.environ.get("COEXAI_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """Keeps a picture of the page in both themes when somebody wants to look at it."""
    if not SHOTS:
        return
    width = page.viewport_size["width"] if page.viewport_size else 0
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{theme}.png"), full_page=True)
    page.emulate_media(color_scheme="light")


def portrait() -> bytes:
    made = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(made, "PNG")
    return made.getvalue()


def test_the_business_profile(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/business")
    expect(page.get_by_test_id("gaps")).to_be_visible()
    nothing_sticks_out(page)
    no_serious_findings(page)
    page.get_by_test_id("basics-name").fill("Horno Norte")
    page.get_by_test_id("basics-phone").fill("call me")
    page.get_by_test_id("basics-save").click()
    expect(page.get_by_test_id("basics-refused")).to_contain_text("another look")
    expect(page.get_by_text("This is not a phone number")).to_be_visible()
    expect(page.get_by_test_id("basics-name")).to_have_value("Horno Norte")
    page.get_by_test_id("basics-phone").fill("+44 1632 960 001")
    page.get_by_test_id("basics-save").click()
    expect(page.get_by_test_id("basics-saved")).to_contain_text("Saved")

    page.get_by_test_id("places-add").click()
    place = page.get_by_test_id("places-entry")
    place.get_by_label("City").fill("Ludlow")
    place.get_by_label("Monday").fill("9-13, 14-18")
    place.get_by_label("Tuesday").fill("late")
    page.get_by_test_id("places-save").click()
    expect(place.get_by_text("is not a time of opening")).to_be_visible()
    shot(page, "business")
    place.get_by_label("Tuesday").fill("closed")
    page.get_by_test_id("places-save").click()
    expect(page.get_by_test_id("places-saved")).to_contain_text("Saved")
    expect(place.get_by_label("Monday")).to_have_value("09:00-13:00, 14:00-18:00")

    page.get_by_test_id("voice-avoid").fill("cheap, amazing")
    page.get_by_test_id("voice-emoji").select_option("none")
    page.get_by_test_id("samples-add").click()
    page.get_by_test_id("samples-entry").get_by_role("textbox").fill("We bake at five. You eat at seven.")
    page.get_by_test_id("voice-save").click()
    expect(page.get_by_test_id("voice-saved")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_test_id("voice-avoid")).to_have_value("cheap\namazing")
    expect(page.get_by_test_id("voice-emoji")).to_have_value("none")
    expect(page.get_by_test_id("profile-updated")).to_contain_text("Priya Raman")
    nothing_sticks_out(page)
    no_serious_findings(page)


def test_what_was_typed_is_not_lost_by_a_click(page: Page, instance_url: Instance, size: str) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/business")
    page.get_by_test_id("basics-industry").fill("Bakery")
    answers: list[str] = []

    def stay(dialog: object) -> None:
        answers.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss() if len(answers) == 1 else dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", stay)
    link = page.get_by_test_id("bar-jobs" if size == "phone" else "nav-jobs")
    link.click()
    expect(page.get_by_test_id("basics-industry")).to_have_value("Bakery")
    link.click()
    page.wait_for_url("**/jobs")
    assert len(answers) == 2
    assert answers[0].startswith("Leave without saving?")


def test_the_person(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/account")
    expect(page.get_by_test_id("name")).to_be_visible()
    page.get_by_test_id("picture").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": portrait()})
    expect(page.get_by_test_id("picture-remove")).to_be_visible()
    expect(page.get_by_test_id("picture-error")).to_be_hidden()
    page.wait_for_function("() => [...document.images].some(i => i.src.includes('/picture?v=') && i.complete && i.naturalWidth === 256)")
    page.get_by_test_id("own-timezone").fill("asia/tokyo")
    page.get_by_test_id("own-language").select_option("de")
    page.get_by_test_id("save-preferences").click()
    expect(page.get_by_text("Saved", exact=True).first).to_be_attached()
    shot(page, "account")
    nothing_sticks_out(page)
    no_serious_findings(page)
    page.reload()
    expect(page.get_by_test_id("own-language")).to_have_value("de")
    expect(page.get_by_test_id("own-timezone")).to_have_value("Asia/Tokyo")
    page.get_by_test_id("picture-remove").click()
    expect(page.get_by_test_id("picture-remove")).to_be_hidden()


def test_mails(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/settings/notifications")
    done = page.get_by_test_id("mail-job_completed")
    expect(done).to_be_checked()
    expect(page.get_by_test_id("mails-always")).to_contain_text("Safety of your account")
    done.uncheck()
    page.get_by_test_id("save-mails").click()
    expect(page.get_by_text("Saved", exact=True).first).to_be_attached()
    shot(page, "notifications")
    nothing_sticks_out(page)
    no_serious_findings(page)
    page.reload()
    expect(done).not_to_be_checked()
    page.goto(f"{instance_url.url}/unsubscribe?token=nonsense")
    expect(page).to_have_url(f"{instance_url.url}/unsubscribe")
    no_serious_findings(page)
    shot(page, "unsubscribe")
    page.get_by_test_id("unsubscribe-send").click()
    expect(page.get_by_test_id("form-error")).to_contain_text("not whole")
