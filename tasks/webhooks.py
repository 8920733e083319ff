"""Sends webhooks in a lane of their own, and works off what other services sent.

Deliveries wait for strangers' servers, so no worker does them between jobs: every worker process has a few threads for them. A message
only wakes the lane; it also looks for itself, so a delivery leaves in time while all workers are busy with long jobs.
"""

from __future__ import annotations

import random
import threading
import time
from typing import Final
from uuid import UUID

from coexai_app import log, queue
from coexai_app.queue import TaskName, task
from coexai_app.services import incoming_run, webhook_delivery
from coexai_app.services.webhook_delivery import Claim

SLOTS: Final = 8
LOOK_SECONDS: Final = 2.0
STOP_SECONDS: Final = 4.0
_TICK: Final = 0.1


class Lane:
    """Sends up to `slots` deliveries at once, each in a thread; one endpoint never has two. Sleeps by the tick, as the sweep does: a
    machine clock that jumps does not stop it."""

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots = slots
        self._sending: dict[UUID, Claim] = {}
        self._asked = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def wake(self) -> None:
        self._asked.set()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Takes nothing new, and gives what is under way some seconds; the rest is sent again by another worker."""
        self._over.set()
        until = time.monotonic() + seconds
        while self._sending and time.monotonic() < until:
            time.sleep(_TICK)

    def _run(self) -> None:
        look_at = 0.0
        while not (self._over.is_set() or queue.stopping()):
            if self._asked.is_set() or time.monotonic() >= look_at:
                self._asked.clear()
                look_at = time.monotonic() + LOOK_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311  (not in step with the others)
                try:
                    self._fill()
                except Exception:
                    log.get(__name__).exception("webhooks that are due could not be taken; trying again")
            time.sleep(_TICK)

    def _fill(self) -> None:
        sending = list(self._sending.values())
        free = self._slots - len(sending)
        if free < 1:
            return
        for claim in webhook_delivery.claim_due(free, sending=sending, slots=self._slots):
            self._sending[claim.delivery_id] = claim
            threading.Thread(target=self._send, args=(claim,), name="webhook", daemon=True).start()

    def _send(self, claim: Claim) -> None:
        try:
            webhook_delivery.send(claim)
        except Exception:
            log.get(__name__).exception("what a webhook delivery was worth could not be recorded; it is sent again")
        finally:
            self._sending.pop(claim.delivery_id, None)
            self.wake()


LANE: Final = Lane()


@task(TaskName.SEND_WEBHOOKS)
def send_webhooks(*_: str) -> None:
    """Wakes this process's lane; a process without one sends what is due itself."""
    if LANE.running:
        LANE.wake()
    else:
        webhook_delivery.work_off()


@task(TaskName.HANDLE_INCOMING)
def handle_incoming(incoming_id: str) -> None:
    incoming_run.handle(UUID(incoming_id))
