"""Webhook endpoints: admins register, change, test, switch and delete them.

Sending is in `webhook_delivery.py`, the log in `webhook_log.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from coexai_app import access, db, live, settings
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict, Forbidden, InvalidInput, QuotaExceeded
from coexai_app.integrations import webhooks
from coexai_app.models import DeliveryStatus, WebhookDelivery, WebhookEndpoint, WebhookEvent
from coexai_app.services import audit, webhook_events, webhook_signing
from coexai_app.services.webhook_events import ALL, GROUPS, TYPES
from coexai_app.views import webhooks as view
from coexai_app.views.webhooks import CreatedEndpoint, EndpointsView, EndpointView, EventChoice, EventGroup

MAX_ENDPOINTS: Final = 50
MAX_DESCRIPTION: Final = 200
MAX_LIMIT: Final = 50
OVERLAP: Final = timedelta(hours=24)
SWITCHED_OFF: Final = "Its endpoint was switched off before it was sent."


def create(
    session: Session, actor: Actor, *, url: str, events: Sequence[str], description: str = "", enabled: bool = True
) -> CreatedEndpoint:
    """Registers an address; the answer holds its secret, which is shown this once.

    `events` are types of `webhook_events.TYPES`, groups ("job.*") or "*". Raises InvalidInput, Forbidden for a plan without webhooks,
    QuotaExceeded above MAX_ENDPOINTS.
    """
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    require_plan(actor)
    values = _checked(url=url, events=events, description=description)
    db.serialize(session, f"webhook-endpoints:{actor.organization_id}")
    if _count(session, actor) >= MAX_ENDPOINTS:
        raise QuotaExceeded(
            f"An organisation has at most {MAX_ENDPOINTS} webhooks. Delete one that nothing listens to any more.", limit=MAX_ENDPOINTS
        )
    secret = webhook_signing.make_secret()
    row = WebhookEndpoint(
        organization_id=actor.organization_id, user_id=actor.user_id, api_key_id=actor.key_id, sealed=b"", enabled=enabled, **values
    )
    row.sealed = webhook_signing.seal(secret, row.id)
    if not enabled:
        row.disabled_at = db.now(session)
    session.add(row)
    audit.record(session, "webhook.created", actor=actor, target=str(row.id), target_name=row.url[:200], events=row.events, enabled=enabled)
    return CreatedEndpoint(**_told(session, actor, row, "webhook.created").model_dump(), secret=secret)


def change(
    session: Session,
    actor: Actor,
    *,
    endpoint_id: UUID,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
) -> EndpointView:
    """Changes what is given. Switching it off gives up what waits; switching it on forgets the failures. Raises as `create`, NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = _one(session, actor, endpoint_id)
    before = {"url": row.url, "events": row.events, "description": row.description, "enabled": row.enabled}
    values = _checked(
        url=row.url if url is None else url,
        events=row.events if events is None else events,
        description=row.description if description is None else description,
        known=row.url,
    )
    if enabled and not row.enabled:
        require_plan(actor)
    for name, value in values.items():
        setattr(row, name, value)
    if enabled is not None and enabled is not row.enabled:
        _switch(session, row, on=enabled)
    after = {"url": row.url, "events": row.events, "description": row.description, "enabled": row.enabled}
    if before == after:
        return get(session, actor, endpoint_id=endpoint_id)
    audit.record(session, "webhook.changed", actor=actor, target=str(row.id), target_name=row.url[:200], before=before, after=after)
    return _told(session, actor, row, "webhook.changed")


