"""“Add to calendar” for the pages of results: a button, and the dialog that asks when and where. No state of its own."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from coexai_app.views.calendar import CHANNEL_OPTIONS
from components import fields, theme
from components.buttons import button
from components.dialog import asks, closes
from components.notes import note
from components.vars import Child, concat

DIALOG: Final = "calendar-add"
# The capability whose results are plans.
PLAN: Final = "content-calendar"
_CHANNELS: Final = tuple((option.value, option.label) for option in CHANNEL_OPTIONS)
# Of one of several texts.
_ITS_OWN: Final = (("", "Where it belongs"), *_CHANNELS)


def add_to_calendar(output: Any, *, on_plan: Any, on_ask: Any, **props: Any) -> rx.Component:
    """The button of a result; `output` is an `OutputView` var. A plan goes on the calendar at once, any other result asks when."""
    return rx.cond(
        output.capability == PLAN,
        button("Put on the calendar", testid="calendar-plan", icon="calendar-days", on_click=on_plan(output.id), **props),
        button(
            "Add to calendar",
            testid="calendar-ask",
            icon="calendar-days",
            on_click=on_ask(output.id),
            custom_attrs=asks(DIALOG),
            **props,
        ),
    )


def add_dialog(*, draft: Any, show: Any, form_key: Any, errors: Any, saving: Any, on_submit: Any) -> rx.Component:
    """When and where a result is to be published. `draft` is a `Draft` var, `errors` a dict var of messages by field."""

    def field(label: str, name: str, control: Child) -> rx.Component:
        return fields.field(label, control, control_id=f"add-{name}", error=errors[name])

    def text(name: str, kind: str, value: Any) -> rx.Component:
        return fields.text_input(name=name, control_id=f"add-{name}", testid=f"add-{name}", kind=kind, value=value, required=True)

    def channel(options: Any) -> rx.Component:
        return fields.select(name="channel", control_id="add-channel", testid="add-channel", options=options, value=draft.channel)

    several = draft.texts.length() > 0
    group = fields.select(name="group", control_id="add-group", testid="add-group", options=draft.texts)
    return rx.el.dialog(
        rx.el.h2("Add to the calendar", id=f"{DIALOG}-title", class_name="font-display text-lg font-semibold text-ink"),
        rx.el.p(draft.title, class_name=f"{theme.MUTE} truncate"),
        rx.el.form(
            rx.el.div(
                rx.cond(several, field("Text", "group", group), rx.fragment()),
                field("Channel", "channel", rx.cond(several, channel(_ITS_OWN), channel(_CHANNELS))),
                rx.el.div(
                    field("Day", "day", text("day", "date", draft.day)),
                    field("Time", "clock", text("clock", "time", draft.clock)),
                    class_name="grid grid-cols-2 gap-3 *:min-w-0",
                ),
                rx.el.p(concat("Time in ", draft.timezone), class_name=theme.HELP),
                key=form_key,
                class_name="grid grid-cols-[minmax(0,1fr)] gap-3.5",
            ),
            rx.cond(errors[""], note(errors[""], tone="bad", alert=True, testid="add-error"), rx.fragment()),
            rx.el.div(
                button("Cancel", testid="add-cancel", custom_attrs=closes()),
                button("Add to calendar", testid="add-save", variant="pri", kind="submit", busy=saving, busy_label="Adding"),
                class_name="flex justify-end gap-2 max-md:grid max-md:justify-stretch max-md:*:w-full",
            ),
            on_submit=on_submit,
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            data_testid="add-form",
            custom_attrs={"data-validate": "true"},
        ),
        id=DIALOG,
        aria_labelledby=f"{DIALOG}-title",
        class_name="dlg w-[440px] gap-3 rounded-lg bg-raised p-5 text-ink shadow-dialog open:grid",
        data_testid="add-dialog",
        custom_attrs={"data-show": show},
    )
