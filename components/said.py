"""A place whose words a script writes: what is wrong with a field, how good a password is."""

from __future__ import annotations

from typing import Any

import reflex as rx


def said(*, attrs: dict[str, Any] | None = None, **props: Any) -> rx.Component:
    """An empty span for a script to fill, also before the page is hydrated.

    React takes other words than its own for a page that is not its own, and builds it anew: everything typed so far would be lost. It
    leaves alone what is inside an element with inner HTML.
    """
    return rx.el.span(custom_attrs={"dangerouslySetInnerHTML": {"__html": ""}, **(attrs or {})}, **props)
