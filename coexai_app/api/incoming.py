"""Where other services send us what happened: `/webhooks/stripe`, `/webhooks/github`, `/webhooks/zapier`.

The raw bytes are read (1 MB at most), the signature is checked, the row is stored and answered; the work comes later.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

import anyio
from fastapi import APIRouter, Header, Query, Request
from starlette.requests import ClientDisconnect

from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.errors import InvalidInput, TooLarge, Unavailable
from coexai_app.models import IncomingSource
from coexai_app.services import incoming

router = APIRouter(prefix="/webhooks", tags=["incoming webhooks"])
READ_SECONDS: Final = 10.0
_TOO_LARGE: Final = "The body is larger than 1 MB."


@router.post("/stripe")
async def stripe(request: Request, stripe_signature: Annotated[str, Header()] = "") -> dict[str, bool]:
    """An event of Stripe, with its `Stripe-Signature`."""
    incoming.require_open(IncomingSource.STRIPE)
    new = await deps.call(incoming.stripe, body=await _body(request), signature=stripe_signature)
    return {"received": True, "new": new}


@router.post("/github", status_code=202)
async def github(
    request: Request,
    x_hub_signature_256: Annotated[str, Header()] = "",
    x_github_delivery: Annotated[str, Header()] = "",
    x_github_event: Annotated[str, Header()] = "",
    organization: Annotated[UUID | None, Query()] = None,
) -> dict[str, bool]:
    """An event of GitHub (content type application/json), with its `X-Hub-Signature-256`."""
    incoming.require_open(IncomingSource.GITHUB)
    new = await deps.call(
        incoming.github,
        body=await _body(request),
        signature=x_hub_signature_256,
        delivery=x_github_delivery,
        event=x_github_event,
        organization_id=organization,
    )
    return {"received": True, "new": new}


@router.post("/zapier", status_code=202)
async def zapier(actor: CurrentActor, request: Request, idempotency_key: Annotated[str, Header(max_length=120)] = "") -> dict[str, Any]:
    """An order with an API key: `{"agent": …, "capability": …, "input": {…}}`. The same Idempotency-Key starts one job."""
    ident, new = await deps.call(incoming.zapier, actor, body=await _body(request), ident=idempotency_key)
    return {"received": True, "new": new, "id": str(ident) if ident else None}


async def _body(request: Request) -> bytes:
    """The raw body. Nothing above the limit is ever held, and nobody sends it byte by byte for ever."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > incoming.MAX_BYTES:
        raise TooLarge(_TOO_LARGE, limit=incoming.MAX_BYTES)
    got = bytearray()
    try:
        with anyio.fail_after(READ_SECONDS):
            async for chunk in request.stream():
                if len(got) + len(chunk) > incoming.MAX_BYTES:
                    raise TooLarge(_TOO_LARGE, limit=incoming.MAX_BYTES)
                got += chunk
    except TimeoutError:
        raise Unavailable("The body did not come in time.") from None
    except ClientDisconnect:
        raise InvalidInput("The body broke off.") from None
    return bytes(got)
