"""Going to a page in a tab, doing something there, and looking at what the tab shows."""

from __future__ import annotations

from typing import Any

import reflex as rx

from state.base import AppState
from tests.state.client import Tab


async def visit(tab: Tab, path: str, state: Any) -> None:
    """The events of a page load, in the order that `pages.base` gives them."""
    tab.here = path
    await tab.call(AppState.event_handlers["enter"], path=path)
    await tab.call(state.event_handlers["load"], path=path)


async def act(tab: Tab, state: Any, handler: str, **arguments: Any) -> None:
    await tab.call(state.event_handlers[handler], path=tab.here, **arguments)


async def see(tab: Tab, state: Any) -> Any:
    """The state as this tab has it."""
    root = await tab.manager.get_state(rx.BaseStateToken(ident=tab.token, cls=state))
    return await root.get_state(state)


def went(tab: Tab) -> list[str]:
    """Where the server sent this tab."""
    return [event.payload["path"] for event in tab.sent if event.name == "_redirect"]
