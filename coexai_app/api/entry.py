"""How a log-in form ends: in the app, at its second step, or back at the form with a code. For `session` and `second_step`."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import refusals, settings
from coexai_app.api import deps
from coexai_app.errors import CoexaiError, FreshLoginNeeded
from coexai_app.services import accounts, known_browsers, sign_in_tickets
from coexai_app.services.accounts import SignedIn

HOME = "/home"
SECOND_STEP = "/login/second-step"
RESTORE = "/restore-account"


async def enter(request: Request, signed_in: SignedIn, next_path: str) -> Response:
    """To where the person wanted to go, with the cookie of a new session. What was between the steps is over, and so is the session
    that this browser had before. A deleted account can only be restored."""
    config = settings.get()
    for name in (config.cookie_name, *config.older_cookie_names):
        if old := request.cookies.get(name):
            await deps.call(accounts.log_out, token=old, ip=deps.client_ip(request))
    response = RedirectResponse(RESTORE if signed_in.trashed else local(next_path), 303)
    for name in config.older_cookie_names:
        if name in request.cookies:
            response.delete_cookie(name, path="/")
    _keep(response, config.cookie_name, signed_in.token, config.session_days * 86_400)
    _keep(response, config.browser_cookie_name, known_browsers.keep(kept(request), signed_in.user_id), known_browsers.SECONDS)
    forget(response)
    return response


def kept(request: Request) -> str:
    """What this browser keeps of an earlier log-in; it opens nothing."""
    return request.cookies.get(settings.get().browser_cookie_name, "")


def back(page: str, error: CoexaiError, next_path: str = "") -> Response:
    """To the form again, with a code that its page has a sentence for."""
    query = {"error": why(error)}
    if next_path:
        query["next"] = local(next_path)
    return RedirectResponse(f"{page}?{urlencode(query)}", 303)


def why(error: CoexaiError) -> str:
    """The code by which a page tells of an error. Every form that refuses asks for one here, so that the log hears of it."""
    refusals.note(error.status, error.code)
    field = str(error.details.get("field", ""))
    return f"{error.code.lower()}.{field}" if field else error.code.lower()


def to_login(error: CoexaiError) -> Response:
    """Whose session has ended logs in again."""
    refusals.note(error.status, error.code)
    return RedirectResponse("/login", 303)


def ask_again(page: str, error: FreshLoginNeeded) -> Response:
    """To the page that asks for the password again, and from there back."""
    refusals.note(error.status, error.code)
    return RedirectResponse(f"/confirm?next={quote(page)}", 303)


def local(path: str) -> str:
    """A path of this site, never another address (no open redirect)."""
    if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path:
        return path
    return HOME


def remember(response: Response, value: str) -> None:
    """Sets the cookie that holds a ticket, or the value that a passkey's challenge is bound to, for five minutes."""
    _keep(response, settings.get().step_cookie_name, value, sign_in_tickets.SECONDS)


def leave(page: str) -> Response:
    """Without a session from here on."""
    response = RedirectResponse(page, 303)
    response.delete_cookie(settings.get().cookie_name, path="/", secure=settings.get().https, httponly=True, samesite="lax")
    # The tab's key to its page state lives in session storage; the next person must not inherit it.
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def forget(response: Response) -> None:
    response.delete_cookie(settings.get().step_cookie_name, path="/", secure=settings.get().https, httponly=True, samesite="lax")


def _keep(response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=settings.get().https, httponly=True, samesite="lax")
