"""Show once more that it is you, in one step or in two; then back to what needed it."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import confirm, identities, passkeys
from components.buttons import app_link
from components.public import code_messages, way_in
from components.theme import LINK
from pages.base import page
from state.confirm import ConfirmState

MESSAGES: Final = {
    **identities.MESSAGES,
    "unauthenticated": "The password is not right. Try again.",
    "wrong_code": "This code is not right, or it was used already. Wait for the next one, and check the time of your phone.",
    "passkey_refused": "This passkey was not accepted. Try again, or confirm in another way.",
    "sign_in_expired": "That took too long. Start again.",
    "rate_limit_exceeded": "Too many tries. Wait a while, then try again: your account is not locked.",
    "forbidden": "That request did not come from this page. Load the page again, then try once more.",
    "": "That did not work. Nothing was changed; try again.",
}


@page(route="/confirm", title="Confirm it is you", role=None, on_load=ConfirmState.load, description="Show again that it is you.")
def first_step() -> rx.Component:
    view = ConfirmState.view
    return way_in(
        passkeys.script(),
        code_messages(MESSAGES),
        rx.cond(
            view.nothing,
            rx.el.p(
                "Your account has no password. Sign in again below, or ",
                app_link("set a password", href="/forgot-password", testid="to-forgot", cls=LINK),
                " with the link of a mail.",
                class_name="text-ink-2",
                data_testid="no-password",
            ),
            rx.fragment(),
        ),
        confirm.ways(view),
        _go_back(),
        title="Confirm it is you",
        line="You logged in more than ten minutes ago, and what you are about to do needs a fresh proof. It then counts for ten minutes.",
    )


@page(
    route="/confirm/code",
    title="Confirm it is you, second step",
    role=None,
    on_load=ConfirmState.load,
    description="The second step of showing again that it is you.",
)
def second_step() -> rx.Component:
    return way_in(
        passkeys.script(),
        code_messages(MESSAGES),
        confirm.second_step(),
        rx.cond(ConfirmState.view.has_passkey, confirm.with_passkey(), rx.fragment()),
        _go_back(),
        title="One more step",
        line="The first step was right. Your account has a second one, and what you are about to do asks for both.",
    )


def _go_back() -> rx.Component:
    return rx.el.p(app_link("Go back without it", href="/home", testid="to-home", cls=LINK), class_name="text-center text-ink-3")
