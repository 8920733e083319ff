"""What a worker process does besides tasks: forgets its parent's connections, warms up, and sweeps every few seconds."""

from __future__ import annotations

import threading
import time

from coexai_app import db, log
from coexai_app.queue import huey
from coexai_app.services import runs, sweep

_started = threading.Lock()


@huey.on_startup()  # type: ignore[untyped-decorator]
def begin() -> None:
    """Once per worker process (thread workers share one)."""
    if not _started.acquire(blocking=False):
        return
    db.reset()
    threading.Thread(target=_sweep, name="sweep", daemon=True).start()
    try:
        runs.warm_up()
    except Exception:
        log.get(__name__).exception("warm-up failed; jobs will show why")


def _sweep() -> None:
    while True:
        try:
            sweep.tick()
        except Exception:
            log.get(__name__).exception("sweep failed; trying again")
        time.sleep(sweep.INTERVAL_SECONDS)
