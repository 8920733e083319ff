"""Webhook endpoints for the API's clients. The rules are in `webhook_endpoints` and `webhook_log`; here the answers get their shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.services import rest_hooks, webhook_endpoints, webhook_log
from coexai_app.views import partner_webhooks as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_webhooks import NewPartnerEndpoint, PartnerDelivery, PartnerDeliveryDetail, PartnerEndpoint, Replayed


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> Listing[PartnerEndpoint]:
    """A page of the organisation's endpoints, newest first; empty beyond the last one."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    found = webhook_endpoints.listed(session, actor, page=page, limit=limit)
    return Listing[PartnerEndpoint].from_page(found, [view.endpoint(row) for row in found.rows], asked=page)


@db.reads
def get(session: Session, actor: Actor, *, endpoint_id: UUID) -> PartnerEndpoint:
    """One endpoint. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    return view.endpoint(webhook_endpoints.get(session, actor, endpoint_id=endpoint_id))


def create(
    session: Session, actor: Actor, *, url: str, events: Sequence[str], description: str = "", enabled: bool = True
) -> NewPartnerEndpoint:
    """A new endpoint with its secret. Raises as `webhook_endpoints.create`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    made = webhook_endpoints.create(session, actor, url=url, events=events, description=description, enabled=enabled)
    return view.created(made)


def subscribe(session: Session, actor: Actor, *, url: str, event: str) -> NewPartnerEndpoint:
    """An endpoint of one event, made by a program. Raises as `rest_hooks.subscribe`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    return view.created(rest_hooks.subscribe(session, actor, url=url, event=event))


def change(
    session: Session,
    actor: Actor,
    *,
    endpoint_id: UUID,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
) -> PartnerEndpoint:
    """Changes what is given and keeps the rest. Raises as `webhook_endpoints.change`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    changed = webhook_endpoints.change(
        session, actor, endpoint_id=endpoint_id, url=url, events=events, description=description, enabled=enabled
    )
    return view.endpoint(changed)


def rotate(session: Session, actor: Actor, *, endpoint_id: UUID) -> NewPartnerEndpoint:
    """The endpoint with a new secret. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    return view.created(webhook_endpoints.rotate(session, actor, endpoint_id=endpoint_id))


def test(session: Session, actor: Actor, *, endpoint_id: UUID) -> PartnerDeliveryDetail:
    """A `webhook.test` event on its way. Raises as `webhook_endpoints.test`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    made = webhook_endpoints.test(session, actor, endpoint_id=endpoint_id)
    return view.whole(webhook_log.get(session, actor, delivery_id=made))


@db.reads
def deliveries(
    session: Session, actor: Actor, *, endpoint_id: UUID, status: str = "", type_: str = "", page: int = 1, limit: int = 20
) -> Listing[PartnerDelivery]:
    """A page of what was sent to an endpoint, newest first; empty beyond the last one. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    found = webhook_log.page(session, actor, endpoint_id=endpoint_id, status=status, type_=type_, page=page, limit=limit)
    return Listing[PartnerDelivery].from_page(found, [view.delivery(row) for row in found.rows], asked=page)


@db.reads
def delivery(session: Session, actor: Actor, *, delivery_id: UUID) -> PartnerDeliveryDetail:
    """One delivery. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    return view.whole(webhook_log.get(session, actor, delivery_id=delivery_id))


def redeliver(session: Session, actor: Actor, *, delivery_id: UUID) -> PartnerDeliveryDetail:
    """Sends a delivery again, now. Raises as `webhook_log.redeliver`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    return view.whole(webhook_log.redeliver(session, actor, delivery_id=delivery_id))


def replay(session: Session, actor: Actor, *, endpoint_id: UUID, since: datetime) -> Replayed:
    """Sends everything again that failed since a time. Raises as `webhook_log.replay`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    return Replayed(replayed=webhook_log.replay(session, actor, endpoint_id=endpoint_id, since=since))
