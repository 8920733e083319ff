"""Toasts: a success that goes by itself after 5 s, with Undo where it can be undone. Errors are notes, not toasts.

app.js shows them in one polite live region; this carries the words over from a state. Nothing is evaluated in the browser. A page that is
loaded anew still holds the state's last words: the tab remembers what it has said.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from components.vars import Child, Text


def toast(message: Text, key: Any, *, undo: Any = None, undo_label: str = "Undo", testid: str = "toast-say") -> rx.Component:
    """Says `message` once for each new `key` (one that was never there before) unless it is empty. `undo` is an event handler."""
    action: Child = (
        rx.el.button(undo_label, type="button", on_click=undo, custom_attrs={"data-toast-undo": "true"})
        if undo is not None
        else rx.fragment()
    )
    return rx.el.div(
        rx.el.span(message, custom_attrs={"data-toast-text": "true"}),
        action,
        hidden=True,
        data_testid=testid,
        custom_attrs={"data-toast": key},
    )
