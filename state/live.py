"""The live bridge: ONE subscriber per web process, which refreshes the states that connected tabs show.

A page's first event calls `watch`; a change of an organisation makes the bridge call `_refresh` of the shared state and of the
page's states, for every connected tab of that organisation.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any, Final

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate

from coexai_app import live, log
from coexai_app.errors import CoexaiError, Forbidden, Unauthenticated
from state import guard

# A busy organisation refreshes its tabs at most this often; the last state always arrives.
PAUSE_SECONDS: Final = 0.1
# Changes of who may do what: the guard must not go by what it knew.
PEOPLE: Final = ("member.", "organization.", "session.")

# Where a tab goes whose session was ended, or whose person has no access to its organisation any more.
AWAY: Final = "/login?error=access_ended"

_tabs: dict[str, dict[str, str]] = defaultdict(dict)
_page_states: dict[str, tuple[type[Any], ...]] = {}


def show(route: str, states: tuple[type[Any], ...]) -> None:
    """Registers which states a page shows. Called by `pages.base.page`."""
    _page_states[route.strip("/")] = tuple(state for state in states if getattr(state, "_live", False))


def watch(organization_id: str, client_token: str, route: str) -> None:
    """Follows an organisation's changes for a tab; a tab follows one organisation, and shows one page."""
    for tabs in _tabs.values():
        tabs.pop(client_token, None)
    _tabs[organization_id][client_token] = route.strip("/")


@contextlib.asynccontextmanager
async def bridge(app: rx.App) -> AsyncIterator[None]:
    """The lifespan task of a web process."""
    task = asyncio.create_task(_follow(app))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _follow(app: rx.App) -> None:
    due: set[str] = set()
    wake = asyncio.Event()

    async def collect() -> None:
        async for batch in live.changes():
            due.update(str(change.organization_id) for change in batch) if batch else due.update(_tabs)
            for change in batch:
                if change.kind.startswith(PEOPLE):
                    guard.forget(str(change.organization_id))
            if not batch:
                guard.forget()
            wake.set()

    collector = asyncio.create_task(collect())
    try:
        while True:
            await wake.wait()
            wake.clear()
            now, started = set(due), time.monotonic()
            due.clear()
            for organization_id in now:
                await _refresh(app, organization_id)
            await asyncio.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - started)))
    finally:
        collector.cancel()


async def _refresh(app: rx.App, organization_id: str) -> None:
    namespace: Any = app.event_namespace
    connected = namespace._token_manager.token_to_socket
    tabs = _tabs.get(organization_id, {})
    for client_token, route in list(tabs.items()):
        if client_token not in connected:
            tabs.pop(client_token, None)
            continue
        try:
            if not await _refresh_tab(app, client_token, organization_id, route):
                tabs.pop(client_token, None)
        except CoexaiError:
            tabs.pop(client_token, None)
        except Exception:
            log.get(__name__).exception("a tab could not be refreshed")
    if not tabs:
        _tabs.pop(organization_id, None)


async def _refresh_tab(app: rx.App, client_token: str, organization_id: str, route: str) -> bool:
    """Re-reads what a tab shows. False when it may not see the organisation any more: it is emptied, and sent to the log-in."""
    from state.base import AppState

    async with app.modify_state(rx.BaseStateToken(ident=client_token, cls=AppState)) as root:
        shared = await root.get_state(AppState)
        if not shared._principal or not shared.me or shared.me.organization_id != organization_id:
            return True
        try:
            await shared._refresh()
        except Unauthenticated:
            await guard.wipe(shared)
        else:
            for state_class in _page_states.get(route, ()):
                try:
                    await (await root.get_state(state_class))._refresh()
                except Forbidden as error:
                    shared._fail(error)
            return True
    namespace: Any = app.event_namespace
    await namespace.emit_update(StateUpdate(events=Event.from_event_type(rx.redirect(AWAY))), client_token)
    return False
