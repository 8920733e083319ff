"""The head of a page: what this is, one line of meta, the actions."""

from __future__ import annotations

import reflex as rx

from components import theme
from components.avatars import agent_tile
from components.vars import Child, Text, cx, given


def page_header(
    title: Text, *meta: Child, agent: Text = "", actions: list[Child] | None = None, hello: bool = False, testid: str = "page-header"
) -> rx.Component:
    """Title (the page's only h1; it takes focus on navigation), a line of `meta` (chips first, then facts), actions right.

    At most one action is primary, and it is the last. `agent` shows the coworker's tile; `hello` is the larger greeting.
    """
    return rx.el.div(
        agent_tile(agent, "lg") if given(agent) else rx.fragment(),
        rx.el.div(
            rx.el.h1(
                title, class_name=cx(theme.HELLO if hello else theme.H1, "break-words outline-none"), tab_index=-1, data_testid="page-title"
            ),
            rx.el.div(*meta, class_name="mt-0.5 flex max-w-[42rem] flex-wrap items-center gap-x-3 gap-y-1.5 text-ink-2")
            if meta
            else rx.fragment(),
            class_name="min-w-0 flex-1 basis-3/5",
        ),
        rx.el.div(*actions, class_name="flex flex-none gap-2 max-md:w-full max-md:flex-wrap max-md:*:h-10 max-md:*:flex-1")
        if actions
        else rx.fragment(),
        class_name="flex items-start gap-4 max-md:flex-wrap max-md:gap-3",
        data_testid=testid,
    )
