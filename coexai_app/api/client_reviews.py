"""The forms of a client's link: passcode, comment, answer. Native posts of people without a session, as in `invitations.py`.

Every one ends at the page of the link again, with a code that the page has a sentence for. Nothing here takes an id of the organisation:
the token says which result it is.
"""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import deps, entry, limits
from coexai_app.errors import CoexaiError
from coexai_app.services import client_links, client_reviews

router = APIRouter(prefix="/auth/review", dependencies=[Depends(deps.same_origin)], include_in_schema=False)

HOURS: Final = 12
Token = Annotated[str, Form(max_length=200)]
Short = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=8_000)]


@router.post("/open")
async def unlock(request: Request, token: Token = "", passcode: Short = "") -> Response:
    try:
        await limits.anonymous(request)
        proof = await deps.call(client_reviews.unlock, token=token, passcode=passcode)
    except CoexaiError as error:
        return _back(token, error=error)
    response = _back(token)
    response.set_cookie(
        settings.get().review_cookie_name,
        proof,
        max_age=HOURS * 3_600,
        path="/",
        secure=settings.get().https,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/comment")
async def comment(request: Request, token: Token = "", name: Short = "", text: Long = "", part: Short = "", thread: Short = "") -> Response:
    """`part` is the index of a part, `thread` the conversation that this answers; empty for a remark on the whole."""
    try:
        await limits.anonymous(request)
        place = int(part) if part.isascii() and part.isdigit() and len(part) < 5 else None
        await deps.call(
            client_reviews.comment, token=token, proof=_proof(request), name=name, text=text, part=place, thread_id=_ident(thread)
        )
    except CoexaiError as error:
        return _back(token, error=error)
    return _back(token, done="commented")


@router.post("/answer")
async def answer(request: Request, token: Token = "", name: Short = "", answer: Short = "", reason: Long = "") -> Response:
    """`answer` is approve or changes."""
    try:
        await limits.anonymous(request)
        if answer == "approve":
            await deps.call(client_reviews.approve, token=token, proof=_proof(request), name=name)
            return _back(token, done="approved")
        await deps.call(client_reviews.ask_for_changes, token=token, proof=_proof(request), name=name, reason=reason)
    except CoexaiError as error:
        return _back(token, error=error)
    return _back(token, done="changes")


def _back(token: str, *, error: CoexaiError | None = None, done: str = "") -> Response:
    """To the page of the link; of what is no token nothing gets into the address."""
    query = {"done": done} if done else {}
    if error is not None:
        query = {"error": entry.why(error)}
    whose = token if client_links.TOKEN.fullmatch(token) else "none"
    return RedirectResponse(f"{client_links.PAGE}/{whose}{f'?{urlencode(query)}' if query else ''}", 303)


def _proof(request: Request) -> str:
    return request.cookies.get(settings.get().review_cookie_name, "")[:200]


def _ident(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
