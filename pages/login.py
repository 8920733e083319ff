"""Log in: a native form post to /auth/login."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import account, fields, identities, passkeys
from components.buttons import app_link, button
from components.native_form import native_form
from components.public import code_messages, way_in
from components.theme import LINK
from pages.base import page
from state.identities import ProvidersState

MESSAGES: Final = {
    "unauthenticated": "The e-mail address or the password is not right. Check both and try again.",
    "rate_limit_exceeded": "Too many tries. Wait a minute, then try again: your account is not locked.",
    "sign_in_expired": "That log-in took too long, or was used already. Start again with your password.",
    "passkey_refused": "This passkey was not accepted. Try again, or log in with your password.",
    "access_ended": "Your session was ended, or you have no access to this organisation any more. Log in to go on.",
    **identities.MESSAGES,
    "forbidden": "That request did not come from this page. Load the page again, then log in.",
    "": "That did not work. Nothing was changed; try again.",
}
DONE: Final = {
    "reset": "Your new password counts from now on, and every other device was logged out. Log in with it.",
    "deleted": "Your account is in the trash for 30 days. Log in within that time to get it back.",
    "organization": "The organisation was your only one, and is in the trash for 30 days. Log in, and restore it under Organisation.",
    "left": "You left the organisation, and belong to no other one. Log in to begin in one of your own.",
    "": "Done. Log in to go on.",
}


@page(route="/login", title="Log in", role=None, on_load=ProvidersState.load, description="Log in to CoExAI.")
def login() -> rx.Component:
    return way_in(
        passkeys.script(),
        code_messages(MESSAGES),
        code_messages(DONE, testid="form-done", done=True),
        native_form(
            fields.field(
                "E-mail",
                fields.text_input(
                    name="email",
                    testid="email",
                    kind="email",
                    required=True,
                    size="lg",
                    auto_complete="username",
                    input_mode="email",
                    max_length=320,
                ),
                control_id="email",
            ),
            fields.field(
                "Password",
                fields.password_input(name="password", testid="password", autocomplete="current-password"),
                control_id="password",
                aside=app_link("Forgot it?", href="/forgot-password", testid="to-forgot", cls=LINK),
            ),
            account.next_path(),
            button("Log in", testid="log-in", variant="pri", size="lg", kind="submit", full=True, cls="mt-1"),
            action="/auth/login",
            method="post",
            class_name="grid gap-4",
            data_testid="login-form",
            custom_attrs={"data-validate": "true"},
        ),
        passkeys.passkey_form("/auth/login/passkey", label="Log in with a passkey", testid="passkey-log-in"),
        identities.ways(ProvidersState.choices),
        rx.el.p(
            "New here? ",
            app_link("Start free", href="/signup", testid="to-signup", cls=LINK, custom_attrs={"data-keep-query": "true"}),
            class_name="text-center text-ink-3",
        ),
        title="Welcome back",
        line="Your jobs kept running while you were away.",
    )
