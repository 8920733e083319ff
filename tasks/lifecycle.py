"""What a worker process does besides tasks: forgets its parent's connections, warms up, and sweeps every few seconds."""

from __future__ import annotations

import threading
import time

from coexai_app import db, log, queue, settings
from coexai_app.services import runs, sweep, workers

_huey = queue.of(settings.get().worker_queue)
_started = threading.Lock()


@_huey.on_startup()  # type: ignore[untyped-decorator]
def begin() -> None:
    """Once per worker process (thread workers share one)."""
    if not _started.acquire(blocking=False):
        return
    db.reset(ping=False)
    threading.Thread(target=_sweep, name="sweep", daemon=True).start()
    try:
        runs.warm_up()
    except Exception:
        log.get(__name__).exception("warm-up failed; jobs will show why")


@_huey.on_shutdown()  # type: ignore[untyped-decorator]
def end() -> None:
    """A worker that stops cleanly is gone from the list at once."""
    with db.transaction(durable=False) as session:
        workers.sign_out(session)


def _sweep() -> None:
    while True:
        try:
            sweep.tick()
        except Exception:
            log.get(__name__).exception("sweep failed; trying again")
        time.sleep(sweep.INTERVAL_SECONDS)
