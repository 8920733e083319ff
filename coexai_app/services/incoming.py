"""What other services send us: checked, stored raw, answered at once. `incoming_run.py` works it off later.

Called by `api/incoming.py`. Nothing is looked into before the signature is right; the same id twice is one row.
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import access, db, queue, settings
from coexai_app.access import Actor, Permission
from coexai_app.errors import CoexaiError, InvalidInput, NotFound
from coexai_app.models import IncomingSource, IncomingStatus, IncomingWebhook, Organization, Priority
from coexai_app.models.base import new_id
from coexai_app.queue import TaskName
from coexai_app.services import incoming_signatures

MAX_BYTES: Final = 1_000_000
_MAX_ID: Final = 120


class WrongSignature(CoexaiError):
    """The signature does not belong to this body, or is too old."""

    status = 401
    code = "INVALID_SIGNATURE"


def require_open(source: IncomingSource) -> None:
    """Raises NotFound while no secret is set for the source: with an empty one anybody could sign. Asked before the body is read."""
    secret = settings.get().stripe_webhook_secrets if source is IncomingSource.STRIPE else settings.get().github_webhook_secret
    if not secret.get_secret_value().strip():
        raise NotFound("There is nothing here.")


def stripe(session: Session, *, body: bytes, signature: str) -> bool:
    """Stores an event of Stripe; billing acts on it. Returns whether it is new. Raises NotFound, WrongSignature, InvalidInput."""
    require_open(IncomingSource.STRIPE)
    secrets = [part.strip() for part in settings.get().stripe_webhook_secrets.get_secret_value().split(",")]
    if not incoming_signatures.stripe(body, signature, secrets, now=db.now(session).timestamp()):
        raise WrongSignature("The signature is not right, or too old. Check the secret of this endpoint.")
    event = _object(body)
    row = {"external_id": _ident(event.get("id")), "event": _word(event.get("type")), "status": IncomingStatus.STORED}
    return _store(session, source=IncomingSource.STRIPE, body=body, **row) is not None


def github(session: Session, *, body: bytes, signature: str, delivery: str, event: str, organization_id: UUID | None = None) -> bool:
    """Stores what GitHub says; a push is worked off soon. Returns whether it is new.

    `organization_id`: sent to that organisation's own address, signed with its own secret, so only its rules count. Raises as `stripe`.
    """
    require_open(IncomingSource.GITHUB)
    secret = settings.get().github_webhook_secret.get_secret_value()
    if organization_id is not None:
        secret = incoming_signatures.organization_secret(secret, organization_id)
    if not incoming_signatures.github(body, signature, secret):
        raise WrongSignature("The signature is not right. Check the secret of this webhook.")
    _object(body)
    ident = _ident(delivery)
    if organization_id is not None:
        here = select(Organization.id).where(Organization.id == organization_id, col(Organization.deleted_at).is_(None))
        if session.exec(here).first() is None:
            raise NotFound("There is nothing here.")
        ident = f"{organization_id}:{ident}"
    push = event == "push"
    row = {"external_id": ident, "event": _word(event), "organization_id": organization_id}
    status = IncomingStatus.RECEIVED if push else IncomingStatus.IGNORED
    stored = _store(session, source=IncomingSource.GITHUB, body=body, status=status, result="" if push else "Not a push.", **row)
    if stored is not None and push:
        _work(session, stored)
    return stored is not None


def zapier(session: Session, actor: Actor, *, body: bytes, ident: str = "") -> tuple[UUID | None, bool]:
    """Stores an order: `{"agent": …, "capability": …, "input": {…}}`. It starts as the person whose key this is.

    `ident` names the order for its sender, so that a repetition starts nothing. Returns the row's id (None for a repetition), and whether
    it is new. Raises Forbidden, InvalidInput.
    """
    access.require(actor, Permission.RUN_AGENT)
    order = _object(body)
    if not isinstance(order.get("agent"), str) or not isinstance(order.get("capability"), str):
        raise InvalidInput("Say which coworker (agent) shall do what (capability), with its input.", field="agent")
    if not isinstance(order.get("input", {}), dict):
        raise InvalidInput("The input is an object with the fields of the capability.", field="input")
    given = _ident(ident or order.get("id") or new_id().hex)
    whose = {"organization_id": actor.organization_id, "user_id": actor.user_id, "api_key_id": actor.key_id}
    event = _word(f"{order['agent']}/{order['capability']}")
    stored = _store(
        session,
        source=IncomingSource.ZAPIER,
        external_id=f"{actor.organization_id}:{given}",
        event=event,
        body=body,
        status=IncomingStatus.RECEIVED,
        **whose,
    )
    if stored is not None:
        _work(session, stored)
    return stored, stored is not None


def _store(session: Session, **values: Any) -> UUID | None:
    """The id of the new row; None when this id of this source is there already, whoever is faster."""
    row: dict[str, Any] = {
        "id": new_id(),
        "created_at": db.utcnow(),
        "attempt": 0,
        "fence": 0,
        "run_after": db.utcnow(),
        "woken_at": db.utcnow(),
        "result": "",
        **values,
    }
    if row["status"] is not IncomingStatus.RECEIVED:
        row["ended_at"] = db.utcnow()
    statement = db.insert(session, IncomingWebhook).values(**row).on_conflict_do_nothing(index_elements=["source", "external_id"])
    return session.execute(statement.returning(col(IncomingWebhook.id))).scalars().first()


def _work(session: Session, incoming_id: UUID) -> None:
    queue.enqueue(session, TaskName.HANDLE_INCOMING, str(incoming_id), priority=Priority.CRITICAL)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("The body is not a JSON object.")
    return found


def _ident(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_ID or not value.isascii() or not value.isprintable():
        raise InvalidInput("It has no id, or none that can be used.")
    return value.strip()


def _word(value: object) -> str:
    return "".join(c for c in str(value or "") if c.isprintable())[:_MAX_ID]
