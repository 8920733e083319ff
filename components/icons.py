"""Icons by name, from one sprite that the browser caches (`assets/icons/sprite.svg`, lucide shapes).

A `<use>` of a cached file costs the JavaScript bundle nothing per icon, and the name may be a var, as views send it.
"""

from __future__ import annotations

from typing import Any, Final

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from components.vars import Text, concat, cx, given

SPRITE: Final = "/icons/sprite.svg"

_NAMES: Final = """
    archive-x arrow-left arrow-right arrow-up-right badge-check ban bell book-open building-2 calendar-days calendar-x check
    check-check chevron-down chevron-left chevron-right chevron-up chevrons-up-down circle-alert circle-check circle-dashed
    circle-question-mark circle-x clock command copy corner-down-left download ellipsis external-link eye eye-off file file-text
    file-type flag folder globe hand hash history hourglass house image info key-round keyboard layout-grid link list-checks
    list-tree loader-circle lock log-out mail map-pin menu message-square minus monitor moon newspaper paperclip pause pen-line
    pencil play plus quote receipt refresh-cw rotate-ccw save scan-search search send settings shield-check sliders-horizontal
    smartphone spin spinner square step-forward sun terminal thumbs-up trash-2 triangle-alert undo-2 unlink upload user users webhook
    wifi-off wrench x zap
"""
ICONS: Final = frozenset(_NAMES.split())

_SIZES: Final = {12: "size-3 stroke-[2.25]", 14: "size-3.5 stroke-[1.75]", 16: "size-4 stroke-[1.75]", 20: "size-5 stroke-[1.75]"}


class Use(BaseHTML):
    """The SVG `<use>` element, which Reflex does not have."""

    tag = "use"
    href: rx.Var[str]


def icon(name: Text, size: int = 16, cls: str = "") -> rx.Component:
    """A decorative icon (hidden from screen readers): 12, 14, 16 or 20 px, in the colour of the text.

    `name` is one of `ICONS`, or a var that holds one. "spinner" (or "spin") turns: a ring, an hourglass for people who asked for
    less motion. An empty var shows nothing. Raises `ValueError` for a name that does not exist.
    """
    if isinstance(name, str) and name not in ICONS:
        raise ValueError(f"no such icon: {name}")
    return rx.el.svg(
        Use.create(href=concat(SPRITE, "#", name)),
        class_name=cx("ico", _SIZES[size], cls),
        custom_attrs={"aria-hidden": "true", "data-icon": name},
    )


def spinner(size: int = 12, cls: str = "") -> rx.Component:
    """The spinner, 12 or 16 px."""
    return icon("spinner", size, cls)


def glyph(name: Text, size: int = 12, cls: str = "") -> Any:
    """An icon whose name may be empty: then there is nothing."""
    return icon(name, size, cls) if given(name) else rx.fragment()
