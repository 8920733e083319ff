"""What the endpoints share: who asks, where from, and one transaction for one service call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import anyio
from fastapi import Depends, Request
from sqlmodel import Session

from coexai_app import access, db, settings
from coexai_app.access import Actor
from coexai_app.api import limits, origins
from coexai_app.errors import Forbidden, Unauthenticated
from coexai_app.services import access_tokens, accounts, api_key_access, api_key_format, api_keys
from coexai_app.services.api_key_access import KeyHolder
from coexai_app.services.rate_limit import Verdict

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
    """Refuses a form or a call that another site made the browser send. `boundary.py` has asked before; this is the second lock."""
    if not origins.same(request.headers):
        raise Forbidden("This request came from another site. Open the page here and try again.")


def bearer(request: Request) -> str:
    """The token of an Authorization header (RFC 6750 §2.1); empty without one. Other schemes may belong to a proxy before us."""
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def actor(request: Request) -> Actor:
    """Who calls: with an access token or an API key, or else with the cookie of our own pages.

    A token that is sent decides alone: a wrong one is never made good by a cookie. With a cookie, a call that changes something
    must come from our own pages; the other two are never sent by a browser on its own. Raises EnrolmentRequired for a person whose
    organisation requires a second factor that they do not have.
    """
    state = request.scope.setdefault("state", {})
    if "actor" not in state:
        state["actor"] = await _counted(request)
    found: Actor = state["actor"]
    return found


async def _counted(request: Request) -> Actor:
    """Whoever calls, within their limit; nobody has one by address."""
    token = _sent(request)
    try:
        if _is_key(request, token):
            found, budget, verdict = await _key_holder(request, token)
            limits.counted(request, budget, verdict)
        else:
            found = await caller(request)
            await limits.count(request, limits.Budget.of(found, by_cookie=not token))
    except Unauthenticated:
        await limits.anonymous(request)
        raise
    access.require_enrolled(found)
    return found


async def partner(request: Request) -> Actor:
    """As `actor`, for what only plans with the API include. Our own pages, which come with a cookie, pass. Raises Forbidden."""
    found = await actor(request)
    if _sent(request):
        api_keys.require_plan(found)
    return found


def _sent(request: Request) -> str:
    """The API key or the token that was sent."""
    return bearer(request) or request.headers.get("x-api-key", "").strip()


async def caller(request: Request) -> Actor:
    """Who calls, not counted."""
    token = _sent(request)
    if _is_key(request, token):
        api_key_access.check_shape(token)
        return _known(request, (await call(api_key_access.authenticate, key=token, ip=client_ip(request))).actor)
    if token:
        return _known(request, await call(access_tokens.verify, token=token))
    return await person(request)


def _known(request: Request, found: Actor) -> Actor:
    """Whoever has proved who they are is named in the logs, whether or not they may."""
    request.scope.setdefault("state", {})["caller"] = found
    return found


def _is_key(request: Request, token: str) -> bool:
    return bool(token) and (api_key_format.looks_like_one(token) or not bearer(request))


async def _key_holder(request: Request, key: str) -> tuple[Actor, limits.Budget, Verdict]:
    """Who calls with a key, and how the call was counted, which may take a question to Redis: both in one thread."""
    api_key_access.check_shape(key)
    ip = client_ip(request)

    def work() -> tuple[KeyHolder, limits.Budget, Verdict]:
        with db.open_for(api_key_access.authenticate) as session:
            found = api_key_access.authenticate(session, key=key, ip=ip)
        budget = limits.Budget.of(found.actor, by_cookie=False)
        return found, budget, budget.take()

    found, budget, verdict = await anyio.to_thread.run_sync(work)
    _known(request, found.actor)
    if found.note_use:
        await call(api_key_access.note_use, key_id=found.key_id, ip=ip)
    return found.actor, budget, verdict


async def person(request: Request) -> Actor:
    """Who the cookie of our own pages belongs to, whether or not they still have to add a second factor."""
    token = request.cookies.get(settings.get().cookie_name, "")
    found = await call(accounts.actor_of, token=token) if token else None
    if found is None:
        raise Unauthenticated("Log in first.")
    _known(request, found)
    if request.method not in ("GET", "HEAD"):
        same_origin(request)
    return found


CurrentActor = Annotated[Actor, Depends(actor)]
Partner = Annotated[Actor, Depends(partner)]
Json = dict[str, Any]
