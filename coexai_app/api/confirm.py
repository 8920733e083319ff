"""Show once more that it is you: native forms as in `session.py`, and the options that passkeys.js asks for.

The password leads to a second page where the account has a second step; a passkey alone is enough. A provider's way is in `oidc.py`.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app.api import deps, entry, proof, second_step
from coexai_app.errors import PasskeyRefused, RateLimited, SecondFactorRequired, SignInExpired, Unauthenticated, WrongCode
from coexai_app.services import confirm

router = APIRouter(prefix="/auth/confirm", dependencies=[Depends(deps.same_origin)], include_in_schema=False)
PAGE = "/confirm"
CODE = "/confirm/code"


@router.post("")
async def with_password(
    request: Request,
    password: Annotated[str, Form(max_length=400)] = "",
    next: second_step.Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        actor = await deps.person(request)
    except Unauthenticated as error:
        return entry.to_login(error)
    try:
        await deps.call(confirm.with_password, actor, proof=await proof.of_person(actor, password, deps.client_ip(request)))
    except SecondFactorRequired as asked:
        return second_step.ask(str(asked.details["ticket"]), next, page=CODE)
    except (Unauthenticated, RateLimited) as error:
        return entry.back(PAGE, error, next)
    return RedirectResponse(entry.local(next), 303)


@router.post("/code")
async def with_code(
    request: Request,
    code: Annotated[str, Form(max_length=100)] = "",
    next: second_step.Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        await deps.call(confirm.with_code, await deps.person(request), ticket=second_step.held(request), code=code)
    except (WrongCode, RateLimited, SignInExpired) as error:
        return entry.back(PAGE if isinstance(error, SignInExpired) else CODE, error, next)
    except Unauthenticated as error:
        return entry.to_login(error)
    return _confirmed(next)


@router.post("/passkey")
async def with_passkey(
    request: Request,
    credential: second_step.Credential = "",
    next: second_step.Next = "",  # noqa: A002  (the field's name)
) -> Response:
    try:
        await deps.call(confirm.with_passkey, await deps.person(request), credential=credential)
    except PasskeyRefused as error:
        return entry.back(PAGE, error, next)
    except Unauthenticated as error:
        return entry.to_login(error)
    return _confirmed(next)


@router.post("/passkey/options")
async def passkey_options(request: Request) -> dict[str, Any]:
    return await deps.call(confirm.passkey_options, await deps.person(request))


def _confirmed(next_path: str) -> Response:
    response = RedirectResponse(entry.local(next_path), 303)
    entry.forget(response)
    return response
