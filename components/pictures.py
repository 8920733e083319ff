"""A picture that can be changed: what it is now, a button that chooses a file, one that takes it away. `guards.script` sends it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import theme
from components.buttons import button
from components.icons import icon
from components.vars import Child, Text, cx

_CHOOSE = (
    "cursor-pointer has-focus-visible:shadow-[var(--ring)] has-disabled:cursor-not-allowed has-disabled:border-line has-disabled:bg-sunken "
    "has-disabled:text-ink-3"
)


def picture_field(
    shown: Child,
    *,
    endpoint: str,
    label: str,
    hint: Text,
    has_one: Any,
    on_done: Any,
    on_remove: Any,
    testid: str,
    disabled: Any = False,
) -> rx.Component:
    """`shown` is the picture or what stands for it; `on_done` is called when the API has a new one, `on_remove` takes it away."""
    return rx.el.div(
        shown,
        rx.el.div(
            rx.el.div(
                rx.el.label(
                    icon("image", 16, "-ml-0.5"),
                    label,
                    rx.el.input(
                        type="file",
                        accept="image/png,image/jpeg,image/webp",
                        class_name="sr-only",
                        disabled=disabled,
                        data_testid=testid,
                        custom_attrs={"data-picture": endpoint},
                    ),
                    class_name=cx(theme.BUTTON, theme.BUTTON_VARIANTS["sec"], theme.BUTTON_SIZES["md"], _CHOOSE),
                ),
                rx.cond(
                    has_one,
                    button("Remove", testid=f"{testid}-remove", variant="gho", on_click=on_remove, disabled=disabled),
                    rx.fragment(),
                ),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.el.p(hint, class_name=theme.HELP),
            rx.el.p(
                class_name=theme.ERROR,
                hidden=True,
                role="alert",
                custom_attrs={"data-picture-error": "true"},
                data_testid=f"{testid}-error",
            ),
            rx.el.button(type="button", hidden=True, on_click=on_done, custom_attrs={"data-picture-done": "true"}),
            class_name="grid min-w-0 gap-2",
        ),
        class_name="flex items-center gap-4 aria-busy:opacity-60",
        custom_attrs={"data-picture-box": "true"},
    )
