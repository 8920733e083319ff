"""The page for an address that leads nowhere."""

from __future__ import annotations

import reflex as rx

from components.avatars import logo
from components.buttons import link_button
from pages.base import page


@page(route="404", title="Not found", role=None)
def not_found() -> rx.Component:
    return rx.el.main(
        logo(44),
        rx.el.h1("There is nothing here", class_name="mt-3 font-display text-2xl font-semibold tracking-[-0.02em]", tab_index=-1),
        rx.el.p(
            "The address is wrong, or what was here is gone, or it belongs to another organisation. Your work is safe.",
            class_name="max-w-[32em] text-md text-balance text-ink-2",
        ),
        rx.el.div(
            link_button("Go to Home", "/home", testid="to-home", variant="pri"),
            link_button("Start page", "/", testid="to-start"),
            class_name="mt-3 flex flex-wrap justify-center gap-2",
        ),
        class_name="grid min-h-dvh place-content-center justify-items-center gap-2 p-6 text-center",
        data_testid="not-found",
    )
