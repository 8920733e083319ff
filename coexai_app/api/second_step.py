"""The second step of a log-in and the log-in with a passkey: native forms as in `session.py`, and the options that passkeys.js asks for.

A cookie holds the ticket between the steps. It is HttpOnly, opens nothing by itself, and is gone with the session's first answer.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import deps, entry
from coexai_app.errors import CoexaiError, PasskeyRefused, RateLimited, SignInExpired, WrongCode
from coexai_app.services import passkeys, second_step

router = APIRouter(prefix="/auth", dependencies=[Depends(deps.same_origin)], include_in_schema=False)
Credential = Annotated[str, Form(max_length=passkeys.MAX_ANSWER)]
Next = Annotated[str, Form(max_length=2_000)]


def ask(ticket: str, next_path: str, *, page: str = entry.SECOND_STEP) -> Response:
    """From the right password to the page of the second step."""
    query = f"?{urlencode({'next': entry.local(next_path)})}" if next_path else ""
    response = RedirectResponse(f"{page}{query}", 303)
    entry.remember(response, ticket)
    return response


@router.post("/second-step")
async def with_code(
    request: Request,
    code: Annotated[str, Form(max_length=100)] = "",
    next: Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        signed_in = await deps.call(second_step.with_code, ticket=held(request), code=code, **_whence(request))
    except (WrongCode, RateLimited, SignInExpired) as error:
        return _again(error, next)
    return await entry.enter(request, signed_in, next)


@router.post("/second-step/passkey")
async def with_passkey(
    request: Request,
    credential: Credential = "",
    next: Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        signed_in = await deps.call(second_step.with_passkey, ticket=held(request), credential=credential, **_whence(request))
    except (PasskeyRefused, SignInExpired) as error:
        return _again(error, next)
    return await entry.enter(request, signed_in, next)


@router.post("/login/passkey")
async def alone(
    request: Request,
    credential: Credential = "",
    next: Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        signed_in = await deps.call(second_step.alone, browser=held(request), credential=credential, **_whence(request))
    except CoexaiError as error:
        return entry.back("/login", error, next)
    return await entry.enter(request, signed_in, next)


@router.post("/second-step/passkey/options")
async def passkey_options(request: Request) -> dict[str, Any]:
    return await deps.call(second_step.passkey_options, ticket=held(request))


@router.post("/login/passkey/options")
async def alone_options(request: Request) -> JSONResponse:
    browser = secrets.token_urlsafe(32)
    response = JSONResponse(await deps.call(second_step.alone_options, browser=browser, ip=deps.client_ip(request)))
    entry.remember(response, browser)
    return response


@router.post("/passkeys/options")
async def register_options(request: Request) -> dict[str, Any]:
    """For a person who is signed in; the page's state keeps what the browser makes of it."""
    return await deps.call(passkeys.register_options, await deps.person(request))


def _again(error: CoexaiError, next_path: str) -> Response:
    return entry.back("/login" if isinstance(error, SignInExpired) else entry.SECOND_STEP, error, next_path)


def held(request: Request) -> str:
    """What the cookie between the steps holds."""
    return request.cookies.get(settings.get().step_cookie_name, "")


def _whence(request: Request) -> dict[str, str]:
    return {"ip": deps.client_ip(request), "user_agent": request.headers.get("user-agent", "")}
