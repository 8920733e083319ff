"""A browser tab without a browser: events go through Reflex's own processor and our guard, answers come back as deltas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from coexai_app import coexai_app, settings
from coexai_app.api.deps import cookie_name

S = TypeVar("S")


class Tab:
    """One tab of a signed-in person. `went` collects where the server sent it."""

    def __init__(self, processor: BaseStateEventProcessor[Any], manager: StateManagerMemory, token: str, cookie: str) -> None:
        self._processor, self._manager, self._token = processor, manager, token
        self._headers = {"cookie": f"{cookie_name()}={cookie}", "origin": settings.get().origin, "host": "localhost"}
        self.path = "/home"
        self.went: list[str] = []

    async def open(self, path: str, *states: Any) -> None:
        """Goes to a page: its first events run, as `pages.base` orders them."""
        from state.base import AppState

        self.path = path
        await self.do(AppState.enter)
        for state in states:
            await self.do(state.load)

    async def do(self, handler: Any, **arguments: Any) -> None:
        """Sends one event, and waits until everything that it caused is done."""
        sent = {"headers": self._headers, "pathname": self.path.split("?")[0], "asPath": self.path, "token": self._token, "ip": "127.0.0.1"}
        name = format_event_handler(handler) if not isinstance(handler, str) else handler
        async for _ in self._processor.enqueue_stream_delta(self._token, Event(name=name, payload=arguments, router_data=sent)):
            pass

    async def see(self, state: type[S]) -> S:
        """The state as this tab has it."""
        import reflex as rx

        root = await self._manager.get_state(rx.BaseStateToken(ident=self._token, cls=state))
        return await root.get_state(state)


@asynccontextmanager
async def tab_of(cookie: str, token: str = "tab-1") -> AsyncIterator[Tab]:
    processor: BaseStateEventProcessor[Any] = BaseStateEventProcessor(middleware=coexai_app.app, backend_exception_handler=None)
    manager = StateManagerMemory()
    processor.configure(state_manager=manager)
    tab = Tab(processor, manager, token, cookie)

    async def emit_event(_token: str, *events: Any) -> None:
        tab.went.extend(event.payload["path"] for event in events if event.name == "_redirect")

    object.__setattr__(processor._root_context, "emit_event_impl", emit_event)
    before = RegistrationContext.set(coexai_app.app._registration_context)
    try:
        async with processor:
            yield tab
    finally:
        RegistrationContext.reset(before)
