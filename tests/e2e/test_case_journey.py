"""A result that a person mended becomes a case, is listed, taken away as a file, and deleted."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from coexai_app.evals import files
from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, run_example, sign_up


def test_a_result_is_kept_as_a_case(page: Page, instance_url: Instance, tmp_path: Path) -> None:
    url = instance_url.url
    sign_up(page, url)
    page.goto(f"{url}/settings/cases")
    expect(page.get_by_test_id("no-cases")).to_be_visible()
    no_serious_findings(page)
    run_example(page, url)
    page.goto(f"{url}/outputs")
    page.get_by_test_id("output-row").first.click()
    expect(page.get_by_test_id("approval-bar")).to_be_visible()
    page.get_by_test_id("tab-checks").click()
    page.get_by_test_id("keep-case-ask").click()
    dialog = page.get_by_test_id("case-dialog")
    expect(dialog).to_be_visible()
    expect(page.get_by_test_id("case-rule-sourced")).to_be_checked()
    page.get_by_test_id("case-verdict-0-bad").click()
    page.get_by_test_id("case-never-0").fill("the day we hoped for")
    no_serious_findings(page)
    nothing_sticks_out(page)
    page.get_by_test_id("case-name").fill("The clipboard")
    page.get_by_test_id("case-keep").click()
    expect(dialog).to_be_hidden()
    page.goto(f"{url}/settings/cases")
    expect(page.get_by_test_id("case-row")).to_contain_text("The clipboard")
    no_serious_findings(page)
    nothing_sticks_out(page)
    with page.expect_download() as download:
        page.get_by_test_id("case-download").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    case = files.read_file(path).case
    assert (case.title, case.parts[0].words) == ("The clipboard", ("the day we hoped for",))
    page.get_by_test_id("case-delete").click()
    page.get_by_test_id("case-delete-confirm").click()
    expect(page.get_by_test_id("no-cases")).to_be_visible()
