"""“Keep as a case”: the line under a result's checks, and the dialog that asks what was good and what was bad. No state of its own."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.eval_cases import DraftPart, DraftRule
from components import fields, theme
from components.buttons import button
from components.dialog import asks, closes
from components.icons import icon
from components.notes import note
from components.vars import Child, concat, cx

DIALOG: Final = "keep-case"
_VERDICTS: Final = (("good", "Good"), ("", "Skip"), ("bad", "Bad"))
# A phrase a line.
_LIST: Final = 6_000


def keep_line(output: Any, *, on_ask: Any) -> rx.Component:
    """The foot of the checks. `output` is an `OutputView` var; who may not keep a case sees why."""
    return rx.el.div(
        rx.el.div(
            rx.el.p("Hold later results to this", class_name="font-medium text-ink"),
            rx.el.p(
                "Keep this run as a case: its source, what was asked for, what was good and what was bad.",
                class_name=theme.MUTE,
            ),
            class_name="min-w-0 grow basis-80",
        ),
        button(
            "Keep as a case",
            testid="keep-case-ask",
            size="sm",
            icon="badge-check",
            disabled=output.why_not_keep != "",
            title=output.why_not_keep,
            on_click=on_ask(output.id),
            custom_attrs=asks(DIALOG),
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2.5 border-t border-line px-4 py-3",
        data_testid="keep-case-line",
    )


def keep_dialog(*, draft: Any, show: Any, form_key: Any, errors: Any, saving: Any, on_submit: Any) -> rx.Component:
    """What a case expects. `draft` is a `CaseDraft` var, `errors` a dict var of messages by field."""
    body = rx.el.div(
        rx.cond(draft.why == "", rx.fragment(), note(draft.why, icon="info", testid="case-why")),
        fields.field(
            "Name",
            fields.text_input(name="name", control_id="case-name", testid="case-name", value=draft.name, required=True, max_length=100),
            control_id="case-name",
            error=errors["name"],
        ),
        fields.group(
            "Every later result",
            rx.el.div(rx.foreach(draft.rules, _rule), class_name="grid grid-cols-2 gap-x-4 gap-y-1 max-md:grid-cols-1"),
            group_id="case-rules",
            error=errors["rules"],
        ),
        rx.el.div(
            _phrases("Must say", "says", draft.says, errors, "One phrase or number a line."),
            _phrases("Must not say", "never", draft.never, errors, "One phrase a line."),
            class_name="grid grid-cols-2 items-start gap-3 max-md:grid-cols-1",
        ),
        rx.cond(
            draft.parts.length() > 0,
            rx.el.fieldset(
                rx.el.legend("Part by part", class_name=cx(theme.LABEL, "mb-[5px]")),
                rx.el.ul(
                    rx.foreach(draft.parts, _part),
                    class_name="relative overflow-y-auto rounded-sm border border-line-strong md:max-h-[19rem]",
                    tab_index=0,
                    aria_label="Parts",
                    data_testid="case-parts",
                ),
                class_name="m-0 min-w-0 border-0 p-0",
            ),
            rx.fragment(),
        ),
        fields.field(
            "Why this is a case",
            fields.textarea(name="note", control_id="case-note", testid="case-note", value=draft.note, rows=2, max_length=1000),
            control_id="case-note",
            error=errors["note"],
            optional=True,
        ),
        key=form_key,
        class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
    )
    return rx.el.dialog(
        rx.el.h2("Keep as a case", id=f"{DIALOG}-title", class_name="font-display text-lg font-semibold text-ink"),
        rx.el.form(
            body,
            rx.cond(errors[""], note(errors[""], tone="bad", alert=True, testid="case-error"), rx.fragment()),
            rx.el.div(
                button("Cancel", testid="case-cancel", custom_attrs=closes()),
                button("Keep the case", testid="case-keep", variant="pri", kind="submit", busy=saving, busy_label="Keeping"),
                class_name=(
                    "sticky -bottom-5 z-10 -mx-5 -mb-5 flex justify-end gap-2 border-t border-line bg-raised px-5 py-3.5 "
                    "max-md:grid max-md:grid-cols-2 max-md:justify-stretch max-md:*:w-full"
                ),
            ),
            on_submit=on_submit,
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            data_testid="case-form",
            custom_attrs={"data-validate": "true"},
        ),
        id=DIALOG,
        aria_labelledby=f"{DIALOG}-title",
        class_name="dlg w-[680px] gap-3 rounded-lg bg-raised p-5 text-ink shadow-dialog open:grid",
        data_testid="case-dialog",
        custom_attrs={"data-show": show},
    )


def _rule(rule: rx.Var[DraftRule]) -> rx.Component:
    return fields.checkbox(rule.label, name=concat("rule-", rule.value), testid=concat("case-rule-", rule.value), checked=rule.chosen)


def _phrases(label: str, name: str, value: Any, errors: Any, hint: str) -> rx.Component:
    control = fields.textarea(name=name, control_id=f"case-{name}", testid=f"case-{name}", value=value, rows=2, max_length=_LIST)
    return fields.field(label, control, control_id=f"case-{name}", hint=hint, error=errors[name], optional=True)


def _part(part: rx.Var[DraftPart]) -> rx.Component:
    """A part, the verdict on it, and what only a verdict asks for."""
    bad = rx.el.div(
        _small(part, "never", "Must not come back", part.never, "A phrase a line. Empty: the whole text."),
        _note(part),
        class_name="hidden grid-cols-2 items-start gap-3 group-has-[[value=bad]:checked]/part:grid max-md:grid-cols-1",
    )
    good = rx.el.div(
        _small(part, "stays", "Has to stay", "", "A phrase a line. Empty: the text, or its figures and names."),
        class_name="hidden group-has-[[value=good]:checked]/part:grid",
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(icon("check", 14, "text-ok-fg"), class_name="hidden group-has-[[value=good]:checked]/part:block"),
                rx.el.span(icon("x", 14, "text-bad-fg"), class_name="hidden group-has-[[value=bad]:checked]/part:block"),
                part.label,
                class_name="flex min-w-0 items-center gap-1.5 text-xs font-medium text-ink-3",
            ),
            fields.segmented(
                name=concat("verdict-", part.index.to_string()),
                testid=concat("case-verdict-", part.index.to_string()),
                options=_VERDICTS,
                value=part.verdict,
                label=part.label,
            ),
            class_name="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5",
        ),
        rx.el.p(part.text, class_name="line-clamp-2 text-ink break-words"),
        bad,
        good,
        class_name="group/part grid grid-cols-[minmax(0,1fr)] gap-2 px-3 py-2.5 not-last:border-b not-last:border-line",
        data_testid="case-part",
    )


def _small(part: rx.Var[DraftPart], name: str, label: str, value: Any, hint: str) -> rx.Component:
    place = concat(f"{name}-", part.index.to_string())
    control: Child = fields.textarea(
        name=place, control_id=concat("case-", place), testid=concat("case-", place), value=value, rows=2, max_length=_LIST
    )
    return fields.field(label, control, control_id=concat("case-", place), hint=hint)


def _note(part: rx.Var[DraftPart]) -> rx.Component:
    place = concat("why-", part.index.to_string())
    control = fields.textarea(
        name=place, control_id=concat("case-", place), testid=concat("case-", place), value=part.note, rows=2, max_length=1000
    )
    return fields.field("Why", control, control_id=concat("case-", place), optional=True)
