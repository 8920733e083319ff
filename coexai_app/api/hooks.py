"""REST hooks: how automation services such as Zapier subscribe to one event, unsubscribe, and look at a sample. With an API key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path
from fastapi import Query as QueryParameter
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import BODY, Responses, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Query
from coexai_app.errors import InvalidInput, QuotaExceeded
from coexai_app.services import partner_webhooks, rest_hooks, webhook_endpoints, webhook_events
from coexai_app.views.partner_webhooks import Hook

router = partner.router("/hooks", "REST hooks")
MANAGE = Permission.MANAGE_WEBHOOKS
# What services call the address.
_ADDRESS = AliasChoices("target_url", "hookUrl", "hook_url", "url")

_EVENT: Final = webhook_events.payload(
    "job.completed", datetime(2026, 11, 2, 9, 14, 41, tzinfo=UTC), webhook_events.TYPES["job.completed"].example
)
_SAMPLE: Final[Responses] = {200: {"content": {"application/json": {"example": [_EVENT]}}}}


class Subscription(BaseModel):
    """`target_url` is called `hookUrl` by Zapier. Services send fields of their own besides."""

    model_config = ConfigDict(extra="ignore")

    target_url: str = Field(max_length=2_048, validation_alias=_ADDRESS, examples=["https://hooks.example.com/1"])
    event: str = Field(max_length=64, examples=["job.completed"])


class Ended(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: UUID | None = Field(None, examples=[None])
    target_url: str = Field("", max_length=2_048, validation_alias=_ADDRESS, examples=["https://hooks.example.com/1"])


class EndedQuery(Query):
    id: UUID | None = Field(None, description="The hook's id, for services that send no body.")


class SampleQuery(Query):
    event: str = Field(max_length=64, examples=["job.completed"])


@router.post("", status_code=201, **changing("Subscribe to an event", QuotaExceeded, permission=MANAGE))
async def subscribe(once: Once, body: Subscription) -> Hook:
    """Sends this event to this address from now on. `secret` checks the signatures."""
    made = await once(partner_webhooks.subscribe, url=body.target_url, event=body.event)
    return Hook(id=made.id, event=body.event, target_url=made.url, secret=made.secret)


@router.delete("/{hook_id}", status_code=204, **operation("Unsubscribe", permission=MANAGE))
async def unsubscribe(actor: Partner, hook_id: Annotated[UUID, Path(description="The hook's id.")]) -> None:
    """Ends a subscription. One that has ended already is no error."""
    await deps.call(rest_hooks.unsubscribe, actor, hook_id=hook_id)


@router.delete("", status_code=204, **operation("Unsubscribe by id or address", *BODY, permission=MANAGE))
async def unsubscribe_by(actor: Partner, query: Annotated[EndedQuery, QueryParameter()], body: Ended | None = None) -> None:
    """Ends a subscription by its `id`, or by its `target_url`."""
    wanted = query.id or (body.id if body else None)
    address = body.target_url if body else ""
    if wanted is None and not address:
        raise InvalidInput("Name the hook by its id or by its target_url.", field="id")
    await deps.call(rest_hooks.unsubscribe, actor, hook_id=wanted, url=address)


@router.get("/sample", **operation("See what an event looks like", permission=MANAGE, also=_SAMPLE))
async def sample(actor: Partner, query: Annotated[SampleQuery, QueryParameter()]) -> list[dict[str, Any]]:
    """The newest ones of this organisation, or an example."""
    return await deps.call(webhook_endpoints.sample, actor, event=query.event)
