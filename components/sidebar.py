"""The sidebar of wide windows, and the rail of icons between 768 and 1080 px."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import menus, theme
from components.avatars import agent_tile, logo, person
from components.buttons import app_link
from components.dialog import opens
from components.icons import icon, spinner
from components.meter import slots
from components.native_form import native_form
from components.navigation import COWORKERS, NOT_HERE, Coworker, organizations
from components.vars import Child, Text, cx

_NAV: Final = (
    ("home", "Home", "/home", "house"),
    ("jobs", "Jobs", "/jobs", "list-checks"),
    ("calendar", "Calendar", "/calendar", "calendar-days"),
    ("schedules", "Schedules", "/schedules", "clock"),
    ("outputs", "Library", "/outputs", "folder"),
)
_WORKSPACE: Final = (
    ("account", "Account", "/settings/account", "user"),
    ("notifications", "Notifications", "/settings/notifications", "bell"),
    ("security", "Security", "/settings/security", "shield-check"),
    ("members", "Team", "/settings/members", "users"),
    ("organization", "Organisation", "/settings/organization", "building-2"),
    ("business", "Business profile", "/settings/business", "book-open"),
    ("cases", "Cases", "/settings/cases", "badge-check"),
    ("keys", "API keys", "/settings/keys", "key-round"),
    ("webhooks", "Webhooks", "/settings/webhooks", "webhook"),
    ("audit", "Audit log", "/settings/audit", "history"),
)
_ITEM: Final = (
    "inring flex h-[30px] flex-none items-center gap-2.5 rounded-sm px-2 font-medium text-ink-2 transition-colors duration-[var(--d-fast)] "
    "max-[1080px]:h-9 max-[1080px]:justify-center max-[1080px]:px-0"
)
_LINK: Final = (
    "hover:bg-hover [&_.ico]:text-ink-3 aria-[current]:bg-surface aria-[current]:text-ink aria-[current]:[&_.ico]:text-ink "
    "aria-[current]:shadow-[inset_0_0_0_1px_var(--line),var(--sh-flat)]"
)
_WIDE: Final = "max-[1080px]:hidden"
_COUNT: Final = "ml-auto text-xs font-medium text-ink-3 tabular"
_HOT: Final = "ml-auto rounded-full bg-mark px-[7px] text-xs leading-[18px] font-semibold text-on-mark tabular"
_SWITCH: Final = (
    "flex w-full cursor-pointer items-center gap-2 rounded-sm p-1.5 text-left hover:bg-hover "
    "max-[1080px]:h-10 max-[1080px]:justify-center max-[1080px]:p-0"
)
# Keeps the height of a line until the person is known.
_BLANK: Final = "\u00a0"


def sidebar(me: Any, view: Any, current: str) -> rx.Component:
    """Switcher, search, the places, the coworkers, what runs, the person. `me` and `view` are vars of `Me` and `ShellView`."""
    return rx.el.aside(
        rx.el.div(_switcher(me), _find(), class_name="grid gap-2"),
        rx.el.div(
            rx.el.nav(*(_nav_link(entry, view, current) for entry in _NAV), aria_label="Main", class_name="grid gap-px"),
            rx.el.nav(
                _nav_title("Coworkers"),
                _link(icon("layout-grid"), "All coworkers", href="/agents", key="agents", current=current),
                *(_coworker(who, view, current) for who in COWORKERS),
                aria_label="Coworkers",
                class_name="grid gap-px max-[1080px]:border-t max-[1080px]:border-line max-[1080px]:pt-2",
            ),
            rx.el.nav(
                _nav_title("Workspace"),
                *(_link(icon(mark), label, href=href, key=key, current=current) for key, label, href, mark in _WORKSPACE),
                aria_label="Workspace",
                class_name="grid gap-px max-[1080px]:border-t max-[1080px]:border-line max-[1080px]:pt-2",
            ),
            class_name="-mx-1 grid min-h-0 flex-1 content-start gap-3 overflow-y-auto px-1",
        ),
        rx.el.div(
            rx.el.div(
                slots(used=view.running, total=view.slots, waiting=view.waiting), class_name=cx(_WIDE, "[@media(max-height:560px)]:hidden")
            ),
            _person(me),
            class_name="grid gap-3",
        ),
        aria_label="Sidebar",
        class_name="sticky top-0 flex h-dvh flex-col gap-3 border-r border-line p-3 max-[1080px]:px-2 max-md:hidden",
        data_testid="sidebar",
    )


def _switcher(me: Any) -> rx.Component:
    return menus.menu(
        menus.heading("Organisations"),
        organizations(me),
        trigger=[
            rx.cond(me.logo, rx.el.img(src=me.logo, alt="", class_name="size-7 flex-none rounded-sm"), logo(28)),
            _two_lines(rx.cond(me, me.organization_name, _BLANK), rx.cond(me, f"{me.plan_label} plan", _BLANK)),
            icon("chevrons-up-down", 14, cx("text-ink-3", _WIDE)),
        ],
        menu_id="menu-organizations",
        label="Switch organisation",
        testid="switcher",
        trigger_cls=_SWITCH,
    )


def _find() -> rx.Component:
    return rx.el.button(
        icon("search", 14),
        rx.el.span("Search or run", class_name="grow text-left max-[1080px]:sr-only"),
        rx.el.kbd("Ctrl K", class_name=cx(theme.KBD, _WIDE)),
        type="button",
        title="Search or run (Ctrl K)",
        class_name=(
            "flex h-8 w-full cursor-pointer items-center gap-2 rounded-sm border border-line-strong bg-surface "
            "pr-1.5 pl-2 text-ink-3 hover:text-ink-2 max-[1080px]:justify-center max-[1080px]:px-0"
        ),
        data_testid="open-palette",
        custom_attrs=opens("palette"),
    )


def _nav_link(entry: tuple[str, str, str, str], view: Any, current: str) -> rx.Component:
    key, label, href, mark = entry
    extra: Child = rx.fragment()
    if key == "home":
        needs = rx.el.span(
            view.review, rx.el.span(" need you", class_name="sr-only"), class_name=cx(_HOT, _WIDE), data_testid="needs-count"
        )
        extra = rx.cond(view.review > 0, needs, rx.fragment())
    if key == "jobs":
        words = rx.cond(view.slots > 0, f"{view.running} of {view.slots}", f"{view.running}")
        extra = rx.cond(
            view.running > 0, rx.el.span(words, rx.el.span(" running", class_name="sr-only"), class_name=cx(_COUNT, _WIDE)), rx.fragment()
        )
    return _link(icon(mark), label, href=href, key=key, current=current, extra=extra)


def _link(mark: Child, label: str, *, href: str, key: str, current: str, extra: Child | None = None) -> rx.Component:
    return app_link(
        mark,
        rx.el.span(label, class_name="truncate max-[1080px]:sr-only"),
        extra if extra is not None else rx.fragment(),
        href=href,
        testid=f"nav-{key}",
        cls=cx(_ITEM, _LINK),
        title=label,
        **({"aria_current": "page"} if current in (key, href) else {}),
        **({"custom_attrs": {"data-key": "n"}} if key == COWORKERS[0].slug else {}),
    )


def _coworker(who: Coworker, view: Any, current: str) -> rx.Component:
    if who.href:
        busy = rx.el.span(spinner(), rx.el.span("working", class_name="sr-only"), class_name=cx("ml-auto text-ink-3", _WIDE))
        return _link(
            agent_tile(who.slug, "sm"),
            who.name,
            href=who.href,
            key=who.slug,
            current=current,
            extra=rx.cond(view.busy.contains(who.slug), busy, rx.fragment()),
        )
    return rx.el.span(
        agent_tile(who.slug, "sm", muted=True),
        rx.el.span(who.name, class_name="truncate max-[1080px]:sr-only"),
        rx.el.span(NOT_HERE, class_name=cx("ml-auto text-2xs font-normal whitespace-nowrap", _WIDE)),
        role="link",
        aria_disabled=True,
        title=f"{who.name} is {NOT_HERE}",
        class_name=cx(_ITEM, "cursor-default text-ink-3"),
        data_testid=f"nav-{who.slug}",
    )


def _nav_title(text: str) -> rx.Component:
    return rx.el.h2(text, class_name=cx("px-2 pt-1.5 pb-1 text-xs font-medium text-ink-3", _WIDE))


def _person(me: Any) -> rx.Component:
    return menus.menu(
        rx.el.div(me.email, class_name="truncate px-2 pt-1.5 pb-1 text-xs text-ink-3", role="presentation"),
        menus.separator(),
        menus.heading("Theme"),
        menus.theme_choices(),
        menus.separator(),
        menus.entry("Keyboard shortcuts", testid="open-shortcuts", icon="keyboard", custom_attrs=opens("shortcuts")),
        native_form(menus.entry("Log out", testid="log-out", icon="log-out", kind="submit"), action="/auth/logout", method="post"),
        trigger=[
            person(me.initials, "lg", own=True, cls="size-7!", picture=me.picture),
            _two_lines(rx.cond(me, me.name, _BLANK), rx.cond(me, me.role_label, _BLANK)),
            icon("ellipsis", 14, cx("text-ink-3", _WIDE)),
        ],
        menu_id="menu-person",
        label="Your account",
        testid="person",
        trigger_cls=_SWITCH,
        above=True,
    )


def _two_lines(first: Text, second: Text) -> rx.Component:
    return rx.el.span(
        rx.el.span(first, class_name="block truncate leading-[1.125rem] font-semibold"),
        rx.el.span(second, class_name="block truncate text-xs text-ink-3"),
        class_name=cx("min-w-0 grow", _WIDE),
    )
