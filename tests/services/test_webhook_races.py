"""Many at once: workers that want the same endpoint, the same event of another service, a delivery that is asked for while it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.errors import Conflict, NotFound
from coexai_app.models import DeliveryStatus, IncomingWebhook, Job, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from coexai_app.services import incoming, incoming_run, jobs, webhook_delivery, webhook_endpoints, webhook_log
from coexai_app.views.webhooks import CreatedEndpoint
from tasks.webhooks import Lane
from tests import receiver as receivers
from tests import work
from tests.people import People, do
from tests.receiver import Receiver
from tests.servers import wait_until


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receivers.listening() as made:
        monkeypatch.setenv("WEBHOOK_ALLOW_HOSTS", f"127.0.0.1:{made.port}")
        settings.get.cache_clear()
        yield made
    monkeypatch.undo()
    settings.get.cache_clear()


@pytest.fixture
def endpoint(people: People, receiver: Receiver) -> CreatedEndpoint:
    return do(webhook_endpoints.create, people.adam, url=receiver.url(), events=["*"])


def cancelled(people: People, number: int = 1) -> None:
    for _ in range(number):
        do(jobs.cancel, people.bob, job_id=work.job_id(work.create(people.bob)))


def together(number: int, call: Callable[[int], Any]) -> list[Any]:
    gate = threading.Barrier(number)

    def one(n: int) -> Any:
        gate.wait(30)
        return call(n)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_of_many_workers_one_gets_the_endpoint(people: People, endpoint: CreatedEndpoint, session: Session) -> None:
    cancelled(people, 3)
    claims = [claim for found in together(6, lambda _: webhook_delivery.claim_due(3)) for claim in found]
    assert len(claims) == 1
    assert [row.attempt for row in session.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.id)))] == [1, 0, 0]


def test_many_workers_send_everything_once(people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session) -> None:
    cancelled(people, 6)
    together(4, lambda _: webhook_delivery.work_off())
    webhook_delivery.work_off()
    assert len(receiver.ids) == len(set(receiver.ids)) == 6
    assert {row.status for row in session.exec(select(WebhookDelivery))} == {DeliveryStatus.DELIVERED}
    assert len(session.exec(select(WebhookAttempt)).all()) == 6


@pytest.mark.parametrize("code", [200, 500])
def test_asked_for_again_while_it_is_under_way(
    people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session, code: int
) -> None:
    cancelled(people)
    (claim,) = webhook_delivery.claim_due(1)
    do(webhook_log.redeliver, people.adam, delivery_id=claim.delivery_id)
    receiver.answers = [code]
    webhook_delivery.send(claim, seconds=0)
    row = session.get_one(WebhookDelivery, claim.delivery_id)
    expected = (DeliveryStatus.DELIVERED, 0) if code == 200 else (DeliveryStatus.PENDING, 0)
    assert (row.status, row.attempt) == expected, "a success answers the wish, a failure leaves all tries"


def test_deleted_and_used_at_once_breaks_no_job(people: People, receiver: Receiver, session: Session) -> None:
    made = [do(webhook_endpoints.create, people.adam, url=receiver.url(), events=["*"]) for _ in range(4)]
    rows = [work.create(people.bob) for _ in range(4)]

    def call(n: int) -> None:
        if n % 2:
            do(webhook_endpoints.delete, people.adam, endpoint_id=UUID(made[n // 2].id))
        else:
            do(jobs.cancel, people.bob, job_id=work.job_id(rows[n // 2]))

    together(8, call)
    assert {row.status for row in session.exec(select(Job))} == {"cancelled"}
    assert session.exec(select(WebhookEndpoint)).all() == []


def test_the_same_order_of_many_senders_is_one_row_and_one_job(people: People, session: Session) -> None:
    body = json.dumps({"agent": "maya", "capability": "blog-to-thread", "input": {"text": work.POST}}).encode()
    new = together(6, lambda _: do(incoming.zapier, people.bob, body=body, ident="zap-7")[1])
    assert sorted(new) == [False] * 5 + [True]
    ident = session.exec(select(IncomingWebhook.id)).one()
    together(4, lambda _: incoming_run.handle(ident))
    session.rollback()
    assert len(session.exec(select(Job)).all()) == 1


def test_deleted_twice_is_found_once(people: People, endpoint: CreatedEndpoint) -> None:
    def call(_: int) -> str:
        try:
            do(webhook_endpoints.delete, people.adam, endpoint_id=UUID(endpoint.id))
        except (NotFound, Conflict) as error:
            return error.code
        return "deleted"

    assert sorted(together(3, call)) == ["NOT_FOUND", "NOT_FOUND", "deleted"]


def test_the_lane_sends_to_the_well_while_others_hang(people: People, receiver: Receiver) -> None:
    for n in range(6):
        receiver.by_path[f"/dead{n}"] = receivers.hangs(8)
        do(webhook_endpoints.create, people.adam, url=receiver.url(f"/dead{n}"), events=["*"])
    with db.transaction() as writing:
        for row in writing.exec(select(WebhookEndpoint)):
            row.failures = 1
    do(webhook_endpoints.create, people.adam, url=receiver.url("/well"), events=["*"])
    cancelled(people, 3)
    lane = Lane(slots=4)
    lane.start()
    try:
        wait_until(lambda: sum(one.path == "/well" for one in receiver.came) == 3, 30, "the well endpoint's events")
        assert sum(one.path.startswith("/dead") for one in receiver.came) == 1, "the others wait for a slot of the failing"
    finally:
        lane.stop(seconds=30)
    assert not lane._sending
