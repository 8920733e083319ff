"""The score and what it is made of: every point is explained, and the sum is on screen."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.outputs import CheckView, FindingView
from components import theme
from components.buttons import button
from components.chips import chip
from components.icons import icon
from components.vars import Child, cx

_FILLS: Final = {"pass": "bg-(--petrol-600)", "warn": "bg-warn-solid", "fail": "bg-bad-solid"}


def checks(output: Any, *, on_fix: Any, foot: Child | None = None) -> rx.Component:
    """The score as a number and a bar of segments (width: points possible, fill: points earned), then one row a check with the places
    that it found; `on_fix(check, finding)` puts the words of a finding in place. `foot` is what comes after them."""
    return rx.el.div(
        rx.el.div(
            _score(output),
            rx.el.div(_bar(output), class_name="min-w-0 grow p-4 max-md:pt-0"),
            class_name="flex items-stretch border-b border-line max-md:flex-col",
        ),
        rx.el.ul(rx.foreach(output.checks, lambda check: _check(check, output.can_edit, on_fix)), aria_label="Checks"),
        rx.el.p(
            rx.el.span("Sum", class_name="font-semibold text-ink"),
            rx.el.span(
                f"{output.score} of {output.max_score}", class_name="ml-auto font-semibold text-ink tabular", data_testid="score-sum"
            ),
            class_name="flex border-t border-line px-4 py-3",
        ),
        foot if foot is not None else rx.fragment(),
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


def _check(check: rx.Var[CheckView], can_edit: Any, on_fix: Any) -> rx.Component:
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
        rx.cond(
            check.findings.length() == 0,
            rx.fragment(),
            rx.el.ul(
                rx.foreach(check.findings, lambda finding: _finding(finding, can_edit, on_fix)),
                aria_label="What was found",
                class_name="mt-1 grid rounded-sm border border-line",
            ),
        ),
        class_name="grid grid-cols-[minmax(0,1fr)] gap-1 border-b border-line px-4 py-3 break-words last:border-b-0",
        data_testid=f"check-{check.id}",
    )


def _finding(finding: rx.Var[FindingView], can_edit: Any, on_fix: Any) -> rx.Component:
    """A place, what is wrong there, and what one click would put there."""
    swap = rx.el.p(
        rx.el.del_(finding.text, class_name="rounded-[2px] bg-bad-bg text-bad-fg"),
        rx.cond(
            finding.replacement == "",
            rx.fragment(),
            rx.fragment(" ", rx.el.ins(finding.replacement, class_name="rounded-[2px] bg-ok-bg text-ok-fg no-underline")),
        ),
    )
    return rx.el.li(
        rx.el.div(
            rx.cond(finding.can_fix, swap, rx.cond(finding.text == "", rx.fragment(), rx.el.p("“", finding.text, "”"))),
            rx.el.p(
                rx.cond(finding.place == "", rx.fragment(), rx.el.span(finding.place, ": ")),
                finding.message,
                class_name="text-xs text-ink-3",
            ),
            class_name="grid min-w-0 grow gap-0.5",
        ),
        rx.cond(
            finding.can_fix & can_edit,
            button(
                "Apply",
                testid=f"fix-{finding.check}-{finding.index}",
                size="sm",
                icon="check",
                on_click=on_fix(finding.check, finding.index),
            ),
            rx.fragment(),
        ),
        class_name="flex items-center gap-3 px-3 py-2 not-last:border-b not-last:border-line",
        data_testid="finding",
    )
