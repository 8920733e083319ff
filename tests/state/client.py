"""A tab without a browser: events go through the real event processor, middleware included."""

from __future__ import annotations

from typing import Any, Self
from uuid import uuid4

from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from coexai_app import settings
from coexai_app.coexai_app import app


class Tab:
    """One tab: `cookie` is the session token that its socket was opened with, `token` Reflex's key to its state."""

    def __init__(self, cookie: str = "", token: str = "", manager: StateManagerMemory | None = None) -> None:
        self.cookie, self.token = cookie, token or str(uuid4())
        self.manager = manager or StateManagerMemory()
        self.sent: list[Event] = []
        self.here = "/home"

    async def __aenter__(self) -> Self:
        self.processor = BaseStateEventProcessor(middleware=app, backend_exception_handler=None)
        self.processor.configure(state_manager=self.manager)

        async def emit(_token: str, *events: Event) -> None:
            self.sent += events

        object.__setattr__(self.processor._root_context, "emit_event_impl", emit)
        self._registration = RegistrationContext.set(app._registration_context)
        await self.processor.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.processor.__aexit__(*error)
        RegistrationContext.reset(self._registration)

    async def call(self, handler: Any, path: str = "/home", **payload: Any) -> dict[str, dict[str, Any]]:
        """Sends one event as a browser does; returns what changed, by state and var."""
        return await self.send(format_event_handler(handler), path, payload)

    async def send(self, name: str, path: str = "/home", payload: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
        cookie = f"{settings.get().cookie_name}={self.cookie}" if self.cookie else ""
        data = {"headers": {"cookie": cookie, "host": "t"}, "pathname": path, "asPath": path, "token": self.token, "ip": "1.2.3.4"}
        changed: dict[str, dict[str, Any]] = {}
        async for delta in self.processor.enqueue_stream_delta(self.token, Event(name=name, payload=payload or {}, router_data=data)):
            for state, values in delta.items():
                changed.setdefault(state.split("____")[-1], {}).update({k.removesuffix("_rx_state_"): v for k, v in values.items()})
        return changed
