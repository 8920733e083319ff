"""The outermost layer of the web process: what reaches pages, API and socket at all, and the headers that no answer is without.

Pure ASGI, put around the whole app in `coexai_app.py`: what the framework answers by itself goes through here too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coexai_app import log, origin, refusals, settings
from coexai_app.api import business, origins, pictures
from coexai_app.api.app import envelope
from coexai_app.api.files import ENVELOPE_BYTES
from coexai_app.errors import CoexaiError, Forbidden, InvalidInput, NotFound, RateLimited
from coexai_app.extract import picture
from coexai_app.pace import Pace
from coexai_app.plans import PLANS

Fields = list[tuple[bytes, bytes]]
# As much as the socket takes in one message (`serve.py`).
MAX_BODY: Final = 1_000_000
SIGN_IN_BYTES: Final = 200_000
# A text of the longest kind, escaped, is smaller; larger ones are files.
INPUT_BYTES: Final = 10_000_000
MAX_UPLOAD: Final = max(plan.max_file_bytes for plan in PLANS.values()) + ENVELOPE_BYTES
_PICTURE: Final = picture.MAX_BYTES + pictures.ENVELOPE_BYTES
# What takes another size, and counts by itself besides: files by the plan, pictures and the profile by their own limits.
LARGER: Final[Mapping[str, int]] = MappingProxyType(
    {
        "/api/v1/files": MAX_UPLOAD,
        "/api/v1/account/picture": _PICTURE,
        "/api/v1/organization/logo": _PICTURE,
        "/api/v1/organization/profile": business.MAX_BYTES,
    }
)
# Where no path of LARGER fits, the first of these beginnings counts.
BEGINNINGS: Final = (
    ("/auth/", SIGN_IN_BYTES),
    ("/api/v1/auth/", SIGN_IN_BYTES),
    ("/api/v1/agents/", INPUT_BYTES),
    ("/api/v1/quotes", INPUT_BYTES),
    ("/api/v1/outputs/", INPUT_BYTES),
    ("/api/v1/schedules", INPUT_BYTES),
)
SOCKETS_PER_ADDRESS: Final = 200
# A whole office loads its pages anew at once; nobody does so all day.
OPENED_AT_ONCE: Final = 400.0
OPENED_PER_SECOND: Final = 10.0
# For what is no page: should a browser ever show it as a document, nothing in it runs, loads or is sent.
NO_DOCUMENT: Final = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "payment",
    "usb",
)
_ALWAYS: Final[Fields] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in _FEATURES).encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_HSTS: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
# What no address holds.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_OTHER_SITE: Final = "This request came from another site. Open the page here and try again."
_TOO_LARGE: Final = "This request is larger than {most:,} bytes. Nothing was kept; send less."


class KnownAddress:
    """Makes the client's address one that can be believed to be an address: a proxy passes on what it was told."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if client := scope.get("client"):
            scope["client"] = (origin.address(client[0]), client[1])
        await self.app(scope, receive, send)


