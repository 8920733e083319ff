"""Show once more that it is you: what stands in place of a form that needs it, and the ways to do it on the page behind.

A button whose event needs it leads there by itself (`state/guard.py`); all come back to where the person was.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import fields, identities, passkeys
from components.account import post_form, present_password
from components.buttons import link_button
from components.native_form import native_form
from components.notes import note
from components.vars import Child

LABEL = "Confirm it is you"


def needed(back_to: str, *, testid: str) -> rx.Component:
    """In place of a form, or before one that is closed: why, and the way there."""
    return note(
        "You logged in more than ten minutes ago, and what you do here decides who gets in.",
        title="Confirm that it is you first.",
        icon="shield-check",
        action=link_button(LABEL, f"/confirm?next={back_to}", testid=testid, size="sm"),
        testid=f"{testid}-needed",
        cls="mb-4",
    )


def ways(view: Any) -> rx.Component:
    """`view` is a var of `ConfirmView`."""
    return rx.fragment(
        rx.cond(
            view.has_password,
            post_form(present_password(), next_path(), action="/auth/confirm", label="Confirm", testid="confirm"),
            rx.fragment(),
        ),
        rx.cond(view.has_passkey, with_passkey(), rx.fragment()),
        identities.confirming(view.providers),
    )


def second_step() -> rx.Component:
    return post_form(
        fields.field(
            "Code",
            fields.text_input(
                name="code", testid="code", required=True, size="lg", auto_complete="one-time-code", max_length=40, auto_focus=True
            ),
            control_id="code",
            hint="Six digits from your authenticator app, or one of your recovery codes.",
        ),
        next_path(),
        action="/auth/confirm/code",
        label="Confirm",
        testid="confirm-code",
    )


def with_passkey() -> rx.Component:
    return native_form(
        next_path(),
        passkeys.passkey_button("Use a passkey", testid="use-passkey", options="/auth/confirm/passkey/options", size="lg"),
        action="/auth/confirm/passkey",
        method="post",
        data_testid="passkey-form",
    )


def next_path() -> Child:
    """Where to go on afterwards, put in by app.js."""
    return rx.el.input(type="hidden", name="next", custom_attrs={"data-next": "true"})
