"""What phones have in place of the sidebar: a bar at the bottom, and a sheet with the rest."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import menus
from components.avatars import agent_tile, person
from components.buttons import app_link
from components.dialog import opens, sheet
from components.icons import icon
from components.native_form import native_form
from components.navigation import COWORKERS, NOT_HERE, Coworker, organizations
from components.vars import Child, cx

_DOT: Final = "absolute top-2 right-[calc(50%-15px)] size-2 rounded-full bg-(--marker-400) shadow-[0_0_0_2px_var(--surface)]"
_TAB: Final = (
    "relative grid place-content-center justify-items-center gap-[3px] text-[11px] leading-[14px] font-medium text-ink-3 "
    "aria-[current]:text-ink aria-[current]:before:absolute aria-[current]:before:-top-px "
    "aria-[current]:before:left-[calc(50%-14px)] aria-[current]:before:h-0.5 "
    "aria-[current]:before:w-7 aria-[current]:before:rounded-b-[2px] aria-[current]:before:bg-ink aria-[current]:before:content-['']"
)


def bar(view: Any, current: str) -> rx.Component:
    """Home, Jobs, New, Library, More. A dot says that something needs you."""
    needs = rx.el.span(
        rx.el.span("needs you", class_name="sr-only"),
        class_name=_DOT,
    )
    new = app_link(
        rx.el.span(icon("plus", 20), class_name="grid size-10 place-items-center rounded-lg bg-primary text-on-primary"),
        rx.el.span("New run", class_name="sr-only"),
        href="/agents/maya",
        testid="bar-new",
        cls="grid place-items-center",
        custom_attrs={"data-key": "n"},
    )
    return rx.el.nav(
        _bar_link("home", "Home", "/home", "house", current, rx.cond(view.review > 0, needs, rx.fragment())),
        _bar_link("jobs", "Jobs", "/jobs", "list-checks", current),
        new,
        _bar_link("outputs", "Library", "/outputs", "folder", current),
        rx.el.button(
            icon("menu", 20),
            "More",
            type="button",
            class_name=cx(_TAB, "cursor-pointer"),
            data_testid="bar-more",
            custom_attrs=opens("more"),
        ),
        aria_label="Main, phone",
        class_name=(
            "fixed inset-x-0 bottom-0 z-30 grid h-[calc(64px+env(safe-area-inset-bottom))] grid-cols-5 border-t border-line bg-surface "
            "pb-[calc(4px+env(safe-area-inset-bottom))] md:hidden"
        ),
        data_testid="bar",
    )


def _bar_link(key: str, label: str, href: str, mark: str, current: str, extra: Child | None = None) -> rx.Component:
    return app_link(
        icon(mark, 20),
        label,
        extra if extra is not None else rx.fragment(),
        href=href,
        testid=f"bar-{key}",
        cls=_TAB,
        **({"aria_current": "page"} if current in (key, href) else {}),
    )


def more(me: Any, current: str) -> rx.Component:
    """The sheet behind "More": search, coworkers, organisations, theme, log out."""
    line = "flex min-h-11 items-center gap-3 rounded-sm px-2 font-medium text-ink-2 hover:bg-hover aria-[current]:text-ink"

    def row(mark: Child, label: str, href: str, key: str) -> rx.Component:
        return app_link(
            mark, label, href=href, testid=f"more-{key}", cls=line, **({"aria_current": "page"} if current in (key, href) else {})
        )

    def away(who: Coworker) -> rx.Component:
        return rx.el.span(
            agent_tile(who.slug, "md", muted=True),
            who.name,
            rx.el.span(NOT_HERE, class_name="ml-auto text-xs font-normal"),
            role="link",
            aria_disabled=True,
            class_name=cx(line, "text-ink-3"),
            data_testid=f"more-{who.slug}",
        )

    return sheet(
        me.organization_name,
        rx.el.div(
            person(me.initials, "lg", own=True, picture=me.picture),
            rx.el.span(
                rx.el.span(me.name, class_name="block truncate font-semibold"),
                rx.el.span(me.email, class_name="block truncate text-xs text-ink-3"),
                class_name="min-w-0",
            ),
            class_name="mb-2 flex items-center gap-3 px-2",
        ),
        rx.el.button(
            icon("search", 20),
            "Search or run",
            type="button",
            class_name=cx(line, "w-full cursor-pointer"),
            data_testid="more-search",
            custom_attrs=opens("palette"),
        ),
        rx.el.nav(
            row(icon("calendar-days", 20), "Calendar", "/calendar", "calendar"),
            row(icon("clock", 20), "Schedules", "/schedules", "schedules"),
            row(icon("layout-grid", 20), "All coworkers", "/agents", "agents"),
            *(row(agent_tile(who.slug, "md"), who.name, who.href, who.slug) if who.href else away(who) for who in COWORKERS),
            aria_label="Coworkers, phone",
            class_name="grid",
        ),
        rx.el.nav(
            row(icon("users", 20), "Team", "/settings/members", "members"),
            row(icon("building-2", 20), "Organisation", "/settings/organization", "organization"),
            row(icon("book-open", 20), "Business profile", "/settings/business", "business"),
            row(icon("badge-check", 20), "Cases", "/settings/cases", "cases"),
            row(icon("key-round", 20), "API keys", "/settings/keys", "keys"),
            row(icon("webhook", 20), "Webhooks", "/settings/webhooks", "webhooks"),
            row(icon("history", 20), "Audit log", "/settings/audit", "audit"),
            row(icon("user", 20), "Account", "/settings/account", "account"),
            row(icon("bell", 20), "Notifications", "/settings/notifications", "notifications"),
            row(icon("shield-check", 20), "Security", "/settings/security", "security"),
            aria_label="Workspace, phone",
            class_name="mt-2 grid border-t border-line pt-2",
        ),
        rx.el.div(
            rx.cond(
                me.organizations.length() > 1,
                rx.el.div(
                    menus.heading("Organisation"), rx.el.div(organizations(me, "more-switch"), role="menu", aria_label="Organisations")
                ),
                rx.fragment(),
            ),
            menus.heading("Theme"),
            rx.el.div(menus.theme_choices("more-theme"), role="menu", aria_label="Theme"),
            native_form(
                rx.el.button(
                    icon("log-out", 20), "Log out", type="submit", class_name=cx(line, "w-full cursor-pointer"), data_testid="more-log-out"
                ),
                action="/auth/logout",
                method="post",
            ),
            class_name="mt-2 grid gap-1 border-t border-line pt-2",
        ),
        dialog_id="more",
        testid="more",
    )
