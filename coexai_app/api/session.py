"""Sign up, log in, log out, switch organisation: native form posts that answer 303 and set an HttpOnly session cookie.

A wrong form goes back to its page with `?error=<code>`; the page knows the sentence for each code, so no text from a URL is ever shown.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import deps, entry, proof, second_step
from coexai_app.errors import CoexaiError, Conflict, InvalidInput, NotFound, RateLimited, SecondFactorRequired, Unauthenticated
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
    ip = deps.client_ip(request)
    try:
        await deps.call(accounts.take_sign_up, ip=ip)
        made = await proof.new_hash(password, email=email, name=name)
        signed_in = await deps.call(
            accounts.sign_up,
            name=name,
            email=email,
            password_hash=made,
            organization=organization,
            timezone=timezone,
            ip=ip,
            user_agent=request.headers.get("user-agent", ""),
        )
    except (InvalidInput, Conflict, RateLimited) as error:
        return entry.back("/signup", error, next)
    return await entry.enter(request, signed_in, next)


@router.post("/login")
async def log_in(
    request: Request,
    email: Annotated[str, Form(max_length=400)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002  (the field's name)
) -> Response:
    ip = deps.client_ip(request)
    try:
        proved = await proof.of_address(email, password, ip, browser=entry.kept(request))
        signed_in = await deps.call(accounts.log_in, proof=proved, ip=ip, user_agent=request.headers.get("user-agent", ""))
    except SecondFactorRequired as asked:
        return second_step.ask(str(asked.details["ticket"]), next)
    except (Unauthenticated, RateLimited) as error:
        return entry.back("/login", error, next)
    return await entry.enter(request, signed_in, next)


@router.post("/logout")
async def log_out(request: Request) -> Response:
    if token := request.cookies.get(settings.get().cookie_name):
        await deps.call(accounts.log_out, token=token, ip=deps.client_ip(request))
    return entry.leave("/login")


@router.post("/switch")
async def switch(request: Request, organization: Annotated[str, Form(max_length=64)]) -> Response:
    try:
        await deps.call(accounts.switch, token=request.cookies.get(settings.get().cookie_name, ""), organization_id=UUID(organization))
    except (CoexaiError, ValueError) as error:
        entry.why(error if isinstance(error, CoexaiError) else NotFound("There is no such organisation."))
        return RedirectResponse(entry.HOME, 303)
    response = RedirectResponse(entry.HOME, 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
