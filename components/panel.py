"""Panels: the white boxes that content sits in."""

from __future__ import annotations

from typing import Any

import reflex as rx

from components import theme
from components.vars import Child, Text, cx


def panel(
    *children: Child,
    title: Text = "",
    tools: Child | None = None,
    lead: Child | None = None,
    footer: Child | None = None,
    padded: bool = True,
    testid: str = "",
    label: Text = "",
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A panel with an optional head (`lead`, `title` as h2, `tools` right), body and foot. `padded=False` lets rows touch the edges.

    A panel without a title may carry `label`, the accessible name of its region.
    """
    named = not (isinstance(title, str) and not title)
    head = rx.el.header(
        lead if lead is not None else rx.fragment(),
        rx.el.h2(title, class_name=cx(theme.H2, "min-w-0")),
        rx.el.div(tools, class_name="ml-auto flex flex-none items-center gap-2") if tools is not None else rx.fragment(),
        class_name=theme.PANEL_HEAD,
    )
    attributes: dict[str, Any] = dict(props)
    if testid:
        attributes["data_testid"] = testid
    if named or not isinstance(label, str) or label:
        attributes["aria_label"] = title if named else label
    return rx.el.section(
        *([head] if named else []),
        *([rx.el.div(*children, class_name=theme.PANEL_BODY)] if padded else children),
        *([rx.el.footer(footer, class_name=theme.PANEL_FOOT)] if footer is not None else []),
        class_name=cx(theme.PANEL, cls),
        **attributes,
    )


def facts(*pairs: tuple[Text, Child], cls: str = "") -> rx.Component:
    """Label and value pairs, values right: the receipt look."""
    rows = [part for label, value in pairs for part in (rx.el.dt(label), rx.el.dd(value))]
    return rx.el.dl(*rows, class_name=cx(theme.KV, cls))
