"""Buttons and links that look like buttons."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML
from reflex_components_core.react_router import ReactRouterLink

from components import theme
from components.icons import glyph, spinner
from components.vars import Child, Flag, Text, cx, given, when


def button(
    label: Text,
    *,
    testid: Text,
    variant: str = "sec",
    size: str = "md",
    icon: Text = "",
    busy: Flag = False,
    busy_label: Text = "",
    disabled: Flag = False,
    title: Text = "",
    full: bool = False,
    kind: str = "button",
    shortcut: str = "",
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A button: a verb and an object ("Send invite").

    `variant` is pri (one per view), sec, gho or dan; `size` sm 28, md 32, lg 40 px; `kind` button, submit or reset. While `busy`
    the spinner replaces the icon and `busy_label` ("Saving") the label, and further clicks are ignored (by app.js, so that the
    focus stays). `title` says why a disabled button is disabled. `shortcut` shows a key beside the label. Event triggers and
    other props pass through.
    """
    return rx.el.button(
        *_inside(label, icon, busy, busy_label),
        _key(shortcut, variant),
        class_name=cx(theme.BUTTON, theme.BUTTON_VARIANTS[variant], theme.BUTTON_SIZES[size], "w-full" if full else "", cls),
        **_attributes(testid, busy, disabled, title),
        type=kind,
        **props,
    )


def link_button(
    label: Text,
    href: Text,
    *,
    testid: Text,
    variant: str = "sec",
    size: str = "md",
    icon: Text = "",
    full: bool = False,
    download: bool = False,
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A link that looks like a button. A path inside the app navigates without a page load; `download` is a plain link."""
    classes = cx(theme.BUTTON, theme.BUTTON_VARIANTS[variant], theme.BUTTON_SIZES[size], "w-full" if full else "", cls)
    inside = [glyph(icon, 16, "-ml-0.5"), rx.el.span(label)]
    if download:
        return app_link(*inside, href=href, testid=testid, cls=classes, download=True, reload_document=True, **props)
    return app_link(*inside, href=href, testid=testid, cls=classes, **props)


def reference_button(chapter: str = "") -> rx.Component:
    """Leads to the API reference, or to a chapter of it. It is no page of the app, so the browser loads it."""
    to = f"/docs/api#{chapter}" if chapter else "/docs/api"
    return link_button("API reference", to, testid="api-reference", icon="book-open", reload_document=True)


def icon_button(
    label: Text,
    *,
    icon: Text,
    testid: Text,
    variant: str = "gho",
    size: str = "md",
    busy: Flag = False,
    disabled: Flag = False,
    cls: str = "",
    **props: Any,
) -> rx.Component:
    """A square button with an icon only; `label` is its accessible name and its tooltip."""
    return rx.el.button(
        when(busy, spinner(), glyph(icon, 16)),
        class_name=cx(theme.BUTTON, theme.BUTTON_VARIANTS[variant], theme.BUTTON_ICON_SIZES[size], "p-0 flex-none", cls),
        aria_label=label,
        **_attributes(testid, busy, disabled, label),
        type="button",
        **props,
    )


def app_link(*children: Child, href: Text, testid: Text, cls: Any = "", **props: Any) -> rx.Component:
    """A link to a page of the app, followed without a page load."""
    return ReactRouterLink.create(*children, to=href, class_name=cls, data_testid=testid, **props)


class Anchor(BaseHTML):
    """A plain `<a>`: Reflex turns every `rx.el.a` into a router link, which is wrong for a place on the same page."""

    tag = "a"
    href: rx.Var[str]


def jump(*children: Child, to: str, testid: str, cls: Any = "") -> rx.Component:
    """A link to the element `to` of the same page."""
    return Anchor.create(*children, href=f"#{to}", class_name=cls, data_testid=testid)


def text_link(label: Text, href: Text, *, testid: Text, cls: str = "", **props: Any) -> rx.Component:
    """A link in running text."""
    return app_link(label, href=href, testid=testid, cls=cx(theme.LINK, cls), **props)


def copy_button(text: Text, *, testid: Text, label: str = "Copy", size: str = "sm", variant: str = "sec") -> rx.Component:
    """Copies `text` to the clipboard and says so."""
    return button(label, testid=testid, icon="copy", size=size, variant=variant, custom_attrs={"data-copy": text})


def _inside(label: Text, name: Text, busy: Flag, busy_label: Text) -> list[Child]:
    still: list[Child] = [glyph(name, 16, "-ml-0.5")] if given(name) else []
    if isinstance(busy, bool):
        return [spinner(), rx.el.span(busy_label or label)] if busy else [*still, rx.el.span(label)]
    words = rx.cond(busy, busy_label, label) if given(busy_label) else label
    return [rx.cond(busy, spinner(), still[0] if still else rx.fragment()), rx.el.span(words)]


def _attributes(testid: Text, busy: Flag, disabled: Flag, title: Text) -> dict[str, Any]:
    attributes: dict[str, Any] = {"data_testid": testid}
    if busy is not False:
        attributes["aria_busy"] = busy
    if disabled is not False:
        attributes["disabled"] = disabled
    if given(title):
        attributes["title"] = title
    return attributes


def _key(shortcut: str, variant: str) -> Child:
    if not shortcut:
        return rx.fragment()
    look = "border-on-primary/40 text-on-primary bg-transparent" if variant == "pri" else "border-line text-ink-3"
    return rx.el.kbd(
        shortcut, class_name=cx("ml-1 rounded-xs border px-[5px] py-[3px] font-sans text-[11px] leading-none max-md:hidden", look)
    )
