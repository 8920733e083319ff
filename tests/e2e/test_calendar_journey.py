"""The calendar in the browser: something is planned, dragged, moved by keys, and still there after a reload; by finger on a phone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out, sign_up


def today() -> date:
    return datetime.now(UTC).date()


def month_with_room() -> date:
    """A day in the middle of the month after this one: its neighbours are in the same grid, and none has passed."""
    return (today().replace(day=1) + timedelta(days=40)).replace(day=12)


def plan(page: Page, day: date, title: str) -> None:
    expect(page.get_by_test_id("entry-dialog")).to_be_visible()
    page.get_by_test_id("entry-title").fill(title)
    page.get_by_test_id("entry-day").fill(day.isoformat())
    page.get_by_test_id("entry-save").click()
    expect(page.get_by_test_id("entry-dialog")).to_be_hidden()


def cell(page: Page, day: date) -> Locator:
    return page.get_by_test_id(f"day-{day}")


def test_planned_dragged_and_moved_by_keys(page: Page, instance_url: Instance, size: str) -> None:
    if size == "phone":
        by_finger(page, instance_url.url)
        return
    sign_up(page, instance_url.url)
    first = month_with_room()
    page.goto(f"{instance_url.url}/calendar?date={first}")
    expect(page.get_by_test_id("nothing-yet")).to_be_visible()
    no_serious_findings(page)

    cell(page, first).click(position={"x": 60, "y": 60})
    expect(page.get_by_test_id("entry-day")).to_have_value(first.isoformat())
    expect(page.get_by_test_id("entry-title")).to_be_focused()
    no_serious_findings(page)
    page.get_by_test_id("entry-clock").fill("09:30")
    plan(page, first, "<b>Why we bake less</b>")
    entry = cell(page, first).locator("[data-entry]")
    expect(entry).to_contain_text("09:30")
    expect(entry).to_contain_text("<b>Why we bake less</b>")

    second = first + timedelta(days=9)
    drag(page, entry, cell(page, second))
    expect(cell(page, second).locator("[data-entry]")).to_contain_text("09:30")
    expect(cell(page, first).locator("[data-entry]")).to_have_count(0)
    expect(page.get_by_test_id("entry-dialog")).to_be_hidden()

    third = second + timedelta(days=8)
    cell(page, second).focus()
    for key in ("ArrowDown", "ArrowUp", "m"):
        page.keyboard.press(key)
    expect(page.get_by_test_id("move-dialog")).to_be_visible()
    expect(page.get_by_test_id("move-day")).to_have_value(second.isoformat())
    page.get_by_test_id("move-day").fill(third.isoformat())
    page.keyboard.press("Enter")
    page.get_by_test_id("move-dialog").wait_for(state="hidden")
    page.wait_for_function("() => !document.querySelector('[data-ghost]')")
    if third.month == first.month:
        expect(cell(page, third).locator("[data-entry]")).to_contain_text("09:30")
    page.goto(f"{instance_url.url}/calendar?date={third}")
    expect(cell(page, third).locator("[data-entry]")).to_contain_text("09:30")
    nothing_sticks_out(page)

    cell(page, third).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("entry-title")).to_have_value("<b>Why we bake less</b>")
    page.get_by_test_id("entry-state").select_option("approved")
    page.get_by_test_id("entry-save").click()
    expect(page.get_by_test_id("state-approved")).to_contain_text("1")
    for view in ("week", "list"):
        page.get_by_test_id(f"calendar-to-{view}").click()
        page.wait_for_url(f"**view={view}*")
        expect(page.locator("[data-entry]:visible")).to_have_count(1)
        no_serious_findings(page)
        nothing_sticks_out(page)
    page.locator("[data-entry]:visible").click()
    page.get_by_test_id("entry-delete").click()
    page.get_by_test_id("calendar-delete-confirm").click()
    expect(page.get_by_test_id("nothing-planned")).to_be_visible()


def test_a_drop_that_is_refused_comes_back(page: Page, instance_url: Instance, size: str) -> None:
    if size == "phone":
        return
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/calendar?date={today()}")
    page.wait_for_function("() => window.coexaiCalendar")
    cell(page, today()).focus()
    page.keyboard.press("n")
    plan(page, today(), "Stays here")
    entry = cell(page, today()).locator("[data-entry]")
    page.goto(f"{instance_url.url}/calendar?view=week&date={today()}")
    past = today() - timedelta(days=1)
    if past.weekday() == 6:  # the week begins today: the month has the day before
        page.goto(f"{instance_url.url}/calendar?date={today()}")
    if not cell(page, past).count():
        return
    drag(page, entry, cell(page, past))
    expect(page.get_by_text("This day has passed")).to_be_visible()
    expect(entry).to_contain_text("Stays here")
    expect(cell(page, past).locator("button:not([data-add])")).to_have_count(0)


def test_the_secret_address_answers_until_it_is_switched_off(page: Page, instance_url: Instance, size: str) -> None:
    sign_up(page, instance_url.url)
    page.goto(f"{instance_url.url}/calendar?date={month_with_room()}")
    page.get_by_test_id("calendar-new").click()
    plan(page, month_with_room(), "In every calendar")
    page.get_by_test_id("calendar-more").click()
    page.get_by_test_id("calendar-feed-open").click()
    page.get_by_test_id("feed-make").click()
    address = page.get_by_test_id("feed-url").inner_text()
    assert re.fullmatch(r"http://localhost:\d+/calendar/cxc_[\w-]{43}\.ics", address)
    no_serious_findings(page)
    nothing_sticks_out(page)
    read = page.request.get(address)
    assert read.status == 200 and "In every calendar" in read.text()
    page.get_by_test_id("feed-kept").click()
    page.get_by_test_id("calendar-more").click()
    page.get_by_test_id("calendar-feed-open").click()
    expect(page.get_by_test_id("feed-there")).to_contain_text(address[-8:-4])
    expect(page.get_by_test_id("feed-url")).to_have_count(0)
    page.get_by_test_id("feed-off").click()
    expect(page.get_by_test_id("feed-there")).to_have_count(0)
    assert page.request.get(address).status == 404


def by_finger(page: Page, url: str) -> None:
    """The agenda of a phone: a finger rests on an entry, and takes it to another day."""
    sign_up(page, url)
    first = month_with_room()
    page.goto(f"{url}/calendar?date={first}")
    expect(page.get_by_test_id("nothing-planned")).to_be_visible()
    for day, title in ((first, "Goes"), (first + timedelta(days=1), "Stays")):
        page.get_by_test_id("calendar-new").click()
        plan(page, day, title)
    goes, to = (
        page.get_by_text("Goes", exact=True).and_(page.locator(":visible")),
        page.get_by_test_id(f"list-day-{first + timedelta(days=1)}"),
    )
    expect(to).to_contain_text("Stays")
    no_serious_findings(page)
    nothing_sticks_out(page)
    goes.scroll_into_view_if_needed()
    start, end = goes.bounding_box(), to.bounding_box()
    assert start and end
    device = page.context.new_cdp_session(page)
    x, y = start["x"] + 20, start["y"] + 8

    def touch(kind: str, *points: dict[str, float]) -> None:
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    expect(page.locator("[data-calendar-said]")).to_contain_text("Dragging")
    for part in (0.3, 0.7, 1.0):
        touch("touchMove", {"x": x, "y": y + (end["y"] + 20 - y) * part})
    touch("touchEnd")
    expect(to).to_contain_text("Goes")
    expect(page.get_by_test_id(f"list-day-{first}")).to_have_count(0)
    expect(page.get_by_test_id("entry-dialog")).to_be_hidden()
    page.reload()
    expect(to).to_contain_text("Goes")
    nothing_sticks_out(page)


def drag(page: Page, entry: Locator, to: Locator) -> None:
    entry.hover()
    page.mouse.down()
    box = to.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 30, steps=4)
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.up()
