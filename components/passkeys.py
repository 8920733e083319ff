"""The button that asks for a passkey, and the small script behind it, which only pages with such a button load."""

from __future__ import annotations

import reflex as rx

from components import theme
from components.account import next_path
from components.buttons import button
from components.icons import icon
from components.native_form import native_form
from components.said import said


def script() -> rx.Component:
    """`assets/passkeys.js`; once on a page is enough."""
    return rx.el.script(src="/passkeys.js", custom_attrs={"async": True})


def passkey_form(action: str, *, label: str = "Use a passkey", testid: str = "use-passkey") -> rx.Component:
    """A form of its own that shows a passkey to `action`, whose challenge comes from `action`/options, and goes on to where one was."""
    return native_form(
        next_path(),
        passkey_button(label, testid=testid, options=f"{action}/options", size="lg"),
        action=action,
        method="post",
        data_testid="passkey-form",
    )


def passkey_button(label: str, *, testid: str, create: bool = False, options: str, variant: str = "sec", size: str = "md") -> rx.Component:
    """Inside a form: fills its field `credential` and sends it. `options` is the address of the challenge; an error stands below."""
    return rx.el.div(
        rx.el.input(type="hidden", name="credential"),
        button(
            label,
            testid=testid,
            icon="key-round",
            variant=variant,
            size=size,
            full=size == "lg",
            custom_attrs={"data-passkey": "create" if create else "get", "data-options": options},
        ),
        rx.el.p(
            icon("circle-alert", 14, "mt-px"),
            said(),
            class_name=theme.ERROR,
            hidden=True,
            role="alert",
            data_testid=f"{testid}-error",
            custom_attrs={"data-passkey-error": "true"},
        ),
        class_name="grid gap-[5px]",
    )
