"""Webhook endpoints over the API: register, change, test, rotate, and what was sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.services import webhook_endpoints, webhook_log
from coexai_app.views.base import Page
from coexai_app.views.webhooks import CreatedEndpoint, DeliveryView, EndpointView

router = APIRouter(prefix="/api/v1/webhook-endpoints", tags=["webhooks"])
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Limit = Annotated[int, Query(ge=1, le=50)]


class NewEndpoint(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=2_048)
    events: list[str] = Field(["*"], max_length=100, description="Types, groups such as job.*, or *.")
    description: str = Field("", max_length=400)
    enabled: bool = True


class Change(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(None, max_length=2_048)
    events: list[str] | None = Field(None, max_length=100)
    description: str | None = Field(None, max_length=400)
    enabled: bool | None = None


class Since(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: datetime


@router.get("")
async def list_endpoints(actor: CurrentActor, page: PageNumber = 1, limit: Limit = 20) -> dict[str, Any]:
    """The endpoints, newest first, without their secrets."""
    found = await deps.call(webhook_endpoints.listed, actor, page=page, limit=limit)
    return paged(found)


@router.post("", status_code=201)
async def create_endpoint(actor: CurrentActor, response: Response, body: NewEndpoint) -> CreatedEndpoint:
    """Registers an address. The answer's `secret` is shown this once."""
    response.headers["Cache-Control"] = "no-store"
    return await deps.call(webhook_endpoints.create, actor, **body.model_dump())


@router.get("/{endpoint_id}")
async def get_endpoint(actor: CurrentActor, endpoint_id: UUID) -> EndpointView:
    return await deps.call(webhook_endpoints.get, actor, endpoint_id=endpoint_id)


@router.patch("/{endpoint_id}")
async def change_endpoint(actor: CurrentActor, endpoint_id: UUID, body: Change) -> EndpointView:
    """Changes what is given. `enabled: false` gives up what waits; it can be sent again later."""
    return await deps.call(webhook_endpoints.change, actor, endpoint_id=endpoint_id, **body.model_dump())


@router.delete("/{endpoint_id}", status_code=204)
async def delete_endpoint(actor: CurrentActor, endpoint_id: UUID) -> None:
    """Removes the endpoint and its log."""
    await deps.call(webhook_endpoints.delete, actor, endpoint_id=endpoint_id)


@router.post("/{endpoint_id}/test", status_code=202)
async def test_endpoint(actor: CurrentActor, endpoint_id: UUID) -> DeliveryView:
    """Sends a `webhook.test` event to this endpoint, whatever its filter."""
    made = await deps.call(webhook_endpoints.test, actor, endpoint_id=endpoint_id)
    return await deps.call(webhook_log.get, actor, delivery_id=made)


@router.post("/{endpoint_id}/rotate-secret")
async def rotate_secret(actor: CurrentActor, response: Response, endpoint_id: UUID) -> CreatedEndpoint:
    """A new secret, shown this once. The old one signs beside it for 24 hours."""
    response.headers["Cache-Control"] = "no-store"
    return await deps.call(webhook_endpoints.rotate, actor, endpoint_id=endpoint_id)


@router.get("/{endpoint_id}/deliveries")
async def list_deliveries(
    actor: CurrentActor,
    endpoint_id: UUID,
    status: Annotated[str, Query(max_length=40)] = "",
    event: Annotated[str, Query(max_length=64)] = "",
    page: PageNumber = 1,
    limit: Limit = 20,
) -> dict[str, Any]:
    """What was sent to the endpoint, newest first. `status`: pending, delivered or failed."""
    found = await deps.call(webhook_log.page, actor, endpoint_id=endpoint_id, status=status, type_=event, page=page, limit=limit)
    return paged(found)


@router.post("/{endpoint_id}/replay", status_code=202)
async def replay(actor: CurrentActor, endpoint_id: UUID, body: Since) -> dict[str, int]:
    """Sends everything again that failed since a time. Answers how many."""
    return {"replayed": await deps.call(webhook_log.replay, actor, endpoint_id=endpoint_id, since=body.since)}


@router.get("/deliveries/{delivery_id}")
async def get_delivery(actor: CurrentActor, delivery_id: UUID) -> DeliveryView:
    """A delivery with its payload and its last tries."""
    return await deps.call(webhook_log.get, actor, delivery_id=delivery_id)


@router.post("/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver(actor: CurrentActor, delivery_id: UUID) -> DeliveryView:
    """Sends a delivery again, now, with the same `webhook-id`."""
    return await deps.call(webhook_log.redeliver, actor, delivery_id=delivery_id)


def paged(found: Page[Any]) -> dict[str, Any]:
    return {
        "data": found.rows,
        "pagination": {
            "page": found.page,
            "limit": found.limit,
            "total": found.total,
            "total_pages": found.pages,
            "has_next": found.page < found.pages,
            "has_prev": found.page > 1,
        },
    }
