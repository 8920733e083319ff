"""An order that came through a trigger (Zapier): it starts a job as the person whose API key it was, once."""

from __future__ import annotations

import json

from sqlmodel import Session

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.errors import Forbidden
from coexai_app.models import ApiKey
from coexai_app.scopes import SCOPES, Scope
from coexai_app.services import api_keys, jobs
from coexai_app.services.incoming_parts import Outcome, Received, acting_as
from coexai_app.views.tokens import status_of


def handle(received: Received) -> Outcome:
    """Raises what `jobs.create` raises, and Forbidden when the key or its maker may not any more."""
    order = json.loads(received.body)
    with db.transaction() as session:
        job = jobs.create(
            session,
            _actor(session, received),
            agent=order["agent"],
            capability=order["capability"],
            data=order.get("input", {}),
            idempotency_key=f"incoming:{received.id}",
        )
    return Outcome(True, f"Started the job {job.id}.")


def _actor(session: Session, received: Received) -> Actor:
    if received.user_id is None or received.organization_id is None:
        raise Forbidden("Whoever sent this does not work here any more.")
    if received.api_key_id is None:
        return acting_as(session, received.user_id, received.organization_id)
    key = session.get(ApiKey, received.api_key_id)
    if key is None or status_of(key, db.now(session)) in ("revoked", "expired"):
        raise Forbidden("The API key of this order does not open anything any more.")
    actor = acting_as(
        session,
        received.user_id,
        received.organization_id,
        # Who may start a job is answered with the job; nobody reads that answer here.
        scopes=frozenset({Scope.JOBS_READ, *(Scope(name) for name in key.scopes if name in SCOPES)}),
        key_id=key.id,
        test=not key.live,
    )
    api_keys.require_plan(actor)
    return actor