def delete(session: Session, actor: Actor, *, endpoint_id: UUID) -> None:
    """Removes an endpoint with its log; what waits for it is not sent any more. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = _one(session, actor, endpoint_id)
    audit.record(session, "webhook.deleted", actor=actor, target=str(row.id), target_name=row.url[:200])
    live.publish(session, actor.organization_id, "webhook.deleted", row.id)
    session.delete(row)
    session.flush()


def rotate(session: Session, actor: Actor, *, endpoint_id: UUID) -> CreatedEndpoint:
    """A new secret, shown this once. The old one signs beside it for 24 hours; one that was older does not any more."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = _one(session, actor, endpoint_id)
    secret = webhook_signing.make_secret()
    row.sealed_before, row.before_until = row.sealed, db.now(session) + OVERLAP
    row.sealed = webhook_signing.seal(secret, row.id)
    audit.record(session, "webhook.rotated", actor=actor, target=str(row.id), target_name=row.url[:200])
    return CreatedEndpoint(**_told(session, actor, row, "webhook.changed").model_dump(), secret=secret)


def test(session: Session, actor: Actor, *, endpoint_id: UUID) -> UUID:
    """Sends a `webhook.test` event to this endpoint, whatever its filter. Returns the delivery's id. Raises Conflict when it is off."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    require_plan(actor)
    row = _one(session, actor, endpoint_id)
    require_on(row)
    (made,) = webhook_events.add(session, actor.organization_id, webhook_events.TEST, {"endpoint_id": str(row.id)}, [row.id])
    audit.record(session, "webhook.tested", actor=actor, target=str(row.id), target_name=row.url[:200])
    return made


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> EndpointsView:
    """The organisation's endpoints, newest first. For whoever may not see them: none, and `closed` with the reason."""
    access.require(actor, Permission.VIEW_WORK)
    if not actor.may(Permission.MANAGE_WEBHOOKS):
        return EndpointsView(closed="Webhooks are for admins and owners: they send what happens here to other addresses. Ask one of them.")
    return listed(session, actor, page=page, limit=limit)


