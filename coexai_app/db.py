"""The database: one engine, one way to open a transaction, and calls that leave only after the commit.

Doors (state, api, tasks, cli) open `transaction()` or `reading()`; services get the session, flush, and never commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import CursorResult, Engine, Update, create_engine, event, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app import log, settings

_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit that was confirmed survives a power cut
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
)
_AFTER_COMMIT: Final = "coexai_after_commit"

F = TypeVar("F", bound=Callable[..., Any])
_lock = threading.Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """The engine of this process, made on first use."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = connect(settings.get().database)
        return _engine


def connect(url: str) -> Engine:
    """An engine for a database URL. Parameters never show in error messages: they hold customers' data."""
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={"options": "-c statement_timeout=15000 -c timezone=utc", "connect_timeout": 5},
        )
    settings.get().data_dir.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, pool_size=10, max_overflow=10, hide_parameters=True, connect_args={"timeout": 10})

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)
        # SQLite's own knows ASCII only; a search finds "Über" for "über" on both databases.
        connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True)

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that turns into a writer fails at once when another one wrote meanwhile; an immediate one waits its turn.
        reads = connection.get_execution_options().get("coexai_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return made


def reset() -> None:
    """Forgets the engine: in a forked worker (whose connections belong to its parent) and between tests."""
    global _engine
    with _lock:
        if _engine is not None:
            _engine.dispose(close=False)
        _engine = None


@contextmanager
def transaction() -> Iterator[Session]:
    """A transaction that may write: commits at the end, then makes the after-commit calls; an error rolls back and drops them."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session
        session.commit()
        for call in session.info.pop(_AFTER_COMMIT, ()):
            _leave(call)


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that only reads: never blocks a writer, and a flush in it is an error of the program."""
    with Session(engine().execution_options(coexai_reads=True), expire_on_commit=False, autoflush=False) as session:
        yield session
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("a service marked @reads tried to write")


def reads(service: F) -> F:
    """Marks a service that only reads, so that every door opens the cheaper transaction for it."""
    service.__dict__["coexai_reads"] = True
    return service


def open_for(service: Callable[..., Any]) -> Any:
    """The transaction that a service needs: `with db.open_for(service) as session: service(session, …)`."""
    return reading() if service.__dict__.get("coexai_reads") else transaction()


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Calls once the transaction has committed; a rollback forgets it. A failing call is logged: the sweeper makes good for it."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def _leave(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:
        log.get(__name__).exception("after-commit call failed")


def changed(session: Session, statement: Update) -> int:
    """Runs a conditional update and says how many rows it changed."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def serialize(session: Session, name: str) -> None:
    """Lets one transaction at a time pass for this name. SQLite has a single writer anyway; PostgreSQL takes an advisory lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


class utcnow(FunctionElement[Any]):  # noqa: N801  (reads as SQL)
    """The database's clock, plus some seconds: the only clock that leases and waits are judged by."""

    inherit_cache = False
    type = UTCDateTime()

    def __init__(self, plus_seconds: float = 0) -> None:
        super().__init__()
        self.plus_seconds = plus_seconds


@compiles(utcnow, "sqlite")
def _sqlite_now(element: utcnow, _compiler: Any, **_kw: Any) -> str:
    # Six digits of fraction, as SQLAlchemy stores datetimes, so that strings compare as times.
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{element.plus_seconds:+.3f} seconds')"


@compiles(utcnow)
def _postgres_now(element: utcnow, _compiler: Any, **_kw: Any) -> str:
    return f"(clock_timestamp() + interval '{element.plus_seconds:.3f} seconds')"
