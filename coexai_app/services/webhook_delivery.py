"""Sending webhooks, in a worker: claim an endpoint, send its next delivery with no transaction open, record what came back.

Called by the lane of `tasks/webhooks.py`; `sweep` and `forget` by the sweep. An endpoint has one delivery in flight at a time, held by a
lease and a fence: a worker that dies loses it when the lease ends, and the same event leaves again with the same `webhook-id`, at least
once. A dead endpoint only ever costs its own turn: `claim_due` keeps slots free of those that failed last time.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, true, update
from sqlmodel import Session, col, select

from coexai_app import db, live, log, settings
from coexai_app.errors import CoexaiError
from coexai_app.integrations import webhooks
from coexai_app.integrations.webhooks import Answer
from coexai_app.models import (
    DeliveryStatus,
    MailKind,
    Membership,
    Organization,
    Role,
    User,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from coexai_app.models.base import new_id
from coexai_app.plans import PLANS
from coexai_app.services import mail, webhook_endpoints, webhook_events, webhook_signing
from coexai_app.services.sealing import SealBroken
from coexai_app.views.webhooks import message_id

# Seconds before each try; the first one is at once. All of it takes a little over three days.
PAUSES: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MAX_ATTEMPTS: Final = len(PAUSES)
JITTER: Final = 0.1
# Longer than a try can take (`webhooks.TIMEOUT_SECONDS`), its transactions included.
LEASE_SECONDS: Final = 40.0
# An endpoint that has much to get lets others come first after this time.
STREAK_SECONDS: Final = 5.0
DISABLE_AFTER: Final = timedelta(days=5)
KEEP_SECONDS: Final = timedelta(days=90).total_seconds()
GONE: Final = 410
USER_AGENT: Final = "CoExAI-Webhooks/1"
UNREADABLE: Final = "Its secret cannot be read any more. Make a new one, then switch it on."
CANDIDATES: Final = 64
BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker holds; the endpoint's `fence` proves it when the outcome is recorded."""

    endpoint_id: UUID
    organization_id: UUID
    fence: int
    failing: bool
    delivery_id: UUID
    number: int
    attempt: int
    url: str
    headers: dict[str, str]
    body: bytes


