"""The dialog that asks when: once at a moment, or again and again, with the next runs below. One form, no state of its own.

app.js opens it when `data-show` changes, sends the form as a preview while somebody fills it in, and CSS shows the fields that the
chosen rhythm needs.
"""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, theme
from components.buttons import button
from components.dialog import closes
from components.icons import icon
from components.vars import Child, cx

DIALOG: Final = "when"
_REPEATS: Final = (
    ("once", "Once"),
    ("daily", "Every day"),
    ("weekdays", "Every weekday, Monday to Friday"),
    ("weekly", "Every week on"),
    ("monthly", "Every month on"),
    ("cron", "Advanced, by a cron line"),
)
_DAYS: Final = (("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("0", "Sun"))
_MONTH_DAYS: Final = (*((str(day), f"Day {day}") for day in range(1, 29)), ("L", "The last day"))
# The option that is chosen decides which of the fields show.
_SHOWN: Final = {
    "date": "hidden group-has-[option[value=once]:checked]/when:grid",
    "days": "hidden group-has-[option[value=weekly]:checked]/when:grid",
    "day": "hidden group-has-[option[value=monthly]:checked]/when:grid",
    "cron": "hidden group-has-[option[value=cron]:checked]/when:grid",
    "time": "grid group-has-[option[value=cron]:checked]/when:hidden",
    "title": "grid group-has-[option[value=once]:checked]/when:hidden",
}
_FIELD: Final = "min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-[5px]"


def when_dialog(
    *,
    heading: Any,
    lead: Any,
    show: Any,
    form_key: Any,
    title: Any,
    when: Any,
    zones: Any,
    preview: Any,
    errors: Any,
    saving: Any,
    on_submit: Any,
) -> rx.Component:
    """`when` is a `When` var, `preview` a `Preview` var, `errors` a dict var of messages by field, `zones` a var of names."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2(heading, id=f"{DIALOG}-title", class_name="font-display text-lg font-semibold text-ink"),
            rx.el.p(lead, class_name=theme.MUTE),
        ),
        rx.el.form(
            rx.el.input(type="hidden", name="intent"),
            rx.el.div(
                _labelled(
                    "Runs", "repeat", errors, fields.select(name="repeat", testid="when-repeat", options=_REPEATS, value=when.repeat)
                ),
                _days(when, errors),
                rx.el.div(
                    _labelled("Date", "date", errors, fields.text_input(name="date", testid="when-date", kind="date", value=when.date)),
                    _labelled("Day", "day", errors, fields.select(name="day", testid="when-day", options=_MONTH_DAYS, value=when.day)),
                    _labelled("Time", "time", errors, fields.text_input(name="time", testid="when-time", kind="time", value=when.time)),
                    class_name=cx("auto-cols-fr grid-flow-col gap-3", _SHOWN["time"]),
                ),
                _labelled(
                    "Minute, hour, day of the month, month, day of the week",
                    "cron",
                    errors,
                    fields.text_input(
                        name="cron",
                        testid="when-cron",
                        value=when.cron,
                        cls=theme.MONO,
                        spell_check=False,
                        auto_complete="off",
                        max_length=200,
                    ),
                ),
                _labelled("Time zone", "timezone", errors, _zones(zones, when.timezone)),
                _labelled("Name", "title", errors, fields.text_input(name="title", testid="when-title", value=title, max_length=120)),
                key=form_key,
                class_name="grid grid-cols-[minmax(0,1fr)] gap-3.5",
            ),
            _preview(preview),
            _error(errors, ""),
            rx.el.div(
                button("Cancel", testid="when-cancel", custom_attrs=closes()),
                button("Save schedule", testid="when-save", variant="pri", kind="submit", busy=saving, busy_label="Saving"),
                # Not the first one: Enter and Ctrl Enter must save.
                rx.el.button(type="submit", value="preview", hidden=True, tab_index=-1, aria_hidden=True),
                class_name="flex justify-end gap-2 max-md:grid max-md:justify-stretch max-md:*:w-full max-md:*:first:order-2",
            ),
            on_submit=on_submit,
            class_name="group/when grid grid-cols-[minmax(0,1fr)] gap-4",
            data_testid="when-form",
            custom_attrs={"data-preview": "true", "noValidate": True},
        ),
        id=DIALOG,
        aria_labelledby=f"{DIALOG}-title",
        class_name="dlg w-[460px] gap-4 rounded-lg bg-raised p-5 text-ink shadow-dialog open:grid",
        data_testid="when-dialog",
        custom_attrs={"data-show": show},
    )


def _labelled(label: str, name: str, errors: Any, control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name=theme.LABEL),
        control,
        _error(errors, name),
        class_name=cx(_FIELD, _SHOWN.get(name, "grid")),
    )


def _days(when: Any, errors: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Days", class_name=cx(theme.LABEL, "mb-[5px]")),
        rx.el.div(
            *(
                rx.el.label(
                    rx.el.input(type="checkbox", name=f"day-{day}", default_checked=when.days.contains(day), class_name="sr-only"),
                    label,
                    class_name=cx(theme.SEGMENT, "justify-center px-1!"),
                    data_testid=f"when-day-{day}",
                )
                for day, label in _DAYS
            ),
            class_name=cx(theme.SEGMENTED, "grid! w-full! grid-cols-7"),
        ),
        _error(errors, "days"),
        class_name=cx("m-0 border-0 p-0", _FIELD, _SHOWN["days"]),
    )


def _zones(zones: Any, chosen: Any) -> rx.Component:
    return rx.el.div(
        rx.el.select(
            rx.foreach(zones, lambda name: rx.el.option(name, value=name)),
            id="timezone",
            name="timezone",
            default_value=chosen,
            class_name=cx(theme.INPUT, theme.INPUT_SIZES["md"], "cursor-pointer appearance-none pr-8"),
            data_testid="when-timezone",
        ),
        icon("chevron-down", 16, "pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-ink-3"),
        class_name="relative",
    )


def _preview(preview: Any) -> rx.Component:
    """What it means: the words, and the next runs. It keeps its height, so that nothing jumps while somebody types."""
    return rx.el.div(
        rx.el.p(preview.words, class_name="font-medium text-ink empty:hidden"),
        rx.el.ol(
            rx.foreach(preview.runs, lambda run: rx.el.li(run, class_name="tabular")),
            class_name="mt-1 grid gap-0.5 text-xs text-ink-2",
        ),
        aria_live="polite",
        class_name="min-h-[9rem] rounded-md bg-sunken px-3.5 py-3",
        data_testid="when-preview",
    )


def _error(errors: Any, name: str) -> Child:
    line = rx.el.p(
        icon("circle-alert", 14, "mt-px"),
        rx.el.span(errors[name]),
        class_name=theme.ERROR,
        role="alert",
        data_testid=f"when-error-{name}",
    )
    return rx.cond(errors[name], line, rx.fragment())
