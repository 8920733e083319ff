"""The frame of every signed-in page: sidebar (a rail of icons on tablets, a bar at the bottom on phones), top bar, main."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from components import palette, phone, theme
from components import toast as say
from components.avatars import logo
from components.buttons import app_link, button, jump
from components.icons import icon
from components.notes import note
from components.sidebar import sidebar
from components.vars import Child, Text, cx, given

_SKIP: Final = f"skip {theme.BUTTON} {theme.BUTTON_VARIANTS['pri']} {theme.BUTTON_SIZES['md']}"
_STRIP: Final = "items-center justify-center gap-2 border-b border-warn-line bg-warn-bg px-4 py-1.5 text-xs font-medium text-warn-fg"


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
    on_resend: Any = None,
) -> rx.Component:
    """The frame around a page. `me` is a `Me` var (it may be None until the page has loaded), `shell` a `ShellView` var.

    `crumbs` are (label, href) pairs, the last one is where we are (its href is not used). `current` is the entry of the navigation that
    is lit: home, jobs, outputs, agents or a coworker's slug, or its path. `tools` stand right in the top bar. `wide` lets the page fill
    the window. `problem` is an error that stays on top of the page; `toast` is said whenever `toast_key` changes.
    """
    return rx.el.div(
        jump("Skip to content", to="main", testid="skip", cls=_SKIP),
        sidebar(me, shell, current),
        rx.el.div(
            _top(crumbs, tools),
            connection_strip(),
            rx.cond(me & ~me.verified, _unverified(me, on_resend), rx.fragment()) if on_resend is not None else rx.fragment(),
            rx.el.main(
                _problem(problem),
                *children,
                id="main",
                tab_index=-1,
                class_name=cx("outline-none", theme.PAGE_WIDE if wide else theme.PAGE),
            ),
            class_name="flex min-w-0 flex-col",
        ),
        phone.bar(shell, current),
        phone.more(me, current),
        palette.palette(me.organizations),
        palette.shortcuts(),
        say.toast(toast, toast_key) if given(toast) else rx.fragment(),
        class_name="min-h-dvh max-md:pb-[calc(64px+env(safe-area-inset-bottom))] md:grid md:grid-cols-[var(--w-sidebar)_minmax(0,1fr)]",
        data_testid="shell",
    )


def _unverified(me: Any, on_resend: Any) -> rx.Component:
    """Until the address is confirmed; nothing waits for it."""
    return rx.el.div(
        icon("mail", 14, "max-md:hidden"),
        rx.el.p(
            "Confirm your address: we sent a link to ",
            rx.el.span(me.email, class_name="break-words"),
            ".",
            class_name="min-w-0 max-md:grow",
        ),
        button("Send it again", testid="resend", size="sm", on_click=on_resend, cls="flex-none"),
        class_name=cx(_STRIP, "flex"),
        data_testid="unverified",
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
