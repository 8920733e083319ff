"""What the public pages share: head, foot, the panel that says what we stand for, and the sentences for the codes in a URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import reflex as rx

from components import theme
from components.avatars import wordmark
from components.buttons import jump, link_button
from components.icons import icon
from components.vars import Child, Text, cx

WIDTH: Final = "mx-auto w-full max-w-[1160px] px-6 max-md:px-5"

# From the bundled example (agents/maya/example.md): what Maya wrote, and where it stands.
_PAIRS: Final = (
    ("link", "14% of everything we made", "in your post, under “We started by counting”"),
    ("link", "£9,000 a year", "the same paragraph, word for word"),
    ("link", "11% in the first month", "in your post, under “Three changes did most of the work”"),
    ("unlink", "40 hours a month", "nowhere in your post, so it is flagged before anyone approves it"),
)


def site_header() -> rx.Component:
    """The head of the landing page: the mark, the way in."""
    place = "rounded-xs text-ink-2 hover:text-ink"
    return rx.el.header(
        rx.el.a(
            wordmark(30, name_cls="text-[1.1875rem]!"),
            href="/",
            aria_label="CoExAI, start page",
            class_name="rounded-sm",
            data_testid="brand",
        ),
        rx.el.nav(
            jump("Coworkers", to="team", testid="to-team", cls=place),
            jump("How it works", to="how", testid="to-how", cls=place),
            jump("Plans", to="plans", testid="to-plans", cls=place),
            aria_label="On this page",
            class_name="ml-3 flex gap-6 text-md font-medium max-md:hidden",
        ),
        rx.el.div(
            link_button("Log in", "/login", testid="header-login", variant="gho", cls="text-md!"),
            link_button("Start free", "/signup", testid="header-signup", variant="pri", cls="h-9! max-md:h-11! text-md!"),
            class_name="ml-auto flex items-center gap-2",
        ),
        class_name=cx(WIDTH, "flex h-[68px] items-center gap-3"),
    )


def site_footer() -> rx.Component:
    link = "inline-flex min-h-6 items-center rounded-xs hover:text-ink"
    return rx.el.footer(
        rx.el.span("CoExAI"),
        rx.el.a("Log in", href="/login", class_name=link, data_testid="footer-login"),
        rx.el.a("Start free", href="/signup", class_name=link, data_testid="footer-signup"),
        rx.el.span("Work you can check.", class_name="ml-auto max-md:ml-0"),
        class_name=cx(WIDTH, "flex flex-wrap items-center gap-6 py-7 text-sm text-ink-3"),
    )


def way_in(*children: Child, title: Text, line: Text) -> rx.Component:
    """The frame of log-in and sign-up: the form left, what we stand for right (wide windows only)."""
    return rx.el.div(
        rx.el.div(
            rx.el.header(
                rx.el.a(wordmark(28), href="/", aria_label="CoExAI, start page", class_name="inline-flex rounded-sm", data_testid="brand"),
            ),
            rx.el.main(
                rx.el.div(
                    rx.el.h1(title, class_name="font-display text-[1.75rem] leading-8 font-semibold tracking-[-0.02em]", tab_index=-1),
                    rx.el.p(line, class_name="mt-1 text-md text-ink-2"),
                ),
                *children,
                class_name="mx-auto my-10 grid w-full max-w-[340px] content-center gap-4 max-md:my-8",
            ),
            rx.el.footer(
                rx.el.a(
                    "Start page", href="/", class_name="inline-flex min-h-6 items-center rounded-xs hover:text-ink", data_testid="to-start"
                ),
                class_name="text-xs text-ink-3",
            ),
            class_name="grid min-h-dvh grid-rows-[auto_1fr_auto] bg-surface p-8 max-[900px]:bg-canvas max-[900px]:p-6",
        ),
        rx.el.aside(
            rx.el.h2(
                "Work you can check, line by line.",
                class_name="max-w-[15ch] font-display text-[2.25rem] leading-10 font-semibold tracking-[-0.025em]",
            ),
            rx.el.ul(*(_pair(*pair) for pair in _PAIRS), class_name="grid max-w-[540px]"),
            aria_label="What CoExAI stands for",
            class_name="grid content-center gap-8 bg-(--petrol-900) p-[72px] text-(--petrol-50) max-[1180px]:p-12 max-[900px]:hidden",
        ),
        class_name="grid min-h-dvh grid-cols-[minmax(420px,1fr)_1.15fr] max-[900px]:grid-cols-[minmax(0,1fr)]",
    )


def code_messages(messages: Mapping[str, str], *, testid: str = "form-error", done: bool = False) -> rx.Component:
    """The sentence for the `?error=` code of the address, or with `done` for its `?done=`. app.js shows the one that fits, and the one
    of "" for a code it does not know; no text of the URL is ever shown."""
    return rx.el.div(
        icon("circle-check" if done else "circle-alert", 16, "mt-0.5"),
        *(rx.el.p(sentence, hidden=True, custom_attrs={"data-error": code}) for code, sentence in messages.items()),
        class_name=cx(theme.NOTE, theme.tone("ok" if done else "bad"), "[&:is([hidden])]:hidden"),
        hidden=True,
        role="status" if done else "alert",
        data_testid=testid,
        custom_attrs={"data-errors": "done" if done else "error"},
    )


def _pair(mark: str, claim: str, where: str) -> rx.Component:
    return rx.el.li(
        icon(mark, 16, "mt-[3px] text-(--petrol-300)"),
        rx.el.span(
            "“",
            rx.el.mark(claim, class_name="rounded-[2px] bg-(--marker-300) px-[3px] text-(--marker-900)"),
            "”",
            rx.el.span(where, class_name="block text-(--petrol-200)"),
        ),
        class_name="grid grid-cols-[24px_1fr] gap-3 border-t border-white/15 py-3.5 text-md last:border-b",
    )