class Boundary:
    """Refuses what another site made a browser send and what is too large, answers CORS, and completes the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._sockets: Counter[str] = Counter()
        self._opened = Pace(OPENED_AT_ONCE, OPENED_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self._socket(scope, receive, send)
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers, path = Headers(scope=scope), str(scope["path"])
        asking = headers.get("origin", "")
        asks_first = scope["method"] == "OPTIONS" and bool(asking) and "access-control-request-method" in headers
        cors: Fields = []
        if origins.may_call(asking, path):
            cors = origins.preflight(asking) if asks_first else origins.readable(asking)
        vary: Fields = [(b"vary", b"Origin")] if origins.is_open(path) else []
        begun = False

        async def dressed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": complete(message["status"], list(message["headers"]), cors + vary)}
            await send(message)

        answer = _preflight(cors) if asks_first else _refusal(str(scope["method"]), headers, path)
        if answer is not None:
            return await answer(scope, receive, dressed)
        try:
            await self.app(scope, _counted(receive, limit(path)), dressed)
        except HTTPException as error:
            if begun:
                raise
            await envelope(error.status_code, "TOO_LARGE", str(error.detail))(scope, receive, dressed)
        except Exception as error:
            if begun:
                raise
            log.get(__name__).error("request failed", exc_info=error)
            message = "Something went wrong on our side. Nothing was changed. Tell support this request id."
            await envelope(500, "INTERNAL_ERROR", message)(scope, receive, dressed)
        return None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Browsers name the page's site in every handshake: whoever names another one, or none, gets no socket and no state."""
        address = (scope.get("client") or ("",))[0]
        if not origins.ours(Headers(scope=scope).get("origin", "")):
            return await self._no_socket(scope, send, Forbidden, address)
        if self._sockets[address] >= SOCKETS_PER_ADDRESS or not self._opened.take(address):
            return await self._no_socket(scope, send, RateLimited, address)
        self._sockets[address] += 1
        try:
            await self.app(scope, receive, send)
        except ValueError:  # how the framework takes what is no message at all
            refusals.tell("socket", "message", InvalidInput.code, ip=address)
        finally:
            self._sockets[address] -= 1
            if not self._sockets[address]:
                del self._sockets[address]
        return None

    async def _no_socket(self, scope: Scope, send: Send, why: type[CoexaiError], address: str) -> None:
        refusals.tell("socket", "connect", why.code, ip=address)
        if "websocket.http.response" not in scope.get("extensions", {}):
            return await send({"type": "websocket.close", "code": 1008})
        fields = complete(why.status, [(b"content-length", b"0")], [])
        await send({"type": "websocket.http.response.start", "status": why.status, "headers": fields})
        await send({"type": "websocket.http.response.body", "body": b""})
        return None


def limit(path: str) -> int:
    """How many bytes a request to a path may have."""
    if exact := LARGER.get(path.rstrip("/")):
        return exact
    return next((size for beginning, size in BEGINNINGS if path.startswith(beginning)), MAX_BODY)


def complete(status: int, given: Fields, cors: Fields) -> Fields:
    """The headers of an answer, with what is missing of those that every answer has. CORS is decided here alone."""
    lower = [(name.lower(), value) for name, value in given]
    kept = [(name, value) for name, value in lower if not name.startswith(b"access-control-") and not _only_origin(name, value)]
    there = {name for name, _ in kept}
    always = list(_ALWAYS)
    if status != 304:  # what it leaves out stays as the browser has it
        always += [(b"content-security-policy", NO_DOCUMENT), (b"cache-control", b"no-store")]
    if settings.get().https:
        always.append(_HSTS)
    return [*kept, *((name, value) for name, value in always if name not in there), *cors]


def _only_origin(name: bytes, value: bytes) -> bool:
    return name == b"vary" and {part.strip().lower() for part in value.split(b",")} == {b"origin"}


def _preflight(cors: Fields) -> Response:
    if cors:
        return Response(status_code=204)
    return envelope(403, "FORBIDDEN", "Pages of other sites may not call here. The operator can allow it (CORS_ORIGINS).")


def _refusal(method: str, headers: Headers, path: str) -> Response | None:
    if _CONTROL.search(path):  # no route has one, and the framework's patterns read a line end as the end of the path
        return envelope(404, NotFound.code, "There is no such address: it holds control characters.")
    if method not in origins.SAFE_METHODS and _of_a_browser(headers, path) and not origins.same(headers):
        return envelope(403, "FORBIDDEN", _OTHER_SITE)
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > limit(path)):
        return envelope(413, "TOO_LARGE", _TOO_LARGE.format(most=limit(path)), headers={"Connection": "close"})
    return None


def _of_a_browser(headers: Headers, path: str) -> bool:
    """Whether a cookie decides who asks, or will: no other site can make a browser send a token or a key."""
    if path.startswith("/auth/"):
        return True
    if headers.get("x-api-key") or headers.get("authorization", "").lower().startswith("bearer "):
        return False
    config = settings.get()
    names = cookie_parser("; ".join(headers.getlist("cookie")))
    return config.cookie_name in names or config.step_cookie_name in names


def _counted(receive: Receive, most: int) -> Receive:
    """Stops a body that grows over its limit, whatever it had declared. Raises HTTPException, which all layers let through."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413, _TOO_LARGE.format(most=most))
        return message

    return counted
