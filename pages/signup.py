"""Sign up: a native form post to /auth/signup. The time zone comes from the browser (app.js)."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import account, fields, identities
from components.account import MIN_PASSWORD
from components.buttons import app_link, button
from components.native_form import native_form
from components.public import code_messages, way_in
from components.theme import LINK
from pages.base import page
from state.identities import ProvidersState

MESSAGES: Final = {
    "invalid_input.name": "Write your name, up to 100 characters.",
    "invalid_input.email": "That is not an e-mail address we can use. Write it like name@company.com.",
    "invalid_input.password": f"Choose another password: at least {MIN_PASSWORD} characters, hard to guess, and none that has leaked.",
    "conflict.email": "There is an account with this e-mail address already. Log in instead.",
    "rate_limit_exceeded": "Many accounts were made from your network. Wait an hour, then try again.",
    "forbidden": "That request did not come from this page. Load the page again, then try once more.",
    "": "That did not work. No account was made; check the fields and try again.",
}


@page(route="/signup", title="Start free", role=None, on_load=ProvidersState.load, description="Make an account. No card needed.")
def signup() -> rx.Component:
    return way_in(
        code_messages(MESSAGES),
        native_form(
            fields.field(
                "Your name",
                fields.text_input(name="name", testid="name", required=True, size="lg", auto_complete="name", max_length=100),
                control_id="name",
            ),
            fields.field(
                "Work e-mail",
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
            account.new_password("Password"),
            fields.field(
                "Organisation",
                fields.text_input(name="organization", testid="organization", size="lg", auto_complete="organization", max_length=120),
                control_id="organization",
                hint="Your company or team. You can leave it empty.",
                optional=True,
            ),
            rx.el.input(type="hidden", name="timezone", custom_attrs={"data-timezone": "true"}),
            account.next_path(),
            button("Make my account", testid="sign-up", variant="pri", size="lg", kind="submit", full=True, cls="mt-1"),
            action="/auth/signup",
            method="post",
            class_name="grid gap-4",
            data_testid="signup-form",
            custom_attrs={"data-validate": "true"},
        ),
        identities.ways(ProvidersState.choices),
        rx.el.p(
            "Have an account? ",
            app_link("Log in", href="/login", testid="to-login", cls=LINK, custom_attrs={"data-keep-query": "true"}),
            class_name="text-center text-ink-3",
        ),
        title="Start free",
        line="No card. It works before you connect anything.",
    )
