"""API keys: the list, the form of a new one, the key that is shown once, and the two questions. What is locked says why."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.api_keys import KeyRow, ScopeBox, ScopeGroup
from components import confirm, fields, tables, theme
from components.buttons import button, copy_button, icon_button
from components.chips import chip
from components.dialog import asks, closes, dialog
from components.icons import icon
from components.notes import note
from components.panel import panel
from components.tables import Column
from components.vars import concat, cx

ROTATE: Final = "rotate-key"
REVOKE: Final = "revoke-key"
_COLUMNS: Final = (
    Column("Key"),
    Column("State"),
    Column("Permissions", hide=True),
    Column("Last used", hide=True),
    Column("Ends", hide=True),
    Column("Actions", sr=True),
)
_SECRET: Final = "min-w-0 rounded-sm border border-line bg-sunken px-3 py-2 font-mono text-sm break-all text-ink select-all"
_OVERLAPS: Final = (("24", "24 hours"), ("168", "7 days"), ("1", "1 hour"), ("0", "Not at all: it ends now"))
_LIVES: Final = (("30", "30 days"), ("90", "90 days"), ("365", "365 days"), ("date", "Until a day"), ("never", "Never ends"))
_ACCESS: Final = (("read", "Read only"), ("all", "Everything"), ("chosen", "Choose"))
_WHAT: Final = {
    "read": "It sees jobs, files, results and the usage, and changes nothing.",
    "all": "It does everything that your role may hand out. Keep it as safe as a password.",
}


def key_table(rows: Any, *, on_rotate: Any, on_revoke: Any) -> rx.Component:
    """`rows` is a var of `KeyRow`s; the handlers take a key's id and open the dialogs ROTATE and REVOKE."""
    return tables.table(_COLUMNS, rx.foreach(rows, lambda row: _row(row, on_rotate, on_revoke)), label="API keys", testid="keys")


def _row(row: rx.Var[KeyRow], on_rotate: Any, on_revoke: Any) -> rx.Component:
    what = rx.el.div(
        rx.el.p(
            rx.el.b(row.name, class_name="font-medium"),
            rx.cond(row.kind == "Test", chip("Test", tone="out", cls="ml-2"), rx.fragment()),
            class_name="flex min-w-0 items-center break-words",
        ),
        rx.el.p(row.shown, class_name=cx(theme.MONO, "truncate text-ink-2")),
        rx.el.p("made by ", row.made_by, ", ", row.created, class_name=theme.META),
        rx.el.p(
            row.access,
            rx.cond(row.used == "never", ", never used", concat(", last used ", row.used)),
            rx.cond(row.end == "never", ", never ends", concat(rx.cond(row.may_revoke, ", ends ", ", ended "), row.end)),
            class_name=cx(theme.META, "md:hidden"),
        ),
        class_name="grid min-w-0 gap-0.5",
    )
    may = rx.el.details(
        rx.el.summary(row.access, class_name="w-fit cursor-pointer rounded-xs font-medium whitespace-nowrap"),
        rx.el.ul(
            rx.foreach(row.sentences, lambda text: rx.el.li(text)),
            class_name="mt-1 grid max-w-56 gap-0.5 text-xs whitespace-normal text-ink-2",
        ),
    )
    rotate = icon_button(
        rx.cond(row.why_not_rotate == "", concat("Replace ", row.name), row.why_not_rotate),
        icon="refresh-cw",
        testid="key-rotate",
        on_click=on_rotate(row.id),
        disabled=row.why_not_rotate != "",
        custom_attrs=asks(ROTATE),
    )
    revoke = icon_button(
        concat("Revoke ", row.name), icon="ban", testid="key-revoke", on_click=on_revoke(row.id), custom_attrs=asks(REVOKE)
    )
    return tables.row(
        tables.cell(what, cls="align-top max-md:row-span-2"),
        tables.cell(chip(row.word, tone=row.tone, icon=row.icon, testid="key-state"), right=True, cls="align-top max-md:self-start"),
        tables.cell(may, hide=True, cls="align-top"),
        tables.cell(row.used, hide=True, cls="max-w-40 align-top text-ink-2"),
        tables.cell(row.end, hide=True, cls="max-w-40 align-top text-ink-2"),
        tables.cell(
            rx.cond(row.may_revoke, rx.el.div(rotate, revoke, class_name="flex justify-end gap-0.5"), rx.fragment()),
            cls="align-top max-md:col-start-2 max-md:self-end max-md:justify-self-end",
        ),
        testid="key-row",
    )


def once(state: Any) -> rx.Component:
    """The key that was just made, until the person says that they have it."""
    return rx.cond(
        state.secret != "",
        panel(
            rx.el.p("This is the only time that it is shown. Put it where your program keeps its secrets.", class_name="text-ink-2"),
            rx.el.div(
                rx.el.code(state.secret, class_name=cx(_SECRET, "flex-1 basis-80"), data_testid="secret"),
                copy_button(state.secret, testid="copy-secret", label="Copy key", size="md"),
                class_name="mt-3 flex flex-wrap items-center gap-2",
            ),
            rx.el.p("Try it: this call answers who the key belongs to and what it may do.", class_name="mt-4 text-ink-2"),
            rx.el.div(
                rx.el.code(state.example, class_name=cx(_SECRET, "flex-1 basis-80"), data_testid="example"),
                copy_button(state.example, testid="copy-example", label="Copy call", size="md"),
                class_name="mt-3 flex flex-wrap items-center gap-2",
            ),
            rx.el.div(button("I have kept it", testid="key-kept", on_click=state.kept), class_name="mt-4 max-md:grid"),
            title=concat("Your new key: ", state.secret_name),
            testid="new-secret",
        ),
        rx.fragment(),
    )


