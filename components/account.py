"""The parts of the account pages: forms that the browser posts itself, and the rows of open sessions."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, theme
from components.buttons import button, link_button
from components.chips import chip
from components.icons import icon
from components.native_form import native_form
from components.panel import panel
from components.skeleton import skeleton_rows
from components.times import moment
from components.vars import Child, concat, cx

MIN_PASSWORD: Final = 10
_ONCE: Final = "[main:has(:is([data-errors=done],[data-error=dead_link]):not([hidden]))_&]:hidden"


def post_form(
    *children: Child, action: str, label: str, testid: str, variant: str = "pri", size: str = "lg", full: bool = True, once: bool = False
) -> rx.Component:
    """A form to /auth/…, checked by app.js before it leaves. With `once` it is gone when its page says that all is
    done, or that the link is dead."""
    return native_form(
        *children,
        button(
            label,
            testid=f"{testid}-send",
            variant=variant,
            size=size,
            kind="submit",
            full=full,
            cls="" if full else "justify-self-start max-md:w-full",
        ),
        action=action,
        method="post",
        class_name=cx("grid gap-4", _ONCE if once else ""),
        data_testid=testid,
        custom_attrs={"data-validate": "true"},
    )


def present_password(name: str = "password", label: str = "Password", size: str = "lg") -> rx.Component:
    return fields.field(label, fields.password_input(name=name, testid=name, autocomplete="current-password", size=size), control_id=name)


def new_password(label: str = "New password", size: str = "lg") -> rx.Component:
    """The field with its meter."""
    return rx.el.div(
        fields.field(
            label,
            fields.password_input(name="password", testid="password", autocomplete="new-password", min_length=MIN_PASSWORD, size=size),
            control_id="password",
            hint=f"At least {MIN_PASSWORD} characters. A sentence is good.",
        ),
        fields.strength("password"),
        class_name="grid gap-1.5",
    )


def address(name: str = "email", label: str = "E-mail", size: str = "lg", **props: Any) -> rx.Component:
    control = fields.text_input(
        name=name, testid=name, kind="email", required=True, size=size, auto_complete="email", input_mode="email", max_length=320, **props
    )
    return fields.field(label, control, control_id=name)


def code() -> rx.Component:
    """A code of the second step."""
    control = fields.text_input(
        name="code", testid="code", required=True, size="lg", auto_complete="one-time-code", max_length=40, auto_focus=True
    )
    hint = "Six digits from your authenticator app, or one of your recovery codes."
    return fields.field("Code", control, control_id="code", hint=hint)


def next_path() -> Child:
    """Where to go on afterwards, put in by app.js."""
    return rx.el.input(type="hidden", name="next", custom_attrs={"data-next": "true"})


def link_token() -> rx.Component:
    """The token of the mail's link, put in by app.js."""
    return rx.el.input(type="hidden", name="token", custom_attrs={"data-link-token": "true"})


def password() -> rx.Component:
    """Where the password is changed, for whoever looks for it among what keeps the account safe."""
    return panel(
        rx.el.p("Change it when somebody may know it: every other device is logged out then.", class_name="text-ink-2"),
        rx.el.div(link_button("Change password", "/settings/account", testid="to-password", cls="max-md:w-full"), class_name="mt-3"),
        title="Password",
    )


def sessions(state: Any) -> rx.Component:
    """The panel of every device that is signed in. `state` has the vars and events of `SessionsState`."""
    return panel(
        rx.cond(
            state.loaded,
            rx.el.ul(rx.foreach(state.rows, lambda row: session_row(row, state.revoke(row.id))), data_testid="sessions"),
            skeleton_rows(),
        ),
        title="Where you are signed in",
        tools=rx.cond(
            state.rows.length() > 1,
            button(
                "End all others", testid="revoke-others", size="sm", on_click=state.revoke_others, title="Every other device is logged out"
            ),
            rx.fragment(),
        ),
        padded=False,
    )


def session_row(row: Any, on_revoke: Any) -> rx.Component:
    """One signed-in browser: what it is, from where, when it was last used."""
    return rx.el.li(
        icon(row.icon, 20, "text-ink-3"),
        rx.el.div(
            rx.el.p(
                rx.el.span(row.device, class_name="font-medium break-words"),
                rx.cond(row.current, chip("This device", tone="ok", icon="check"), rx.fragment()),
                class_name="flex flex-wrap items-center gap-x-2 gap-y-1",
            ),
            rx.el.p(
                "From ",
                row.place,
                ", last used ",
                moment(row.seen, row.seen_at),
                ". Ends ",
                moment(row.ends, row.ends_at),
                ".",
                class_name=cx(theme.META, "break-words"),
            ),
            class_name="min-w-0 grow",
        ),
        rx.cond(
            row.current,
            rx.fragment(),
            button(
                "End", testid="revoke", size="sm", on_click=on_revoke, aria_label=concat("End the session of ", row.device, ", ", row.place)
            ),
        ),
        class_name=theme.LIST_ROW,
        data_testid="session-row",
    )
