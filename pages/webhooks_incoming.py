"""The incoming half of the webhooks page: what GitHub, Zapier and other programs may start here, and what came."""

from __future__ import annotations

from typing import Final

import reflex as rx

from components import theme
from components.dialog import confirm
from components.empty import empty
from components.incoming import address, incoming_list, rule_form, rule_list
from components.notes import note
from components.tables import pager
from state.webhooks import IncomingState

_DELETE_RULE: Final = "delete-rule-dialog"


def incoming() -> rx.Component:
    state = IncomingState
    return rx.el.div(
        rx.el.div(
            _github(),
            _zapier(),
            class_name="grid content-start gap-6 border-b border-line p-4",
        ),
        rx.cond(
            state.came.length() > 0,
            rx.fragment(
                rx.el.h2("What came in", class_name=f"{theme.H2} px-4 pt-4 pb-1"),
                incoming_list(state.came, on_retry=state.retry),
                pager(
                    label=state.label,
                    page=state.page,
                    pages=state.pages,
                    on_previous=rx.redirect(state.before),
                    on_next=rx.redirect(state.after),
                    testid="incoming-pager",
                ),
            ),
            empty(
                "Nothing came in yet", "What other services send appears here with what became of it.", icon="mail", testid="no-incoming"
            ),
        ),
        confirm(
            rx.cond(state.doomed, f"Delete the rule for {state.doomed.repository}?", "Delete this rule?"),
            "Pushes to it start nothing any more. Jobs that it started stay.",
            dialog_id=_DELETE_RULE,
            confirm_label="Delete",
            on_confirm=state.delete_rule,
            testid=_DELETE_RULE,
        ),
    )


def _github() -> rx.Component:
    state = IncomingState
    return rx.el.section(
        rx.el.h2("GitHub", class_name=theme.H2),
        rx.el.p("A push that touches Markdown files starts a job with each of them, once per commit.", class_name="text-ink-2"),
        rx.cond(
            state.github_url != "",
            rx.el.div(
                rx.el.p("In the repository's settings, add a webhook with content type application/json, this address and this secret."),
                address("Payload URL", state.github_url, testid="github-url"),
                address("Secret", state.github_secret, testid="github-secret", secret=True),
                class_name="grid gap-2.5 text-sm text-ink-2",
            ),
            note(
                "Whoever runs this instance has not set a secret for GitHub yet (GITHUB_WEBHOOK_SECRET). Rules wait until then.",
                icon="lock",
                testid="github-closed",
            ),
        ),
        rx.cond(
            state.rules.length() > 0,
            rx.el.div(
                rule_list(state.rules, on_switch=state.switch_rule, on_delete=state.ask_delete, dialog_id=_DELETE_RULE),
                class_name="rounded-md border border-line",
            ),
            rx.fragment(),
        ),
        rx.el.details(
            rx.el.summary("Add a rule", class_name=f"{theme.LINK} w-fit cursor-pointer", data_testid="rule-more"),
            rx.el.div(
                rule_form(
                    capabilities=state.capabilities,
                    errors=state.errors,
                    on_submit=state.add_rule,
                    locked=state.locked,
                    key=state.form_key.to_string(),
                ),
                class_name="mt-3 max-w-[640px]",
            ),
        ),
        class_name="grid gap-3",
        aria_label="GitHub",
    )


def _zapier() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Zapier and other programs", class_name=theme.H2),
        rx.el.p(
            "With an API key that may start jobs, a program posts an order here: agent, capability and input.", class_name="text-ink-2"
        ),
        address("Address", IncomingState.zapier_url, testid="zapier-url"),
        class_name="grid gap-3",
        aria_label="Zapier and other programs",
    )
