"""Sign up, log in, log out, switch organisation: native form posts that answer 303 and set an HttpOnly session cookie.

A wrong form goes back to its page with `?error=<code>`; the page knows the sentence for each code, so no text from a URL is ever shown.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import deps, entry, second_step
from coexai_app.errors import CoexaiError, Conflict, InvalidInput, RateLimited, SecondFactorRequired, Unauthenticated
from coexai_app.services import accounts

router = APIRouter(prefix="/auth", dependencies=[Depends(deps.same_origin)], include_in_schema=False)


@router.post("/signup")
async def sign_up(
    request: Request,
    name: Annotated[str, Form(max_length=400)] = "",
    email: Annotated[str, Form(max_length=400)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    organization: Annotated[str, Form(max_length=400)] = "",
    timezone: Annotated[str, Form(max_length=64)] = "UTC",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        signed_in = await deps.call(
            accounts.sign_up,
            name=name,
            email=email,
            password=password,
            organization=organization,
            timezone=timezone,
            ip=deps.client_ip(request),
            user_agent=request.headers.get("user-agent", ""),
        )
    except (InvalidInput, Conflict) as error:
        return entry.back("/signup", error, next)
    return entry.enter(signed_in, next)


@router.post("/login")
async def log_in(
    request: Request,
    email: Annotated[str, Form(max_length=400)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002  (the field's name)
) -> Response:
    ip = deps.client_ip(request)
    try:
        signed_in = await deps.call(
            accounts.log_in, email=email, password=password, ip=ip, user_agent=request.headers.get("user-agent", "")
        )
    except SecondFactorRequired as asked:
        return second_step.ask(str(asked.details["ticket"]), next)
    except (Unauthenticated, RateLimited) as error:
        if isinstance(error, Unauthenticated):
            await deps.call(accounts.note_failure, email=email, ip=ip)
        return entry.back("/login", error, next)
    return entry.enter(signed_in, next)


@router.post("/logout")
async def log_out(request: Request) -> Response:
    if token := request.cookies.get(settings.get().cookie_name):
        await deps.call(accounts.log_out, token=token, ip=deps.client_ip(request))
    response = RedirectResponse("/login", 303)
    response.delete_cookie(settings.get().cookie_name, path="/", secure=settings.get().https, httponly=True, samesite="lax")
    # The tab's key to its page state lives in session storage; the next person must not inherit it.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@router.post("/switch")
async def switch(request: Request, organization: Annotated[str, Form(max_length=64)]) -> Response:
    try:
        await deps.call(accounts.switch, token=request.cookies.get(settings.get().cookie_name, ""), organization_id=UUID(organization))
    except (CoexaiError, ValueError):
        return RedirectResponse(entry.HOME, 303)
    response = RedirectResponse(entry.HOME, 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