def listed(session: Session, actor: Actor, *, page: int, limit: int) -> EndpointsView:
    """The same for a reader who was authorised already."""
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    found = access.scoped(select(WebhookEndpoint), actor)
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(found.order_by(col(WebhookEndpoint.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    return EndpointsView(rows=_views(session, actor, rows), page=page, limit=limit, total=total, locked=why_locked(actor))


@db.reads
def get(session: Session, actor: Actor, *, endpoint_id: UUID) -> EndpointView:
    """One endpoint. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = access.one(session, select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id), actor, "webhook")
    return _views(session, actor, [row])[0]


@db.reads
def sample(session: Session, actor: Actor, *, event: str) -> list[dict[str, Any]]:
    """Payloads of this type for a program that wants to see what they look like: the newest real ones, or an example."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    if event not in TYPES:
        raise InvalidInput(f"There is no event “{event[:60]}”. There are: {', '.join(TYPES)}.", field="event")
    rows = session.exec(
        access.scoped(select(WebhookEvent), actor).where(WebhookEvent.type == event).order_by(col(WebhookEvent.id).desc()).limit(3)
    ).all()
    if rows:
        return [{"id": view.message_id(row), **json.loads(row.body)} for row in rows]
    data = {**TYPES[event].example, "organization_id": str(actor.organization_id)}
    return [{"id": "msg_example", **webhook_events.payload(event, db.now(session), data)}]


def groups() -> tuple[EventGroup, ...]:
    """The event types as the form and the documentation list them."""
    return tuple(
        EventGroup(
            name=f"{group}.*",
            label=f"{group.capitalize()}s",
            types=tuple(EventChoice(name=name, sentence=kind.sentence) for name, kind in TYPES.items() if name.partition(".")[0] == group),
        )
        for group in GROUPS
    )


def why_locked(actor: Actor) -> str:
    """Why the actor's plan sends nothing; empty when it does."""
    return "" if actor.plan.api else f"The {actor.plan.label} plan has no webhooks. An admin can choose Pro or Enterprise, which have them."


def require_plan(actor: Actor) -> None:
    """Raises Forbidden unless the organisation's plan includes webhooks."""
    if reason := why_locked(actor):
        raise Forbidden(reason, plan=actor.plan.name)


def require_on(row: WebhookEndpoint) -> None:
    if not row.enabled:
        raise Conflict("This webhook is switched off. Switch it on first.")


def give_up(session: Session, endpoint_id: UUID, reason: str) -> None:
    """What waits for an endpoint has failed: it can be sent again later, by a person."""
    waiting = update(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id, col(WebhookDelivery.status) == DeliveryStatus.PENDING
    )
    values: dict[str, Any] = {"status": DeliveryStatus.FAILED, "error": reason[:300], "ended_at": db.utcnow()}
    session.execute(waiting.values(**values).execution_options(synchronize_session=False))


def checked_events(events: Sequence[str]) -> list[str]:
    """The filter in the table's order, without what a wider entry covers. Raises InvalidInput for none or an unknown one."""
    known = {ALL, *(f"{group}.*" for group in GROUPS), *TYPES}
    if unknown := sorted({event for event in events if event not in known}):
        raise InvalidInput(f"There is no event “{unknown[0][:60]}”. There are: {', '.join(TYPES)}.", field="events")
    if not events:
        raise InvalidInput("Choose at least one event.", field="events")
    if ALL in events:
        return [ALL]
    whole = [f"{group}.*" for group in GROUPS if f"{group}.*" in events]
    return [*whole, *(name for name in TYPES if name in events and not webhook_events.matches(whole, name))]


def _checked(*, url: str, events: Sequence[str], description: str, known: str | None = None) -> dict[str, Any]:
    words = " ".join("".join(c for c in description if c.isprintable()).split())
    if len(words) > MAX_DESCRIPTION:
        raise InvalidInput(f"A description has at most {MAX_DESCRIPTION} characters.", field="description")
    address = url if url == known else webhooks.check_url(url, settings.get().webhook_allow_hosts)
    return {"url": address, "events": checked_events(events), "description": words}


def _switch(session: Session, row: WebhookEndpoint, *, on: bool) -> None:
    row.enabled, row.disabled_reason, row.disabled_at = on, "", None if on else db.now(session)
    row.failures, row.failing_since, row.hold_until = 0, None, None
    if not on:
        session.flush()
        give_up(session, row.id, SWITCHED_OFF)


def end(session: Session, row: WebhookEndpoint, reason: str, actor: Actor | None = None) -> None:
    """Nothing is sent there any more, until somebody switches it on; what waited can be sent again. `actor`: who caused it, if anybody."""
    row.enabled, row.disabled_reason, row.disabled_at = False, reason, db.now(session)
    session.flush()
    give_up(session, row.id, SWITCHED_OFF)
    of: dict[str, Any] = {"organization_id": row.organization_id, "target": str(row.id), "target_name": row.url[:200], "reason": reason}
    audit.record(session, "webhook.switched_off", actor=actor, **of)


def _count(session: Session, actor: Actor) -> int:
    return session.exec(select(func.count()).where(WebhookEndpoint.organization_id == actor.organization_id)).one()


def _one(session: Session, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    found = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).execution_options(populate_existing=True)
    return access.one(session, found.with_for_update(key_share=True), actor, "webhook")


def _told(session: Session, actor: Actor, row: WebhookEndpoint, kind: str) -> EndpointView:
    row.updated_at = db.now(session)
    session.flush()
    live.publish(session, actor.organization_id, kind, row.id)
    return _views(session, actor, [row])[0]


def _views(session: Session, actor: Actor, rows: Sequence[WebhookEndpoint]) -> tuple[EndpointView, ...]:
    counted = (
        select(WebhookDelivery.endpoint_id, func.count())
        .where(col(WebhookDelivery.endpoint_id).in_([row.id for row in rows]), WebhookDelivery.status == DeliveryStatus.PENDING)
        .group_by(col(WebhookDelivery.endpoint_id))
    )
    waiting = dict(session.execute(counted).all()) if rows else {}
    at = db.now(session)
    return tuple(view.endpoint(row, timezone=actor.timezone, waiting=waiting.get(row.id, 0), at=at) for row in rows)
