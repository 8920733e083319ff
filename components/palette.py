"""The command palette (Ctrl K) and the list of shortcuts (?). Moving and filtering are app.js."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import theme
from components.avatars import agent_tile
from components.buttons import app_link
from components.dialog import sheet
from components.icons import icon
from components.vars import Child, Text, concat

_OPTION: Final = (
    "flex min-h-9 cursor-pointer items-center gap-2.5 px-3.5 py-1.5 text-ink-2 max-md:min-h-11 "
    "aria-selected:bg-selected aria-selected:text-ink aria-selected:shadow-[inset_2px_0_0_var(--primary)]"
)
_INPUT: Final = "min-w-0 grow bg-transparent text-md text-ink outline-none placeholder:text-ink-3 focus-visible:shadow-none max-md:text-lg"
_PLACES: Final = (
    ("home", "Home", "/home", "house", "dashboard start"),
    ("jobs", "Jobs", "/jobs", "list-checks", "runs queue history"),
    ("calendar", "Calendar", "/calendar", "calendar-days", "plan content posts month week"),
    ("schedules", "Schedules", "/schedules", "clock", "recurring cron repeat timer"),
    ("outputs", "Library", "/outputs", "folder", "outputs results threads"),
    ("agents", "Coworkers", "/agents", "layout-grid", "agents maya jordan sam taylor"),
)
_SHORTCUTS: Final = (
    ("Search or run", "Ctrl K"),
    ("New run", "N"),
    ("Next claim", "J"),
    ("Claim before", "K"),
    ("Send the form", "Ctrl Enter"),
    ("This list", "?"),
)


def palette(organizations: Any) -> rx.Component:
    """Search over what can be run, the pages, the organisations and the themes. `organizations` is a var of `OrganizationChoice`s."""
    return rx.el.dialog(
        rx.el.div(
            icon("search", 16, "text-ink-3"),
            rx.el.input(
                type="text",
                role="combobox",
                aria_label="Search or run",
                aria_expanded=True,
                aria_controls="palette-list",
                aria_autocomplete="list",
                auto_complete="off",
                spell_check=False,
                placeholder="Search or run",
                class_name=_INPUT,
                data_testid="palette-input",
            ),
            rx.el.button(
                "Esc",
                type="button",
                class_name=f"{theme.KBD} min-h-6 cursor-pointer",
                aria_label="Close",
                custom_attrs={"data-close": "true"},
            ),
            class_name="flex items-center gap-2.5 border-b border-line px-3.5 py-3",
        ),
        rx.el.div(
            _group(
                "Run",
                _option(
                    agent_tile("maya", "sm"),
                    "Blog post to X thread",
                    key="run-maya",
                    href="/agents/maya",
                    words="maya new content tweet repurpose",
                ),
            ),
            _group(
                "Go to", *(_option(icon(mark, 16), label, key=key, href=href, words=words) for key, label, href, mark, words in _PLACES)
            ),
            rx.cond(
                organizations.length() > 1,
                _group(
                    "Switch organisation",
                    rx.foreach(
                        organizations,
                        lambda org: _option(
                            icon("building-2", 16),
                            org.name,
                            key=concat("org-", org.id),
                            press=concat("switch-", org.id),
                            words="switch organisation organization workspace",
                        ),
                    ),
                ),
                rx.fragment(),
            ),
            _group(
                "Theme",
                *(
                    _option(icon(mark, 16), f"{label} theme", key=f"theme-{value}", theme_set=value, words="dark light appearance colour")
                    for value, label, mark in (("system", "System", "monitor"), ("light", "Light", "sun"), ("dark", "Dark", "moon"))
                ),
            ),
            rx.el.p(
                "Nothing matches. Try fewer letters.",
                class_name="px-3.5 py-6 text-center text-ink-3",
                hidden=True,
                custom_attrs={"data-none": "true"},
            ),
            id="palette-list",
            role="listbox",
            aria_label="Commands",
            class_name="max-h-[min(420px,60dvh)] overflow-y-auto overscroll-contain pb-1.5",
        ),
        id="palette",
        aria_label="Command palette",
        class_name="dlg pal w-[560px] overflow-hidden rounded-lg bg-raised p-0 text-ink shadow-dialog",
        data_testid="palette",
    )


def shortcuts() -> rx.Component:
    """The list of keys, shown by "?"."""
    rows: list[Child] = []
    for what, keys in _SHORTCUTS:
        rows += [
            rx.el.dt(what, class_name="text-ink-2"),
            rx.el.dd(*(rx.el.kbd(key, class_name=theme.KBD) for key in keys.split()), class_name="flex justify-end gap-1"),
        ]
    return sheet(
        "Keyboard shortcuts",
        rx.el.dl(*rows, class_name="grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-2.5"),
        rx.el.p("On a Mac, Ctrl is Cmd. Single keys work outside fields.", class_name="mt-3 text-xs text-ink-3"),
        dialog_id="shortcuts",
        testid="shortcuts",
    )


def _group(title: str, *options: Child) -> rx.Component:
    return rx.el.div(
        rx.el.div(title, class_name="px-3.5 pt-2.5 pb-1 text-xs font-medium text-ink-3", role="presentation"),
        *options,
        role="group",
        aria_label=title,
    )


def _option(
    mark: rx.Component, label: Text, *, key: Text, words: str, href: str = "", press: Text = "", theme_set: str = ""
) -> rx.Component:
    attributes: dict[str, Any] = {"data-words": words}
    if theme_set:
        attributes["data-theme-set"] = theme_set
    if not isinstance(press, str) or press:
        attributes["data-press"] = press
    # The link is what a click or Enter follows; the option itself is what a screen reader hears.
    inside = (
        app_link(label, href=href, testid=concat("palette-", key, "-link"), cls="grow", tab_index=-1)
        if href
        else rx.el.span(label, class_name="grow")
    )
    return rx.el.div(
        mark,
        inside,
        id=concat("palette-", key),
        role="option",
        aria_selected=False,
        class_name=_OPTION,
        data_testid=concat("palette-", key),
        custom_attrs=attributes,
    )
