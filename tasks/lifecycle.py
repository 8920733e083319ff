"""What a worker process does besides tasks: forgets its parent's connections, warms up, sends webhooks, and sweeps."""

from __future__ import annotations

import random
import threading
import time

from coexai_app import db, log, queue, settings
from coexai_app.services import runs, sweep, workers
from tasks import webhooks

_huey = queue.of(settings.get().worker_queue)
_started = threading.Lock()


@_huey.on_startup()  # type: ignore[untyped-decorator]
def begin() -> None:
    """Once per worker process (thread workers share one)."""
    if not _started.acquire(blocking=False):
        return
    db.reset(ping=False)
    threading.Thread(target=_sweep, name="sweep", daemon=True).start()
    webhooks.LANE.start()
    try:
        if settings.get().warm_workers:
            runs.warm_up()
    except Exception:
        log.get(__name__).exception("warm-up failed; jobs will show why")


@_huey.on_shutdown()  # type: ignore[untyped-decorator]
def end() -> None:
    """A worker that stops cleanly lets its deliveries end, and is gone from the list at once."""
    webhooks.LANE.stop()
    with db.transaction(durable=False) as session:
        workers.sign_out(session)


def _sweep() -> None:
    while True:
        try:
            sweep.tick()
        except Exception:
            log.get(__name__).exception("sweep failed; trying again")
        # Not in step with the others, so that every version has its turn during a deploy.
        time.sleep(sweep.INTERVAL_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311
