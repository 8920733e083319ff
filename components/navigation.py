"""What the sidebar and the phone's bar both show: the coworkers, who of them is not here yet, the organisations to switch to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from components import menus
from components.native_form import native_form
from components.vars import concat


@dataclass(frozen=True)
class Coworker:
    """A coworker in the navigation; without `href` it is not here yet."""

    slug: str
    name: str
    href: str = ""


COWORKERS: Final = (
    Coworker("maya", "Maya", "/agents/maya"),
    Coworker("jordan", "Jordan"),
    Coworker("sam", "Sam"),
    Coworker("taylor", "Taylor"),
)
NOT_HERE: Final = "not here yet"


def organizations(me: Any, prefix: str = "switch") -> rx.Component:
    """The organisations of a person, one ticked; choosing one posts to /auth/switch. Test ids start with `prefix`."""
    return native_form(
        rx.foreach(
            me.organizations,
            lambda org: menus.choice(
                rx.el.span(
                    rx.el.span(org.name, class_name="block truncate"),
                    rx.el.span(org.plan_label, " plan", class_name="block text-xs font-normal text-ink-3"),
                    class_name="min-w-0",
                ),
                testid=concat(prefix, "-", org.id),
                checked=org.current,
                kind="submit",
                name="organization",
                value=org.id,
            ),
        ),
        action="/auth/switch",
        method="post",
    )
