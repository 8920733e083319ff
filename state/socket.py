"""The socket's edge: what a message may be, and how many there may be in a second. Who gets a socket is in `api/boundary.py`.

Everything that a browser sends passes here before the framework looks at it: that would call its own handlers by whatever name a message
has, keep what it waits for, and write what it does not understand into the log.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, NotRequired
from urllib.parse import parse_qs
from uuid import UUID

import reflex as rx
from pydantic import TypeAdapter, ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused
from typing_extensions import TypedDict

from coexai_app import refusals
from coexai_app.errors import InvalidInput, NotFound, RateLimited
from coexai_app.pace import Pace

EVENTS_PER_SECOND: Final = 25.0
BURST: Final = 60.0
# What pages send: socket.io's packets CONNECT, DISCONNECT and EVENT, and events of these names.
_PACKETS: Final = ("0", "1", "2")
_EVENTS: Final = ("event", "ping", "client_error")


class _Page(TypedDict, total=False):
    pathname: str
    asPath: str
    query: dict[str, str | list[str]]


class _Event(TypedDict):
    name: str
    payload: NotRequired[dict[str, Any]]
    router_data: NotRequired[_Page]


_EVENT: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(_Event)


def harden(app: rx.App) -> None:
    """Puts the edge around the app's socket."""
    namespace: Any = app.event_namespace
    server: Any = app.sio
    known = app._registration_context.event_handlers
    messages = Pace(BURST, EVENTS_PER_SECOND)
    shut: set[str] = set()
    message, closed = server.eio.handlers["message"], server.eio.handlers["disconnect"]
    handle_event, link, event = server._handle_event, namespace.on_connect, namespace.on_event

    def address(eio_sid: str) -> str:
        return str((server.environ.get(eio_sid, {}).get("asgi.scope", {}).get("client") or ("",))[0])

    async def on_message(eio_sid: str, data: Any) -> None:
        if eio_sid in shut or eio_sid not in server.environ:
            return None  # this was on its way
        code = InvalidInput.code
        if not messages.take(eio_sid):
            code = RateLimited.code
        elif isinstance(data, str) and data.startswith(_PACKETS):
            with suppress(ValueError, RecursionError):
                return await message(eio_sid, data)
        shut.add(eio_sid)
        refusals.tell("socket", "message", code, ip=address(eio_sid))
        # The framework would ask the browser to go, and wait for that.
        return await server.environ[eio_sid]["asgi.send"]({"type": "websocket.close", "code": 1008})

    async def on_close(eio_sid: str, *reason: Any) -> None:
        messages.forget(eio_sid)
        shut.discard(eio_sid)
        await closed(eio_sid, *reason)

    async def on_packet(eio_sid: str, space: str | None, ident: Any, data: Any) -> None:
        """Only what pages send: of other names the framework would find its handlers for a connection that comes and goes."""
        if isinstance(data, list) and data and data[0] in _EVENTS:
            return await handle_event(eio_sid, space, ident, data[:2])
        return refusals.tell("socket", "message", InvalidInput.code, ip=address(eio_sid))

    async def on_connect(sid: str, environ: dict[str, Any], auth: Any = None) -> Any:
        if not _is_tab(parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])[0]):
            refusals.tell("socket", "connect", InvalidInput.code, ip=(environ.get("asgi.scope", {}).get("client") or ("",))[0])
            raise Refused("no key of a tab")
        return await link(sid, environ, auth)

    async def on_event(sid: str, data: Any = None) -> Any:
        said = _well_formed(data)
        if said is not None and said["name"] in known:
            return await event(sid, said)
        code = InvalidInput.code if said is None else NotFound.code
        return refusals.tell("socket", "unknown", code, ip=address(server.manager.eio_sid_from_sid(sid, namespace.namespace)))

    server.eio.handlers.update(message=on_message, disconnect=on_close)
    server._handle_event = on_packet
    namespace.on_connect, namespace.on_event = on_connect, on_event


def _is_tab(token: str) -> bool:
    """Whether this can be the key of a tab, which our own pages make at random."""
    try:
        return str(UUID(token)) == token.lower()
    except ValueError:
        return False


def _well_formed(data: Any) -> dict[str, Any] | None:
    """An event as pages send it, without what they never send; None for another shape, which the framework would log whole."""
    try:
        return _EVENT.validate_python(data, strict=True)
    except (ValidationError, RecursionError):
        return None
