"""The "Incoming" tab: how other services reach the organisation, its rules, what came; and a second chance for what was given up."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from coexai_app import access, db, live, queue, settings
from coexai_app.access import Actor, Permission
from coexai_app.errors import Conflict, NotFound
from coexai_app.models import IncomingStatus, IncomingWebhook, Priority
from coexai_app.queue import TaskName
from coexai_app.services import audit, github_rules, incoming_signatures, webhook_endpoints
from coexai_app.views import webhooks as view
from coexai_app.views.base import Page
from coexai_app.views.webhooks import IncomingRow, IncomingView

MAX_LIMIT: Final = 50


@db.reads
def tab(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> IncomingView:
    """Everything of the tab. For whoever may not see it: nothing, and `closed` with the reason."""
    access.require(actor, Permission.VIEW_WORK)
    if not actor.may(Permission.MANAGE_WEBHOOKS):
        return IncomingView(closed="Incoming webhooks are for admins and owners: they start work here. Ask one of them.")
    config = settings.get()
    secret = config.github_webhook_secret.get_secret_value()
    # A program must not read what opens another door.
    shown = secret and actor.scopes is None
    return IncomingView(
        locked=webhook_endpoints.why_locked(actor),
        github_url=f"{config.origin}/webhooks/github?organization={actor.organization_id}" if secret else "",
        github_secret=incoming_signatures.organization_secret(secret, actor.organization_id) if shown else "",
        zapier_url=f"{config.origin}/webhooks/zapier",
        rules=github_rules.all_of(session, actor),
        received=received(session, actor, page=page, limit=limit),
    )


@db.reads
def received(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> Page[IncomingRow]:
    """What came for this organisation, newest first; for the instance's staff also what is nobody's, such as Stripe's events."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    mine = _mine(actor)
    total = session.exec(select(func.count()).select_from(mine.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(mine.order_by(col(IncomingWebhook.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    return Page[IncomingRow](rows=tuple(view.incoming(row, actor.timezone) for row in rows), page=page, limit=limit, total=total)


def retry(session: Session, actor: Actor, *, incoming_id: UUID) -> None:
    """Works off what was given up, as if it had just come. Raises NotFound, Conflict for any other."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = session.exec(_mine(actor).where(IncomingWebhook.id == incoming_id)).first()
    if row is None:
        raise NotFound("This webhook does not exist, or it belongs to another organisation.")
    again = update(IncomingWebhook).where(col(IncomingWebhook.id) == row.id, col(IncomingWebhook.status) == IncomingStatus.DEAD)
    values = {"status": IncomingStatus.RECEIVED, "attempt": 0, "run_after": db.utcnow(), "woken_at": db.utcnow(), "ended_at": None}
    if db.changed(session, again.values(**values).execution_options(synchronize_session=False)) != 1:
        raise Conflict("Only what was given up can be tried again.")
    session.expire(row)
    audit.record(session, "incoming.retried", actor=actor, target=str(incoming_id), target_name=row.event or row.source.value)
    live.publish(session, actor.organization_id, "incoming.retried", incoming_id)
    queue.enqueue(session, TaskName.HANDLE_INCOMING, str(incoming_id), priority=Priority.CRITICAL)


def _mine(actor: Actor) -> SelectOfScalar[IncomingWebhook]:
    if not actor.is_staff:
        return access.scoped(select(IncomingWebhook), actor)
    own = col(IncomingWebhook.organization_id) == actor.organization_id
    return select(IncomingWebhook).where(or_(own, col(IncomingWebhook.organization_id).is_(None)))
