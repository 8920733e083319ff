"""A moment in short words, with the exact one behind it."""

from __future__ import annotations

import reflex as rx

from components.vars import Text


def moment(words: Text, exact: Text, cls: str = "") -> rx.Component:
    """ "today 10:31"; whoever points at it reads the day, the seconds and the time zone."""
    return rx.el.time(words, title=exact, class_name=cls)
