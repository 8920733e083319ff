"""The result itself, whatever it is made of: posts as cards, a text as prose, entries by date; channels as tabs, or side by side."""

from __future__ import annotations

from typing import Any

import reflex as rx

from coexai_app.views.parts import GroupView
from components import prose, thread
from components.vars import Child, concat, cx

_TAB = (
    "inline-flex h-[26px] max-md:h-10 cursor-pointer items-center rounded-xs px-2.5 font-medium text-ink-2 aria-selected:bg-surface "
    "aria-selected:text-ink aria-selected:shadow-[0_0_0_1px_var(--line),0_1px_1px_rgb(36_31_27/0.06)]"
)


def channels(groups: Any, marks: Any, *tools: Child, can_comment: Any, can_edit: Any = False, on_edit: Any = None) -> rx.Component:
    """The parts by channel. `groups` is a var of `GroupView`s, `marks` the number of open comments at each part; `tools` stand right.

    Where there is room they stand side by side: columns that share the width, or a row of them that scrolls, where a tab leads to its
    column. On phones, and of a plan's weeks, one shows at a time, chosen by `?channel=`.
    """
    several = groups.length() > 1
    columns = several & (groups[0].layout != "entries")

    def shown(group: rx.Var[GroupView]) -> Any:
        return rx.match(
            group.layout,
            ("posts", thread.posts(group, marks, can_comment)),
            ("entries", prose.entries(group, marks, can_comment=can_comment, can_edit=can_edit, on_edit=on_edit)),
            prose.prose(group, marks, can_comment=can_comment, can_edit=can_edit, on_edit=on_edit),
        )

    def panel(group: rx.Var[GroupView], place: Any) -> rx.Component:
        return rx.el.section(
            rx.cond(
                several,
                rx.el.h2(
                    group.name,
                    rx.el.span(group.size, class_name="ml-auto font-normal text-ink-3"),
                    class_name="flex gap-2 border-b border-line px-4 py-2.5 text-sm font-semibold text-ink",
                ),
                rx.fragment(),
            ),
            shown(group),
            id=concat("channel-", group.slug, "-panel"),
            role=rx.cond(several, "tabpanel", "group"),
            aria_label=group.name,
            class_name=(
                "@container min-w-0 border-line data-[away=true]:hidden @min-[42rem]:group-data-[columns=true]:snap-start "
                "@min-[42rem]:group-data-[columns=true]:not-first:border-l @min-[42rem]:group-data-[columns=true]:data-[away=true]:block"
            ),
            data_testid=concat("channel-panel-", group.slug),
            custom_attrs={"data-away": rx.cond(place > 0, "true", "false")},
        )

    def tab(group: rx.Var[GroupView], place: Any) -> rx.Component:
        return rx.el.button(
            group.name,
            type="button",
            role="tab",
            aria_selected=rx.cond(place == 0, "true", "false"),
            aria_controls=concat("channel-", group.slug, "-panel"),
            tab_index=rx.cond(place == 0, 0, -1),
            class_name=_TAB,
            data_testid=concat("channel-", group.slug),
            custom_attrs={"data-tab": group.slug},
        )

    choose = rx.el.div(
        rx.foreach(groups, tab),
        role="tablist",
        aria_label="Channels",
        class_name=cx(
            "noscrollbar inline-flex w-fit max-w-full gap-0.5 rounded-sm border border-line-strong bg-sunken p-0.5 *:flex-none",
            "max-md:overflow-x-auto md:flex-wrap",
            "@min-[49.5rem]:group-data-[columns=true]:group-data-[few=true]:hidden",
        ),
    )
    return rx.el.div(
        rx.el.div(
            rx.cond(several, choose, rx.el.p(groups[0].size, class_name="text-ink-3")),
            rx.el.div(*tools, class_name="ml-auto flex flex-wrap gap-2"),
            class_name="flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 py-2",
        ),
        rx.el.div(
            rx.foreach(groups, panel),
            class_name=cx(
                "grid grid-cols-[minmax(0,1fr)] snap-x overscroll-x-contain @min-[42rem]:group-data-[columns=true]:grid-flow-col",
                "@min-[42rem]:group-data-[columns=true]:auto-cols-[minmax(20.5rem,1fr)]",
                "@min-[49.5rem]:group-data-[columns=true]:group-data-[few=true]:auto-cols-[minmax(16.5rem,1fr)]",
                "@min-[42rem]:group-data-[columns=true]:grid-cols-none @min-[42rem]:group-data-[columns=true]:overflow-x-auto",
            ),
            data_testid="channel-row",
        ),
        class_name="group @container min-w-0",
        data_testid="channels",
        custom_attrs={"data-tabs": "channel", "data-columns": columns.to_string(), "data-few": (groups.length() < 4).to_string()},
    )
