"""The one Huey instance. A message only wakes a worker; what is to be done, and whether it was done, is in the database.

Services call `enqueue(session, TaskName.X, …)`, which sends after the commit. `tasks/` registers the functions with `@task(TaskName.X)`.
Without Redis the queue is a SQLite file in DATA_DIR.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeVar

from huey import Huey, PriorityRedisHuey, SqliteHuey
from huey.consumer import Consumer, ProcessEnvironment
from huey.serializer import SignedSerializer
from sqlmodel import Session

from coexai_app import db, log, settings
from coexai_app.models.enums import Priority
from coexai_app.processes import die_with_parent

F = TypeVar("F", bound=Callable[..., None])


class TaskName(StrEnum):
    RUN_JOB = "run-job"
    SEND_MAIL = "send-mail"


LEVELS: Final = {Priority.CRITICAL: 30, Priority.HIGH: 20, Priority.NORMAL: 10, Priority.LOW: 0}
_handlers: dict[str, Callable[..., None]] = {}


def _connect() -> Huey:
    config = settings.get()
    # Messages are pickles: signed, so that writing to the queue's store is not enough to run code in a worker.
    options: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret=config.secret().decode(), salt="coexai-queue")}
    if config.redis_url:
        return PriorityRedisHuey("coexai", url=config.redis_url, **options)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("coexai", filename=str(config.data_dir / "queue.db"), fsync=False, **options)


huey: Final[Huey] = _connect()


@huey.task(name="dispatch")  # type: ignore[untyped-decorator]
def _dispatch(name: str, *args: str) -> None:
    """Every message names a task; a name from a newer version is left alone, since its row is still in the database."""
    handler = _handlers.get(name)
    if handler is None:
        log.get(__name__).warning("no task named %s in this version; the sweeper will offer it again", name)
        return
    handler(*args)


def task(name: TaskName) -> Callable[[F], F]:
    """Registers the worker's function for a task name."""

    def register(function: F) -> F:
        _handlers[name] = function
        return function

    return register


def enqueue(session: Session, name: TaskName, *args: str, priority: Priority = Priority.NORMAL) -> None:
    """Sends a message once the session has committed. A lost message is no loss: the sweeper finds the row."""
    db.after_commit(session, lambda: send(name, *args, priority=priority))


def send(name: TaskName, *args: str, priority: Priority = Priority.NORMAL) -> None:
    huey.enqueue(_dispatch.s(name.value, *args, priority=LEVELS[priority]))


class _TiedProcesses(ProcessEnvironment):  # type: ignore[misc]
    """Worker processes that end when the consumer is killed; the jobs they held are taken back when their lease ends."""

    def init_child(self, process: Any) -> None:
        super().init_child(process)
        die_with_parent(signal.SIGKILL)


class _Consumer(Consumer):  # type: ignore[misc]
    def get_environment(self, worker_type: str) -> _TiedProcesses:
        return _TiedProcesses(self._graceful_sig, self._interrupt_sig)


def consumer(*, workers: int, stop_seconds: float) -> Consumer:
    """The consumer that runs in a worker. SIGTERM lets running jobs finish, for at most `stop_seconds`."""
    return _Consumer(
        huey,
        workers=workers,
        worker_type="process",
        periodic=False,
        # The SQLite queue is polled; Redis blocks, and wakes at once.
        initial_delay=0.05,
        max_delay=0.1,
        health_check_interval=2,
        graceful_signal="TERM",
        shutdown_timeout=stop_seconds,
    )


def worker_name() -> str:
    """Names this process in leases: host and process id."""
    return f"{os.uname().nodename[:40]}:{os.getpid()}"
