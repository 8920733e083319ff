"""What was sent to webhook endpoints, try by try; and sending again: one delivery, or all that failed since a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from coexai_app import access, db, live
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput
from coexai_app.models import DeliveryStatus, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from coexai_app.services import audit, webhook_endpoints, webhook_events
from coexai_app.views import webhooks as view
from coexai_app.views.base import Page
from coexai_app.views.webhooks import DeliveryRow, DeliveryView

MAX_LIMIT: Final = 50
TRIES: Final = 20
KEEP: Final = timedelta(days=90)


@db.reads
def page(
    session: Session, actor: Actor, *, endpoint_id: UUID, status: str = "", type_: str = "", page: int = 1, limit: int = 20
) -> Page[DeliveryRow]:
    """What was sent to an endpoint, newest first, of one status and one event type if given. Raises NotFound, InvalidInput."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    access.one(session, select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id), actor, "webhook")
    if status and status not in set(DeliveryStatus):
        raise InvalidInput(f"There is no status “{status[:40]}”. There are: {', '.join(DeliveryStatus)}.", field="status")
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    wanted: list[Any] = [WebhookDelivery.endpoint_id == endpoint_id]
    if status:
        wanted.append(WebhookDelivery.status == DeliveryStatus(status))
    if type_:
        wanted.append(col(WebhookDelivery.event_id).in_(select(WebhookEvent.id).where(WebhookEvent.type == type_)))
    total = session.exec(select(func.count()).select_from(WebhookDelivery).where(*wanted)).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(
        select(WebhookDelivery, WebhookEvent)
        .join(WebhookEvent, col(WebhookEvent.id) == WebhookDelivery.event_id)
        .where(*wanted)
        .order_by(col(WebhookDelivery.id).desc())
        .offset((page - 1) * limit)
        .limit(limit)
    ).all()
    shown = tuple(view.delivery(row, event, actor.timezone) for row, event in rows)
    return Page[DeliveryRow](rows=shown, page=page, limit=limit, total=total)


@db.reads
def get(session: Session, actor: Actor, *, delivery_id: UUID) -> DeliveryView:
    """One delivery with its payload and its last tries. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = access.one(session, select(WebhookDelivery).where(WebhookDelivery.id == delivery_id), actor, "delivery")
    attempts = session.exec(
        select(WebhookAttempt).where(WebhookAttempt.delivery_id == row.id).order_by(col(WebhookAttempt.number).desc()).limit(TRIES)
    ).all()
    return view.whole(row, session.get_one(WebhookEvent, row.event_id), attempts, actor.timezone)


def redeliver(session: Session, actor: Actor, *, delivery_id: UUID) -> DeliveryView:
    """Sends a delivery again, now: all its tries anew, the same `webhook-id`. Raises NotFound, Conflict when its endpoint is off."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    webhook_endpoints.require_plan(actor)
    row = access.one(session, select(WebhookDelivery).where(WebhookDelivery.id == delivery_id), actor, "delivery")
    endpoint = _held(session, actor, row.endpoint_id)
    session.execute(update(WebhookDelivery).where(col(WebhookDelivery.id) == row.id).values(**_anew()))
    session.expire(row)
    audit.record(session, "webhook.redelivered", actor=actor, target=str(endpoint.id), target_name=endpoint.url[:200], delivery=str(row.id))
    _go(session, actor, endpoint.id)
    return get(session, actor, delivery_id=delivery_id)


def replay(session: Session, actor: Actor, *, endpoint_id: UUID, since: datetime) -> int:
    """Sends everything again that failed for this endpoint and happened since a time. Returns how many. Raises as `redeliver`."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    webhook_endpoints.require_plan(actor)
    if since.tzinfo is None:
        raise InvalidInput("Give the time with its time zone.", field="since")
    endpoint = _held(session, actor, endpoint_id)
    failed = update(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == endpoint.id,
        col(WebhookDelivery.status) == DeliveryStatus.FAILED,
        col(WebhookDelivery.created_at) >= since,
    )
    number = db.changed(session, failed.values(**_anew()).execution_options(synchronize_session=False))
    audit.record(
        session,
        "webhook.replayed",
        actor=actor,
        target=str(endpoint.id),
        target_name=endpoint.url[:200],
        number=number,
        since=since.isoformat(),
    )
    if number:
        _go(session, actor, endpoint.id)
    return number


def _held(session: Session, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """The endpoint, locked before its deliveries, as everywhere; its server's wish to be left alone is over."""
    row = access.one(
        session, select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update(key_share=True), actor, "webhook"
    )
    webhook_endpoints.require_on(row)
    row.hold_until = None
    session.flush()
    return row


def _anew() -> dict[str, Any]:
    return {"status": DeliveryStatus.PENDING, "attempt": 0, "run_after": db.utcnow(), "error": "", "ended_at": None}


def _go(session: Session, actor: Actor, endpoint_id: UUID) -> None:
    live.publish(session, actor.organization_id, "webhook.delivery", endpoint_id)
    webhook_events.wake(session)
