"""Webhook endpoints and what was sent to them, as the API answers them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from coexai_app.models import DeliveryStatus
from coexai_app.views.base import View
from coexai_app.views.webhooks import AttemptView, CreatedEndpoint, DeliveryRow, DeliveryView, EndpointStatus, EndpointView


class PartnerEndpoint(View):
    """An address that events are sent to. `reason` says why it is off, `waiting` how many deliveries are on their way.

    Until `second_secret_until` the secret before the present one signs, too.
    """

    id: UUID
    url: str = Field(examples=["https://hooks.example.com/coexai"])
    description: str = Field(examples=["The website"])
    events: tuple[str, ...] = Field(examples=[["job.*"]])
    enabled: bool
    status: EndpointStatus = Field(examples=["on"])
    reason: str = Field(examples=[""])
    waiting: int = Field(examples=[0])
    failures: int = Field(description="Tries that failed since the last one that did not.", examples=[0])
    failing_since: datetime | None
    last_ok_at: datetime | None
    second_secret_until: datetime | None
    created_at: datetime


class NewPartnerEndpoint(PartnerEndpoint):
    """The same at the moment when its secret was made: `secret` is never shown again."""

    secret: str = Field(repr=False, examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class Hook(View):
    """A subscription as automation services like to be told of it."""

    id: UUID
    event: str = Field(examples=["job.completed"])
    target_url: str = Field(examples=["https://hooks.example.com/1"])
    secret: str = Field(repr=False, examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class PartnerDelivery(View):
    """One event on its way to one endpoint. `event_id` is the `webhook-id` that its receiver sees, the same at every try."""

    id: UUID
    endpoint_id: UUID
    event_id: str = Field(examples=["msg_0192f3a45b6c7d8e9f0123456789abcd"])
    type: str = Field(examples=["job.completed"])
    status: DeliveryStatus
    attempts: int = Field(examples=[1])
    code: int | None = Field(description="The status of the last answer, if there was one.", examples=[200])
    answer: str = Field(description="What the last try ended with, in words.", examples=["200"])
    created_at: datetime
    next_attempt_at: datetime | None


class DeliveryAttempt(View):
    """One try: what was sent and what came back, cut short."""

    number: int = Field(examples=[1])
    at: datetime
    url: str = Field(examples=["https://hooks.example.com/coexai"])
    code: int | None = Field(examples=[200])
    error: str = Field(examples=[""])
    ms: int = Field(examples=[84])
    request_headers: dict[str, str] = Field(examples=[{"webhook-id": "msg_0192f3a45b6c7d8e9f0123456789abcd"}])
    response_headers: dict[str, str] = Field(examples=[{"content-type": "text/plain"}])
    response: str = Field(examples=["ok"])


class PartnerDeliveryDetail(PartnerDelivery):
    """A delivery with its payload and its last tries, the newest first."""

    payload: dict[str, Any] = Field(examples=[{"type": "job.completed", "timestamp": "2026-11-23T09:00:00Z", "data": {}}])
    tries: tuple[DeliveryAttempt, ...]


class Replayed(View):
    replayed: int = Field(description="How many deliveries are on their way again.", examples=[3])


def endpoint(shown: EndpointView) -> PartnerEndpoint:
    return PartnerEndpoint(**_shared(shown, PartnerEndpoint))


def created(shown: CreatedEndpoint) -> NewPartnerEndpoint:
    return NewPartnerEndpoint(**_shared(shown, NewPartnerEndpoint))


def delivery(shown: DeliveryRow) -> PartnerDelivery:
    return PartnerDelivery(**_shared(shown, PartnerDelivery))


def whole(shown: DeliveryView) -> PartnerDeliveryDetail:
    return PartnerDeliveryDetail(
        **_shared(shown, PartnerDelivery), payload=json.loads(shown.body), tries=tuple(_attempt(one) for one in shown.tries)
    )


def _attempt(shown: AttemptView) -> DeliveryAttempt:
    return DeliveryAttempt(**_shared(shown, DeliveryAttempt))


def _shared(shown: View, kind: type[View]) -> dict[str, Any]:
    """What the page's view and the API's have in common: the page's only has words and colours besides."""
    return shown.model_dump(include=set(kind.model_fields))
