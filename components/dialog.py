"""Dialogs and sheets: the browser's own `<dialog>`, opened by app.js, so focus is trapped and comes back, and Esc closes.

A dialog opens from any element with `custom_attrs=opens("id")` and closes from one with `custom_attrs=closes()`. Outside clicks and
Esc close it unless something was typed.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import theme
from components.buttons import button, icon_button
from components.vars import Child, Text, concat, cx, given


def opens(dialog_id: Text) -> dict[str, Any]:
    """The attribute that makes a button open the dialog `dialog_id`."""
    return {"data-open": dialog_id}


def asks(dialog_id: Text) -> dict[str, Any]:
    """The attribute of a button whose event makes the server open the dialog `dialog_id`."""
    return {"data-asks": dialog_id}


def closes() -> dict[str, Any]:
    """The attribute that makes a button close the dialog it stands in."""
    return {"data-close": "true"}


def dialog(
    title: Text, *body: Child, dialog_id: Text, actions: list[Child], testid: Text, cls: str = "", show: Text = "", turn: Text = ""
) -> rx.Component:
    """A question with an answer: 440 px wide, a sheet from the bottom on phones. The title is the question.

    `actions` stand right, the safe one first (it gets the focus: give it `auto_focus=True`). With `show`, a var, the server opens it: for
    the person who pressed an element with `asks(…)`, when the var changes; it closes when the var is empty. Give it a value that was
    never there before (`new_id().hex`): somebody who has closed the dialog themselves may ask for the same one again.
    With `turn`, a var, an open dialog closes when the var changes: what was sent from it was accepted.
    """
    return rx.el.dialog(
        rx.el.h2(title, id=concat(dialog_id, "-title"), class_name="font-display text-lg font-semibold text-ink"),
        rx.el.div(*body, class_name="grid gap-3 text-ink-2"),
        rx.el.div(*actions, class_name="mt-2 flex justify-end gap-2 max-md:grid max-md:justify-stretch max-md:*:w-full"),
        id=dialog_id,
        aria_labelledby=concat(dialog_id, "-title"),
        class_name=cx("dlg w-[440px] gap-2 rounded-lg bg-raised p-5 text-ink shadow-dialog open:grid", cls),
        data_testid=testid,
        custom_attrs={**({"data-show": show} if given(show) else {}), **({"data-turn": turn} if given(turn) else {})},
    )


def confirm(
    question: Text,
    text: Text,
    *,
    dialog_id: Text,
    confirm_label: str,
    on_confirm: Any,
    testid: str,
    safe_label: str = "Keep it",
    danger: bool = True,
) -> rx.Component:
    """A yes or no. `text` says what happens to data and runs; the safe button comes first and has the focus."""
    return dialog(
        question,
        rx.el.p(text),
        dialog_id=dialog_id,
        actions=[
            button(safe_label, testid=f"{testid}-keep", custom_attrs=closes(), auto_focus=True),
            button(
                confirm_label, testid=f"{testid}-confirm", variant="dan" if danger else "pri", on_click=on_confirm, custom_attrs=closes()
            ),
        ],
        testid=testid,
    )


def sheet(title: Text, *body: Child, dialog_id: Text, testid: Text, cls: str = "", close_label: str = "Close") -> rx.Component:
    """A sheet from the bottom (a centred dialog on wide screens) with a close button; for menus and sources on phones."""
    return rx.el.dialog(
        rx.el.div(
            rx.el.h2(title, id=concat(dialog_id, "-title"), class_name=cx(theme.H2, "min-w-0 grow")) if given(title) else rx.fragment(),
            icon_button(close_label, icon="x", testid="sheet-close", custom_attrs=closes(), cls="-mr-2"),
            class_name="flex items-center gap-2",
        ),
        rx.el.div(*body, class_name="min-w-0"),
        id=dialog_id,
        aria_labelledby=concat(dialog_id, "-title"),
        class_name=cx("dlg w-[440px] gap-2 rounded-lg bg-raised p-4 text-ink shadow-dialog open:grid", cls),
        data_testid=testid,
    )
