"""Where the person is signed in, and ending what they do not know."""

from __future__ import annotations

import reflex as rx

from components.account import session_row
from components.buttons import button
from components.page_header import page_header
from components.panel import panel
from components.skeleton import skeleton_rows
from pages.base import page
from state.account import SecurityState


@page(route="/settings/security", title="Security", role="viewer", on_load=SecurityState.load, current="security")
def settings_security() -> rx.Component:
    return rx.fragment(
        page_header(
            "Security", rx.el.p("Every device that is signed in to your account. End what you do not know, then change your password.")
        ),
        panel(
            rx.cond(
                SecurityState.loaded,
                rx.el.ul(
                    rx.foreach(SecurityState.rows, lambda row: session_row(row, SecurityState.revoke(row.id))), data_testid="sessions"
                ),
                skeleton_rows(),
            ),
            title="Sessions",
            tools=rx.cond(
                SecurityState.rows.length() > 1,
                button("End all others", testid="revoke-others", size="sm", on_click=SecurityState.revoke_others),
                rx.fragment(),
            ),
            padded=False,
        ),
    )
