"""Webhooks while workers die and receivers hang: every event arrives at least once with its id, and nobody waits for a dead one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from uuid import UUID

from sqlmodel import func, select

from coexai_app.models import DeliveryStatus, WebhookDelivery, WebhookEvent
from tests import receiver as receivers
from tests.faults import client
from tests.faults.rig import Rig, organizations
from tests.receiver import Receiver
from tests.servers import wait_until


def counted(rig: Rig, status: DeliveryStatus) -> int:
    return rig.patient(lambda session: session.exec(select(func.count()).where(WebhookDelivery.status == status)).one())


def message_ids(rig: Rig) -> set[str]:
    return rig.patient(lambda session: {f"msg_{event.hex}" for event in session.exec(select(WebhookEvent.id))})


def allow(rig: Rig, receiver: Receiver) -> None:
    rig.environment["WEBHOOK_ALLOW_HOSTS"] = f"127.0.0.1:{receiver.port}"


def test_a_worker_killed_in_the_middle_of_a_delivery(rig: Rig, figures: Callable[[str], None]) -> None:
    """The receiver has read the event, and the worker dies before it hears so: the event comes again, with the same id."""
    with receivers.listening() as receiver:
        allow(rig, receiver)
        reached, go_on = threading.Event(), threading.Event()

        def slow(handler: object, body: bytes) -> None:
            reached.set()
            go_on.wait(30)
            receivers.respond(handler, 200)  # type: ignore[arg-type]

        receiver.answers = [slow, 200]
        web = rig.web()
        (owner,) = organizations(web, "pro")
        endpoint = web(client.webhook, owner, receiver.url())
        launcher = rig.work(workers=1)
        (job,) = web(client.enqueue, [owner], "noop", 1, {})
        assert reached.wait(60)
        for pid in launcher.workers():
            os.kill(pid, signal.SIGKILL)
        go_on.set()
        # Its lease would end by itself after 40 s; the test does not wait for that.
        rig.sql("UPDATE webhook_endpoints SET lease_until = created_at")
        wait_until(lambda: counted(rig, DeliveryStatus.DELIVERED) == 1, 60, "the second try")
        assert len(receiver.came) == 2
        assert set(receiver.ids) == message_ids(rig)
        assert receiver.came[0].body == receiver.came[1].body
        assert rig.wait(job, "completed").id == job
        assert UUID(endpoint)
        figures(f"webhooks {rig.kind}: killed in the middle, arrived {len(receiver.came)} times under one id")


def test_a_dead_endpoint_holds_up_neither_others_nor_jobs(rig: Rig, figures: Callable[[str], None]) -> None:
    """One endpoint never answers, one is well: the well one hears of every job at once, and the jobs do not wait."""
    count = 12
    with receivers.listening() as receiver:
        allow(rig, receiver)
        receiver.by_path["/dead"] = receivers.hangs(60)
        web = rig.web()
        (owner,) = organizations(web, "enterprise")
        for path in ("/dead", "/well"):
            web(client.webhook, owner, receiver.url(path))
        rig.work(workers=2)
        started = time.monotonic()
        web(client.enqueue, [owner], "noop", count, {})
        rig.drained(60)
        jobs = time.monotonic() - started
        wait_until(lambda: sum(one.path == "/well" for one in receiver.came) == count, 60, "all events at the well endpoint")
        wall = time.monotonic() - started
        assert {one.headers["webhook-id"] for one in receiver.came if one.path == "/well"} == message_ids(rig)
        assert sum(one.path == "/dead" for one in receiver.came) <= 1 + wall // 15, "one at a time"
        figures(f"webhooks {rig.kind}: {count} jobs in {jobs:.1f} s, their events in {wall:.1f} s beside a dead endpoint")
