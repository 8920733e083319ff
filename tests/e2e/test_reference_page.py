"""The API reference in the browser: for everybody, at both sizes, light and dark, with the keyboard, and without scripts."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import FULL
from tests.e2e.journey import Instance, no_serious_findings, nothing_sticks_out

# All endpoints are made by one function, and looking at the colours of all of them takes half a minute (COEXAI_BROWSER=full does).
_A_FEW = """() => {
    for (const [kind, most] of [[".op", 9], [".shape", 3]])
        [...document.querySelectorAll(kind)].slice(most).forEach(el => el.remove());
    document.querySelectorAll("details").forEach(el => { el.open = true; });
}"""


def test_it_reads_well(page: Page, instance_url: Instance) -> None:
    page.goto(f"{instance_url.url}/docs/api")
    expect(page.get_by_role("heading", name="API reference", level=1)).to_be_visible()
    nothing_sticks_out(page)
    if not FULL:
        page.evaluate(_A_FEW)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.locator("html.dark")).to_have_count(int(scheme == "dark"))
        no_serious_findings(page)


def test_finding_reading_and_copying(page: Page, instance_url: Instance, size: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{instance_url.url}/docs/api")
    contents = page.locator("#nav")
    expect(contents).to_be_visible(visible=size == "desktop")
    page.keyboard.press("/")
    sought = page.locator("#filter")
    expect(sought).to_be_focused()
    sought.fill("post jobs resume")
    expect(contents.locator("li a:visible")).to_have_text(["Resume a jobPOST"])
    sought.fill("no such thing")
    expect(page.locator("#none")).to_be_visible()
    sought.fill("create a job")
    sought.press("Enter")
    page.wait_for_url("**/docs/api#post-agents-agent-jobs")
    expect(page.locator("#post-agents-agent-jobs")).to_be_in_viewport()
    expect(contents).to_be_visible(visible=size == "desktop")

    job = page.locator("[aria-labelledby=post-agents-agent-jobs]")
    expect(job.locator("[data-lang=curl]").first).to_be_visible()
    job.get_by_role("button", name="Python").first.click()
    expect(job.get_by_role("button", name="Python", pressed=True)).to_be_focused()
    expect(page.locator(".sample > [data-lang=curl]:visible")).to_have_count(0)
    job.get_by_role("button", name="Copy").first.click()
    expect(job.get_by_role("button", name="Copied")).to_be_visible()
    copied = str(page.evaluate("() => navigator.clipboard.readText()"))
    assert copied.startswith("import os\n\nimport httpx\n")
    compile(copied, "copied", "exec")
    page.reload()
    expect(page.locator(".sample > [data-lang=python]").first).to_be_visible()
    if size == "phone":
        page.locator("#menu").click()
        expect(contents).to_be_visible()
        nothing_sticks_out(page)
        expect(sought).to_be_in_viewport(ratio=1)
        assert page.evaluate("() => { const box = document.querySelector('#nav'); return box.scrollHeight > box.clientHeight; }")
        page.keyboard.press("Escape")
        expect(contents).to_be_hidden()
        expect(page.locator("#menu")).to_be_focused()


def test_the_theme_is_the_apps(page: Page, instance_url: Instance, size: str) -> None:
    page.goto(f"{instance_url.url}/docs/api")
    if size == "desktop":
        page.get_by_label("Theme").select_option("dark")
        expect(page.locator("html.dark")).to_have_count(1)
        page.goto(f"{instance_url.url}/login")
        expect(page.locator("html.dark")).to_have_count(1)
        page.goto(f"{instance_url.url}/docs/api")  # where nothing but this test writes down a theme
    page.evaluate("() => localStorage.setItem('theme', 'light')")
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.locator("html.dark")).to_have_count(0)


def test_without_scripts_everything_is_there(browser: Browser, instance_url: Instance) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{instance_url.url}/docs/api#get-jobs")
    job = page.locator("[aria-labelledby=get-jobs]")
    for language in ("curl", "python"):
        expect(job.locator(f"[data-lang={language}]")).to_be_visible()
    expect(page.locator("#nav a[href='#get-jobs']")).to_be_visible()
    expect(page.locator("button:visible")).to_have_count(0)
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 18, 16)")
    context.close()
