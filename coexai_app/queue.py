"""The queues. A message only wakes a worker; what is to be done, and whether it was done, is in the database.

Services call `enqueue(session, TaskName.X, …)`, which sends after the commit. `tasks/` registers the functions with `@task(TaskName.X)`.
There is one queue, and one more for every coworker in AGENT_QUEUES. Without Redis a queue is a SQLite file in DATA_DIR.
"""

from __future__ import annotations

import os
import secrets
import signal
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar

from huey import Huey
from huey.consumer import Consumer, ProcessEnvironment
from huey.serializer import SignedSerializer
from huey.storage import PriorityRedisStorage, SqliteStorage
from redis import ConnectionPool
from redis.exceptions import RedisError
from sqlmodel import Session

from coexai_app import db, log, settings
from coexai_app.models.enums import Priority
from coexai_app.processes import die_with_parent

F = TypeVar("F", bound=Callable[..., None])


class TaskName(StrEnum):
    RUN_JOB = "run-job"
    SEND_MAIL = "send-mail"
    SEND_WEBHOOKS = "send-webhooks"
    HANDLE_INCOMING = "handle-incoming"


LEVELS: Final = {Priority.CRITICAL: 30, Priority.HIGH: 20, Priority.NORMAL: 10, Priority.LOW: 0}
# All processes under one launcher share this word, so that one of them knows when another has died.
RUN: Final = os.environ.get("COEXAI_RUN") or secrets.token_hex(4)
POLL_SECONDS: Final = 0.5
_WAITING: Final = "coexai_messages"
_handlers: dict[str, Callable[..., None]] = {}
_stop: Any = None


@dataclass(frozen=True, slots=True)
class _Message:
    name: TaskName
    args: tuple[str, ...]
    priority: Priority
    route: str


class _RedisStorage(PriorityRedisStorage):  # type: ignore[misc]
    def enqueue_all(self, messages: Sequence[tuple[bytes, int]]) -> None:
        """As `enqueue` for each, in one round trip: the moment in microseconds before a message keeps their order."""
        moment = int(time.time() * 1e6)
        self.conn.zadd(self.queue_key, {struct.pack(">Q", moment + n) + data: -priority for n, (data, priority) in enumerate(messages)})


class _Queue(Huey):  # type: ignore[misc]
    """Huey without what is not used here (revoking costs a look into the store for every message)."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.dispatch = self.task(name="dispatch")(_dispatch)

    def is_revoked(self, task: Any, timestamp: Any = None, peek: bool = True) -> bool:
        return False

    def send(self, messages: Sequence[_Message]) -> None:
        """Puts messages into the store, in order."""
        tasks = [self.dispatch.s(one.name.value, *one.args, priority=LEVELS[one.priority]) for one in messages]
        if self.immediate or not isinstance(self.storage, _RedisStorage):
            for task in tasks:
                self.enqueue(task)
        else:
            self.storage.enqueue_all([(self.serialize_task(task), task.priority) for task in tasks])

    def dequeue(self) -> Any:
        try:
            return super().dequeue()
        except (RedisError, OSError):
            # Nobody can be woken: look for work without being asked, until the store is back.
            time.sleep(POLL_SECONDS)
            _handlers[TaskName.RUN_JOB]()
            return None


def _connect(name: str) -> _Queue:
    config = settings.get()
    # Messages are pickles: signed, so that writing to the queue's store is not enough to run code in a worker.
    options: dict[str, Any] = {"results": False, "serializer": SignedSerializer(secret=config.secret().decode(), salt="coexai-queue")}
    if config.redis_url:
        # A server that hangs is as good as gone after a few seconds; the blocking read of a worker takes one.
        pool = ConnectionPool.from_url(config.redis_url, socket_timeout=4, socket_connect_timeout=2)
        return _Queue(name, storage_class=_RedisStorage, connection_pool=pool, **options)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    return _Queue(name, storage_class=SqliteStorage, filename=str(config.data_dir / "queue.db"), fsync=False, **options)


def _dispatch(name: str, *args: str) -> None:
    """Every message names a task; a name from a newer version is left alone, since its row is still in the database."""
    handler = _handlers.get(name)
    if handler is None:
        log.get(__name__).warning("no task named %s in this version; the sweeper will offer it again", name)
        return
    handler(*args)


huey: Final = _connect("coexai")


@lru_cache
def of(route: str) -> _Queue:
    """The queue of a route: "" is the one that all share."""
    return _connect(f"coexai-{route}") if route else huey


def route(agent: str) -> str:
    """The route of a coworker's jobs."""
    return agent if agent in settings.get().agent_queues else ""


def task(name: TaskName) -> Callable[[F], F]:
    """Registers the worker's function for a task name."""

    def register(function: F) -> F:
        _handlers[name] = function
        return function

    return register


def enqueue(session: Session, name: TaskName, *args: str, priority: Priority = Priority.NORMAL, route: str = "") -> None:
    """Sends a message once the session has committed, together with its others. A lost message is no loss: the sweeper finds the row."""
    if _WAITING not in session.info:
        session.info[_WAITING] = []
        db.after_commit(session, lambda: _send(session.info.pop(_WAITING, ())))
    session.info[_WAITING].append(_Message(name, args, priority, route))


def _send(messages: Sequence[_Message]) -> None:
    for found in dict.fromkeys(one.route for one in messages):
        of(found).send([one for one in messages if one.route == found])


class _TiedProcesses(ProcessEnvironment):  # type: ignore[misc]
    """Worker processes that end when the consumer is killed; the jobs they held are taken back when their lease ends."""

    def init_child(self, process: Any) -> None:
        super().init_child(process)
        die_with_parent(signal.SIGKILL)


class _Consumer(Consumer):  # type: ignore[misc]
    def get_environment(self, worker_type: str) -> _TiedProcesses:
        return _TiedProcesses(self._graceful_sig, self._interrupt_sig)


def consumer(*, workers: int, stop_seconds: float, route: str = "") -> Consumer:
    """The consumer that runs in a worker. SIGTERM lets running jobs finish, for at most `stop_seconds`."""
    global _stop
    made = _Consumer(
        of(route),
        workers=workers,
        worker_type="process",
        periodic=False,
        # The SQLite queue is polled; Redis blocks, and wakes at once.
        initial_delay=0.05,
        max_delay=0.1,
        health_check_interval=1,
        graceful_signal="TERM",
        shutdown_timeout=stop_seconds,
    )
    _stop = made.stop_flag
    return made


def in_worker() -> bool:
    """Whether this is a process of a consumer: one that may end itself, since it is started again."""
    return _stop is not None


def stopping() -> bool:
    """Whether this worker was asked to stop: it takes no more jobs."""
    return _stop is not None and _stop.is_set()


def worker_name() -> str:
    """Names this process in leases: host, process id, launcher."""
    return f"{_here()}:{os.getpid()}:{RUN}"


def died(worker: str) -> bool:
    """Whether a worker process under this launcher is gone. Of other launchers' nothing is known: False."""
    here, _, rest = worker.rpartition(":")[0].rpartition(":")
    if here != _here() or not worker.endswith(f":{RUN}"):
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    return False


def _here() -> str:
    return os.uname().nodename[:40]
