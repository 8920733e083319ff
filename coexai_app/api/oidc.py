"""Log in with another provider: to it and back. Both are GETs that a browser follows, since a form may only post to this site.

A cookie binds the way there to the way back; it is HttpOnly, lives as long as the flow, and is gone with the answer. Addresses of this site
come from the settings, never from the request. No transaction is open while a provider is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import anyio
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import confirm, deps, entry, second_step
from coexai_app.errors import CoexaiError, Forbidden, FreshLoginNeeded, RateLimited, SecondFactorRequired, Unauthenticated
from coexai_app.integrations import oidc
from coexai_app.integrations.oidc import Person, ProviderRefused
from coexai_app.models import FlowPurpose
from coexai_app.services import identities, sign_in_flows
from coexai_app.services.sign_in_flows import Flow

T = TypeVar("T")
ASKING: Final = 32
LOGIN: Final = "/login"
PURPOSES: Final = {"": FlowPurpose.LOG_IN, "connect": FlowPurpose.CONNECT, "confirm": FlowPurpose.CONFIRM}
PAGES: Final = {FlowPurpose.LOG_IN: LOGIN, FlowPurpose.CONNECT: identities.PAGE, FlowPurpose.CONFIRM: confirm.PAGE}
SECOND: Final = {FlowPurpose.LOG_IN: entry.SECOND_STEP, FlowPurpose.CONFIRM: confirm.CODE}


def from_here(request: Request) -> None:
    """Refuses a link on another site. A navigation has no Origin; a browser that does not say where it comes from shows its Referer."""
    if request.headers.get("sec-fetch-site"):
        return deps.same_origin(request)
    referer = urlsplit(request.headers.get("referer", ""))
    if f"{referer.scheme}://{referer.netloc}" not in settings.get().origins:
        raise Forbidden("This request came from another site. Open the page here and try again.")
    return None


router = APIRouter(prefix="/auth/oidc", include_in_schema=False)
Short = Annotated[str, Query(max_length=2_000)]


@router.get("/{provider}", dependencies=[Depends(from_here)])
async def start(
    request: Request,
    provider: str,
    purpose: Annotated[Literal["", "connect", "confirm"], Query(alias="for")] = "",
    next: Short = "",  # noqa: A002  (the parameter's name)
    timezone: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Sends the browser to the provider."""
    if request.headers.get("host") != urlsplit(settings.get().origin).netloc and _alias(request):
        # Another name of one's own machine: the provider comes back to the first, and would not find the cookie there.
        return RedirectResponse(f"{settings.get().origin}{LOGIN}", 303)
    why, target = PURPOSES[purpose], entry.local(next) if next else ""
    try:
        asked = oidc.find(provider)
        actor = await deps.person(request) if purpose else None
        begun = await deps.call(
            sign_in_flows.begin,
            provider=asked.key,
            purpose=why,
            actor=actor,
            next_path=target,
            timezone=timezone,
            ip=deps.client_ip(request),
        )
        url = await _ask(
            lambda: oidc.authorization_url(
                asked,
                redirect_uri=_redirect_uri(asked.key),
                state=begun.state,
                nonce=begun.nonce,
                verifier=begun.verifier,
                again=why is FlowPurpose.CONFIRM,
            )
        )
    except FreshLoginNeeded as error:
        return entry.ask_again(identities.PAGE, error)
    except Unauthenticated as error:
        return entry.to_login(error)
    except CoexaiError as error:
        return entry.back(PAGES[why], error, target)
    response = RedirectResponse(url, 303)
    _remember(response, begun.browser)
    return response


@router.get("/{provider}/callback")
async def callback(
    request: Request,
    provider: str,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=oidc.MAX_CODE)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Where the provider sends the browser back to."""
    try:
        asked = oidc.find(provider)
        browser = request.cookies.get(settings.get().flow_cookie_name, "")
        flow = await deps.call(sign_in_flows.come_back, provider=asked.key, state=state, browser=browser, ip=deps.client_ip(request))
    except CoexaiError as problem:
        return _forgotten(entry.back(LOGIN, problem))
    try:
        if error:
            raise _said_no(error)
        who = await _ask(
            lambda: oidc.redeem(
                asked,
                redirect_uri=_redirect_uri(asked.key),
                code=code,
                verifier=flow.verifier,
                nonce=flow.nonce,
                at=flow.now,
                answered_by=iss,
            )
        )
        return _forgotten(await _DOORS[flow.purpose](request, who, flow))
    except SecondFactorRequired as more:
        return _forgotten(second_step.ask(str(more.details["ticket"]), flow.next_path, page=SECOND[flow.purpose]))
    except CoexaiError as problem:
        return _forgotten(entry.back(PAGES[flow.purpose], problem, flow.next_path))


async def _log_in(request: Request, who: Person, flow: Flow) -> Response:
    agent = request.headers.get("user-agent", "")
    signed_in = await deps.call(identities.log_in, who=who, flow=flow, ip=deps.client_ip(request), user_agent=agent)
    return await entry.enter(request, signed_in, flow.next_path)


async def _connect(request: Request, who: Person, flow: Flow) -> Response:
    await deps.call(identities.connect, await deps.person(request), who=who, flow=flow)
    return RedirectResponse(f"{identities.PAGE}?{urlencode({'done': 'connected'})}", 303)


async def _confirm(request: Request, who: Person, flow: Flow) -> Response:
    await deps.call(identities.confirm, await deps.person(request), who=who, flow=flow)
    return RedirectResponse(entry.local(flow.next_path), 303)


_DOORS: Final = {FlowPurpose.LOG_IN: _log_in, FlowPurpose.CONNECT: _connect, FlowPurpose.CONFIRM: _confirm}


async def _ask(call: Callable[[], T]) -> T:
    """A call to a provider, in one of a few threads of its own: one that does not answer must hold up nothing else here."""
    if _limiter().available_tokens < 1:
        raise RateLimited("Very many people log in at this moment. Try again in a few seconds.", retry_after=5)
    return await anyio.to_thread.run_sync(call, limiter=_limiter())


@lru_cache(maxsize=1)
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(ASKING)


class Cancelled(Unauthenticated):
    """The person went back at the provider."""

    code = "PROVIDER_CANCELLED"


def _said_no(error: str) -> CoexaiError:
    """What the provider sent instead of a code (RFC 6749 §4.1.2.1); its own words are shown nowhere."""
    if error in ("access_denied", "login_required", "interaction_required", "consent_required"):
        return Cancelled("You came back without signing in. Nothing was changed.")
    if error in ("server_error", "temporarily_unavailable"):
        return oidc.ProviderAway("The provider does not answer at the moment. Nothing was changed; try again in a minute.")
    return ProviderRefused("The provider refused. Nothing was changed; try again.")


def _redirect_uri(provider: str) -> str:
    return f"{settings.get().origin}/auth/oidc/{provider}/callback"


def _alias(request: Request) -> bool:
    return f"http://{request.headers.get('host')}" in settings.get().origins


def _remember(response: Response, value: str) -> None:
    response.set_cookie(
        settings.get().flow_cookie_name,
        value,
        max_age=sign_in_flows.SECONDS,
        path="/",
        secure=settings.get().https,
        httponly=True,
        samesite="lax",
    )


def _forgotten(response: Response) -> Response:
    response.delete_cookie(settings.get().flow_cookie_name, path="/", secure=settings.get().https, httponly=True, samesite="lax")
    return response
