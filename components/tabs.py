"""Tabs. Which one is open stands in the URL (`?tab=`); app.js moves between them, so switching costs no server round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

from components.chips import counter
from components.vars import Child, Text, cx, given, when


@dataclass(frozen=True)
class Tab:
    """One tab: its `slug` in the URL, its title, what its panel shows, and a counter with its tone (idle, ok, bad, warn)."""

    slug: str
    title: Text
    panel: Child
    count: Text = ""
    count_tone: Text = "idle"


def tabs(items: Sequence[Tab], *, label: str, testid: str, param: str = "tab", cls: str = "") -> rx.Component:
    """A tab list and its panels. Arrows, Home and End move; Enter puts the focus into the panel. The first tab is open at first.

    `testid` also names the parts: `<testid>-<slug>` is a tab, `<testid>-<slug>-panel` its panel. Two tab sets on one page need
    different `param`s.
    """
    return rx.el.div(
        rx.el.div(
            *(_tab(item, testid, first=n == 0) for n, item in enumerate(items)),
            role="tablist",
            aria_label=label,
            class_name="noscrollbar flex gap-4 overflow-x-auto border-b border-line px-4",
        ),
        *(
            rx.el.div(
                item.panel,
                id=f"{testid}-{item.slug}-panel",
                role="tabpanel",
                aria_labelledby=f"{testid}-{item.slug}",
                tab_index=-1,
                hidden=n > 0,
                class_name="min-w-0 outline-offset-[-2px]",
                data_testid=f"{testid}-{item.slug}-panel",
            )
            for n, item in enumerate(items)
        ),
        class_name=cx("min-w-0", cls),
        data_testid=testid,
        custom_attrs={"data-tabs": param},
    )


def _tab(item: Tab, testid: str, *, first: bool) -> rx.Component:
    return rx.el.button(
        item.title,
        when(item.count if isinstance(item.count, str) else item.count != "", counter(item.count, item.count_tone))
        if given(item.count)
        else rx.fragment(),
        id=f"{testid}-{item.slug}",
        type="button",
        role="tab",
        aria_selected=first,
        aria_controls=f"{testid}-{item.slug}-panel",
        tab_index=0 if first else -1,
        class_name=(
            "inring -mx-1 flex h-[42px] flex-none cursor-pointer items-center gap-1.5 px-1 font-medium whitespace-nowrap text-ink-3 "
            "shadow-[inset_0_-2px_0_transparent] hover:text-ink aria-selected:text-ink "
            "aria-selected:shadow-[inset_0_-2px_0_var(--ink)] max-md:h-12"
        ),
        data_testid=f"{testid}-{item.slug}",
        custom_attrs={"data-tab": item.slug},
    )
