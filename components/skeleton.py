"""Grey lines in the place of content that is on its way. They appear after 300 ms and do not move."""

from __future__ import annotations

import reflex as rx

from components.vars import cx

_WIDTHS = ("w-[46%]", "w-full", "w-[88%]", "w-[64%]")


def skeleton(lines: int = 4, *, label: str = "Loading", cls: str = "") -> rx.Component:
    """`lines` lines of 12 px with 10 px gaps, so that a region keeps its height. The region is busy for screen readers."""
    return rx.el.div(
        *(rx.el.span(class_name=cx("block h-3 rounded-xs bg-line", _WIDTHS[n % len(_WIDTHS)])) for n in range(lines)),
        rx.el.span(label, class_name="sr-only"),
        class_name=cx("late grid gap-2.5", cls),
        role="status",
        custom_attrs={"aria-busy": "true"},
        data_testid="skeleton",
    )


def skeleton_rows(rows: int = 5, cls: str = "") -> rx.Component:
    """Rows of 40 px, for a list or a table that is on its way."""
    return rx.el.div(
        *(
            rx.el.span(
                rx.el.span(class_name="h-3 w-2/5 rounded-xs bg-line"),
                rx.el.span(class_name="ml-auto h-3 w-16 rounded-xs bg-line"),
                class_name="flex h-10 items-center border-b border-line px-4 last:border-b-0",
            )
            for _ in range(rows)
        ),
        rx.el.span("Loading", class_name="sr-only"),
        class_name=cx("late grid", cls),
        role="status",
        custom_attrs={"aria-busy": "true"},
        data_testid="skeleton",
    )
