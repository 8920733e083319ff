"""The second step of a log-in and the log-in with a passkey: native forms as in `session.py`, and the options that passkeys.js asks for.

A cookie holds the ticket between the steps. It is HttpOnly, opens nothing by itself, and is gone with the session's first answer.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from coexai_app import settings
from coexai_app.api import deps, entry
from coexai_app.errors import CoexaiError, PasskeyRefused, RateLimited, SignInExpired, WrongCode
from coexai_app.services import passkeys, second_step

router = APIRouter(prefix="/auth", dependencies=[Depends(deps.same_origin)], include_in_schema=False)
Credential = Annotated[str, Form(max_length=passkeys.MAX_ANSWER)]
Next = Annotated[str, Form(max_length=2_000)]


class Confirm(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: str = Field("", max_length=400)


def ask(ticket: str, next_path: str) -> Response:
    """From the right password to the page of the second step."""
    query = f"?{urlencode({'next': entry.local(next_path)})}" if next_path else ""
    response = RedirectResponse(f"{entry.SECOND_STEP}{query}", 303)
    entry.remember(response, ticket)
    return response


@router.post("/second-step")
async def with_code(
    request: Request,
    code: Annotated[str, Form(max_length=100)] = "",
    next: Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        signed_in = await deps.call(second_step.with_code, ticket=_held(request), code=code, **_whence(request))
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
        signed_in = await deps.call(second_step.with_passkey, ticket=_held(request), credential=credential, **_whence(request))
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
        signed_in = await deps.call(second_step.alone, browser=_held(request), credential=credential, **_whence(request))
    except CoexaiError as error:
        return entry.back("/login", error, next)
    return await entry.enter(request, signed_in, next)


@router.post("/second-step/passkey/options")
async def passkey_options(request: Request) -> dict[str, Any]:
    return await deps.call(second_step.passkey_options, ticket=_held(request))


@router.post("/login/passkey/options")
async def alone_options() -> JSONResponse:
    browser = secrets.token_urlsafe(32)
    response = JSONResponse(await deps.call(second_step.alone_options, browser=browser))
    entry.remember(response, browser)
    return response


@router.post("/passkeys/options")
async def register_options(request: Request, body: Confirm) -> dict[str, Any]:
    """For a person who is signed in; the page's state keeps what the browser makes of it."""
    actor = await deps.person(request)
    return await deps.call(passkeys.register_options, actor, password=body.password)


def _again(error: CoexaiError, next_path: str) -> Response:
    return entry.back("/login" if isinstance(error, SignInExpired) else entry.SECOND_STEP, error, next_path)


def _held(request: Request) -> str:
    return request.cookies.get(settings.get().step_cookie_name, "")


def _whence(request: Request) -> dict[str, str]:
    return {"ip": deps.client_ip(request), "user_agent": request.headers.get("user-agent", "")}
