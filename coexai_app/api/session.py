"""Sign up, log in, log out, switch organisation: native form posts that answer 303 and set an HttpOnly session cookie.

A wrong form goes back to its page with `?error=<code>`; the page knows the sentence for each code, so no text from a URL is ever shown.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import deps
from coexai_app.errors import CoexaiError, Conflict, InvalidInput, RateLimited, Unauthenticated
from coexai_app.services import accounts
from coexai_app.services.accounts import SignedIn

router = APIRouter(prefix="/auth", dependencies=[Depends(deps.same_origin)], include_in_schema=False)
HOME = "/home"


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
        return _back("/signup", error, next)
    return enter(signed_in, next)


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
    except (Unauthenticated, RateLimited) as error:
        if isinstance(error, Unauthenticated):
            await deps.call(accounts.note_failure, email=email, ip=ip)
        return _back("/login", error, next)
    return enter(signed_in, next)


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
        return RedirectResponse(HOME, 303)
    response = RedirectResponse(HOME, 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def enter(signed_in: SignedIn, next_path: str) -> Response:
    """Sets the session cookie and goes on to a path of this site."""
    response = RedirectResponse(_local(next_path), 303)
    response.set_cookie(
        settings.get().cookie_name,
        signed_in.token,
        max_age=settings.get().session_days * 86_400,
        path="/",
        secure=settings.get().https,
        httponly=True,
        samesite="lax",
    )
    return response


def _back(page: str, error: CoexaiError, next_path: str) -> Response:
    field = str(error.details.get("field", ""))
    query = {"error": f"{error.code.lower()}.{field}" if field else error.code.lower()}
    if next_path:
        query["next"] = _local(next_path)
    return RedirectResponse(f"{page}?{urlencode(query)}", 303)


def _local(path: str) -> str:
    """A path of this site, never another address (no open redirect)."""
    if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path:
        return path
    return HOME