def claim_due(number: int, *, sending: Sequence[Claim] = (), slots: int = 0) -> list[Claim]:
    """Takes the next delivery of up to `number` endpoints that are due, whoever was served longest ago first.

    `sending` is what this process sends just now. Of its `slots` no organisation takes more than half, and neither do all endpoints that
    failed last time; of an organisation's half those take half again, so that its other endpoints never wait for them.
    """
    most = max(1, (slots or number) // 2)
    busy = Counter(claim.organization_id for claim in sending)
    failing = Counter(claim.organization_id for claim in sending if claim.failing)
    with db.reading() as session:
        waiting = session.execute(_due(CANDIDATES)).all()
    claims: list[Claim] = []
    for endpoint_id, organization_id, failures in waiting:
        if len(claims) >= number:
            break
        if busy[organization_id] >= most:
            continue
        if failures and (failing.total() >= most or failing[organization_id] >= max(1, most // 2)):
            continue
        if (claim := db.insist(partial(_claim, endpoint_id))) is not None:
            claims.append(claim)
            busy[organization_id] += 1
            failing[organization_id] += claim.failing
    return claims


def send(claim: Claim, *, seconds: float = STREAK_SECONDS) -> int:
    """Sends a claimed delivery, and what else is due for the same endpoint for some seconds. Returns how many."""
    until, sent = time.monotonic() + seconds, 0
    held: Claim | None = claim
    while held is not None:
        answer = _try(held)
        db.insist(partial(_record, held, answer))
        sent += 1
        held = db.insist(partial(_claim, claim.endpoint_id)) if answer.ok and time.monotonic() < until else None
    return sent


def work_off(*, rounds: int = 1_000) -> int:
    """Sends everything that is due, here and now: for a process without a lane. Returns how many were sent."""
    sent = 0
    for _ in range(rounds):
        claims = claim_due(1)
        if not claims:
            return sent
        sent += send(claims[0])
    return sent


def sweep(session: Session) -> None:
    """Wakes a worker when something is due, and gives up on deliveries whose worker died at the last try."""
    lost = update(WebhookDelivery).where(
        col(WebhookDelivery.status) == DeliveryStatus.PENDING,
        col(WebhookDelivery.attempt) >= MAX_ATTEMPTS,
        col(WebhookDelivery.endpoint_id).in_(select(WebhookEndpoint.id).where(_free())),
    )
    over: dict[str, Any] = {"status": DeliveryStatus.FAILED, "error": "The worker stopped at the last try.", "ended_at": db.utcnow()}
    session.execute(lost.values(**over).execution_options(synchronize_session=False))
    if session.execute(_due(1)).first() is not None:
        webhook_events.wake(session)


def forget(session: Session) -> None:
    """Tries go after 90 days, and so do the events that nothing waits for any more."""
    old = db.utcnow(-KEEP_SECONDS)
    session.execute(delete(WebhookAttempt).where(col(WebhookAttempt.created_at) < old).execution_options(synchronize_session=False))
    waits = exists().where(col(WebhookDelivery.event_id) == col(WebhookEvent.id), col(WebhookDelivery.status) == DeliveryStatus.PENDING)
    gone = select(WebhookEvent.id).where(col(WebhookEvent.created_at) < old, ~waits).limit(BATCH)
    session.execute(delete(WebhookEvent).where(col(WebhookEvent.id).in_(gone)).execution_options(synchronize_session=False))


def _free() -> ColumnElement[bool]:
    return or_(col(WebhookEndpoint.lease_until).is_(None), col(WebhookEndpoint.lease_until) <= db.utcnow())


def _ready() -> Collection[ColumnElement[bool]]:
    """Endpoints that may be sent to now, if somebody has something for them."""
    return (
        col(WebhookEndpoint.enabled) == true(),
        _free(),
        or_(col(WebhookEndpoint.hold_until).is_(None), col(WebhookEndpoint.hold_until) <= db.utcnow()),
    )


def _due(limit: int) -> Any:
    waits = exists().where(
        col(WebhookDelivery.endpoint_id) == col(WebhookEndpoint.id),
        col(WebhookDelivery.status) == DeliveryStatus.PENDING,
        col(WebhookDelivery.run_after) <= db.utcnow(),
        col(WebhookDelivery.attempt) < MAX_ATTEMPTS,
    )
    return (
        select(WebhookEndpoint.id, WebhookEndpoint.organization_id, WebhookEndpoint.failures)
        .join(Organization, col(Organization.id) == WebhookEndpoint.organization_id)
        .where(*_ready(), waits, col(Organization.deleted_at).is_(None))
        .where(col(Organization.plan).in_([plan.name for plan in PLANS.values() if plan.api]))
        .order_by(col(WebhookEndpoint.lease_until).asc().nulls_first(), col(WebhookEndpoint.id))
        .limit(limit)
    )


def _claim(endpoint_id: UUID) -> Claim | None:
    """Takes an endpoint in one conditional update, and then its next delivery. None when another worker was faster or nothing is due."""
    with db.transaction(durable=False) as session:
        take = update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id, *_ready())
        held = {"lease_until": db.utcnow(LEASE_SECONDS), "fence": col(WebhookEndpoint.fence) + 1}
        if db.changed(session, take.values(**held).execution_options(synchronize_session=False)) != 1:
            return None
        found = session.exec(
            select(WebhookDelivery, WebhookEvent)
            .join(WebhookEvent, col(WebhookEvent.id) == WebhookDelivery.event_id)
            .where(
                WebhookDelivery.endpoint_id == endpoint_id,
                WebhookDelivery.status == DeliveryStatus.PENDING,
                col(WebhookDelivery.run_after) <= db.utcnow(),
                col(WebhookDelivery.attempt) < MAX_ATTEMPTS,
            )
            .order_by(col(WebhookDelivery.run_after), col(WebhookDelivery.id))
            .limit(1)
        ).first()
        if found is None:
            session.execute(update(WebhookEndpoint).where(col(WebhookEndpoint.id) == endpoint_id).values(lease_until=db.utcnow()))
            return None
        delivery, event = found
        delivery.attempt, delivery.fence = delivery.attempt + 1, delivery.fence + 1
        session.flush()
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        try:
            return _made(session, endpoint, delivery, event)
        except SealBroken:
            _switch_off(session, endpoint, UNREADABLE, Answer(None, 0, UNREADABLE))
            return None


def _made(session: Session, endpoint: WebhookEndpoint, delivery: WebhookDelivery, event: WebhookEvent) -> Claim:
    at = db.now(session)
    secrets = [webhook_signing.unseal(endpoint.sealed, endpoint.id)]
    if endpoint.sealed_before is not None and endpoint.before_until is not None and endpoint.before_until > at:
        secrets.append(webhook_signing.unseal(endpoint.sealed_before, endpoint.id))
    body = event.body.encode()
    signed = webhook_signing.headers(secrets, message_id=message_id(event), timestamp=int(at.timestamp()), body=body)
    return Claim(
        endpoint_id=endpoint.id,
        organization_id=endpoint.organization_id,
        fence=endpoint.fence,
        failing=endpoint.failures > 0,
        delivery_id=delivery.id,
        number=delivery.fence,
        attempt=delivery.attempt,
        url=endpoint.url,
        headers={"content-type": "application/json", "user-agent": USER_AGENT, **signed},
        body=body,
    )


def _try(claim: Claim) -> Answer:
    with log.bound(delivery_id=str(claim.delivery_id)):
        try:
            return webhooks.post(claim.url, headers=claim.headers, body=claim.body, allow_hosts=settings.get().webhook_allow_hosts)
        except Exception:
            reference = new_id().hex[-12:]
            log.get(__name__).exception("a webhook could not be sent, reference %s", reference)
            return Answer(None, 0, f"Something went wrong on our side. Reference: {reference}")


def _record(claim: Claim, answer: Answer) -> None:
    """What the try was worth, for the endpoint and for the delivery; dropped when another worker holds the endpoint now."""
    with db.transaction() as session:
        mine = select(WebhookEndpoint).where(WebhookEndpoint.id == claim.endpoint_id, WebhookEndpoint.fence == claim.fence)
        endpoint = session.exec(mine.with_for_update(key_share=True)).first()
        if endpoint is None:
            log.get(__name__).warning("another worker took the endpoint over, or it was deleted; what happened here is not recorded")
            return
        if session.exec(select(WebhookAttempt.id).where(*_of(claim))).first() is not None:
            return  # recorded already, by a commit whose answer was lost
        endpoint.lease_until = db.now(session)
        session.add(_attempt(claim, answer))
        session.flush()
        if answer.ok:
            _succeeded(session, claim, endpoint, answer)
        else:
            _failed(session, claim, endpoint, answer)
        live.publish(session, claim.organization_id, "webhook.delivery", claim.endpoint_id)


def _succeeded(session: Session, claim: Claim, endpoint: WebhookEndpoint, answer: Answer) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.hold_until = 0, None, None
    endpoint.last_ok_at = db.now(session)
    _settle(session, claim, answer, {"status": DeliveryStatus.DELIVERED, "ended_at": db.utcnow()})


def _failed(session: Session, claim: Claim, endpoint: WebhookEndpoint, answer: Answer) -> None:
    at = db.now(session)
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    if answer.wait:
        endpoint.hold_until = at + timedelta(seconds=answer.wait)
    if claim.attempt >= MAX_ATTEMPTS or answer.code == GONE:
        values: dict[str, Any] = {"status": DeliveryStatus.FAILED, "ended_at": db.utcnow()}
    else:
        pause = PAUSES[claim.attempt] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (spread, not secrecy)
        values = {"run_after": db.utcnow(max(pause, answer.wait))}
    _settle(session, claim, answer, values)
    if not endpoint.enabled:
        return
    if answer.code == GONE:
        _switch_off(session, endpoint, "It answered 410 Gone, which means that nobody listens there any more.", answer)
    elif at - endpoint.failing_since >= DISABLE_AFTER:
        _switch_off(session, endpoint, "Every try of five days failed.", answer)


def _settle(session: Session, claim: Claim, answer: Answer, values: dict[str, Any]) -> None:
    """The delivery as the try leaves it."""
    mine = [col(WebhookDelivery.id) == claim.delivery_id, col(WebhookDelivery.fence) == claim.number]
    if not answer.ok:  # asked for again while it was under way: a success answers that, too; a failure leaves the new round as it is
        mine.append(col(WebhookDelivery.attempt) == claim.attempt)
    held = update(WebhookDelivery).where(*mine).values(code=answer.code, error=answer.error[:300], **values)
    session.execute(held.execution_options(synchronize_session=False))


def _of(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (col(WebhookAttempt.delivery_id) == claim.delivery_id, col(WebhookAttempt.number) == claim.number)


def _attempt(claim: Claim, answer: Answer) -> WebhookAttempt:
    return WebhookAttempt(
        organization_id=claim.organization_id,
        delivery_id=claim.delivery_id,
        number=claim.number,
        url=claim.url,
        request_headers=claim.headers,
        code=answer.code,
        response_headers=dict(answer.headers),
        response=answer.body,
        error=answer.error[:300],
        ms=answer.ms,
    )


def _switch_off(session: Session, endpoint: WebhookEndpoint, reason: str, answer: Answer) -> None:
    """Nothing is sent there any more; the admins hear of it, and what waited can be sent again."""
    webhook_endpoints.end(session, endpoint, reason)
    organization = session.get_one(Organization, endpoint.organization_id)
    data = {
        "organization": organization.name,
        "url": f"/settings/webhooks?endpoint={endpoint.id}",
        "endpoint": endpoint.url,
        "why": reason,
        "answer": answer.error or str(answer.code),
    }
    for user in _admins(session, endpoint.organization_id):
        _tell(session, user, endpoint, data)


def _tell(session: Session, user: User, endpoint: WebhookEndpoint, data: dict[str, str]) -> None:
    try:
        with db.savepoint(session):
            mail.send(
                session,
                kind=MailKind.WEBHOOK_ENDPOINT_DISABLED,
                to=user.email,
                data=data,
                once_key=f"webhook-off:{endpoint.id}:{endpoint.fence}:{user.id}",
                organization_id=endpoint.organization_id,
                user_id=user.id,
            )
    except CoexaiError as error:
        log.get(__name__).warning("the mail about a switched-off webhook was not written: %s", error.message)


def _admins(session: Session, organization_id: UUID) -> Sequence[User]:
    """In the order of their addresses, as mails of one transaction are written."""
    return session.exec(
        select(User)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.organization_id == organization_id, col(Membership.role).in_([Role.ADMIN, Role.OWNER]))
        .where(col(User.disabled_at).is_(None))
        .order_by(User.email)
    ).all()
