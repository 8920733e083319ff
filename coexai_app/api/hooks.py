"""REST hooks: how automation services such as Zapier subscribe to one event, unsubscribe, and look at a sample. With an API key."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.errors import InvalidInput
from coexai_app.services import rest_hooks, webhook_endpoints

router = APIRouter(prefix="/api/v1/hooks", tags=["webhooks"])


class Subscription(BaseModel):
    """`target_url` is called `hookUrl` by Zapier."""

    model_config = ConfigDict(extra="ignore")

    target_url: str = Field(max_length=2_048, validation_alias=AliasChoices("target_url", "hookUrl", "hook_url", "url"))
    event: str = Field(max_length=64)


class Ended(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID | None = None
    target_url: str = Field("", max_length=2_048, validation_alias=AliasChoices("target_url", "hookUrl", "hook_url", "url"))


@router.post("", status_code=201)
async def subscribe(actor: CurrentActor, response: Response, body: Subscription) -> dict[str, Any]:
    """Sends this event to this address from now on. Answers the hook's id; `secret` checks the signatures."""
    response.headers["Cache-Control"] = "no-store"
    made = await deps.call(rest_hooks.subscribe, actor, url=body.target_url, event=body.event)
    return {"id": made.id, "event": body.event, "target_url": made.url, "secret": made.secret}


@router.delete("/{hook_id}", status_code=204)
async def unsubscribe(actor: CurrentActor, hook_id: UUID) -> None:
    """Ends a subscription. One that has ended already is no error."""
    await deps.call(rest_hooks.unsubscribe, actor, hook_id=hook_id)


@router.delete("", status_code=204)
async def unsubscribe_by(actor: CurrentActor, body: Ended | None = None, id: UUID | None = None) -> None:  # noqa: A002  (the word of the field)
    """Ends a subscription by its `id`, or by its `target_url`."""
    wanted = id or (body.id if body else None)
    address = body.target_url if body else ""
    if wanted is None and not address:
        raise InvalidInput("Name the hook by its id or by its target_url.", field="id")
    await deps.call(rest_hooks.unsubscribe, actor, hook_id=wanted, url=address)


@router.get("/sample")
async def sample(actor: CurrentActor, event: Annotated[str, Query(max_length=64)]) -> list[dict[str, Any]]:
    """What an event looks like: the newest ones of this organisation, or an example."""
    return await deps.call(webhook_endpoints.sample, actor, event=event)
