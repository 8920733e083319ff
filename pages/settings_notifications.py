"""Which mails one gets: the optional ones to choose, and those that cannot be switched off, with the reason."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, guards, theme
from components.buttons import button
from components.icons import icon
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from components.vars import concat, cx
from pages.base import page
from state.notifications import NotificationsState

_VIEW: Final[Any] = NotificationsState.view


@page(route="/settings/notifications", title="Notifications", role="viewer", on_load=NotificationsState.load, current="notifications")
def settings_notifications() -> rx.Component:
    return rx.fragment(
        guards.script(),
        page_header("Notifications", rx.el.p("Which mails you get. They are yours alone, in every organisation.")),
        rx.cond(
            _VIEW,
            rx.el.div(_choices(), _always(), class_name=theme.FORM_PAGE),
            panel(skeleton_rows(), label="Notifications", padded=False),
        ),
    )


def _choices() -> rx.Component:
    return panel(
        rx.el.form(
            rx.el.p("They go to ", rx.el.b(_VIEW.email, class_name="font-medium break-all"), ".", class_name="text-ink-2"),
            rx.el.div(
                rx.foreach(
                    _VIEW.choices,
                    lambda choice: fields.checkbox(
                        choice.label,
                        name=concat("mail-", choice.kind),
                        testid=concat("mail-", choice.kind),
                        checked=choice.on,
                        hint=rx.cond(choice.admins, concat(choice.line, " For admins and owners."), choice.line),
                    ),
                ),
                class_name="grid gap-3",
                key=concat("choices-", NotificationsState.saved),
            ),
            rx.el.div(button("Save", testid="save-mails", variant="pri", kind="submit", cls="max-md:w-full")),
            on_submit=NotificationsState.save,
            class_name="grid gap-4",
            custom_attrs={"data-guard": concat("mails-", NotificationsState.saved)},
        ),
        title="Mails you may switch off",
    )


def _always() -> rx.Component:
    def row(item: Any) -> rx.Component:
        return rx.el.li(
            icon("lock", 16, "mt-0.5 text-ink-3"),
            rx.el.div(rx.el.p(item.label, class_name="font-medium"), rx.el.p(item.why, class_name=theme.HELP), class_name="min-w-0"),
            class_name=cx(theme.LIST_ROW, "items-start"),
        )

    return panel(rx.el.ul(rx.foreach(_VIEW.always, row), data_testid="mails-always"), title="Mails that always come", padded=False)