def new_key(state: Any) -> rx.Component:
    """The form; without API in the plan it stands there locked, with the reason and what it would take."""
    keys, errors = state.keys, state.errors
    locked = keys.locked != ""
    return panel(
        rx.cond(
            locked,
            note(keys.need, title=keys.locked, icon="lock", testid="keys-locked", cls="mb-4"),
            rx.cond(keys.fresh, rx.fragment(), confirm.needed("/settings/keys", testid="key-confirm")),
        ),
        rx.el.form(
            rx.el.fieldset(
                fields.field(
                    "Name",
                    fields.text_input(
                        name="name", testid="key-name", required=True, max_length=80, error=errors["name"], auto_complete="off"
                    ),
                    control_id="name",
                    hint="The program that will use it.",
                    error=errors["name"],
                ),
                fields.group(
                    "Kind",
                    fields.segmented(
                        name="kind", testid="key-kind", options=(("live", "Live"), ("test", "Test")), value="live", label="Kind"
                    ),
                    group_id="kind",
                    hint="What a test key starts runs on the built-in model and is never charged.",
                ),
                fields.group(
                    "What it may do",
                    fields.segmented(
                        name="access",
                        testid="key-access",
                        options=_ACCESS,
                        value="read",
                        label="What it may do",
                        on_change=state.choose_access,
                    ),
                    group_id="access",
                    hint=rx.match(state.access, *_WHAT.items(), ""),
                    error=errors["scopes"],
                ),
                rx.cond(state.access == "chosen", rx.el.div(rx.foreach(keys.groups, _group), class_name="grid gap-3"), rx.fragment()),
                fields.field(
                    "Ends after",
                    fields.select(
                        name="life",
                        testid="key-life",
                        options=_LIVES,
                        value="90",
                        error=errors["expires_in_days"],
                        on_change=state.choose_life,
                    ),
                    control_id="life",
                    error=errors["expires_in_days"],
                    hint=rx.cond(state.life == "never", "A key that never ends stays open if it leaks. Replace it now and then.", ""),
                ),
                rx.cond(
                    state.life == "date",
                    fields.field(
                        "Last day",
                        fields.text_input(
                            name="expires_on",
                            testid="key-day",
                            kind="date",
                            required=True,
                            error=errors["expires_on"],
                            min=keys.first_day,
                            max=keys.last_day,
                        ),
                        control_id="expires_on",
                        error=errors["expires_on"],
                    ),
                    rx.fragment(),
                ),
                rx.cond(errors[""], note(errors[""], tone="bad", alert=True, testid="key-error"), rx.fragment()),
                button("Make key", testid="key-make", variant="pri", kind="submit", full=True, disabled=locked | ~keys.fresh),
                disabled=locked | ~keys.fresh,
                class_name="m-0 grid min-w-0 gap-3.5 border-0 p-0",
            ),
            on_submit=state.create,
            custom_attrs={"data-validate": "true"},
            key=state.form_key.to_string(),
        ),
        title="New key",
        testid="key-form",
    )


def _group(group: rx.Var[ScopeGroup]) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(group.title, class_name=cx(theme.META, "mb-1")),
        rx.el.div(rx.foreach(group.boxes, _box), class_name="grid gap-1"),
        class_name="m-0 min-w-0 border-0 p-0",
    )


def _box(box: rx.Var[ScopeBox]) -> rx.Component:
    return fields.checkbox(
        box.sentence,
        name=concat("scope-", box.name),
        testid=concat("scope-", box.name),
        hint=box.locked,
        disabled=box.locked != "",
    )


def questions(state: Any) -> rx.Component:
    """The dialogs before a key is replaced or ends."""
    about = state.about
    return rx.fragment(
        dialog(
            rx.cond(about, concat("Replace ", about.name, "?"), "Replace this key?"),
            rx.el.p(
                "You get a new key with the same permissions and the same lifetime. Give it to the program while the old one still opens."
            ),
            rx.el.form(
                fields.field(
                    "The old key still opens for",
                    fields.select(name="overlap_hours", testid="overlap", options=_OVERLAPS, value="24"),
                    control_id="overlap_hours",
                ),
                _wrong(state),
                id="rotate-form",
                on_submit=state.rotate,
            ),
            dialog_id=ROTATE,
            actions=[
                button("Keep it", testid="rotate-keep", custom_attrs=closes(), auto_focus=True),
                button("Replace key", testid="rotate-confirm", variant="pri", kind="submit", form="rotate-form"),
            ],
            testid=ROTATE,
            show=state.rotating,
        ),
        dialog(
            rx.cond(about, concat("Revoke ", about.name, "?"), "Revoke this key?"),
            rx.el.p("Programs that use it are refused from their next call on. This cannot be undone; jobs that they started go on."),
            rx.el.p("Last used: ", rx.cond(about, about.used, ""), class_name=theme.META),
            _wrong(state),
            dialog_id=REVOKE,
            actions=[
                button("Keep it", testid="revoke-keep", custom_attrs=closes(), auto_focus=True),
                button("Revoke key", testid="revoke-confirm", variant="dan", on_click=state.revoke),
            ],
            testid=REVOKE,
            show=state.revoking,
        ),
    )


def _wrong(state: Any) -> rx.Component:
    return rx.cond(
        state.wrong != "",
        rx.el.p(icon("circle-alert", 14, "mt-px"), rx.el.span(state.wrong), class_name=theme.ERROR, role="alert", data_testid="key-wrong"),
        rx.fragment(),
    )
