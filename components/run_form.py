"""The form that starts a run: the source (a link, a text or a file), the capability's other fields, the quote, the run button."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields, theme
from components.buttons import button
from components.dialog import asks
from components.dropzone import dropzone
from components.forms import FILE_ACCEPT, FILE_HINT, schema_field
from components.icons import icon
from components.notes import note
from components.panel import facts, panel
from components.vars import cx

FORM: Final = "run-form"
LATER: Final = "schedule"
SOURCES: Final = ("url", "text", "file")
_SUMMARY: Final = (
    "flex min-h-8 w-fit cursor-pointer list-none items-center gap-1.5 rounded-sm pr-2 font-medium text-ink-2 hover:text-ink max-md:min-h-11"
)
_SHOWN: Final = {
    "url": "hidden group-has-[[name=source][value=url]:checked]/form:block",
    "text": "hidden group-has-[[name=source][value=text]:checked]/form:block",
    "file": "hidden group-has-[[name=source][value=file]:checked]/form:block",
}


def run_form(
    views: Any,
    *,
    makes: Any,
    make: Any,
    sources: Any,
    source: Any,
    has_advanced: Any,
    errors: Any,
    several: Any,
    more_open: Any,
    quote: Any,
    run_key: Any,
    form_key: Any,
    starting: Any,
    again: Any,
    on_submit: Any,
    on_make: Any,
    on_example: Any,
    dialog_id: str = "",
) -> rx.Component:
    """`views` is a var of `FieldView`s, `errors` a dict var of messages by field, `quote` a `Quote` var. `makes` are the capabilities to
    choose from, as `Option`s, `make` the chosen one; another one changes the fields, and what they share keeps what was typed.
    `several`: it takes more sources beside the one; `more_open`: their fields are shown from the start.

    The fields start anew when `form_key` changes. `run_key` goes along, so that a double click is one job. `intent` says which button
    sent the form: `LATER` for the one that opens the dialog `dialog_id`, which asks when; without a dialog it is not there.
    """
    others = rx.el.div(
        _source(views, sources, source, errors),
        rx.cond(several, _more_sources(views, errors, more_open), rx.fragment()),
        rx.foreach(views, lambda view: _other(view, errors, advanced=False)),
        rx.cond(has_advanced, _more(views, errors), rx.fragment()),
        class_name="grid grid-cols-[minmax(0,1fr)] gap-4 p-4",
        key=form_key,
    )
    return panel(
        rx.el.form(
            rx.el.input(type="hidden", name="run_key", value=run_key),
            rx.el.input(type="hidden", name="intent"),
            rx.cond(makes.length() > 1, _make(makes, make, on_make), rx.fragment()),
            others,
            _quote(quote, starting, again, dialog_id),
            id=FORM,
            on_submit=on_submit,
            class_name="group/form min-w-0",
            data_testid=FORM,
            custom_attrs={"data-hotsubmit": "true", "data-validate": "true"},
        ),
        title="What to make",
        tools=button("Use an example", testid="use-example", variant="gho", size="sm", on_click=on_example),
        padded=False,
    )


def _make(makes: Any, make: Any, on_make: Any) -> rx.Component:
    control = fields.select(
        name="make", control_id="f-make", testid="make", options=makes, value=make, key=make, on_change=on_make, auto_complete="off"
    )
    return rx.el.div(fields.field("Make", control, control_id="f-make"), class_name="px-4 pt-4")


def _source(views: Any, sources: Any, source: Any, errors: Any) -> rx.Component:
    """Link, Text or File: a choice that shows one of three fields. Only the chosen one counts."""
    return rx.el.fieldset(
        rx.el.legend("Source", class_name=cx(theme.LABEL, "mb-[5px]")),
        rx.el.div(fields.segmented(name="source", testid="source-kind", options=sources, value=source, label="Source")),
        rx.foreach(views, lambda view: _source_field(view, errors)),
        _error(errors, "input"),
        class_name="m-0 grid min-w-0 gap-2 border-0 p-0",
        data_testid="source",
    )


def _source_field(view: Any, errors: Any) -> Any:
    shared = {"value": view.value, "placeholder": view.placeholder}

    def shown(name: str, control: rx.Component) -> rx.Component:
        return rx.el.div(
            rx.el.label(view.label, html_for=f"f-{name}", class_name="sr-only"),
            control,
            rx.cond(errors[name], _error(errors, name), rx.el.p(view.help, class_name=cx(theme.HELP, "mt-[5px]"))),
            class_name=_SHOWN[name],
        )

    return rx.match(
        view.name,
        (
            "url",
            shown(
                "url",
                fields.text_input(name="url", control_id="f-url", testid="source-url", input_mode="url", auto_complete="off", **shared),
            ),
        ),
        ("text", shown("text", fields.textarea(name="text", control_id="f-text", testid="source-text", rows=10, **shared))),
        (
            "file",
            shown(
                "file",
                dropzone(
                    name="file",
                    testid="source-file",
                    hint=FILE_HINT,
                    accept=FILE_ACCEPT,
                    label=view.label,
                    value=view.value,
                    file_name=view.file_name,
                ),
            ),
        ),
        rx.fragment(),
    )


def _other(view: Any, errors: Any, *, advanced: bool) -> rx.Component:
    among_sources = (view.name == "url") | (view.name == "text") | (view.name == "file") | _is_beside(view)
    wanted = view.advanced if advanced else ~view.advanced
    field = rx.el.div(schema_field(view), _error(errors, view.name), class_name="grid min-w-0 gap-[5px]")
    # Keyed by its name: a field keeps what was typed in it when others come and go.
    return rx.fragment(rx.cond(wanted & ~among_sources, field, rx.fragment()), key=view.name)


def _is_beside(view: Any) -> Any:
    """A field of sources beside the one: addresses on lines, or several files."""
    return (view.kind == "lines") | (view.kind == "files")


def _more_sources(views: Any, errors: Any, more_open: Any) -> rx.Component:
    """Behind "Add more sources", under the one source. It opens by itself when there is something in it, or something wrong."""

    def shown(view: Any) -> rx.Component:
        field = rx.el.div(schema_field(view), _error(errors, view.name), class_name="grid min-w-0 gap-[5px]")
        return rx.fragment(rx.cond(_is_beside(view), field, rx.fragment()), key=view.name)

    return rx.el.details(
        rx.el.summary(
            icon("chevron-right", 14, "transition-transform group-open:rotate-90"),
            "Add more sources",
            class_name=_SUMMARY,
            data_testid="more-sources",
        ),
        rx.el.div(rx.foreach(views, shown), class_name="mt-3 grid grid-cols-[minmax(0,1fr)] gap-4"),
        open=more_open,
        class_name="group -mt-2",
    )


def _more(views: Any, errors: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            icon("chevron-right", 14, "transition-transform group-open:rotate-90"),
            "More settings",
            class_name=_SUMMARY,
            data_testid="more-settings",
        ),
        rx.el.div(rx.foreach(views, lambda view: _other(view, errors, advanced=True)), class_name="mt-3 grid gap-4"),
        class_name="group",
    )


def _error(errors: Any, name: Any) -> Any:
    """What the server said about a field, at the field."""
    line = rx.el.p(
        icon("circle-alert", 14, "mt-px"),
        rx.el.span(errors[name]),
        class_name=cx(theme.ERROR, "mt-[5px]"),
        role="alert",
        data_testid="field-error",
    )
    return rx.cond(errors[name], line, rx.fragment())


def _quote(quote: Any, starting: Any, again: Any, dialog_id: str) -> rx.Component:
    """Price before: cost, time, what is left, who writes. At a plan's limit the reason stands in the place of the button."""
    run = button(
        rx.cond(again, "Run again", "Run"),
        testid="run-button",
        variant="pri",
        icon="play",
        full=True,
        kind="submit",
        shortcut="Ctrl Enter",
        busy=starting,
        busy_label="Starting",
    )
    later = button(
        "Schedule…",
        testid="schedule-button",
        variant="gho",
        icon="clock",
        kind="submit",
        value=LATER,
        full=True,
        custom_attrs=asks(dialog_id),
    )
    return rx.el.div(
        facts(("Cost", quote.cost), ("Time", quote.time), ("Left this month", quote.left), ("Writes", quote.engine), cls="text-xs"),
        rx.cond(
            quote.blocked,
            note(quote.blocked, tone="warn", testid="run-blocked"),
            rx.el.div(run, later if dialog_id else rx.fragment(), class_name="grid gap-1"),
        ),
        class_name="grid gap-3 border-t border-line p-4 pt-3",
        data_testid="quote",
    )
