"""One's own account, as native form posts: a new password, a lost one, the address, the end, and the way back.

As in `session.py` every answer is a 303; the page knows the sentence for each `?error=` and `?done=`. A GET never changes anything: the
links of mails lead to a page whose button posts here.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from coexai_app import settings
from coexai_app.api import deps, entry, proof
from coexai_app.errors import CoexaiError, Conflict, FreshLoginNeeded, InvalidInput, RateLimited, Unauthenticated
from coexai_app.services import account_deletion, email_address, password_change

router = APIRouter(prefix="/auth", dependencies=[Depends(deps.same_origin)], include_in_schema=False)
ACCOUNT = "/settings/account"
Text = Annotated[str, Form(max_length=400)]


@router.post("/password")
async def change_password(request: Request, present: Text = "", password: Text = "") -> Response:
    try:
        actor = await deps.person(request)
    except Unauthenticated as error:
        return entry.to_login(error)
    try:
        account = await deps.call(account_deletion.account, actor)
        proved = await proof.of_person(actor, present, deps.client_ip(request))
        made = await proof.new_hash(password, email=account.email, name=account.name)
        await deps.call(password_change.change, actor, proof=proved, password_hash=made)
    except (Unauthenticated, RateLimited, InvalidInput) as error:
        return entry.back(ACCOUNT, error)
    return RedirectResponse(f"{ACCOUNT}?done=password", 303)


@router.post("/email")
async def change_email(request: Request, email: Text = "") -> Response:
    try:
        await deps.call(email_address.change, await deps.person(request), email=email)
    except FreshLoginNeeded as error:
        return entry.ask_again(ACCOUNT, error)
    except Unauthenticated as error:
        return entry.to_login(error)
    except (InvalidInput, RateLimited) as error:
        return entry.back(ACCOUNT, error)
    return RedirectResponse(f"{ACCOUNT}?done=email", 303)


@router.post("/forgot")
async def forgot(request: Request, background: BackgroundTasks, email: Text = "") -> Response:
    """The same answer, in the same time, whether or not there is such an account: the work is done after it."""
    background.add_task(_send_reset, email, deps.client_ip(request))
    return RedirectResponse("/forgot-password?done=sent", 303, background=background)


async def _send_reset(email: str, ip: str) -> None:
    try:
        await deps.call(password_change.forgot, email=email, ip=ip)
    except CoexaiError as error:
        entry.why(error)


@router.post("/reset")
async def reset(token: Text = "", password: Text = "") -> Response:
    try:
        email, name = await deps.call(password_change.whose, token=token)
        made = await proof.new_hash(password, email=email, name=name)
        await deps.call(password_change.reset, token=token, password_hash=made)
    except InvalidInput as error:
        # A weak password may be corrected: the browser keeps the link's token for that (app.js), the address never carries it again.
        return entry.back("/reset-password", error)
    except RateLimited as error:
        return entry.back("/reset-password", error)
    return entry.leave("/login?done=reset")


@router.post("/verify")
async def verify(token: Text = "") -> Response:
    try:
        await deps.call(email_address.confirm, token=token)
    except (InvalidInput, Conflict) as error:
        return entry.back("/verify", error)
    return RedirectResponse("/verify?done=verified", 303)


@router.post("/delete")
async def delete(request: Request, typed: Text = "") -> Response:
    try:
        await deps.call(account_deletion.delete_account, await deps.person(request), typed=typed)
    except FreshLoginNeeded as error:
        return entry.ask_again(ACCOUNT, error)
    except Unauthenticated as error:
        return entry.to_login(error)
    except (InvalidInput, Conflict) as error:
        return entry.back(ACCOUNT, error)
    return entry.leave("/login?done=deleted")


@router.post("/restore")
async def restore(request: Request) -> Response:
    try:
        await deps.call(account_deletion.restore, token=request.cookies.get(settings.get().cookie_name, ""))
    except Unauthenticated as error:
        return entry.back("/login", error)
    return RedirectResponse(entry.HOME, 303)
