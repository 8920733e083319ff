"""Bars: how much of a limit is used, how far an upload or a job is."""

from __future__ import annotations

import reflex as rx

from components import theme
from components.vars import Number, Text, cx, given


def usage_bar(
    *, percent: Number, level: Text, label: Text, note: Text = "", name: Text = "Runs this month", testid: Text = "usage"
) -> rx.Component:
    """Runs of a month: `label` left ("41 of 50 runs"), `note` right ("9 left"), bar below. `level` is ok, warn or bad."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(label, class_name="tabular"),
            rx.el.span(note, class_name="tabular") if given(note) else rx.fragment(),
            class_name="flex justify-between gap-2 text-xs text-ink-3",
        ),
        meter(percent=percent, level=level, name=name, text=label),
        class_name="grid gap-1",
        data_testid=testid,
    )


def meter(*, percent: Number, level: Text = "ok", name: Text, text: Text = "") -> rx.Component:
    """A bare bar of 6 px with `role="meter"`; `name` is its accessible name, `text` the value in words."""
    return rx.el.div(
        _fill(percent, level),
        class_name="h-1.5 overflow-hidden rounded-[3px] bg-sunken shadow-[inset_0_0_0_1px_var(--line)]",
        aria_label=name,
        # Reflex's list of roles lacks "meter".
        custom_attrs={"role": "meter", "aria-valuenow": percent, "aria-valuemin": "0", "aria-valuemax": "100"}
        | ({"aria-valuetext": text} if given(text) else {}),
    )


def progress(*, percent: Number, name: Text, cls: str = "") -> rx.Component:
    """A bar of 4 px for work that runs, with `role="progressbar"`."""
    return rx.el.div(
        _fill(percent, "ok"),
        class_name=cx("h-1 overflow-hidden rounded-[2px] bg-line", cls),
        role="progressbar",
        aria_label=name,
        custom_attrs={"aria-valuenow": percent, "aria-valuemin": "0", "aria-valuemax": "100"},
    )


def slots(*, used: Number, total: Number, waiting: Number) -> rx.Component:
    """Jobs that run at once in this organisation: "3 of 5 running", "1 waiting". `total` 0 means no limit."""
    words = rx.cond(total == 0, f"{used} running", f"{used} of {total} running")
    return rx.el.div(
        rx.el.div(
            rx.el.span(words, class_name="font-medium"),
            rx.el.span(rx.cond(waiting == 0, "none waiting", f"{waiting} waiting"), class_name="text-ink-3"),
            class_name="flex items-center justify-between gap-2 text-xs tabular",
        ),
        rx.el.div(
            rx.el.span(
                class_name="block h-full rounded-[2px] bg-(--petrol-500)",
                style={"width": rx.cond(total == 0, "0%", f"min(100%, calc({used} / {total} * 100%))")},
            ),
            class_name="slots-bar h-[5px] overflow-hidden rounded-[2px] bg-line",
            style={"--slots": total},
            custom_attrs={"aria-hidden": "true"},
        ),
        class_name="grid gap-1.5 rounded-md border border-line bg-surface p-2",
        data_testid="slots",
    )


def _fill(percent: Number, tone: Text) -> rx.Component:
    return rx.el.span(class_name=cx(theme.BAR_FILL, theme.tone(tone)), style={"width": f"{percent}%"})
