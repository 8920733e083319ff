"""The inline notice: something that stays until a person has read it."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import theme
from components.icons import icon as icon_of
from components.vars import Child, Text, choose, cx, given

_ICONS: Final = {"idle": "info", "info": "info", "ok": "circle-check", "warn": "triangle-alert", "bad": "circle-alert", "mark": "eye"}


def note(
    *children: Child,
    title: Text = "",
    tone: Text = "idle",
    icon: Text = "",
    reference: Text = "",
    action: Child | None = None,
    alert: bool = False,
    testid: Text = "note",
    cls: str = "",
) -> rx.Component:
    """An inline notice: bold `title`, a sentence, an optional `action` below. `tone` is idle, info, ok, warn, bad or mark.

    An error that needs a person is `tone="bad", alert=True` (announced at once) and carries its `reference` id.
    """
    name = icon if given(icon) else choose(tone, _ICONS, "info")
    return rx.el.div(
        icon_of(name, 16, "mt-0.5"),
        rx.el.div(
            rx.el.p(
                rx.el.b(title, " ", class_name="font-semibold") if given(title) else rx.fragment(),
                *children,
                rx.el.span(" ", reference, class_name=theme.MONO) if given(reference) else rx.fragment(),
            ),
            rx.el.div(action, class_name="mt-2 flex flex-wrap gap-2") if action is not None else rx.fragment(),
            class_name="min-w-0 grow",
        ),
        class_name=cx(theme.NOTE, theme.tone(tone), cls),
        data_testid=testid,
        **({"role": "alert"} if alert else {}),
    )
