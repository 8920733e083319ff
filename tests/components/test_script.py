"""assets/app.js in a real browser, on a page that holds nothing but the attributes that the components set.

The page comes from a local server under the strict content security policy of the product: eval or inline code would fail.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser import CHROMIUM

ASSETS = Path(__file__).parents[2] / "assets"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'"
T = TypeVar("T")
Play = Callable[[Callable[[Page], T]], T]

PAGE = """<!doctype html>
<html lang="en"><head><title>x</title>
<link rel="stylesheet" href="/tokens.css"><link rel="stylesheet" href="/app.css"><script src="/app.js" defer></script></head>
<body><h1>One</h1>
<button id="menu-button" data-menu="true" aria-haspopup="menu" aria-expanded="false" aria-controls="menu">Menu</button>
<div id="menu" role="menu" hidden>
  <button role="menuitem" tabindex="-1" id="apple">Apple</button><button role="menuitem" tabindex="-1" id="pear">Pear</button>
  <button role="menuitemradio" tabindex="-1" data-theme-set="dark" id="dark">Dark</button>
</div>
<div data-tabs="tab">
  <div role="tablist">
    <button role="tab" data-tab="a" id="ta" aria-controls="pa" aria-selected="true">A</button>
    <button role="tab" data-tab="b" id="tb" aria-controls="pb" aria-selected="false">B</button>
  </div>
  <div id="pa" role="tabpanel">first</div><div id="pb" role="tabpanel" hidden>second</div>
</div>
<div data-evidence="e">
  <p><b class="cl" role="button" tabindex="0" data-claim="1">14%</b> <b class="cl" role="button" tabindex="0" data-claim="2">6%</b></p>
  <p><span class="sp" data-claim="1">14%</span> <span class="sp" data-claim="2">6%</span></p>
  <ul><li class="claim-row" data-claim="1">1</li><li class="claim-row" data-claim="2">2</li></ul>
</div>
<button id="open" data-open="ask">Ask</button>
<dialog id="ask" class="dlg"><button data-close="true" id="keep">Keep</button><input id="typed" value=""></dialog>
<button id="asks" data-asks="served">Ask the server</button>
<dialog id="served" class="dlg" data-show=""><button data-close="true" id="served-keep">Keep</button></dialog>
<dialog id="palette" class="dlg"><input role="combobox" aria-controls="list">
  <div id="list" role="listbox"><div role="group">
    <div role="option" id="o1"><a href="#jobs">Jobs</a></div><div role="option" id="o2"><a href="#home">Home</a></div>
  </div></div>
</dialog>
<form id="form" data-validate="true" action="/sent" method="post">
  <label for="email">E-mail</label><input id="email" name="email" type="email" required>
  <p data-invalid="email" hidden><span></span></p>
  <label for="password">Password</label>
  <input id="password" name="password" type="password" minlength="10" required autocomplete="new-password">
  <p data-invalid="password" hidden><span></span></p>
  <button type="button" data-reveal="password" id="reveal">Show</button>
  <input type="hidden" name="timezone" data-timezone="true"><input type="hidden" name="next" data-next="true">
  <button type="submit" id="send">Send</button>
</form>
<div data-drop="/api/v1/files" data-drop-name="file" data-drop-multiple="false">
  <input type="file" data-drop-input="true" id="file"><div data-drop-rows="true"></div>
  <input type="hidden" name="file" data-drop-value="true">
</div>
<div data-errors="true" id="errors" hidden>
  <p data-error="unauthenticated" hidden>Not right.</p><p data-error="" hidden>Did not work.</p>
</div>
<div data-toast="0" data-testid="say" id="say" hidden><span data-toast-text="true"></span></div>
<a href="#end" id="jump">Jump</a><main id="end">end</main>
</body></html>"""


class Site(BaseHTTPRequestHandler):
    """The page, the assets, and an upload endpoint that refuses what is named bad."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        file = ASSETS / path.lstrip("/")
        body = file.read_bytes() if path != "/" and file.is_file() else PAGE.encode()
        kind = {".js": "text/javascript", ".css": "text/css"}.get(file.suffix, "text/html; charset=utf-8")
        self._answer(200, body, kind)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/sent":
            return self._answer(200, body, "text/plain")
        if b"bad.pdf" in body:
            return self._answer(422, json.dumps({"error": {"message": "bad.pdf has a password."}}).encode(), "application/json")
        assert b'name="file"' in body
        return self._answer(201, json.dumps({"id": "file-1", "size_label": "4 bytes", "kind_label": "Text"}).encode(), "application/json")

    def log_message(self, *_: Any) -> None:
        return

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[tuple[ThreadPoolExecutor, Any]]:
    """A browser in a thread of its own: Playwright allows one per thread, and the journeys have theirs."""
    pool = ThreadPoolExecutor(1)
    engine = pool.submit(lambda: sync_playwright().start()).result()
    opened = pool.submit(lambda: engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])).result()
    yield pool, opened
    pool.submit(opened.close).result()
    pool.submit(engine.stop).result()
    pool.shutdown()


