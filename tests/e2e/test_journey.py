"""The main job: sign up, run the example, open the evidence, approve, take it away; with a link and with a file, too."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, run_example, sign_up


def export(page: Page, kind: str) -> bytes:
    page.get_by_test_id("export").first.click()
    with page.expect_download() as download:
        page.get_by_test_id(f"export-{kind}").first.click()
    return Path(str(download.value.path())).read_bytes()


def test_from_sign_up_to_an_approved_word_document(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    no_serious_findings(page)
    nothing_sticks_out(page)
    run_example(page, instance_url.url)
    for step in ("extract", "analyze", "strategize", "generate", "format", "check", "output"):
        expect(page.get_by_test_id(f"step-{step}").first).to_have_attribute("data-status", re.compile("done|kept"))
    no_serious_findings(page)
    nothing_sticks_out(page)

    page.get_by_test_id("tab-evidence").click()
    expect(page).to_have_url(re.compile("tab=evidence"))
    expect(page.get_by_test_id("claim-1").first).to_be_visible()
    no_serious_findings(page)

    page.get_by_test_id("tab-checks").click()
    expect(page.get_by_test_id("score")).to_contain_text("100")

    page.get_by_test_id("approve").first.click()
    expect(page.get_by_test_id("approved-by").first).to_contain_text("Priya Raman")
    document = zipfile.ZipFile(io.BytesIO(export(page, "docx"))).read("word/document.xml").decode()
    assert "clipboard" in document
    page.reload()
    expect(page.get_by_test_id("approved-by").first).to_be_visible()


def test_a_claim_and_its_place_in_the_source_light_up_together(page: Page, instance_url: Instance, size: str) -> None:
    sign_up(page, instance_url.url)
    run_example(page, instance_url.url)
    page.get_by_test_id("tab-evidence").click()
    claim = page.get_by_test_id("claim-3").first
    if size == "phone":
        claim.tap()
    else:
        claim.hover()
    lit = page.locator("[data-lit='true'], [data-lit='']")
    expect(lit.first).to_be_visible()
    numbers = {element.get_attribute("data-claim") for element in lit.all()}
    assert numbers == {"3"}
    assert lit.count() >= 2
    if size == "desktop":
        page.mouse.move(0, 0)
        page.keyboard.press("j")
        expect(page.locator("[data-claim='4'][data-lit]").first).to_be_visible()


def test_an_invented_number_is_flagged_and_blocks_approval_until_it_is_resolved(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    run_example(page, instance_url.url)
    page.get_by_test_id("edit").first.click()
    first = page.get_by_test_id("thread-editor").locator("textarea").first
    first.fill("We saved 47,000 euros in three days, says Dr. Hubert Falk.")
    page.get_by_test_id("save").first.click()
    expect(page.get_by_test_id("thread-editor")).to_have_count(0)
    expect(page.get_by_test_id("approve").first).to_be_disabled()
    page.get_by_test_id("tab-evidence").click()
    expect(page.get_by_test_id("ledger")).to_contain_text("No source")
    expect(page.get_by_test_id("ledger")).to_contain_text("47,000")
    no_serious_findings(page)


def test_a_link_is_read(page: Page, instance_url: Instance, website: str) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/agents/maya")
    page.get_by_test_id("source-url").fill(f"{website}/counting-loaves")
    page.get_by_test_id("run-button").click()
    expect(page.get_by_test_id("thread")).to_contain_text("2,310", timeout=30_000)
    expect(page.get_by_test_id("thread")).not_to_contain_text("Cookies")
    expect(page.get_by_test_id("page-title").first).to_contain_text("Counting loaves")


def test_a_file_is_read(page: Page, instance_url: Instance, tmp_path: Path) -> None:
    from tests.work import POST

    path = tmp_path / "orders.md"
    path.write_text(POST)
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/agents/maya")
    page.get_by_test_id("source-kind").get_by_text("File").click()
    page.locator("input[type=file]").first.set_input_files(path)
    expect(page.get_by_test_id("upload-row")).to_contain_text("orders.md")
    expect(page.get_by_test_id("upload-row")).to_have_attribute("data-state", "done")
    page.get_by_test_id("run-button").click()
    expect(page.get_by_test_id("thread")).to_contain_text("412 calls", timeout=30_000)


def test_a_page_that_is_not_there_says_so_on_the_job_and_nothing_is_charged(page: Page, instance_url: Instance, website: str) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/agents/maya")
    page.get_by_test_id("source-url").fill(f"{website}/gone")
    page.get_by_test_id("run-button").click()
    expect(page.get_by_test_id("why").first).to_contain_text("404", timeout=30_000)
    expect(page.get_by_test_id("quote").first).to_contain_text("10 of 10 runs")


def test_an_empty_form_says_what_is_missing_at_its_field(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/agents/maya")
    page.get_by_test_id("run-button").click()
    expect(page.get_by_test_id("field-error").first).to_be_visible()


def test_a_second_tab_shows_the_same_run(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    run_example(page, instance_url.url)
    second = page.context.new_page()
    second.goto(page.url)
    expect(second.get_by_test_id("thread")).to_be_visible()
    second.get_by_test_id("approve").first.click()
    expect(page.get_by_test_id("approved-by").first).to_be_visible()
