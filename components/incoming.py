"""What comes in: the rules for pushes, the addresses that other services need, and what they sent."""

from __future__ import annotations

from typing import Any

import reflex as rx

from coexai_app.views.webhooks import IncomingRow, RuleView
from components import fields, theme
from components.buttons import app_link, button, copy_button, icon_button
from components.chips import chip
from components.dialog import opens
from components.icons import icon
from components.notes import note
from components.vars import concat, cx


def address(label: str, value: Any, *, testid: str, secret: bool = False) -> rx.Component:
    """Something to paste elsewhere. A secret is not shown until it is asked for."""
    shown = rx.el.code(value, class_name="min-w-0 flex-1 text-xs break-all select-all", data_testid=testid)
    text = (
        rx.el.details(
            rx.el.summary(
                "Show", class_name=cx(theme.LINK, "w-fit cursor-pointer list-none group-open:hidden"), data_testid=f"{testid}-show"
            ),
            shown,
            class_name="group min-w-0 flex-1",
        )
        if secret
        else shown
    )
    return rx.el.div(
        rx.el.p(label, class_name=theme.HELP),
        rx.el.div(
            text,
            copy_button(value, testid=f"{testid}-copy"),
            class_name="flex min-w-0 flex-wrap items-center gap-3 rounded-sm bg-idle-bg px-2.5 py-1.5",
        ),
        class_name="grid gap-1",
    )


def rule_list(rows: Any, *, on_switch: Any, on_delete: Any, dialog_id: str) -> rx.Component:
    """`rows` is a var of `RuleView`s; `on_switch` takes a rule's id and whether it is on, `on_delete` the id and opens `dialog_id`."""

    def line(rule: rx.Var[RuleView]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.p(rule.repository, class_name="truncate font-medium", title=rule.repository),
                rx.el.p(rule.branch, ", ", rx.el.code(rule.paths), class_name=cx(theme.META, "truncate")),
                rx.el.p(f"{rule.capability_title}, as {rule.by}", class_name="text-xs text-ink-2"),
                rx.cond(
                    rule.trouble, rx.el.p(rule.trouble, class_name="mt-0.5 text-xs text-bad-fg", data_testid="rule-trouble"), rx.fragment()
                ),
                rx.cond(
                    rule.last_job_id,
                    app_link(
                        concat("Last run ", rule.last),
                        href=concat("/jobs/", rule.last_job_id),
                        testid="rule-last",
                        cls=cx(theme.LINK, "text-xs"),
                    ),
                    rx.fragment(),
                ),
                class_name="min-w-0 flex-1",
            ),
            rx.cond(
                rule.enabled,
                button("Switch off", testid="rule-off", size="sm", on_click=on_switch(rule.id, False)),
                button("Switch on", testid="rule-on", size="sm", on_click=on_switch(rule.id, True)),
            ),
            icon_button(
                concat("Delete the rule for ", rule.repository),
                icon="trash-2",
                testid="rule-delete",
                on_click=on_delete(rule.id),
                custom_attrs=opens(dialog_id),
            ),
            class_name="flex items-start gap-2 border-b border-line px-4 py-3 last:border-b-0",
            data_testid="rule",
            key=rule.id,
        )

    return rx.el.ul(rx.foreach(rows, line), aria_label="Rules for pushes")


def rule_form(*, capabilities: Any, errors: Any, on_submit: Any, locked: Any, key: Any) -> rx.Component:
    def text(label: str, name: str, value: str, hint: str) -> rx.Component:
        control = fields.text_input(
            name=name, testid=f"rule-{name}", value=value, required=True, max_length=255, error=errors[name], auto_complete="off"
        )
        return fields.field(label, control, control_id=name, hint=hint, error=errors[name])

    return rx.el.form(
        text("Repository", "repository", "", "As owner/name, such as larkfield/blog."),
        rx.el.div(
            text("Branch", "branch", "main", "One branch."),
            text("Files", "paths", "**/*.md", "* is within a folder, ** goes across folders."),
            class_name="grid grid-cols-2 gap-4 max-md:grid-cols-1",
        ),
        fields.field(
            "What happens",
            fields.select(name="capability", testid="rule-capability", options=capabilities, error=errors["capability"]),
            control_id="capability",
            hint="It starts as you, and uses up runs of your plan.",
            error=errors["capability"],
        ),
        fields.field(
            "Settings",
            fields.textarea(name="settings", testid="rule-settings", rows=2, error=errors["settings"], placeholder="posts = 6"),
            control_id="settings",
            hint="Fields of the run, one per line. Leave it empty for the usual ones.",
            optional=True,
            error=errors["settings"],
        ),
        rx.cond(errors[""] != "", note(errors[""], tone="bad", alert=True, testid="rule-error"), rx.fragment()),
        rx.el.div(button("Add rule", testid="rule-add", kind="submit", variant="pri", disabled=locked != "", title=locked)),
        on_submit=on_submit,
        class_name="grid gap-4",
        data_testid="rule-form",
        custom_attrs={"data-validate": "true"},
        key=key,
    )


def incoming_list(rows: Any, *, on_retry: Any) -> rx.Component:
    """`rows` is a var of `IncomingRow`s; what was given up can be tried again."""

    def line(row: rx.Var[IncomingRow]) -> rx.Component:
        return rx.el.li(
            icon(rx.match(row.source, ("stripe", "receipt"), ("github", "file-text"), "zap"), 16, "mt-0.5 text-ink-3"),
            rx.el.div(
                rx.el.p(rx.el.span(row.source, class_name="capitalize"), ", ", row.event, class_name="truncate font-medium"),
                rx.el.p(row.result, class_name="text-xs break-words text-ink-2"),
                rx.el.p(row.when, class_name=theme.META),
                class_name="min-w-0 flex-1",
            ),
            chip(row.word, tone=row.tone, icon=row.icon, testid="incoming-state"),
            rx.cond(
                row.can_retry,
                button("Try again", testid="incoming-retry", size="sm", icon="rotate-ccw", on_click=on_retry(row.id)),
                rx.fragment(),
            ),
            class_name="flex items-start gap-3 border-b border-line px-4 py-3 last:border-b-0 max-md:flex-wrap",
            data_testid="incoming",
            key=row.id,
        )

    return rx.el.ul(rx.foreach(rows, line), aria_label="What came in", data_testid="incoming-list")
