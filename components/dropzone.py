"""The drop zone: files go up one by one with progress, and a hidden input of the form gets their ids.

The upload itself is app.js: XHR to `POST /api/v1/files` (multipart field "file"), the answer `{"id","name","size_label","kind_label"}`
or `{"error":{"message"}}`. The rows are its own, inside the element with `data-drop-rows`, which stays empty for React.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import theme
from components.icons import icon
from components.vars import Flag, Text, cx, given


def dropzone(
    *,
    name: Text,
    testid: Text,
    hint: Text = "",
    accept: Text = "",
    multiple: bool = False,
    required: Flag = False,
    label: Text = "File",
    value: Text = "",
    file_name: Text = "",
    endpoint: str = "/api/v1/files",
    cls: str = "",
) -> rx.Component:
    """A dashed well of 64 px ("Drop a file here or choose"), then one row a file with a bar and a stop button.

    The hidden input `name` holds the id of the uploaded file, several ids joined by commas when `multiple`. A file that is
    dropped anywhere on the page lands in the first drop zone. `hint` names the kinds and the size that are allowed. `value` is the id of
    a file that is there from the start, and `file_name` what its row calls it; of several, ids with commas and names on lines.
    """
    attributes: dict[str, Any] = {"data-drop": endpoint, "data-drop-name": name, "data-drop-multiple": "true" if multiple else "false"}
    if given(value):
        attributes |= {"data-drop-given": value, "data-drop-file": file_name}
    return rx.el.div(
        rx.el.label(
            icon("upload", 16, "text-ink-3"),
            rx.el.span(
                rx.el.b("Drop files here" if multiple else "Drop a file here", class_name="font-medium text-ink"),
                " or ",
                rx.el.span("choose", class_name="font-medium text-link underline underline-offset-2"),
                rx.el.span(hint, class_name=cx("block", theme.HELP)) if given(hint) else rx.fragment(),
                class_name="min-w-0 grow",
            ),
            rx.el.input(
                type="file",
                multiple=multiple,
                accept=accept,
                class_name="sr-only",
                aria_label=label,
                data_testid=testid,
                custom_attrs={"data-drop-input": "true"},
            ),
            class_name=(
                "drop-well flex min-h-16 cursor-pointer items-center gap-2.5 rounded-md border border-dashed "
                "border-field-line bg-sunken p-3 "
                "text-ink-2 hover:bg-hover has-focus-visible:shadow-[var(--ring)]"
            ),
        ),
        rx.el.div(class_name="grid grid-cols-[minmax(0,1fr)] gap-1.5 empty:hidden", custom_attrs={"data-drop-rows": "true"}),
        # Without a default value: React would put it back whenever the form is rendered again, and the files would be lost.
        rx.el.input(type="hidden", name=name, custom_attrs={"data-drop-value": "true", "data-required": required}),
        class_name=cx("grid grid-cols-[minmax(0,1fr)] gap-1.5", cls),
        custom_attrs=attributes,
    )
