"""REST hooks: webhook endpoints of one event, made and ended by programs. One that answers 410 is switched off, as any other."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from coexai_app import access
from coexai_app.access import Actor, Permission
from coexai_app.models import ApiKey, WebhookEndpoint
from coexai_app.services import webhook_endpoints
from coexai_app.views.webhooks import CreatedEndpoint

DESCRIPTION = "Made by a program"


def subscribe(session: Session, actor: Actor, *, url: str, event: str) -> CreatedEndpoint:
    """Registers the address for one event or group. The same order again makes the hook anew, with a new secret: nothing comes twice."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    events = webhook_endpoints.checked_events([event])
    for row in _of_key(session, actor):
        if row.url == url and row.events == events:
            webhook_endpoints.delete(session, actor, endpoint_id=row.id)
    return webhook_endpoints.create(session, actor, url=url, events=events, description=DESCRIPTION)


def unsubscribe(session: Session, actor: Actor, *, hook_id: UUID | None = None, url: str = "") -> None:
    """Ends what this program subscribed, by id or by address. What is not there any more is no error: services repeat their calls."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    for row in _of_key(session, actor):
        if row.id == hook_id or (hook_id is None and row.url == url):
            webhook_endpoints.delete(session, actor, endpoint_id=row.id)


def switch_off(session: Session, actor: Actor, keys: ColumnElement[bool], reason: str) -> None:
    """Those that keys made which end now: events must not go on to a program that may do nothing here any more."""
    ending = select(ApiKey.id).where(keys)
    theirs = select(WebhookEndpoint).where(col(WebhookEndpoint.api_key_id).in_(ending), WebhookEndpoint.enabled)
    held = theirs.order_by(col(WebhookEndpoint.id)).with_for_update(key_share=True).execution_options(populate_existing=True)
    for row in session.exec(held).all():
        webhook_endpoints.end(session, row, reason, actor)


def hand_over(session: Session, *, old: UUID, new: UUID) -> None:
    """A key was replaced: the program ends its hooks with the new one."""
    session.execute(update(WebhookEndpoint).where(col(WebhookEndpoint.api_key_id) == old).values(api_key_id=new))


def _of_key(session: Session, actor: Actor) -> list[WebhookEndpoint]:
    """What this key made; a person without a key may end what any program made."""
    found = access.scoped(select(WebhookEndpoint), actor)
    if actor.key_id is not None:
        found = found.where(WebhookEndpoint.api_key_id == actor.key_id)
    return [row for row in session.exec(found) if row.api_key_id is not None]
