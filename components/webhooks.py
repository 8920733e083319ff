"""Webhook endpoints: the list, the form with its event filter, a secret that is shown once, and the log of what was sent."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.webhooks import AttemptView, DeliveryRow, EndpointView, EventGroup
from components import fields, theme
from components.buttons import app_link, button, copy_button
from components.chips import chip
from components.icons import icon
from components.notes import note
from components.vars import concat, cx

_CODE: Final = (
    "max-h-72 overflow-auto rounded-sm border border-line bg-sunken p-2.5 font-mono text-xs leading-[1.125rem] break-all "
    "whitespace-pre-wrap text-ink-2"
)
_LINE: Final = "flex items-center gap-3 max-md:flex-wrap max-md:gap-y-1"


def endpoint_list(rows: Any) -> rx.Component:
    """`rows` is a var of `EndpointView`s; each leads to its log."""
    return rx.el.ul(rx.foreach(rows, _endpoint), aria_label="Webhooks", data_testid="endpoints")


def _endpoint(row: rx.Var[EndpointView]) -> rx.Component:
    return rx.el.li(
        app_link(
            icon("webhook", 16, "mt-0.5 text-ink-3"),
            rx.el.span(
                rx.el.span(row.url, class_name="block truncate font-medium", title=row.url),
                rx.el.span(
                    rx.cond(row.description, concat(row.description, ": "), ""), row.wants, class_name=cx(theme.META, "block truncate")
                ),
                rx.cond(
                    row.reason,
                    rx.el.span(row.reason, class_name="mt-0.5 block text-xs text-ink-2", data_testid="off-reason"),
                    rx.fragment(),
                ),
                class_name="min-w-0 flex-1",
            ),
            rx.cond(
                row.waiting > 0, rx.el.span(row.waiting, " waiting", class_name=cx(theme.META, "tabular whitespace-nowrap")), rx.fragment()
            ),
            chip(row.word, tone=row.tone, icon=row.icon, testid="endpoint-state"),
            icon("chevron-right", 16, "text-ink-3"),
            href=concat("/settings/webhooks?endpoint=", row.id),
            testid="endpoint",
            cls="inring flex items-start gap-3 px-4 py-3 hover:bg-hover",
        ),
        class_name="border-b border-line last:border-b-0",
        key=row.id,
    )


def endpoint_form(
    groups: Any, *, url: Any, description: Any, events: Any, errors: Any, on_submit: Any, on_cancel: Any, key: Any
) -> rx.Component:
    """Address, description and event filter. `events` is what is ticked at first, `groups` a var of `EventGroup`s."""
    everything = fields.checkbox(
        "Everything", name="event:*", testid="event-all", checked=events.contains("*"), hint="Also kinds of events that are added later."
    )
    return rx.el.form(
        fields.field(
            "Address",
            fields.text_input(
                name="url",
                testid="webhook-url",
                kind="url",
                value=url,
                placeholder="https://example.com/webhooks/coexai",
                required=True,
                max_length=2048,
                error=errors["url"],
                auto_complete="off",
            ),
            control_id="url",
            hint="A public https address. Each event is a POST with JSON, signed with a secret that you get next.",
            error=errors["url"],
        ),
        fields.field(
            "Description",
            fields.text_input(
                name="description", testid="webhook-description", value=description, max_length=200, error=errors["description"]
            ),
            control_id="description",
            optional=True,
            error=errors["description"],
        ),
        fields.group(
            "Events",
            rx.el.div(everything, rx.foreach(groups, lambda group: _group(group, events)), class_name="grid gap-3"),
            group_id="events",
            error=errors["events"],
        ),
        rx.cond(errors[""] != "", note(errors[""], tone="bad", alert=True, testid="webhook-error"), rx.fragment()),
        rx.el.div(
            button("Save", testid="webhook-save", variant="pri", kind="submit"),
            button("Cancel", testid="webhook-cancel", variant="gho", on_click=on_cancel),
            class_name="flex gap-2",
        ),
        on_submit=on_submit,
        class_name="grid gap-4",
        data_testid="webhook-form",
        custom_attrs={"data-validate": "true"},
        key=key,
    )


def _group(group: rx.Var[EventGroup], events: Any) -> rx.Component:
    def kind(one: Any) -> rx.Component:
        return fields.checkbox(
            one.name,
            name=concat("event:", one.name),
            testid=concat("event-", one.name),
            checked=events.contains(one.name),
            hint=one.sentence,
        )

    whole = rx.cond(
        group.types.length() > 1,
        fields.checkbox(
            group.label,
            name=concat("event:", group.name),
            testid=concat("event-", group.name),
            checked=events.contains(group.name),
            hint="All of this group.",
        ),
        rx.fragment(),
    )
    return rx.el.div(
        whole,
        rx.el.div(
            rx.foreach(group.types, kind),
            class_name=cx(
                "grid grid-cols-2 gap-x-6 gap-y-2.5 max-md:grid-cols-1",
                rx.cond(group.types.length() > 1, "border-l border-line pl-4", ""),
            ),
        ),
        class_name="grid gap-2.5",
    )


def secret_note(secret: Any, *, on_done: Any) -> rx.Component:
    """The secret that was just made."""
    return note(
        "Keep it with the program that receives the events; it checks the signatures with it. It is shown this once.",
        title="Your secret.",
        tone="mark",
        icon="key-round",
        action=rx.el.div(
            rx.el.code(
                secret, class_name="min-w-0 rounded-sm bg-surface px-2 py-1.5 text-xs break-all select-all", data_testid="webhook-secret"
            ),
            copy_button(secret, testid="copy-secret", label="Copy secret"),
            button("I have it", testid="hide-secret", size="sm", variant="gho", on_click=on_done),
            class_name="flex min-w-0 flex-wrap items-center gap-2",
        ),
        testid="secret-note",
    )


def delivery_log(rows: Any, *, opened: Any, on_open: Any, on_redeliver: Any, locked: Any) -> rx.Component:
    """`rows` is a var of `DeliveryRow`s; `opened` the `DeliveryView` that is shown whole below its row, or None."""
    return rx.el.ul(
        rx.foreach(rows, lambda row: _delivery(row, opened, on_open, on_redeliver, locked)),
        aria_label="Deliveries",
        data_testid="deliveries",
    )


def _delivery(row: rx.Var[DeliveryRow], opened: Any, on_open: Any, on_redeliver: Any, locked: Any) -> rx.Component:
    open_now = opened & (opened.id == row.id)
    return rx.el.li(
        rx.el.button(
            chip(row.word, tone=row.tone, icon=row.icon, testid="delivery-state"),
            rx.el.span(row.type, class_name="min-w-0 flex-1 truncate text-left font-medium"),
            rx.el.span(
                rx.cond(row.next, concat("again ", row.next), row.answer),
                class_name=cx(theme.META, "max-w-72 min-w-0 truncate max-md:order-last max-md:w-full max-md:max-w-none max-md:text-left"),
                title=row.answer,
            ),
            rx.el.time(row.when, class_name=cx(theme.META, "whitespace-nowrap")),
            icon("chevron-down", 16, "text-ink-3 transition-transform group-aria-expanded:rotate-180"),
            type="button",
            aria_expanded=rx.cond(open_now, "true", "false"),
            class_name=cx("group inring w-full cursor-pointer px-4 py-2.5 hover:bg-hover", _LINE),
            on_click=on_open(row.id),
            data_testid="delivery",
        ),
        rx.cond(open_now, _opened(opened, on_redeliver, locked), rx.fragment()),
        class_name="border-b border-line last:border-b-0",
        key=row.id,
    )


def _opened(view: Any, on_redeliver: Any, locked: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(
                rx.el.code(view.event_id, class_name=cx(theme.MONO, "mr-3 break-all")),
                rx.cond(view.attempts == 1, "1 try", concat(view.attempts.to_string(), " tries")),
                class_name=cx(theme.MUTE, "min-w-0 flex-1"),
            ),
            button(
                "Send again",
                testid="redeliver",
                size="sm",
                icon="rotate-ccw",
                on_click=on_redeliver(view.id),
                disabled=locked != "",
                title=locked,
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        _code("Payload", view.body, "payload"),
        rx.foreach(view.tries.to(list[AttemptView]), _attempt),
        class_name="grid gap-3 border-t border-line bg-sunken px-4 py-3",
        data_testid="delivery-details",
    )


def _attempt(one: rx.Var[AttemptView]) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            icon("chevron-right", 14, "text-ink-3 transition-transform group-open:rotate-90"),
            rx.el.span("Try ", one.number, class_name="font-medium"),
            rx.cond(
                one.ok,
                chip(one.code.to_string(), tone="ok", icon="check"),
                chip(rx.cond(one.code, one.code.to_string(), "No answer"), tone="bad", icon="circle-x"),
            ),
            rx.el.span(one.error, class_name=cx(theme.MUTE, "min-w-0 flex-1 break-words max-md:order-last max-md:w-full")),
            rx.el.span(one.took, class_name=cx(theme.META, "ml-auto tabular whitespace-nowrap")),
            rx.el.time(one.when, class_name=cx(theme.META, "whitespace-nowrap")),
            class_name="flex min-h-8 cursor-pointer list-none flex-wrap items-center gap-x-2.5 gap-y-1 rounded-sm max-md:min-h-11",
            data_testid="attempt",
        ),
        rx.el.div(
            _code("Request", one.request_text, "request"),
            rx.cond(one.response_text, _code("Response", one.response_text, "response"), rx.fragment()),
            class_name="mt-2 grid gap-3",
        ),
        class_name="group",
        key=one.number.to_string(),
    )


def _code(label: str, text: Any, testid: str) -> rx.Component:
    return rx.el.div(
        rx.el.p(label, class_name=theme.HELP),
        rx.el.pre(text, class_name=_CODE, tab_index=0, aria_label=label, role="region", data_testid=testid),
        class_name="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1",
    )
