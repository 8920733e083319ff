"""One click to get no more mails of a kind, without a log-in (RFC 8058). A mail program posts here by itself; people come over a page.

A GET changes nothing, since scanners follow every link of a mail: it leads to the page, whose button posts here.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from coexai_app.api import deps, entry
from coexai_app.services import notifications
from coexai_app.services.one_time import DeadLink

router = APIRouter(prefix="/api/v1/mail", include_in_schema=False)
PAGE = "/unsubscribe"
Token = Annotated[str, Query(max_length=400)]


@router.get("/unsubscribe")
async def look(token: Token = "") -> Response:
    return RedirectResponse(f"{PAGE}?token={quote(token)}", 303)


@router.post("/unsubscribe")
async def unsubscribe(
    token: Token = "",
    typed: Annotated[str, Form(alias="token", max_length=400)] = "",
    by_page: Annotated[str, Form(alias="page", max_length=8)] = "",
) -> Response:
    """The kind of the link is switched off. What signs the link is all that it needs: no cookie, no origin."""
    try:
        label = await deps.call(notifications.unsubscribe, token=token or typed)
    except DeadLink as error:
        if by_page:
            return entry.back(PAGE, error)
        raise
    if by_page:
        return RedirectResponse(f"{PAGE}?done=off", 303)
    return PlainTextResponse(f"You get no more mails of this kind: {label}.\n")
