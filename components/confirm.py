"""Show once more that it is you: what stands in place of a form that needs it, and the ways to do it on the page behind.

A button whose event needs it leads there by itself (`state/guard.py`); all come back to where the person was.
"""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import identities
from components.account import code, next_path, post_form, present_password
from components.buttons import link_button
from components.notes import note
from components.passkeys import passkey_form

LABEL: Final = "Confirm it is you"
_ACTION: Final = "/auth/confirm"


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
            post_form(present_password(), next_path(), action=_ACTION, label="Confirm", testid="confirm"),
            rx.fragment(),
        ),
        rx.cond(view.has_passkey, with_passkey(), rx.fragment()),
        identities.confirming(view.providers),
    )


def second_step() -> rx.Component:
    return post_form(code(), next_path(), action=f"{_ACTION}/code", label="Confirm", testid="confirm-code")


def with_passkey() -> rx.Component:
    return passkey_form(f"{_ACTION}/passkey")
