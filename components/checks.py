"""The score and what it is made of: every point is explained, and the sum is on screen."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.outputs import CheckView
from components import theme
from components.chips import chip
from components.icons import icon
from components.vars import cx

_FILLS: Final = {"pass": "bg-(--petrol-600)", "warn": "bg-warn-solid", "fail": "bg-bad-solid"}


def checks(output: Any) -> rx.Component:
    """The score as a number and a bar of segments (width: points possible, fill: points earned), then one row a check."""
    return rx.el.div(
        rx.el.div(
            _score(output),
            rx.el.div(_bar(output), class_name="min-w-0 grow p-4 max-md:pt-0"),
            class_name="flex items-stretch border-b border-line max-md:flex-col",
        ),
        rx.el.ul(rx.foreach(output.checks, _check), aria_label="Checks"),
        rx.el.p(
            rx.el.span("Sum", class_name="font-semibold text-ink"),
            rx.el.span(
                f"{output.score} of {output.max_score}", class_name="ml-auto font-semibold text-ink tabular", data_testid="score-sum"
            ),
            class_name="flex border-t border-line px-4 py-3",
        ),
        data_testid="checks",
    )


def _score(output: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p("Score", class_name="text-xs font-medium text-ink-3"),
        rx.el.p(
            output.score, class_name="font-display text-[4rem] leading-none font-semibold tracking-[-0.03em] tabular", data_testid="score"
        ),
        rx.el.p(f"of {output.max_score} points", class_name=theme.META),
        class_name="grid flex-none content-center gap-1 border-line p-4 pr-8 md:border-r",
    )


def _bar(output: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.cond(
                output.score == output.max_score,
                "No point is missing",
                rx.cond(
                    output.max_score - output.score == 1,
                    "Where the missing point is",
                    f"Where the {output.max_score - output.score} missing points are",
                ),
            ),
            class_name="mb-3 font-medium",
        ),
        rx.el.ol(
            rx.foreach(output.checks, _segment),
            class_name="flex gap-[3px]",
            aria_label=f"{output.score} of {output.max_score} points",
        ),
    )


def _segment(check: rx.Var[CheckView]) -> rx.Component:
    """One part of the bar; its label shows while there is room, and always as tooltip and for screen readers."""
    return rx.el.li(
        rx.el.span(
            rx.el.span(
                class_name=cx("block h-full", rx.match(check.status, *_FILLS.items(), _FILLS["pass"])), style={"width": f"{check.percent}%"}
            ),
            class_name="block h-6 overflow-hidden rounded-[3px] bg-line",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.span(
            rx.el.b(
                f"{check.points}", class_name=cx("font-semibold", rx.cond(check.points == check.max_points, "text-ink", "text-bad-fg"))
            ),
            rx.el.span(f"/{check.max_points}", class_name="text-ink-3"),
            class_name="mt-1.5 hidden text-xs tabular @min-[2rem]:block",
        ),
        rx.el.span(check.label, class_name="hidden truncate text-2xs text-ink-3 @min-[3.5rem]:block"),
        class_name="@container min-w-0 basis-0",
        style={"flexGrow": check.max_points},
        title=f"{check.label}: {check.points} of {check.max_points}",
    )


def _check(check: rx.Var[CheckView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h2(check.label, class_name="text-sm font-medium text-ink"),
            chip(check.word, tone=check.tone, icon=check.icon),
            rx.el.span(
                rx.el.b(check.points, class_name="font-semibold text-ink"),
                f" of {check.max_points}",
                class_name="ml-auto flex-none text-ink-3 tabular",
            ),
            class_name="flex flex-wrap items-center gap-x-2.5 gap-y-1",
        ),
        rx.el.p(check.message, class_name="text-ink-2"),
        rx.cond(check.evidence == "", rx.fragment(), rx.el.p(check.evidence, class_name="border-l-2 border-line-strong pl-2.5 text-ink-3")),
        rx.cond(
            check.fix == "",
            rx.fragment(),
            rx.el.p(icon("wrench", 14, "mt-[3px]"), rx.el.span(check.fix), class_name="flex gap-1.5 font-medium text-ink"),
        ),
        class_name="grid gap-1 border-b border-line px-4 py-3 break-words last:border-b-0",
        data_testid=f"check-{check.id}",
    )
