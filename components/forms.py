"""The form of a capability, made from the `FieldView`s of its input schema."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components import fields
from components.dropzone import dropzone
from components.icons import icon
from components.vars import Child, Text, concat, cx

FILE_ACCEPT: Final = ".pdf,.docx,.md,.markdown,.txt,.text,.html,.htm,.xhtml,.eml,.srt,.vtt,.mp3,.mp4,.m4a,.wav"
FILE_HINT: Final = "PDF, DOCX, HTML, Markdown, plain text, e-mail (EML), subtitles (SRT, VTT), MP3, MP4, M4A or WAV."

_MORE: Final = (
    "flex min-h-8 w-fit cursor-pointer list-none items-center gap-1.5 rounded-sm pr-2 font-medium text-ink-2 hover:text-ink max-md:min-h-11"
)


def schema_form(
    views: Any,
    *footer: Child,
    form_id: str,
    on_submit: Any,
    testid: str,
    has_advanced: Any = False,
    file_hint: Text = FILE_HINT,
    cls: str = "",
) -> rx.Component:
    """A form of the fields in `views` (a var of `FieldView`s), one column, the advanced ones behind "More settings", then `footer`.

    `on_submit` gets the values by name, all strings (a checkbox sends "on" or is left out; a file sends the id of its upload). The fields
    are uncontrolled: give the form another `key` when other fields or other starting values should show. Ctrl Enter sends it.
    """
    return rx.el.form(
        rx.el.div(
            rx.foreach(views, lambda view: rx.cond(view.advanced, rx.fragment(), schema_field(view, file_hint=file_hint))),
            rx.cond(
                has_advanced,
                rx.el.details(
                    rx.el.summary(
                        icon("chevron-right", 14, "transition-transform group-open:rotate-90"),
                        "More settings",
                        class_name=_MORE,
                        data_testid=f"{testid}-more",
                    ),
                    rx.el.div(
                        rx.foreach(views, lambda view: rx.cond(view.advanced, schema_field(view, file_hint=file_hint), rx.fragment())),
                        class_name="mt-3 grid gap-4",
                    ),
                    class_name="group",
                ),
                rx.fragment(),
            ),
            class_name="grid grid-cols-[minmax(0,1fr)] gap-4 p-4",
        ),
        *footer,
        id=form_id,
        on_submit=on_submit,
        class_name=cx("min-w-0", cls),
        data_testid=testid,
        custom_attrs={"data-hotsubmit": "true", "data-validate": "true"},
    )


def schema_field(view: Any, *, file_hint: Text = FILE_HINT) -> Any:
    """One field, by the `kind` of its view. Works on a `FieldView` var inside `rx.foreach`."""
    control_id = concat("f-", view.name)
    testid = concat("field-", view.name)

    def typed(kind: str, **props: Any) -> rx.Component:
        control = fields.text_input(
            name=view.name,
            control_id=control_id,
            testid=testid,
            kind=kind,
            value=view.value,
            placeholder=view.placeholder,
            required=~view.optional,
            **props,
        )
        return fields.field(view.label, control, control_id=control_id, hint=view.help, optional=view.optional)

    def grouped(control: rx.Component) -> rx.Component:
        return fields.group(view.label, control, group_id=control_id, hint=view.help, optional=view.optional)

    choice = {"name": view.name, "testid": testid, "options": view.options, "value": view.value}
    long_text = fields.textarea(
        name=view.name,
        control_id=control_id,
        testid=testid,
        value=view.value,
        placeholder=view.placeholder,
        required=~view.optional,
        rows=6,
    )
    lines = fields.textarea(
        name=view.name,
        control_id=control_id,
        testid=testid,
        value=view.value,
        placeholder=view.placeholder,
        rows=3,
        input_mode="url",
        spell_check=False,
        auto_capitalize="none",
        auto_complete="off",
    )
    return rx.match(
        view.kind,
        ("textarea", fields.field(view.label, long_text, control_id=control_id, hint=view.help, optional=view.optional)),
        ("lines", fields.field(view.label, lines, control_id=control_id, hint=view.help, optional=view.optional)),
        ("segmented", grouped(fields.segmented(**choice, label=view.label))),
        ("cards", grouped(fields.choice_cards(**choice, label=view.label))),
        ("checks", grouped(fields.checks(**choice, label=view.label))),
        (
            "select",
            fields.field(
                view.label,
                fields.select(**choice, control_id=control_id),
                control_id=control_id,
                hint=view.help,
                optional=view.optional,
            ),
        ),
        ("checkbox", fields.checkbox(view.label, name=view.name, testid=testid, checked=view.value == "true", hint=view.help)),
        (
            "file",
            grouped(dropzone(name=view.name, testid=testid, hint=file_hint, accept=FILE_ACCEPT, label=view.label, required=~view.optional)),
        ),
        (
            "files",
            fields.group(
                view.label,
                dropzone(
                    name=view.name,
                    testid=testid,
                    hint=file_hint,
                    accept=FILE_ACCEPT,
                    multiple=True,
                    label=view.label,
                    value=view.value,
                    file_name=view.file_name,
                ),
                group_id=view.name,
                optional=view.optional,
            ),
        ),
        ("number", typed("number", min=view.minimum, max=view.maximum, input_mode="numeric")),
        ("url", typed("url", input_mode="url", auto_complete="off")),
        ("email", typed("email", input_mode="email")),
        ("date", typed("date")),
        typed("text"),
    )
