"""The page decorator: route, title, who may see it, what loads it, and the shell around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from components import shell as frame
from state import live
from state.base import AppState

Crumb = tuple[Any, str]
SUFFIX = "CoExAI"


def page(
    *,
    route: str,
    title: str,
    role: str | None = "viewer",
    on_load: Any = None,
    description: str = "",
    crumbs: Sequence[Crumb] | Callable[[], Sequence[Crumb]] = (),
    current: str = "",
    tools: Callable[[], rx.Component] | None = None,
    live_states: Sequence[type[Any]] = (),
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Registers a page. `role` None is a public page without the shell.

    The role here only saves a round trip: each event is checked by the guard, and each read by its service. `live_states` are
    refreshed when something of the organisation changes; the state of `on_load` is one by itself.
    """

    def register(render: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        loads = [load for load in (on_load if isinstance(on_load, list) else [on_load]) if load is not None]

        def build() -> rx.Component:
            if role is None:
                return render()
            return frame.shell(
                render(),
                me=AppState.me,
                shell=AppState.shell,
                problem=AppState.problem,
                toast=AppState.toast,
                toast_key=AppState.toast_key,
                on_resend=AppState.resend,
                crumbs=crumbs() if callable(crumbs) else crumbs or ((title, ""),),
                current=current or route,
                tools=tools() if tools else None,
            )

        if role is not None:
            live.show(route, tuple(dict.fromkeys([*(load.state for load in loads if load.state is not None), *live_states])))
            loads = [AppState.enter, *loads]
        # The framework makes one script of a Python module's pages: each page pays for its own code only.
        build.__name__, build.__module__ = render.__name__, render.__module__
        rx.page(
            route=route, title=f"{title} · {SUFFIX}", description=description or None, image="/icons/icon-512.png", on_load=loads or None
        )(build)
        return render

    return register
