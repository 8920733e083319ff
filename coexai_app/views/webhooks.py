"""Webhook endpoints, what was sent to them, what came in, and the rules for pushes, as pages and API see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import Field

from coexai_app.models import (
    DeliveryStatus,
    GithubRule,
    IncomingStatus,
    IncomingWebhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from coexai_app.views.base import Page, View, duration, moment

EndpointStatus = Literal["on", "failing", "off"]
_ENDPOINT: Final[Mapping[str, tuple[str, str, str]]] = {
    "on": ("ok", "check", "On"),
    "failing": ("warn", "triangle-alert", "Failing"),
    "off": ("idle", "pause", "Off"),
}
_DELIVERY: Final[Mapping[DeliveryStatus, tuple[str, str, str]]] = {
    DeliveryStatus.PENDING: ("info", "hourglass", "Waiting"),
    DeliveryStatus.DELIVERED: ("ok", "check", "Delivered"),
    DeliveryStatus.FAILED: ("bad", "circle-x", "Failed"),
}
_INCOMING: Final[Mapping[IncomingStatus, tuple[str, str, str]]] = {
    IncomingStatus.RECEIVED: ("info", "hourglass", "Waiting"),
    IncomingStatus.WORKING: ("info", "spin", "Working"),
    IncomingStatus.DONE: ("ok", "check", "Done"),
    IncomingStatus.STORED: ("idle", "save", "Stored"),
    IncomingStatus.IGNORED: ("idle", "minus", "Ignored"),
    IncomingStatus.DEAD: ("bad", "archive-x", "Given up"),
}


class EventChoice(View):
    """One event type of the form. `name` may be a group ("job.*")."""

    name: str
    sentence: str


class EventGroup(View):
    name: str
    label: str
    types: tuple[EventChoice, ...]


class EndpointView(View):
    """An endpoint without its secret. `wants` tells of its filter; `reason` says why it is off."""

    id: str
    url: str
    description: str
    events: tuple[str, ...]
    enabled: bool
    status: EndpointStatus
    tone: str
    icon: str
    word: str
    wants: str
    reason: str
    made_by_key: bool
    waiting: int
    failures: int
    failing_since: datetime | None
    last_ok_at: datetime | None
    second_secret_until: datetime | None
    created_at: datetime
    last_ok: str
    second_secret: str


class CreatedEndpoint(EndpointView):
    """An endpoint at the moment when its secret was made: `secret` is never shown again."""

    secret: str = Field(repr=False)


class EndpointsView(Page[EndpointView]):
    """A page of endpoints. `closed` says why the reader sees none, `locked` why none can be made now."""

    closed: str = ""
    locked: str = ""


class DeliveryRow(View):
    id: str
    endpoint_id: str
    event_id: str
    type: str
    status: DeliveryStatus
    tone: str
    icon: str
    word: str
    attempts: int
    code: int | None
    answer: str
    created_at: datetime
    next_attempt_at: datetime | None
    when: str
    next: str


class AttemptView(View):
    """One try: what was sent and what came back."""

    number: int
    at: datetime
    url: str
    code: int | None
    error: str
    ms: int
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    response: str
    when: str
    took: str
    ok: bool
    request_text: str
    response_text: str


class DeliveryView(DeliveryRow):
    """A delivery with its payload and its tries, the newest first."""

    body: str
    tries: tuple[AttemptView, ...]


class IncomingRow(View):
    id: str
    source: str
    event: str
    external_id: str
    tone: str
    icon: str
    word: str
    result: str
    attempts: int
    when: str
    can_retry: bool


class RuleView(View):
    id: str
    repository: str
    branch: str
    paths: str
    agent: str
    capability: str
    capability_title: str
    by: str
    enabled: bool
    last: str
    last_job_id: str
    trouble: str
    defaults: dict[str, object]


class IncomingView(View):
    """The "Incoming" tab: how another service finds us, the rules, and what came. `closed` says why there is nothing to see.

    `github_secret` is this organisation's own; it is empty while pushes are switched off on this instance.
    """

    closed: str = ""
    locked: str = ""
    github_url: str = ""
    github_secret: str = Field("", repr=False)
    zapier_url: str = ""
    rules: tuple[RuleView, ...] = ()
    received: Page[IncomingRow] = Page[IncomingRow]()


def endpoint(row: WebhookEndpoint, *, timezone: str, waiting: int, at: datetime) -> EndpointView:
    status: EndpointStatus = "off" if not row.enabled else "failing" if row.failures else "on"
    tone, icon, word = _ENDPOINT[status]
    second = row.before_until if row.sealed_before is not None and row.before_until is not None and row.before_until > at else None
    return EndpointView(
        id=str(row.id),
        url=row.url,
        description=row.description,
        events=tuple(row.events),
        enabled=row.enabled,
        status=status,
        tone=tone,
        icon=icon,
        word=word,
        wants=_wants(row.events),
        reason=row.disabled_reason,
        made_by_key=row.api_key_id is not None,
        waiting=waiting,
        failures=row.failures,
        failing_since=row.failing_since,
        last_ok_at=row.last_ok_at,
        second_secret_until=second,
        created_at=row.created_at,
        last_ok=moment(row.last_ok_at, timezone) or "never",
        second_secret=moment(second, timezone),
    )


def delivery(row: WebhookDelivery, event: WebhookEvent, timezone: str) -> DeliveryRow:
    tone, icon, word = _DELIVERY[row.status]
    waits = row.status is DeliveryStatus.PENDING
    return DeliveryRow(
        id=str(row.id),
        endpoint_id=str(row.endpoint_id),
        event_id=message_id(event),
        type=event.type,
        status=row.status,
        tone=tone,
        icon=icon,
        word=word,
        attempts=row.fence,
        code=row.code,
        answer=row.error or (str(row.code) if row.code else ""),
        created_at=row.created_at,
        next_attempt_at=row.run_after if waits else None,
        when=moment(row.created_at, timezone),
        next=moment(row.run_after, timezone) if waits else "",
    )


def whole(row: WebhookDelivery, event: WebhookEvent, attempts: Sequence[WebhookAttempt], timezone: str) -> DeliveryView:
    tries = tuple(_attempt(one, event.body, timezone) for one in attempts)
    return DeliveryView(**delivery(row, event, timezone).model_dump(), body=pretty(event.body), tries=tries)


def message_id(event: WebhookEvent) -> str:
    """The `webhook-id` of an event: the same at every try and for every endpoint."""
    return f"msg_{event.id.hex}"


def pretty(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)


def incoming(row: IncomingWebhook, timezone: str) -> IncomingRow:
    tone, icon, word = _INCOMING[row.status]
    return IncomingRow(
        id=str(row.id),
        source=row.source.value,
        event=row.event,
        external_id=row.external_id.rpartition(":")[2],
        tone=tone,
        icon=icon,
        word=word,
        result=row.result,
        attempts=row.attempt,
        when=moment(row.created_at, timezone),
        can_retry=row.status is IncomingStatus.DEAD,
    )


def rule(row: GithubRule, *, by: str, title: str, timezone: str) -> RuleView:
    return RuleView(
        id=str(row.id),
        repository=row.repository,
        branch=row.branch,
        paths=row.paths,
        agent=row.agent,
        capability=row.capability,
        capability_title=title,
        by=by,
        enabled=row.enabled,
        last=moment(row.last_at, timezone),
        last_job_id=str(row.last_job_id) if row.last_job_id else "",
        trouble=row.trouble,
        defaults=row.defaults,
    )


def _attempt(row: WebhookAttempt, body: str, timezone: str) -> AttemptView:
    return AttemptView(
        number=row.number,
        at=row.created_at,
        url=row.url,
        code=row.code,
        error=row.error,
        ms=row.ms,
        request_headers=row.request_headers,
        response_headers=row.response_headers,
        response=row.response,
        when=moment(row.created_at, timezone),
        took=duration(row.ms),
        ok=row.code is not None and 200 <= row.code < 300,
        request_text=f"POST {row.url}\n{_lines(row.request_headers)}\n\n{body}",
        response_text=f"{row.code}\n{_lines(row.response_headers)}\n\n{row.response}".rstrip() if row.code else "",
    )


def _lines(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def _wants(events: Sequence[str]) -> str:
    if "*" in events:
        return "All events"
    return ", ".join(events[:3]) + (f" and {len(events) - 3} more" if len(events) > 3 else "")
