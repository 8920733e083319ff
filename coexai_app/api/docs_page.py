"""/docs/api: the reference of the partner API, made from our own description once per process. For everybody, without a log-in."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Response
from fastapi.responses import RedirectResponse

from coexai_app.api.reference import page
from coexai_app.settings import get as settings

PATH: Final = "/docs/api"
_TYPE: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Made:
    """The page as it is sent, and its ETag."""

    html: bytes
    packed: bytes
    tag: str


def router(describe: Callable[[], dict[str, Any]]) -> APIRouter:
    """`describe` makes the description of the API; it is asked at the first request."""
    found = APIRouter(include_in_schema=False)

    @cache
    def made() -> Made:
        html = page.render(describe(), settings().origin).encode()
        return Made(html, gzip.compress(html, 9, mtime=0), f'W/"{hashlib.sha256(html).hexdigest()[:32]}"')

    @found.api_route(PATH, methods=["GET", "HEAD"])
    def reference(accept_encoding: Annotated[str, Header()] = "", if_none_match: Annotated[str, Header()] = "") -> Response:
        kept = made()
        headers = {"ETag": kept.tag, "Vary": "Accept-Encoding"}
        if kept.tag in (part.strip() for part in if_none_match.split(",")):
            return Response(status_code=304, headers=headers)
        if _takes_gzip(accept_encoding):
            return Response(kept.packed, media_type=_TYPE, headers={**headers, "Content-Encoding": "gzip"})
        return Response(kept.html, media_type=_TYPE, headers=headers)

    @found.get("/api/docs")
    def moved() -> RedirectResponse:
        return RedirectResponse(PATH, 308)

    return found


def _takes_gzip(accepted: str) -> bool:
    offers = (part.replace(" ", "").lower().partition(";q=") for part in accepted.split(","))
    return any(name in ("gzip", "*") and weight not in ("0", "0.0", "0.00", "0.000") for name, _, weight in offers)
