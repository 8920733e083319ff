"""Chips and dots: a state is an icon and a word; the colour comes third."""

from __future__ import annotations

import reflex as rx

from components import theme
from components.icons import glyph
from components.vars import Text, cx, given


def chip(word: Text, *, tone: Text = "idle", icon: Text = "", title: Text = "", testid: Text = "", cls: str = "") -> rx.Component:
    """A state as icon and word. `tone` is idle, info, ok, warn, bad, solid, out, mark or dash; the icon "spin" turns."""
    props = {"title": title} if given(title) else {}
    if given(testid):
        props["data_testid"] = testid
    return rx.el.span(
        glyph(icon, 12),
        rx.el.span(word, class_name="truncate leading-4"),
        class_name=cx(theme.CHIP, theme.tone(tone), cls),
        **props,
    )


def test_chip(test: rx.Var[bool]) -> rx.Component:
    """Marks what a test key made."""
    return rx.cond(
        test, chip("Test", tone="dash", icon="wrench", title="Made by a test key, never charged", testid="test-chip"), rx.fragment()
    )


def dot(tone: Text = "idle", label: Text = "") -> rx.Component:
    """A 7 px dot. It needs a word beside it, or `label` for screen readers and as tooltip."""
    named = {"role": "img", "aria_label": label, "title": label} if given(label) else {"custom_attrs": {"aria-hidden": "true"}}
    return rx.el.span(class_name=cx(theme.DOT, theme.tone(tone)), **named)


def counter(value: Text, tone: Text = "idle") -> rx.Component:
    """A small grey number, as tabs carry it; red only when it blocks, green only when all passed."""
    return rx.el.span(value, class_name=cx(theme.COUNTER, theme.tone(tone)))
