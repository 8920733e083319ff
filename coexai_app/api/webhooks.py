"""Webhook endpoints over the API: register, change, test, rotate, and what was sent to them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi import Query as QueryParameter
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, Moment, PageQuery
from coexai_app.errors import NotFound, QuotaExceeded
from coexai_app.models.enums import DeliveryStatus
from coexai_app.services import partner_webhooks, webhook_endpoints
from coexai_app.views.listing import Listing
from coexai_app.views.partner_webhooks import NewPartnerEndpoint, PartnerDelivery, PartnerDeliveryDetail, PartnerEndpoint, Replayed

router = partner.router("/webhook-endpoints", "Webhooks")
EndpointId = Annotated[UUID, Path(description="The endpoint's id.")]
DeliveryId = Annotated[UUID, Path(description="The delivery's id.")]
MANAGE = Permission.MANAGE_WEBHOOKS
_EVENTS = "Types, groups such as job.*, or *."


class WebhookQuery(PageQuery):
    limit: int = Field(20, ge=1, le=50, description="Rows on a page.", examples=[20])


class DeliveryQuery(WebhookQuery):
    status: DeliveryStatus | None = Field(None, description="Only these.", examples=["failed"])
    event: str = Field("", max_length=64, description="Only events of this type.", examples=["job.completed"])


class NewEndpoint(Body):
    url: str = Field(max_length=2_048, examples=["https://hooks.example.com/coexai"])
    events: list[str] = Field(["*"], max_length=100, description=_EVENTS, examples=[["job.*"]])
    description: str = Field("", max_length=400, examples=["The website"])
    enabled: bool = True


class EndpointChange(Body):
    """What is left out stays as it is."""

    url: str | None = Field(None, max_length=2_048, examples=["https://hooks.example.com/coexai"])
    events: list[str] | None = Field(None, max_length=100, description=_EVENTS, examples=[["job.*"]])
    description: str | None = Field(None, max_length=400, examples=["The website"])
    enabled: bool | None = Field(None, examples=[True])


class Since(Body):
    since: Moment = Field(examples=["2026-11-22T00:00:00Z"])


@router.get("", **operation("List webhook endpoints", permission=MANAGE))
async def list_endpoints(request: Request, actor: Partner, query: Annotated[WebhookQuery, QueryParameter()]) -> Listing[PartnerEndpoint]:
    """The endpoints, newest first, without their secrets."""
    found = await deps.call(partner_webhooks.page, actor, page=query.page, limit=query.limit)
    partner.linked(request, found)
    return found


@router.post("", status_code=201, **changing("Create a webhook endpoint", QuotaExceeded, permission=MANAGE))
async def create_endpoint(once: Once, response: Response, body: NewEndpoint) -> NewPartnerEndpoint:
    """Registers an address. The answer's `secret`, which checks the signatures, is shown this once."""
    made = await once(partner_webhooks.create, **body.model_dump())
    response.headers["Location"] = f"{partner.API}/webhook-endpoints/{made.id}"
    return made


@router.get("/{endpoint_id}", **operation("Get a webhook endpoint", NotFound, permission=MANAGE))
async def get_endpoint(actor: Partner, endpoint_id: EndpointId) -> PartnerEndpoint:
    """How it is: on, failing or off, and why."""
    return await deps.call(partner_webhooks.get, actor, endpoint_id=endpoint_id)


@router.patch("/{endpoint_id}", **changing("Change a webhook endpoint", NotFound, permission=MANAGE))
async def change_endpoint(once: Once, endpoint_id: EndpointId, body: EndpointChange) -> PartnerEndpoint:
    """Changes what is given. `enabled: false` gives up what waits; it can be sent again later."""
    return await once(partner_webhooks.change, endpoint_id=endpoint_id, **body.model_dump())


@router.delete("/{endpoint_id}", status_code=204, **operation("Delete a webhook endpoint", NotFound, permission=MANAGE))
async def delete_endpoint(actor: Partner, endpoint_id: EndpointId) -> None:
    """Removes the endpoint and its log."""
    await deps.call(webhook_endpoints.delete, actor, endpoint_id=endpoint_id)


@router.post("/{endpoint_id}/test", status_code=202, **changing("Send a test", *CHANGE_ONE, permission=MANAGE, body=False))
async def test_endpoint(once: Once, endpoint_id: EndpointId) -> PartnerDeliveryDetail:
    """Sends a `webhook.test` event to this endpoint, whatever its filter."""
    return await once(partner_webhooks.test, endpoint_id=endpoint_id)


@router.post("/{endpoint_id}/rotate-secret", **changing("Rotate a secret", NotFound, permission=MANAGE, body=False))
async def rotate_secret(once: Once, endpoint_id: EndpointId) -> NewPartnerEndpoint:
    """A new secret, shown this once. The old one signs beside it for 24 hours."""
    return await once(partner_webhooks.rotate, endpoint_id=endpoint_id)


@router.get("/{endpoint_id}/deliveries", **operation("List deliveries", NotFound, permission=MANAGE))
async def list_deliveries(
    request: Request, actor: Partner, endpoint_id: EndpointId, query: Annotated[DeliveryQuery, QueryParameter()]
) -> Listing[PartnerDelivery]:
    """What was sent to the endpoint in the last 90 days, newest first."""
    found = await deps.call(
        partner_webhooks.deliveries,
        actor,
        endpoint_id=endpoint_id,
        status=query.status.value if query.status else "",
        type_=query.event,
        page=query.page,
        limit=query.limit,
    )
    partner.linked(request, found)
    return found


@router.post("/{endpoint_id}/replay", status_code=202, **changing("Send again what failed", *CHANGE_ONE, permission=MANAGE))
async def replay(once: Once, endpoint_id: EndpointId, body: Since) -> Replayed:
    """Sends everything again that failed for this endpoint since a time."""
    return await once(partner_webhooks.replay, endpoint_id=endpoint_id, since=body.since)


@router.get("/deliveries/{delivery_id}", **operation("Get a delivery", NotFound, permission=MANAGE))
async def get_delivery(actor: Partner, delivery_id: DeliveryId) -> PartnerDeliveryDetail:
    """A delivery with its payload and its last tries."""
    return await deps.call(partner_webhooks.delivery, actor, delivery_id=delivery_id)


@router.post(
    "/deliveries/{delivery_id}/redeliver", status_code=202, **changing("Send a delivery again", *CHANGE_ONE, permission=MANAGE, body=False)
)
async def redeliver(once: Once, delivery_id: DeliveryId) -> PartnerDeliveryDetail:
    """Sends it again, now, with the same `webhook-id`."""
    return await once(partner_webhooks.redeliver, delivery_id=delivery_id)
