"""Jobs that the engine gave up on: a list to choose from, the bar that acts on what is chosen, and what stayed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from coexai_app.views.dead_letters import DeadLetterRow
from components import theme
from components.buttons import app_link, button
from components.chips import chip
from components.dialog import confirm, opens
from components.notes import note
from components.vars import Child, concat, cx

REQUEUE_DIALOG = "requeue-dialog"
DISCARD_DIALOG = "discard-dialog"
_REQUEUE = (
    "Work goes on at the step where it stopped: finished steps are kept, and nothing is paid twice. Each job holds one of this month's "
    "runs again. One for which none is left stays here, and you see why."
)
_DISCARD = (
    "Discarded jobs leave this list and count as cancelled. Nothing was charged. Input, finished steps and the error stay, and a job can "
    "still be resumed from its own page."
)


def choice_bar(*, every: Any, chosen: Any, rows: Any, on_all: Any, on_ask: Any) -> rx.Component:
    """Chooses all rows of the page, says how many are chosen, and acts on them. `every` is true, mixed or false."""
    some = chosen > 0
    return rx.el.div(
        rx.el.button(
            rx.el.span(class_name=theme.CHECKBOX),
            rx.el.span(rx.cond(some, f"{chosen} of {rows} chosen", "Choose all on this page"), class_name="tabular"),
            type="button",
            role="checkbox",
            aria_checked=every,
            aria_label="Choose all on this page",
            class_name="flex min-h-8 cursor-pointer items-center gap-3 rounded-sm font-medium text-ink-2 hover:text-ink max-md:min-h-11",
            on_click=on_all,
            data_testid="choose-all",
        ),
        rx.cond(
            some,
            rx.el.div(
                _ask(f"Discard {chosen}", "trash-2", DISCARD_DIALOG, on_ask, testid="discard-chosen", variant="dan"),
                _ask(f"Requeue {chosen}", "step-forward", REQUEUE_DIALOG, on_ask, testid="requeue-chosen", variant="pri"),
                class_name="ml-auto flex gap-2 max-md:ml-0 max-md:w-full max-md:*:flex-1",
            ),
            rx.fragment(),
        ),
        class_name="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2",
        data_testid="choice-bar",
    )


def dead_letter_list(rows: Any, *, locked: Any, chosen: Any, boxes_key: Any, on_choose: Any, on_ask: Any) -> rx.Component:
    """The jobs, the latest first. Whoever may not act (`locked`) sees no boxes and no buttons."""
    return rx.el.ul(
        rx.foreach(rows, lambda job: _row(job, locked, chosen, boxes_key, on_choose, on_ask)),
        aria_label="Dead letters",
        data_testid="dead-letters",
    )


def dialogs(*, what: Any, on_requeue: Any, on_discard: Any) -> rx.Component:
    """Both questions. `what` is what they are about: a job's title, or how many."""
    return rx.fragment(
        confirm(
            concat("Requeue ", what, "?"),
            _REQUEUE,
            dialog_id=REQUEUE_DIALOG,
            confirm_label="Requeue",
            on_confirm=on_requeue,
            safe_label="Not now",
            danger=False,
            testid="requeue",
        ),
        confirm(
            concat("Discard ", what, "?"),
            _DISCARD,
            dialog_id=DISCARD_DIALOG,
            confirm_label="Discard",
            on_confirm=on_discard,
            safe_label="Keep here",
            testid="discard",
        ),
    )


def stayed(reasons: Any) -> rx.Component:
    """Which jobs did not move, by reason; it stays until the next act."""
    return rx.cond(
        reasons.length() == 0,
        rx.fragment(),
        note(
            rx.foreach(reasons, lambda one: rx.el.span(concat(one.titles, ": ", one.reason), class_name="block")),
            title="Not everything moved.",
            tone="warn",
            alert=True,
            testid="stayed",
        ),
    )


def _row(job: rx.Var[DeadLetterRow], locked: Any, chosen: Any, boxes_key: Any, on_choose: Any, on_ask: Any) -> rx.Component:
    box = rx.el.label(
        rx.el.input(
            type="checkbox",
            default_checked=chosen.contains(job.id),
            class_name=theme.CHECKBOX,
            aria_label=concat("Choose ", job.title),
            on_change=lambda on: on_choose(job.id, on),
            key=boxes_key,
            data_testid="choose",
        ),
        class_name="-m-2 grid cursor-pointer place-items-center self-start p-2.5 max-md:-m-3.5 max-md:p-3.5",
    )
    return rx.el.li(
        rx.cond(locked == "", box, rx.fragment()),
        rx.el.div(
            app_link(
                rx.el.span(job.title, class_name="truncate"),
                href=concat("/jobs/", job.id),
                testid="dead-letter-link",
                cls="flex w-fit max-w-full font-medium hover:underline underline-offset-2",
                title=job.title,
            ),
            rx.el.p(job.reason, class_name="text-ink-2 break-words"),
            rx.el.p(
                chip(job.error_code, tone="bad", cls="font-mono"),
                *(_fact(text) for text in (job.step, job.attempts, job.when, job.by)),
                class_name=cx("mt-1 flex flex-wrap items-center gap-x-3 gap-y-1", theme.META),
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(locked == "", _actions(job, on_ask), rx.fragment()),
        class_name=(
            "flex items-start gap-4 border-b border-line px-4 py-3 last:border-b-0 hover:bg-hover has-checked:bg-selected "
            "max-md:flex-wrap max-md:gap-x-3 max-md:gap-y-2"
        ),
        key=job.id,
        data_testid="dead-letter",
    )


def _actions(job: Any, on_ask: Any) -> rx.Component:
    return rx.el.div(
        button("Requeue", testid="requeue-one", size="sm", on_click=on_ask(job.id), custom_attrs=opens(REQUEUE_DIALOG)),
        button("Discard", testid="discard-one", size="sm", variant="gho", on_click=on_ask(job.id), custom_attrs=opens(DISCARD_DIALOG)),
        class_name="flex flex-none items-center gap-1 max-md:w-full max-md:pl-7",
    )


def _ask(label: Any, icon: str, dialog_id: str, on_ask: Any, *, testid: str, variant: str) -> rx.Component:
    return button(label, testid=testid, variant=variant, icon=icon, on_click=on_ask, custom_attrs=opens(dialog_id))


def _fact(text: Any) -> Child:
    return rx.cond(text == "", rx.fragment(), rx.el.span(text, class_name="tabular"))
