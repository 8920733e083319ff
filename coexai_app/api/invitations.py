"""The forms of an invitation's page: join with the account that is signed in, or with a new one. Native posts, as in `session.py`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app.api import deps, proof
from coexai_app.api.deps import CurrentActor
from coexai_app.api.entry import HOME, enter, why
from coexai_app.errors import CoexaiError
from coexai_app.services import invitations

router = APIRouter(prefix="/auth/invite", dependencies=[Depends(deps.same_origin)], include_in_schema=False)


@router.post("/accept")
async def accept(actor: CurrentActor, token: Annotated[str, Form(max_length=200)] = "") -> Response:
    try:
        await deps.call(invitations.accept, actor, token=token)
    except CoexaiError as error:
        return _back(token, error)
    response = RedirectResponse(HOME, 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@router.post("/signup")
async def sign_up(
    request: Request,
    token: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=400)] = "",
    password: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """The address is the invitation's: the form has none."""
    agent = request.headers.get("user-agent", "")
    try:
        invited = await deps.call(invitations.look, token=token)
        made = await proof.new_hash(password, email=invited.email, name=name)
        signed_in = await deps.call(
            invitations.sign_up, token=token, name=name, password_hash=made, ip=deps.client_ip(request), user_agent=agent
        )
    except CoexaiError as error:
        return _back(token, error)
    return await enter(request, signed_in, HOME)


def _back(token: str, error: CoexaiError) -> Response:
    return RedirectResponse(f"{invitations.PAGE}?{urlencode({'token': token, 'error': why(error)})}", 303)
