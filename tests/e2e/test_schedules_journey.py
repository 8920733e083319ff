"""Schedules in the browser: from the filled form to a schedule that runs, is changed and goes; and a run for tomorrow."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, sign_up


def ask_when(page: Page, url: str) -> None:
    """Maya's form with the example in it, and its question when."""
    page.goto(f"{url}/agents/maya?example=1")
    expect(page.get_by_test_id("source-text")).not_to_be_empty()
    page.get_by_test_id("schedule-button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("when-dialog")).to_be_visible()


def test_a_schedule_from_the_form_to_its_end(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/schedules")
    expect(page.get_by_test_id("no-schedules")).to_be_visible()
    no_serious_findings(page)
    ask_when(page, instance_url.url)
    expect(page.get_by_test_id("when-preview")).to_contain_text("Every Monday at 09:00")
    page.get_by_test_id("when-day-4").click()
    expect(page.get_by_test_id("when-preview")).to_contain_text("Every Monday and Thursday at 09:00")
    expect(page.get_by_test_id("when-preview").locator("li")).to_have_count(5)
    page.get_by_test_id("when-repeat").select_option("cron")
    page.get_by_test_id("when-cron").fill("61 * * * *")
    expect(page.get_by_test_id("when-error-cron")).to_contain_text("minutes go from 0 to 59")
    page.get_by_test_id("when-cron").fill("0 7 L * *")
    expect(page.get_by_test_id("when-preview")).to_contain_text("Every month on the last day at 07:00")
    no_serious_findings(page)
    page.get_by_test_id("when-title").fill("Month end thread")
    page.get_by_test_id("when-title").press("Enter")

    page.wait_for_url("**/schedules")
    expect(page.get_by_test_id("schedule-row")).to_contain_text("Month end thread")
    no_serious_findings(page)
    nothing_sticks_out(page)
    page.get_by_test_id("schedule-pause").click()
    expect(page.get_by_test_id("schedule-state")).to_contain_text("Paused")
    page.get_by_test_id("schedule-resume").click()
    expect(page.get_by_test_id("schedule-state")).to_contain_text("On")

    page.get_by_test_id("schedule-edit").click()
    expect(page.get_by_test_id("when-title")).to_have_value("Month end thread")
    expect(page.get_by_test_id("when-repeat")).to_have_value("monthly")
    page.get_by_test_id("when-repeat").select_option("daily")
    page.get_by_test_id("when-save").click()
    expect(page.get_by_test_id("when-dialog")).to_be_hidden()
    expect(page.get_by_test_id("schedule-row")).to_contain_text("Every day at 07:00")

    page.get_by_test_id("schedule-run").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_test_id("job-status")).to_contain_text("Completed", timeout=30_000)
    page.goto(f"{instance_url.url}/schedules")
    page.get_by_test_id("schedule-last").click()
    page.wait_for_url("**/jobs/*")

    page.goto(f"{instance_url.url}/schedules")
    page.get_by_test_id("schedule-delete").click()
    page.get_by_test_id("delete-schedule-confirm").click()
    expect(page.get_by_test_id("no-schedules")).to_be_visible()


def test_a_run_for_tomorrow_waits_and_says_so(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    ask_when(page, instance_url.url)
    page.get_by_test_id("when-repeat").select_option("once")
    page.get_by_test_id("when-date").fill("2020-01-01")
    page.get_by_test_id("when-save").click()
    expect(page.get_by_test_id("when-error-date")).to_contain_text("passed already")
    page.get_by_test_id("when-cancel").click()
    expect(page.get_by_test_id("when-dialog")).to_be_hidden()

    ask_when(page, instance_url.url)
    page.get_by_test_id("when-repeat").select_option("once")
    page.get_by_test_id("when-save").click()
    page.wait_for_url("**/agents/maya?job=*")
    expect(page.get_by_test_id("why")).to_contain_text("It starts")
    expect(page.get_by_test_id("job-status").first).to_contain_text("Scheduled")
    expect(page.get_by_test_id("when-dialog")).to_be_hidden()
    nothing_sticks_out(page)


def test_the_run_button_still_runs_after_the_dialog_was_closed(page: Page, instance_url: Instance) -> None:
    sign_up(page, instance_url.url)
    ask_when(page, instance_url.url)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("when-dialog")).to_be_hidden()
    page.get_by_test_id("run-button").click()
    expect(page.get_by_test_id("thread")).to_be_visible(timeout=30_000)
