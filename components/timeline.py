"""The steps of a job: laid sideways above a result (`flat`), or down the page with what came out of each (`vertical`)."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.steps import StepView
from components import theme
from components.icons import icon, spinner
from components.vars import Flag, Text, cx

_NODES: Final = {
    "todo": "shadow-[inset_0_0_0_1.5px_var(--line-strong)]",
    "running": "bg-info-bg text-info-fg",
    "done": "bg-ok-bg text-ok-fg",
    "kept": "bg-ok-bg text-ok-fg",
    "failed": "bg-bad-bg text-bad-fg",
    "empty": "bg-idle-bg text-idle-fg",
}
_SPOKEN: Final = {
    "todo": "to come",
    "running": "running",
    "done": "done",
    "kept": "kept from an earlier attempt",
    "failed": "failed",
    "empty": "nothing made",
}
_ROW: Final = "grid gap-y-2 max-md:auto-cols-fr max-md:grid-flow-col md:grid-cols-[repeat(auto-fit,minmax(5.25rem,1fr))]"
_SIDEWAYS: Final = (
    "relative pr-2 not-last:before:absolute not-last:before:top-2.5 not-last:before:right-1.5 not-last:before:left-[26px] "
    "not-last:before:h-px not-last:before:bg-line-strong not-last:before:content-[''] max-md:pr-0"
)
_DOWNWARDS: Final = (
    "relative grid grid-cols-[20px_minmax(0,1fr)_auto] gap-x-2.5 pb-3 last:pb-0 not-last:before:absolute not-last:before:top-[22px] "
    "not-last:before:bottom-0.5 not-last:before:left-[9.5px] not-last:before:w-px "
    "not-last:before:bg-line-strong not-last:before:content-['']"
)


def flat(steps: Any, line: Text) -> rx.Component:
    """The steps side by side, many of them in rows. On phones only their nodes stay, with `line` ("Step 4 of 6, Write") below; it is read
    out either way."""
    return rx.el.div(
        rx.el.ol(rx.foreach(steps, _flat_step), class_name=_ROW, aria_label="Steps"),
        step_line(line, "mt-2 text-xs font-medium md:sr-only"),
        data_testid="timeline",
    )


def vertical(steps: Any, *, summaries: bool = True, label: Text = "Steps", clock: Any = None) -> rx.Component:
    """The steps one under the other, with durations; and with what came out of each, what it cost and which attempt did it, unless
    `summaries` is off. A running step counts up. `clock` is the server's time in Unix milliseconds, for browsers whose own is wrong."""
    return rx.el.ol(
        rx.foreach(steps, lambda step: _step(step, summaries)),
        class_name="grid",
        aria_label=label,
        data_testid="steps",
        **({"custom_attrs": {"data-clock": clock}} if clock is not None else {}),
    )


def step_line(line: Text, cls: str) -> rx.Component:
    """The one sentence about progress, told politely when it changes."""
    return rx.el.p(line, class_name=cls, role="status", custom_attrs={"aria-live": "polite"}, data_testid="step-line")


def _node(status: Any) -> rx.Component:
    mark = rx.match(
        status,
        ("running", spinner()),
        ("done", icon("check", 12)),
        ("kept", icon("check", 12)),
        ("failed", icon("x", 12)),
        ("empty", icon("minus", 12)),
        rx.fragment(),
    )
    return rx.el.span(
        mark,
        rx.el.span(rx.match(status, *_SPOKEN.items(), ""), class_name="sr-only"),
        class_name=cx("relative grid size-5 place-items-center rounded-full", rx.match(status, *_NODES.items(), _NODES["todo"])),
    )


def _took(step: Any, cls: str) -> rx.Component:
    """How long a step took; app.js counts a running one up, without announcing it."""
    # Two elements: what app.js writes into one, React must never own.
    return rx.cond(
        step.started > 0,
        rx.el.span(class_name=cls, role="timer", data_testid="step-timer", custom_attrs={"data-since": step.started}, key="runs"),
        rx.el.span(step.took, class_name=cls, key="took"),
    )


def _flat_step(step: rx.Var[StepView]) -> rx.Component:
    return rx.el.li(
        _node(step.status),
        rx.el.span(step.label, class_name=cx("mt-1.5 block pr-1 text-xs font-medium max-md:hidden", _muted(step.status == "todo"))),
        _took(step, "block min-h-4 text-xs text-ink-3 tabular max-md:hidden"),
        class_name=_SIDEWAYS,
        title=step.label,
        data_testid=f"step-{step.name}",
        **_current(step.status),
    )


def _step(step: rx.Var[StepView], summaries: bool) -> rx.Component:
    more = rx.fragment(_summary(step), rx.el.span(step.cost, class_name=cx("justify-self-end leading-[1.125rem] tabular", theme.META)))
    return rx.el.li(
        _node(step.status),
        rx.el.span(step.label, class_name=cx("font-medium", _muted(step.status == "todo"))),
        _took(step, cx("justify-self-end leading-5 tabular", theme.META)),
        more if summaries else rx.fragment(),
        class_name=_DOWNWARDS,
        data_testid=f"step-{step.name}",
        **_current(step.status),
    )


def _summary(step: Any) -> rx.Component:
    """What came out, or why it failed; then which attempt did it, where that says something."""
    kept = rx.el.span(
        icon("lock", 12), step.origin, class_name="inline-flex items-center gap-1 align-top text-ok-fg", data_testid="step-origin"
    )
    other = rx.el.span(step.origin, class_name="text-ink-3", data_testid="step-origin")
    return rx.el.span(
        rx.el.span(step.summary, class_name=rx.cond(step.status == "failed", "text-bad-fg", "text-ink-3")),
        rx.cond(step.origin == "", rx.fragment(), rx.cond(step.status == "kept", kept, other)),
        class_name="col-start-2 flex min-w-0 flex-wrap gap-x-2 text-xs leading-[1.125rem] break-words",
    )


def _muted(todo: Flag) -> Any:
    return rx.cond(todo, "text-ink-3", "text-ink")


def _current(status: Any) -> dict[str, Any]:
    return {"custom_attrs": {"aria-current": rx.cond(status == "running", "step", "false"), "data-status": status}}
