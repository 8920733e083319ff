"""What waits for a person: the yellow list of the dashboard."""

from __future__ import annotations

from typing import Any

import reflex as rx

from coexai_app.views.home import Need
from components import theme
from components.avatars import agent_tile
from components.buttons import link_button
from components.chips import chip
from components.icons import icon
from components.panel import panel


def needs(items: Any, count: Any, cls: str = "") -> rx.Component:
    """The panel "Needs you". `items` is a var of `Need`, `count` how many there are in all."""
    return panel(
        rx.cond(
            count == 0,
            rx.el.p(icon("check", 16, "text-ok-fg"), "Nothing waits for you.", class_name="flex items-center gap-2 px-4 py-3 text-ink-3"),
            rx.el.ul(rx.foreach(items, _need)),
        ),
        title="Needs you",
        tools=rx.cond(count == 0, rx.fragment(), chip(count, tone="mark", testid="needs-count")),
        padded=False,
        testid="needs",
        cls=cls,
    )


def _need(need: rx.Var[Need]) -> rx.Component:
    return rx.el.li(
        agent_tile(need.agent),
        rx.el.div(
            rx.el.p(need.title, class_name="text-md font-medium break-words"),
            rx.el.p(need.text, class_name=f"{theme.MUTE} break-words"),
            class_name="min-w-0 flex-1 basis-2/3",
        ),
        link_button(need.action, need.href, testid="need-action", size="sm", cls="flex-none max-md:ml-9"),
        class_name="flex items-start gap-3 border-b border-line px-4 py-3 last:border-b-0 max-md:flex-wrap",
        data_testid="need",
    )
