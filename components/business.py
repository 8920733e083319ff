"""The parts of the business profile's page: a section with its one save, and the entries of its lists."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, theme
from components.buttons import button, jump
from components.icons import icon
from components.notes import note
from components.panel import panel
from components.vars import Child, Text, concat, cx

TWO: Final = "grid grid-cols-2 gap-4 max-md:grid-cols-[minmax(0,1fr)] *:min-w-0"
_FILL: Final = cx(theme.LINK, "whitespace-nowrap")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def section(
    *children: Child,
    name: str,
    title: str,
    line: Text,
    on_save: Any,
    locked: Any,
    mark: Any,
    refused: Any,
    saved: Any,
    extra: Child | None = None,
) -> rx.Component:
    """A panel with one form. `mark` grows when the server has what was typed; `refused` says what is wrong with the whole."""
    return panel(
        rx.el.form(
            rx.el.p(line, class_name="max-w-[46em] text-ink-2"),
            rx.cond(refused, note(refused, tone="bad", alert=True, testid=f"{name}-refused"), rx.fragment()),
            rx.el.fieldset(
                *children,
                disabled=locked,
                class_name="m-0 grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 border-0 p-0",
                aria_label=title,
            ),
            rx.el.div(
                button(f"Save {title.lower()}", testid=f"{name}-save", kind="submit", disabled=locked, cls="max-md:w-full"),
                extra if extra is not None else rx.fragment(),
                rx.el.span(
                    rx.cond(
                        saved == name, rx.el.span(icon("check", 14), "Saved", class_name="inline-flex items-center gap-1"), rx.fragment()
                    ),
                    role="status",
                    class_name="text-sm text-ok-fg",
                    data_testid=f"{name}-saved",
                ),
                class_name="flex flex-wrap items-center gap-3",
            ),
            on_submit=on_save,
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
            data_testid=f"{name}-form",
            custom_attrs={"data-guard": concat(f"{name}-", mark)},
        ),
        title=title,
        id=name,
        cls="scroll-mt-16",
    )


def text(label: str, *, name: Text, value: Any, error: Any, long: int = 0, hint: str = "", **props: Any) -> rx.Component:
    """A labelled field; `long` makes it a text of so many lines."""
    control = (
        fields.textarea(name=name, testid=name, value=value, error=error, rows=long, **props)
        if long
        else fields.text_input(name=name, testid=name, value=value, error=error, **props)
    )
    return fields.field(label, control, control_id=name, hint=hint, error=error)


def slider(left: str, right: str, *, name: Text, value: Any, error: Any) -> rx.Component:
    """A tone between two ends, in five steps; the middle is neither."""
    control = rx.el.input(
        type="range",
        id=name,
        name=name,
        min=-2,
        max=2,
        step=1,
        default_value=value,
        **fields.described(name, error=error),
        class_name="h-6 w-full cursor-pointer accent-primary max-md:h-11",
        data_testid=name,
    )
    ends = rx.el.div(rx.el.span(left), rx.el.span(right), aria_hidden="true", class_name="flex justify-between text-xs text-ink-3")
    return fields.field(f"{left} to {right.lower()}", rx.el.div(control, ends), control_id=name, error=error)


def entry_text(label: str, name: str, *, of: str, entry: Any, **props: Any) -> rx.Component:
    """The same for a field of an entry of the list `of`."""
    return text(label, name=concat(f"{of}-", entry.key, f"-{name}"), value=entry.said[name], error=entry.errors[name], **props)


def entries(found: Any, make: Any, *, of: str, noun: str, on_add: Any, on_drop: Any, none: str, room: Any = True) -> rx.Component:
    """A list whose entries come and go: `make` renders the fields of one. `room`: whether there may be another."""

    def one(entry: Any) -> rx.Component:
        return rx.el.li(
            make(entry),
            rx.el.div(
                button(
                    f"Remove {noun}",
                    testid=f"{of}-remove",
                    variant="gho",
                    size="sm",
                    icon="trash-2",
                    on_click=on_drop(of, entry.key),
                    **_touches(),
                )
            ),
            class_name="grid grid-cols-[minmax(0,1fr)] gap-3 border-t border-line pt-4 first:border-t-0 first:pt-0",
            key=entry.key,
            data_testid=f"{of}-entry",
        )

    return rx.el.div(
        rx.cond(
            found.length() > 0,
            rx.el.ul(rx.foreach(found, one), class_name="grid grid-cols-[minmax(0,1fr)] gap-4"),
            rx.el.p(none, class_name=theme.META),
        ),
        rx.cond(
            room,
            rx.el.div(button(f"Add {noun}", testid=f"{of}-add", size="sm", icon="plus", on_click=on_add(of), **_touches())),
            rx.fragment(),
        ),
        class_name="grid grid-cols-[minmax(0,1fr)] gap-4",
    )


def hours(entry: Any) -> rx.Component:
    """A line for each day: times, "closed", or nothing."""

    def day(name: str) -> rx.Component:
        control_id = concat("places-", entry.key, f"-{name}")
        return rx.el.div(
            rx.el.label(name.capitalize(), html_for=control_id, class_name=cx(theme.LABEL, "min-h-8 items-center max-md:min-h-11")),
            rx.el.div(
                fields.text_input(
                    name=control_id,
                    testid=control_id,
                    value=entry.said[name],
                    error=entry.errors[name],
                    placeholder="09:00-13:00, 14:00-18:00",
                    auto_complete="off",
                    max_length=100,
                ),
                rx.el.div(
                    rx.cond(
                        entry.errors[name],
                        rx.el.p(icon("circle-alert", 14, "mt-px"), rx.el.span(entry.errors[name]), class_name=theme.ERROR, role="alert"),
                        rx.fragment(),
                    ),
                    id=concat(control_id, "-below"),
                ),
                class_name="grid min-w-0 gap-1",
            ),
            class_name="grid grid-cols-[92px_minmax(0,1fr)] items-start gap-2",
        )

    return rx.el.fieldset(
        rx.el.legend("Opening hours", class_name=cx(theme.LABEL, "mb-1")),
        rx.el.p("Several times a day with commas between them, “closed”, or nothing when you do not want to say.", class_name=theme.HELP),
        *(day(name) for name in _DAYS),
        class_name="m-0 grid min-w-0 grid-cols-[minmax(0,1fr)] gap-2 border-0 p-0",
    )


def missing(found: Any) -> rx.Component:
    """What the profile does not say yet, and what each part is used for."""

    def row(gap: Any) -> rx.Component:
        return rx.el.li(
            icon("circle-dashed", 16, "mt-0.5 text-ink-3"),
            rx.el.div(rx.el.p(gap.label, class_name="font-medium"), rx.el.p(gap.use, class_name=theme.HELP), class_name="min-w-0 grow"),
            rx.match(
                gap.section,
                *((name, jump("Fill in", to=name, testid=f"gap-{name}", cls=_FILL)) for name in ("basics", "places", "products", "people")),
                jump("Fill in", to="voice", testid="gap-voice", cls=_FILL),
            ),
            class_name=cx(theme.LIST_ROW, "items-start"),
            data_testid="gap",
        )

    return rx.cond(
        found.length() > 0,
        panel(rx.el.ul(rx.foreach(found, row)), title="Not said yet", padded=False, testid="gaps"),
        rx.fragment(),
    )


def _touches() -> dict[str, Any]:
    """For a button that changes a form without typing. A new one each time: a component writes its own attributes into it."""
    return {"custom_attrs": {"data-touches": "true"}}
