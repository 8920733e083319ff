"""What stands where nothing is yet."""

from __future__ import annotations

import reflex as rx

from components import theme
from components.avatars import agent_tile
from components.icons import icon as icon_of
from components.vars import Child, Text, cx, given


def empty(
    title: Text, text: Text, *, agent: Text = "", icon: Text = "", action: Child | None = None, testid: str = "empty", cls: str = ""
) -> rx.Component:
    """What is missing, one sentence on what happens next, one action. Shows the coworker's tile, or an icon.

    Filtered to nothing is another case: say so and offer "Clear filters" as the action.
    """
    if given(agent):
        mark: Child = agent_tile(agent, "xl", "mb-1")
    elif given(icon):
        mark = rx.el.span(icon_of(icon, 20), class_name="mb-1 grid size-12 place-items-center rounded-lg bg-idle-bg text-ink-3")
    else:
        mark = rx.fragment()
    return rx.el.div(
        mark,
        rx.el.p(title, class_name=theme.H2),
        rx.el.p(text, class_name=cx(theme.MUTE, "max-w-[30em] text-balance")),
        rx.el.div(action, class_name="mt-1.5 flex flex-wrap justify-center gap-2") if action is not None else rx.fragment(),
        class_name=cx("grid justify-items-center gap-1.5 p-6 text-center", cls),
        data_testid=testid,
    )
