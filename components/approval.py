"""The way to a yes above a result: where it stands, what can be done next, and the dialogs that ask for words; links for clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from coexai_app.views.reviews import LinkRow, StepView
from components import fields, theme
from components.buttons import button, copy_button
from components.chips import chip
from components.dialog import closes, dialog, opens
from components.icons import glyph, icon
from components.notes import note
from components.vars import concat, cx

REQUEST: Final = "ask-review"
REJECT: Final = "ask-changes"
CLIENT: Final = "share-with-client"
_DAYS: Final = (("3", "3 days"), ("7", "7 days"), ("14", "14 days"), ("30", "30 days"), ("90", "90 days"))
_LINES: Final = {
    "draft": "A draft. Ask for a yes when it is ready.",
    "in_review": "In review.",
    "approved": "Approved. Nothing changes until somebody reopens it.",
    "rejected": "Changes are wanted.",
}


@dataclass(frozen=True)
class ReviewActions:
    """The handlers of the way to a yes."""

    request: Any
    withdraw: Any
    reject: Any
    create_link: Any
    kept_link: Any
    revoke_link: Any


def approval_bar(output: Any, review: Any, actions: ReviewActions, *, editing: Any) -> rx.Component:
    """Where the result stands and what comes next. `output` is an `OutputView` var, `review` a `ReviewView` var."""
    last = review.steps[0]
    told = rx.cond(
        review.steps.length() > 0,
        rx.el.p(
            rx.el.b(last.by, class_name="font-semibold text-ink"),
            rx.cond(last.client, " (client) ", " "),
            concat(last.what, ", ", last.at),
            rx.cond(last.reason == "", "", ":"),
            class_name="min-w-0 break-words",
            data_testid="last-step",
        ),
        rx.el.p(rx.match(output.status, *_LINES.items(), ""), class_name="min-w-0"),
    )
    words = rx.cond(
        (review.steps.length() > 0) & (last.reason != ""),
        rx.el.p(
            last.reason,
            class_name="max-w-[44rem] border-l-2 border-line-strong pl-2.5 text-ink break-words whitespace-pre-wrap",
            data_testid="last-reason",
        ),
        rx.fragment(),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                glyph(output.icon, 16, "mt-1.5 text-ink-3"),
                rx.el.div(told, words, class_name="grid min-w-0 gap-1.5 pt-1"),
                class_name="flex min-w-0 grow gap-2.5",
            ),
            rx.el.div(
                rx.cond(
                    review.can_withdraw,
                    button(
                        "Take back", testid="withdraw", size="sm", variant="gho", icon="undo-2", disabled=editing, on_click=actions.withdraw
                    ),
                    rx.fragment(),
                ),
                rx.cond(
                    review.can_reject,
                    button(
                        "Ask for changes", testid="reject", size="sm", icon="message-square", disabled=editing, custom_attrs=opens(REJECT)
                    ),
                    rx.fragment(),
                ),
                rx.cond(
                    review.can_request,
                    button(
                        "Ask for a review", testid="request-review", size="sm", icon="eye", disabled=editing, custom_attrs=opens(REQUEST)
                    ),
                    rx.fragment(),
                ),
                rx.cond(
                    output.status == "approved",
                    rx.fragment(),
                    button(
                        "Ask a client",
                        testid="ask-client",
                        size="sm",
                        icon="link",
                        disabled=~review.can_share | editing,
                        title=review.why_no_share,
                        custom_attrs=opens(CLIENT),
                    ),
                ),
                class_name="flex flex-wrap gap-2",
            ),
            class_name="flex flex-wrap items-start justify-between gap-x-4 gap-y-2.5",
        ),
        class_name="border-b border-line px-4 py-2.5 text-ink-2",
        data_testid="approval-bar",
    )


def review_dialogs(
    output: Any, review: Any, actions: ReviewActions, *, problem: Any, turn: Any, link: Any, link_for: Any, link_problem: Any, link_key: Any
) -> rx.Component:
    """The dialogs of the bar. `problem` is what was wrong with a note or a reason, `link` the address of a link that was just made."""
    return rx.fragment(
        _words(
            REQUEST,
            "Ask for a review?",
            "Everybody who may approve gets a mail.",
            "Note",
            "note",
            "Ask for a review",
            actions.request,
            problem,
            turn,
            optional=True,
        ),
        _words(
            REJECT,
            "Ask for changes?",
            "It goes back with your reason, and becomes a draft with the next edit.",
            "What should change",
            "reason",
            "Ask for changes",
            actions.reject,
            problem,
            turn,
        ),
        _client(output, review, actions, link, link_for, link_problem, link_key),
    )


def steps_list(review: Any) -> rx.Component:
    """Every step of the review, newest first."""
    return rx.cond(
        review.steps.length() == 0,
        rx.fragment(),
        rx.el.ol(rx.foreach(review.steps, _step), aria_label="Review", class_name="grid gap-3 p-4", data_testid="review-steps"),
    )


def _words(
    dialog_id: str,
    question: str,
    line: str,
    label: str,
    name: str,
    verb: str,
    on_send: Any,
    problem: Any,
    turn: Any,
    *,
    optional: bool = False,
) -> rx.Component:
    form = rx.el.form(
        fields.field(
            label,
            fields.textarea(
                name=name, control_id=f"{dialog_id}-words", testid=f"{dialog_id}-words", rows=3, required=not optional, max_length=1000
            ),
            control_id=f"{dialog_id}-words",
            optional=optional,
        ),
        id=f"{dialog_id}-form",
        on_submit=on_send,
        custom_attrs={"data-hotsubmit": "true"},
        key=turn.to_string(),
    )
    return dialog(
        question,
        rx.el.p(line),
        form,
        rx.cond(problem == "", rx.fragment(), note(problem, tone="bad", alert=True, testid=f"{dialog_id}-problem")),
        dialog_id=dialog_id,
        actions=[
            button("Cancel", testid=f"{dialog_id}-cancel", custom_attrs=closes()),
            button(verb, testid=f"{dialog_id}-send", variant="pri", kind="submit", form=f"{dialog_id}-form"),
        ],
        testid=dialog_id,
        turn=turn.to_string(),
    )


def _client(output: Any, review: Any, actions: ReviewActions, link: Any, link_for: Any, problem: Any, key: Any) -> rx.Component:
    form = rx.el.form(
        rx.el.input(type="hidden", name="version", value=output.version.to_string()),
        fields.field(
            "Who is it for",
            fields.text_input(
                name="name", control_id="client-name", testid="client-name", required=True, max_length=100, placeholder="Carla Chen"
            ),
            control_id="client-name",
            hint="A name for your list. The client types their own when they answer.",
        ),
        rx.el.div(
            fields.field(
                "Works for",
                rx.el.select(
                    *(rx.el.option(label, value=value) for value, label in _DAYS),
                    id="client-days",
                    name="days",
                    default_value="14",
                    class_name=cx(theme.INPUT, theme.INPUT_SIZES["md"]),
                    data_testid="client-days",
                ),
                control_id="client-days",
            ),
            fields.field(
                "Passcode",
                fields.text_input(
                    name="passcode",
                    control_id="client-passcode",
                    testid="client-passcode",
                    min_length=6,
                    max_length=64,
                    auto_complete="off",
                ),
                control_id="client-passcode",
                optional=True,
            ),
            class_name="grid grid-cols-2 gap-3",
        ),
        fields.checkbox(
            "Follow changes",
            name="follows",
            testid="client-follows",
            hint="Shows every later version too. Otherwise the link is for this version alone.",
        ),
        id="client-form",
        on_submit=actions.create_link,
        class_name="grid gap-3.5",
        key=key.to_string(),
    )
    made = rx.el.div(
        note(concat("The link for ", link_for, " is ready. Copy it now: it is shown only once."), tone="ok", testid="link-made"),
        rx.el.p(link, class_name="rounded-sm bg-sunken p-2.5 font-mono text-xs break-all text-ink select-all", data_testid="client-link"),
        class_name="grid gap-3",
        role="status",
    )
    return dialog(
        "Ask a client for a yes",
        rx.cond(
            link == "",
            rx.fragment(
                rx.el.p(
                    "With the link a client sees this result alone, comments, and approves it or asks for changes. They need no account."
                ),
                form,
                rx.cond(problem == "", rx.fragment(), note(problem, tone="bad", alert=True, testid="link-problem")),
            ),
            made,
        ),
        rx.cond(
            review.links.length() > 0,
            rx.el.div(
                rx.el.h3("Links", class_name=cx(theme.EYEBROW, "mb-1")),
                rx.el.ul(rx.foreach(review.links, lambda row: _link(row, actions.revoke_link)), data_testid="links"),
                class_name="border-t border-line pt-3",
            ),
            rx.fragment(),
        ),
        dialog_id=CLIENT,
        actions=[
            rx.cond(
                link == "",
                rx.fragment(
                    button("Cancel", testid="client-cancel", custom_attrs=closes()),
                    button("Make the link", testid="client-make", variant="pri", kind="submit", form="client-form"),
                ),
                rx.fragment(
                    button("Done", testid="client-done", on_click=actions.kept_link, custom_attrs=closes()),
                    copy_button(link, testid="client-copy", label="Copy link", size="md", variant="pri"),
                ),
            )
        ],
        testid=CLIENT,
        cls="w-[520px]!",
    )


def _link(row: rx.Var[LinkRow], on_revoke: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, class_name="truncate font-medium text-ink"),
            rx.el.span(
                concat(row.shows, ", until ", row.until),
                rx.cond(row.passcode, ", passcode", ""),
                rx.cond(row.seen == "", ", not opened yet", concat(", opened ", row.seen)),
                class_name="text-xs text-ink-3",
            ),
            class_name="grid min-w-0 grow",
        ),
        chip(row.word, tone=row.tone, icon=row.icon),
        rx.cond(
            row.can_revoke,
            button("Revoke", testid="revoke-link", size="sm", variant="dan", on_click=on_revoke(row.id)),
            rx.fragment(),
        ),
        class_name="flex items-center gap-2.5 py-2 not-last:border-b not-last:border-line",
        data_testid="link-row",
    )


def _step(row: rx.Var[StepView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(icon(row.icon, 12), class_name=cx(theme.NODE, theme.tone(row.tone), "mt-px")),
        rx.el.div(
            rx.el.p(
                rx.el.b(row.by, class_name="font-semibold text-ink"),
                rx.cond(row.client, " (client) ", " "),
                concat(row.what, ", version ", row.version.to_string()),
            ),
            rx.cond(row.reason == "", rx.fragment(), rx.el.p(row.reason, class_name="text-ink-2 break-words whitespace-pre-wrap")),
            rx.el.p(row.at, class_name=theme.META),
            class_name="grid min-w-0 gap-0.5",
        ),
        class_name="flex gap-2.5",
    )
