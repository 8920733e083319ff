"""The frame of every signed-in page: sidebar (a rail of icons on tablets, a bar at the bottom on phones), top bar, main."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from components import menus, palette, theme
from components import toast as say
from components.avatars import agent_tile, logo, person
from components.buttons import app_link, jump
from components.dialog import opens, sheet
from components.icons import icon, spinner
from components.meter import slots
from components.native_form import native_form
from components.notes import note
from components.vars import Child, Text, concat, cx, given


@dataclass(frozen=True)
class Coworker:
    """A coworker in the navigation; without `href` it is not here yet."""

    slug: str
    name: str
    href: str = ""


COWORKERS: Final = (
    Coworker("maya", "Maya", "/agents/maya"),
    Coworker("jordan", "Jordan"),
    Coworker("sam", "Sam"),
    Coworker("taylor", "Taylor"),
)
NOT_HERE: Final = "not here yet"

_NAV: Final = (("home", "Home", "/home", "house"), ("jobs", "Jobs", "/jobs", "list-checks"), ("outputs", "Library", "/outputs", "folder"))
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
_SKIP: Final = f"skip {theme.BUTTON} {theme.BUTTON_VARIANTS['pri']} {theme.BUTTON_SIZES['md']}"
_STRIP: Final = "items-center justify-center gap-2 border-b border-warn-line bg-warn-bg px-4 py-1.5 text-xs font-medium text-warn-fg"
_DOT: Final = "absolute top-2 right-[calc(50%-15px)] size-2 rounded-full bg-(--marker-400) shadow-[0_0_0_2px_var(--surface)]"
_TAB: Final = (
    "relative grid place-content-center justify-items-center gap-[3px] text-[11px] leading-[14px] font-medium text-ink-3 "
    "aria-[current]:text-ink aria-[current]:before:absolute aria-[current]:before:-top-px "
    "aria-[current]:before:left-[calc(50%-14px)] aria-[current]:before:h-0.5 "
    "aria-[current]:before:w-7 aria-[current]:before:rounded-b-[2px] aria-[current]:before:bg-ink aria-[current]:before:content-['']"
)


def shell(
    *children: Child,
    me: Any,
    shell: Any,
    crumbs: Sequence[tuple[Text, Text]],
    current: str,
    tools: Child | None = None,
    wide: bool = False,
    problem: Text = "",
    toast: Text = "",
    toast_key: Any = 0,
) -> rx.Component:
    """The frame around a page. `me` is a `Me` var (it may be None until the page has loaded), `shell` a `ShellView` var.

    `crumbs` are (label, href) pairs, the last one is where we are (its href is not used). `current` is the entry of the navigation that
    is lit: home, jobs, outputs, agents or a coworker's slug, or its path. `tools` stand right in the top bar. `wide` lets the page fill
    the window. `problem` is an error that stays on top of the page; `toast` is said whenever `toast_key` changes.
    """
    return rx.el.div(
        jump("Skip to content", to="main", testid="skip", cls=_SKIP),
        _sidebar(me, shell, current),
        rx.el.div(
            _top(crumbs, tools),
            connection_strip(),
            rx.el.main(
                _problem(problem),
                *children,
                id="main",
                tab_index=-1,
                class_name=cx("outline-none", theme.PAGE_WIDE if wide else theme.PAGE),
            ),
            class_name="flex min-w-0 flex-col",
        ),
        _bar(shell, current),
        _more(me, current),
        palette.palette(me.organizations),
        palette.shortcuts(),
        say.toast(toast, toast_key) if given(toast) else rx.fragment(),
        class_name="min-h-dvh max-md:pb-[calc(64px+env(safe-area-inset-bottom))] md:grid md:grid-cols-[var(--w-sidebar)_minmax(0,1fr)]",
        data_testid="shell",
    )


def connection_strip() -> rx.Component:
    """One quiet line while the connection is lost; it goes by itself."""
    # Always there, so that its icon is loaded before the server is gone.
    return rx.el.div(
        rx.el.p(
            icon("wifi-off", 14),
            "Reconnecting. Your work is safe.",
            class_name=cx(_STRIP, rx.cond(has_connection_errors, "flex", "hidden")),
            data_testid="reconnecting",
        ),
        role="status",
        aria_live="polite",
    )


def _problem(problem: Text) -> Child:
    if not given(problem):
        return rx.fragment()
    shown = note(problem, tone="bad", alert=True, testid="problem")
    return rx.cond(problem != "", shown, rx.fragment()) if isinstance(problem, rx.Var) else shown


def _sidebar(me: Any, view: Any, current: str) -> rx.Component:
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
        _organizations(me),
        trigger=[
            logo(28),
            _two_lines(rx.cond(me, me.organization_name, _BLANK), rx.cond(me, f"{me.plan_label} plan", _BLANK)),
            icon("chevrons-up-down", 14, cx("text-ink-3", _WIDE)),
        ],
        menu_id="menu-organizations",
        label="Switch organisation",
        testid="switcher",
        trigger_cls=_SWITCH,
    )


def _organizations(me: Any, prefix: str = "switch") -> rx.Component:
    return native_form(
        rx.foreach(
            me.organizations,
            lambda org: menus.choice(
                rx.el.span(
                    rx.el.span(org.name, class_name="block truncate"),
                    rx.el.span(org.plan_label, " plan", class_name="block text-xs font-normal text-ink-3"),
                    class_name="min-w-0",
                ),
                testid=concat(prefix, "-", org.id),
                checked=org.current,
                kind="submit",
                name="organization",
                value=org.id,
            ),
        ),
        action="/auth/switch",
        method="post",
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
            person(me.initials, "lg", own=True, cls="size-7!"),
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


def _top(crumbs: Sequence[tuple[Text, Text]], tools: Child | None) -> rx.Component:
    parts: list[Child] = []
    for position, (label, href) in enumerate(crumbs):
        last = position == len(crumbs) - 1
        if last:
            here = rx.el.span(label, class_name="truncate font-medium text-ink", custom_attrs={"aria-current": "page"}, title=label)
            parts.append(rx.el.li(here, class_name="flex min-w-0 items-center"))
        else:
            parts.append(
                rx.el.li(
                    app_link(label, href=href, testid=f"crumb-{position}", cls="truncate rounded-xs hover:text-ink"),
                    icon("chevron-right", 14),
                    class_name=cx("flex min-w-0 flex-none items-center gap-1.5", "max-md:hidden" if position < len(crumbs) - 2 else ""),
                )
            )
    return rx.el.header(
        app_link(logo(26), href="/home", testid="top-home", cls="rounded-sm md:hidden", aria_label="Home"),
        rx.el.nav(
            rx.el.ol(*parts, class_name="flex min-w-0 items-center gap-1.5"), aria_label="Breadcrumb", class_name="min-w-0 text-ink-3"
        ),
        rx.el.div(tools if tools is not None else rx.fragment(), class_name="ml-auto flex flex-none items-center gap-2"),
        class_name="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-canvas px-6 max-md:h-[52px] max-md:px-4",
        data_testid="top",
    )


def _bar(view: Any, current: str) -> rx.Component:
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


def _more(me: Any, current: str) -> rx.Component:
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
            person(me.initials, "lg", own=True),
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
            row(icon("layout-grid", 20), "All coworkers", "/agents", "agents"),
            *(row(agent_tile(who.slug, "md"), who.name, who.href, who.slug) if who.href else away(who) for who in COWORKERS),
            aria_label="Coworkers, phone",
            class_name="grid",
        ),
        rx.el.div(
            rx.cond(
                me.organizations.length() > 1,
                rx.el.div(
                    menus.heading("Organisation"), rx.el.div(_organizations(me, "more-switch"), role="menu", aria_label="Organisations")
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
