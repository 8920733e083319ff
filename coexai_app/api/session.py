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
from coexai_app.api import deps, proof
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
    ip = deps.client_ip(request)
    try:
        await deps.call(accounts.take_sign_up, ip=ip)
        signed_in = await deps.call(
            accounts.sign_up,
            name=name,
            email=email,
            password=password,
            organization=organization,
            timezone=timezone,
            ip=ip,
            user_agent=request.headers.get("user-agent", ""),
        )
    except (InvalidInput, Conflict, RateLimited) as error:
        return back("/signup", error, next)
    return _enter(signed_in, next)


@router.post("/login")
async def log_in(
    request: Request,
    email: Annotated[str, Form(max_length=400)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "",  # noqa: A002  (the field's name)
) -> Response:
    ip = deps.client_ip(request)
    try:
        proved = await proof.of_address(email, password, ip)
        signed_in = await deps.call(accounts.log_in, proof=proved, ip=ip, user_agent=request.headers.get("user-agent", ""))
        if old := request.cookies.get(settings.get().cookie_name):
            await deps.call(accounts.log_out, token=old, ip=ip)
    except (Unauthenticated, RateLimited) as error:
        return back("/login", error, next)
    return _enter(signed_in, "/restore-account" if signed_in.trashed else next)


@router.post("/logout")
async def log_out(request: Request) -> Response:
    if token := request.cookies.get(settings.get().cookie_name):
        await deps.call(accounts.log_out, token=token, ip=deps.client_ip(request))
    return leave("/login")


def leave(page: str) -> Response:
    """Without a session from here on."""
    response = RedirectResponse(page, 303)
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


def _enter(signed_in: SignedIn, next_path: str) -> Response:
    response = RedirectResponse(local(next_path), 303)
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


def back(page: str, error: CoexaiError, next_path: str = "") -> Response:
    """Back to the page of a form, with the code of what was wrong."""
    field = str(error.details.get("field", ""))
    query = {"error": f"{error.code.lower()}.{field}" if field else error.code.lower()}
    if next_path:
        query["next"] = local(next_path)
    return RedirectResponse(f"{page}?{urlencode(query)}", 303)


def local(path: str) -> str:
    """A path of this site, never another address (no open redirect)."""
    if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path:
        return path
    return HOME
