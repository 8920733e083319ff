"""The second step of a log-in: a code or a passkey, as native form posts."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import account, passkeys
from components.buttons import app_link, button
from components.native_form import native_form
from components.public import code_messages, way_in
from components.theme import LINK
from pages.base import page

MESSAGES: Final = {
    "wrong_code": "This code is not right, or it was used already. Wait for the next one, and check the time of your phone.",
    "rate_limit_exceeded": "Too many wrong codes. Wait a while, at most an hour, then try again.",
    "passkey_refused": "This passkey was not accepted. Try again, or use a code.",
    "forbidden": "That request did not come from this page. Load the page again, then try once more.",
    "": "That did not work. Nothing was changed; try again.",
}


@page(route="/login/second-step", title="Second step", role=None, description="The second step of your log-in.")
def second_step() -> rx.Component:
    return way_in(
        passkeys.script(),
        code_messages(MESSAGES),
        native_form(
            account.code(),
            account.next_path(),
            button("Log in", testid="send-code", variant="pri", size="lg", kind="submit", full=True, cls="mt-1"),
            action="/auth/second-step",
            method="post",
            class_name="grid gap-4",
            data_testid="code-form",
            custom_attrs={"data-validate": "true"},
        ),
        passkeys.passkey_form("/auth/second-step/passkey"),
        rx.el.p(
            app_link("Start again", href="/login", testid="to-login", cls=LINK, custom_attrs={"data-keep-query": "true"}),
            class_name="text-center text-ink-3",
        ),
        title="One more step",
        line="The first step was right. Now show that it is you.",
    )
