"""What the endpoints share: who asks, where from, and one transaction for one service call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

import anyio
from fastapi import Depends, Request
from sqlmodel import Session

from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, Unauthenticated
from coexai_app.services import accounts

P = ParamSpec("P")
T = TypeVar("T")


async def call(service: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one service call in a thread, in one transaction of the kind it needs."""

    def work() -> T:
        with db.open_for(service) as session:
            return service(session, *args, **kwargs)

    return await anyio.to_thread.run_sync(work)


def client_ip(request: Request) -> str:
    return request.client.host if request.client else ""


def same_origin(request: Request) -> None:
    """Refuses a form or a call that another site made the browser send (its Origin differs from the address that is asked)."""
    origin = request.headers.get("origin")
    if origin and origin != "null":
        if urlsplit(origin).netloc in (request.headers.get("host"), urlsplit(settings.get().origin).netloc):
            return
    elif request.headers.get("sec-fetch-site") in ("same-origin", "none"):
        return
    raise Forbidden("This request came from another site. Open the page here and try again.")


async def actor(request: Request) -> Actor:
    """The signed-in person. A call that changes something must come from our own pages."""
    token = request.cookies.get(settings.get().cookie_name, "")
    found = await call(accounts.actor_of, token=token) if token else None
    if found is None:
        raise Unauthenticated("Log in first.")
    if request.method not in ("GET", "HEAD"):
        same_origin(request)
    return found


CurrentActor = Annotated[Actor, Depends(actor)]
Json = dict[str, Any]
