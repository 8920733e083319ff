"""Menus that open from a button: arrows, Home, End and type-ahead move, Esc closes and gives the focus back (app.js)."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import theme
from components.icons import glyph, icon
from components.vars import Child, Flag, Text, cx, given

ITEM: Final = (
    "inring flex min-h-8 w-full cursor-pointer items-center gap-2.5 rounded-sm px-2 text-left text-sm font-medium text-ink-2 "
    "hover:bg-hover hover:text-ink focus:bg-hover focus:text-ink max-md:min-h-11"
)


def menu(
    *entries: Child, trigger: list[Child], menu_id: str, label: str, testid: str, trigger_cls: str = "", above: bool = False, cls: str = ""
) -> rx.Component:
    """A button and its menu of `entry`s, below it or `above`. `trigger` is what it shows, `label` what it does (also its tooltip)."""
    return rx.el.div(
        rx.el.button(
            *trigger,
            rx.el.span(label, class_name="sr-only"),
            type="button",
            class_name=trigger_cls,
            aria_haspopup="menu",
            aria_expanded=False,
            aria_controls=menu_id,
            title=label,
            data_testid=testid,
            custom_attrs={"data-menu": "true"},
        ),
        rx.el.div(
            *entries,
            id=menu_id,
            role="menu",
            aria_label=label,
            hidden=True,
            class_name=cx(
                theme.POP, "rise absolute left-0 z-40 w-60 max-w-[calc(100vw-2rem)]", "bottom-full mb-1" if above else "top-full mt-1", cls
            ),
            data_testid=f"{testid}-menu",
        ),
        class_name="relative",
    )


def entry(*children: Child, testid: Text, icon: Text = "", kind: str = "button", **props: Any) -> rx.Component:
    """One entry: a button with an optional icon. `kind="submit"` sends the form it stands in."""
    return rx.el.button(
        glyph(icon, 16, "text-ink-3") if given(icon) else rx.fragment(),
        *children,
        type=kind,
        role="menuitem",
        tab_index=-1,
        class_name=ITEM,
        data_testid=testid,
        **props,
    )


def choice(*children: Child, testid: Text, checked: Flag, kind: str = "button", **props: Any) -> rx.Component:
    """One of several entries of which one is chosen; it shows a tick."""
    return rx.el.button(
        *children,
        icon("check", 16, "ml-auto text-ink opacity-0 group-aria-checked:opacity-100"),
        type=kind,
        role="menuitemradio",
        aria_checked=checked,
        tab_index=-1,
        class_name=cx("group", ITEM),
        data_testid=testid,
        **props,
    )


def heading(text: Text) -> rx.Component:
    """A small title inside a menu."""
    return rx.el.div(text, class_name="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-3", role="presentation")


def separator() -> rx.Component:
    return rx.el.div(class_name="-mx-1 my-1 h-px bg-line", role="separator")


def theme_choices(testid: str = "theme") -> rx.Component:
    """The three themes. app.js ticks the one that is on and remembers the choice on this device."""
    names = (("system", "System", "monitor"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))
    return rx.el.div(
        *(
            choice(
                icon(glyph_name, 16, "text-ink-3"),
                label,
                testid=f"{testid}-{value}",
                checked=value == "system",
                custom_attrs={"data-theme-set": value},
            )
            for value, label, glyph_name in names
        ),
        role="group",
        aria_label="Theme",
    )
