"""The mark of the product, the tiles of the coworkers and the round initials of people."""

from __future__ import annotations

from typing import Any, Final

import reflex as rx

from components.icons import SPRITE, Use
from components.vars import Text, concat, cx, given

AGENTS: Final = ("maya", "jordan", "sam", "taylor")

_TILE_SIZES: Final = {"sm": "size-5 rounded-[5px]", "md": "size-6 rounded-sm", "lg": "size-9 rounded-md", "xl": "size-12 rounded-lg"}
_PERSON_SIZES: Final = {"sm": "size-5 text-[9px]", "md": "size-6 text-[10px]", "lg": "size-8 text-xs", "xl": "size-16 text-xl"}


def agent_tile(slug: Text, size: str = "md", cls: str = "", muted: bool = False) -> rx.Component:
    """A coworker's tile: sm 20, md 24, lg 36, xl 48 px. `muted` greys it out for a coworker that is not here yet."""
    hue = "bg-idle-bg text-ink-3" if muted else concat("hue-", slug)
    return rx.el.span(
        rx.el.svg(Use.create(href=concat(SPRITE, "#agent-", slug)), class_name="block size-2/3"),
        class_name=cx("inline-grid flex-none place-items-center", _TILE_SIZES[size], hue, cls),
        custom_attrs={"aria-hidden": "true"},
    )


def person(initials: Text, size: str = "md", own: bool = False, cls: str = "", picture: Text = "") -> rx.Component:
    """A person in a circle, their picture or else their initials: sm 20, md 24, lg 32, xl 64 px. `own` is the signed-in person."""
    return rx.el.span(
        rx.cond(picture, rx.el.img(src=picture, alt="", class_name="size-full object-cover"), initials) if given(picture) else initials,
        class_name=cx(
            "inline-grid flex-none place-items-center overflow-hidden rounded-full leading-none font-semibold tracking-[0.02em]",
            "bg-primary-soft text-on-primary-soft" if own else "bg-idle-bg text-idle-fg",
            _PERSON_SIZES[size],
            cls,
        ),
        custom_attrs={"aria-hidden": "true"},
    )


def logo(size: int = 28, cls: str = "") -> rx.Component:
    """A square and a circle, a system and a person; where they overlap is marker yellow."""
    return rx.el.svg(
        rx.el.svg.rect(x="2", y="7.5", width="14.5", height="14.5", rx="3.5", class_name="fill-(--petrol-800) dark:fill-(--petrol-600)"),
        rx.el.svg.circle(cx="18.2", cy="12.2", r="7.8", class_name="fill-(--petrol-400) dark:fill-(--petrol-300)"),
        rx.el.svg.path(d="M16.5 19.81A7.8 7.8 0 0 1 11.936 7.5H13A3.5 3.5 0 0 1 16.5 11z", class_name="fill-(--marker-400)"),
        view_box="0 0 28 28",
        width=str(size),
        height=str(size),
        class_name=cx("block flex-none", cls),
        custom_attrs={"aria-hidden": "true"},
    )


def wordmark(size: int = 28, cls: str = "", name_cls: str = "") -> Any:
    """The mark with the name beside it."""
    return rx.el.span(
        logo(size, "translate-y-px"),
        rx.el.span("CoExAI", class_name=cx("font-display text-[1.125rem] leading-none font-semibold tracking-[-0.01em]", name_cls)),
        class_name=cx("inline-flex items-center gap-[9px]", cls),
    )
