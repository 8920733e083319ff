"""How a log-in form ends: in the app, at its second step, or back at the form with a code. For `session` and `second_step`."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.errors import CoexaiError
from coexai_app.services import sign_in_tickets
from coexai_app.services.accounts import SignedIn

HOME = "/home"
SECOND_STEP = "/login/second-step"


def enter(signed_in: SignedIn, next_path: str) -> Response:
    """To where the person wanted to go, with the cookie of a new session. What was between the steps is over."""
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
    forget(response)
    return response


def back(page: str, error: CoexaiError, next_path: str) -> Response:
    """To the form again, with a code that its page has a sentence for."""
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


def remember(response: Response, value: str) -> None:
    """Sets the cookie that holds a ticket, or the value that a passkey's challenge is bound to, for five minutes."""
    response.set_cookie(
        settings.get().step_cookie_name,
        value,
        max_age=sign_in_tickets.SECONDS,
        path="/",
        secure=settings.get().https,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response) -> None:
    response.delete_cookie(settings.get().step_cookie_name, path="/", secure=settings.get().https, httponly=True, samesite="lax")
