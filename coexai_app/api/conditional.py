"""The route and the router of the API: strict about what comes in, and reads that a client may have already.

A read answers with an ETag, 304 to who names it (RFC 9110 §13.1.2), and to HEAD as to GET.

`no-store` stays on all of it: an HTTP cache, a browser's above all, keeps nothing private (RFC 9111 §5.2.2.5). The tag is for programs that
hold their own copy of a job or a list and ask whether it is still good; they save the transfer, and no copy lies where nobody expects one.
`Vary` says the same to a cache that does not obey: the answer belongs to who asked.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from coexai_app.api import bodies
from coexai_app.errors import InvalidInput

READS: Final = frozenset({"GET", "HEAD"})
VARY: Final = ("Authorization", "X-API-Key", "Cookie")
_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
# What a 304 leaves out: it describes a body that is not there (RFC 9110 §15.4.5).
_OF_A_BODY: Final = ("content-length", "content-type", "content-disposition", "content-encoding")

# Under this name a route leaves what its ETag begins with, in the state of the request.
PREFIX: Final = "etag_prefix"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Router(APIRouter):
    """A router whose every read can be asked for with HEAD, too; a stream cannot: it has no length and does not end."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        super().add_api_route(path, endpoint, **given)
        if set(given.get("methods") or ()) == {"GET"} and given.get("response_class") is not StreamingResponse:
            super().add_api_route(path, endpoint, **{**given, "methods": ["HEAD"], "include_in_schema": False})


class Route(APIRoute):
    """A route that takes only what can be stored, and whose reads are conditional."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        reads, takes_json = bool(READS & set(self.methods or ())), self.body_field is not None

        async def handle(request: Request) -> Response:
            if any("\0" in part for pair in request.query_params.multi_items() for part in pair):
                raise InvalidInput("A query cannot hold null characters.")
            if takes_json:
                await bodies.check(request)
            found = await answer(request)
            return tagged(request, found) if reads else _named(request, found)

        return handle


def tagged(request: Request, answer: Response) -> Response:
    """The answer with its ETag, or 304 in its place. A route that sets a tag of its own decides all of this itself."""
    body = getattr(answer, "body", None)
    if answer.status_code != 200 or isinstance(answer, StreamingResponse) or not isinstance(body, bytes) or "etag" in answer.headers:
        return answer
    answer.headers["ETag"] = tag = strong(body, _prefix(request))
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Vary"] = ", ".join(dict.fromkeys([*filter(None, [answer.headers.get("Vary")]), *VARY]))
    if names(request.headers.get("if-none-match", ""), tag):
        kept = {name: value for name, value in answer.headers.items() if name not in _OF_A_BODY}
        return Response(status_code=304, headers=kept)
    if request.method == "HEAD":
        answer.body = b""  # Content-Length stays that of the body which GET answers
    return answer


def strong(body: bytes, prefix: str = "") -> str:
    """A strong ETag: equal bytes have equal tags, others never."""
    return f'"{prefix}{base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:18]).decode()}"'


def _prefix(request: Request) -> str:
    return str(request.scope.get("state", {}).get(PREFIX, ""))


def _named(request: Request, answer: Response) -> Response:
    """What a change answered of something that has a version, with the tag that a read of it would have."""
    if answer.status_code == 200 and _prefix(request):
        answer.headers["ETag"] = strong(bytes(answer.body), _prefix(request))
    return answer


def names(if_none_match: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag, by weak comparison as RFC 9110 §13.1.2 asks: a proxy may have weakened ours."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in _TAG.findall(if_none_match)