@pytest.fixture
def play(browser: tuple[ThreadPoolExecutor, Any], address: str) -> Iterator[Play[Any]]:
    """Runs a function on a fresh page; a script error fails the test."""
    pool, opened = browser
    errors: list[str] = []

    def run(story: Callable[[Page], Any], path: str = "/", **options: Any) -> Any:
        def tell() -> Any:
            context = opened.new_context(timezone_id="Europe/Paris", **options)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address + path)
            try:
                return story(page)
            finally:
                context.close()

        return pool.submit(tell).result()

    yield run
    assert errors == []


def focused(page: Page) -> Any:
    return page.evaluate("() => document.activeElement.id")


class TestTabs:
    def test_arrows_move_and_the_address_remembers(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#ta").focus()
            page.keyboard.press("ArrowRight")
            assert focused(page) == "tb"
            assert page.locator("#pb").is_visible()
            assert page.url.endswith("?tab=b")
            page.keyboard.press("Home")
            assert "tab=" not in page.url

        play(story)

    def test_the_address_opens_a_tab(self, play: Any) -> None:
        play(lambda page: page.locator("#pb").wait_for(state="visible"), "/?tab=b")


class TestEvidence:
    LIT = "() => [...document.querySelectorAll('[data-lit]')].map((el) => el.className + el.dataset.claim)"

    def test_exactly_one_pair_is_lit(self, play: Any) -> None:
        def story(page: Page) -> None:
            assert page.evaluate(self.LIT) == ["cl1", "sp1", "claim-row1"]
            page.keyboard.press("j")
            assert page.evaluate(self.LIT) == ["cl2", "sp2", "claim-row2"]
            page.keyboard.press("k")
            assert page.evaluate(self.LIT) == ["cl1", "sp1", "claim-row1"]
            page.locator(".claim-row[data-claim='2']").hover()
            assert page.locator("[aria-current=true]").inner_text() == "2"

        play(story)

    def test_on_a_phone_a_claim_opens_its_source(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator(".cl[data-claim='2']").tap()
            sheet = page.get_by_test_id("source-sheet")
            assert "6%" in sheet.inner_text()
            page.keyboard.press("Escape")
            sheet.wait_for(state="detached")

        play(story, viewport={"width": 390, "height": 844}, has_touch=True)


class TestMenus:
    def test_keys(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#menu-button").focus()
            page.keyboard.press("ArrowDown")
            assert focused(page) == "apple"
            page.keyboard.press("p")
            assert focused(page) == "pear"
            page.keyboard.press("Escape")
            assert focused(page) == "menu-button"
            assert page.locator("#menu").is_hidden()

        play(story)

    def test_the_theme_is_kept_in_both_places(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#menu-button").click()
            page.locator("#dark").click()
            assert page.evaluate("() => document.documentElement.classList.contains('dark')")
            assert page.evaluate("() => [localStorage.theme, document.cookie]") == ["dark", "theme=dark"]
            assert page.locator("#dark").get_attribute("aria-checked") == "true"

        play(story)


class TestDialogs:
    def test_it_closes_by_escape_unless_something_was_typed(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#open").click()
            page.keyboard.press("Escape")
            assert page.locator("#ask").is_hidden()
            assert focused(page) == "open"
            page.locator("#open").click()
            page.locator("#typed").fill("a reason")
            page.keyboard.press("Escape")
            assert page.locator("#ask").is_visible()
            page.locator("#keep").click()
            assert page.locator("#ask").is_hidden()

        play(story)

    def test_the_palette_filters_and_goes(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.keyboard.press("Control+k")
            page.keyboard.type("hom")
            assert page.locator("#o1").is_hidden()
            page.keyboard.press("Enter")
            assert page.url.endswith("#home")
            assert page.locator("#palette").is_hidden()

        play(story)


class TestForms:
    def test_a_wrong_field_is_said_and_focused_and_nothing_is_sent(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#email").fill("nobody")
            page.locator("#password").fill("short")
            page.locator("#send").click()
            assert "name@company.com" in page.locator("[data-invalid=email]").inner_text()
            assert "at least 10" in page.locator("[data-invalid=password]").inner_text()
            assert focused(page) == "email"
            page.locator("#email").fill("ana@company.example")
            assert page.locator("[data-invalid=email]").is_hidden()

        play(story)

    def test_what_was_typed_comes_back_after_a_refusal_but_no_password(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#email").fill("ana@company.example")
            page.locator("#password").fill("a long sentence")
            page.locator("#reveal").click()  # a password that is shown is one, too
            page.locator("#send").click()
            page.wait_for_url("**/sent")
            page.goto(page.url.replace("/sent", "/?error=unauthenticated"))
            assert page.locator("#email").input_value() == "ana@company.example"
            assert page.locator("#password").input_value() == ""
            page.goto(page.url)
            assert page.locator("#email").input_value() == ""

        play(story)

    def test_a_right_form_goes_with_the_zone_and_a_local_next(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#email").fill("ana@company.example")
            page.locator("#password").fill("a long sentence")
            page.keyboard.press("Control+Enter")
            page.wait_for_url("**/sent")
            body = page.inner_text("body")
            assert "timezone=Europe%2FParis" in body
            assert "next=%2Fjobs" in body

        play(story, "/?next=/jobs")

    @pytest.mark.parametrize("next_path", ["//evil.example", "/\\evil.example", "https://evil.example"])
    def test_next_never_leads_to_another_site(self, play: Any, next_path: str) -> None:
        assert play(lambda page: page.locator("[data-next]").input_value(), f"/?next={next_path}") == ""

    def test_the_password_can_be_shown(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#reveal").click()
            assert page.locator("#password").get_attribute("type") == "text"

        play(story)


class TestCodesInTheAddress:
    @pytest.mark.parametrize(("code", "said"), [("unauthenticated", "Not right."), ("<b>free text</b>", "Did not work."), ("", "")])
    def test_only_our_sentences_are_shown(self, play: Any, code: str, said: str) -> None:
        assert play(lambda page: page.locator("#errors").inner_text().strip() if code else "", f"/?error={code}") == said


class TestUploads:
    def test_the_id_lands_in_the_hidden_input(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#file").set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"four"})
            row = page.get_by_test_id("upload-row").and_(page.locator("[data-state=done]"))
            row.wait_for()
            assert "Text, 4 bytes" in row.inner_text()
            assert page.locator("[data-drop-value]").input_value() == "file-1"
            page.locator("#file").set_input_files({"name": "bad.pdf", "mimeType": "application/pdf", "buffer": b"x"})
            page.locator("[data-state=failed]").wait_for()
            assert "has a password" in page.get_by_test_id("upload-row").inner_text()
            assert page.locator("[data-drop-value]").input_value() == ""
            page.get_by_test_id("upload-stop").click()
            assert page.get_by_test_id("upload-row").count() == 0

        play(story)

    def test_several_files_that_are_there_from_the_start_have_a_row_each(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.evaluate(
                """() => {
                  const zone = document.querySelector("[data-drop]");
                  zone.dataset.dropMultiple = "true";
                  zone.dataset.dropFile = "one.md\\ntwo, too.md";
                  zone.dataset.dropGiven = "file-1,file-2";
                  document.body.append(document.createElement("i"));
                }"""
            )
            page.get_by_role("button", name="Remove two, too.md").wait_for()
            assert page.get_by_test_id("upload-row").count() == 2
            assert page.locator("[data-drop-value]").input_value() == "file-1,file-2"
            page.get_by_role("button", name="Remove one.md").click()
            assert page.locator("[data-drop-value]").input_value() == "file-2"

        play(story)

    def test_a_file_that_is_there_from_the_start_has_its_row_and_can_be_taken_away(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.evaluate(
                """() => {
                  const zone = document.querySelector("[data-drop]");
                  zone.dataset.dropFile = "before.md";
                  zone.dataset.dropGiven = "file-0";
                  document.body.append(document.createElement("i"));
                }"""
            )
            row = page.get_by_test_id("upload-row")
            row.wait_for()
            assert "before.md" in row.inner_text()
            assert page.locator("[data-drop-value]").input_value() == "file-0"
            page.get_by_role("button", name="Remove before.md").click()
            page.evaluate("() => document.body.append(document.createElement('i'))")
            page.wait_for_timeout(50)
            assert row.count() == 0
            assert page.locator("[data-drop-value]").input_value() == ""

        play(story)


class TestTimers:
    @pytest.mark.parametrize(("ago", "ahead", "shown"), [(5_400, 0, "5 s"), (65_000, 3_600_000, "1 min 5 s"), (-9_000, 0, "0 s")])
    def test_count_up_by_the_servers_clock(self, play: Any, ago: int, ahead: int, shown: str) -> None:
        def story(page: Page) -> None:
            page.evaluate(
                """([ago, ahead]) => {
                  const server = Date.now() - ahead, box = document.createElement("ol"), timer = document.createElement("span");
                  box.dataset.clock = server;
                  timer.dataset.since = server - ago;
                  timer.id = "timer";
                  box.append(timer);
                  document.body.append(box);
                }""",
                [ago, ahead],
            )
            page.wait_for_function("(text) => document.querySelector('#timer').textContent === text", arg=shown, timeout=900)

        play(story)

    def test_tick(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.evaluate(
                "() => { const el = document.createElement('span'); el.dataset.since = Date.now(); el.id = 't'; document.body.append(el); }"
            )
            page.wait_for_function("() => document.querySelector('#t').textContent === '2 s'", timeout=4_000)

        play(story)


class TestToasts:
    def test_a_new_key_says_the_words_as_text(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.evaluate(
                "() => { const el = document.querySelector('#say'); el.firstChild.textContent = '<b>Saved</b>'; el.dataset.toast = '1'; }"
            )
            toast = page.get_by_test_id("toast")
            toast.wait_for()
            assert toast.inner_text() == "<b>Saved</b>"

        play(story)

    def test_a_page_that_is_loaded_anew_does_not_repeat_them(self, play: Any) -> None:
        def story(page: Page) -> None:
            say = "k => { const el = document.querySelector('#say'); el.firstChild.textContent = 'Saved'; el.dataset.toast = k; }"
            page.evaluate(say, "1")
            page.get_by_test_id("toast").wait_for()
            page.reload()
            page.evaluate(say, "1")
            page.evaluate("() => document.querySelector('#say').firstChild.textContent = 'More'")
            page.wait_for_timeout(300)
            assert page.get_by_test_id("toast").count() == 0
            page.evaluate(say, "2")
            page.get_by_test_id("toast").wait_for()

        play(story)


class TestPlaces:
    def test_a_jump_moves_the_focus(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.locator("#jump").click()
            assert focused(page) == "end"

        play(story)


class TestDialogsThatTheServerOpens:
    SHOW = "(key) => document.getElementById('served').setAttribute('data-show', key)"

    def test_the_first_time_again_and_only_for_who_asked(self, play: Any) -> None:
        def story(page: Page) -> None:
            served = page.locator("#served")
            page.evaluate(self.SHOW, "for somebody else")
            page.wait_for_timeout(300)
            assert not served.is_visible()
            for key in ("a", "b"):
                page.locator("#asks").click()
                page.evaluate(self.SHOW, key)
                served.wait_for(state="visible")
                page.locator("#served-keep").click()
                served.wait_for(state="hidden")
            page.locator("#asks").click()
            page.evaluate(self.SHOW, "c")
            served.wait_for(state="visible")
            page.evaluate(self.SHOW, "")
            served.wait_for(state="hidden")

        play(story)

    def test_in_a_tab_that_gets_no_frames(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.evaluate("() => { window.requestAnimationFrame = () => 0; }")
            page.locator("#asks").click()
            page.evaluate(self.SHOW, "a")
            page.wait_for_function("() => document.getElementById('served').open", polling=100)

        play(story)

    def test_a_dialog_that_comes_with_its_answer(self, play: Any) -> None:
        def story(page: Page) -> None:
            page.evaluate("() => { document.getElementById('served').remove(); }")
            page.locator("#asks").click()
            page.evaluate(
                "() => { const box = document.createElement('dialog'); Object.assign(box, {id: 'served'}); box.dataset.show = 'a';"
                " document.body.append(box); }"
            )
            page.wait_for_function("() => document.getElementById('served').open")

        play(story)
