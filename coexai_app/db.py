"""The database: one engine, one way to open a transaction, and calls that leave only after the commit.

Doors (state, api, tasks, cli) open `transaction()` or `reading()`; services get the session, flush, and never commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from select import POLLIN, poll
from typing import Any, Final, TypeVar

from sqlalchemy import CursorResult, Engine, Float, Integer, Update, create_engine, event, literal, select, text
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app import log, settings
from coexai_app.errors import CoexaiError

_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
)
_BEFORE_COMMIT: Final = "coexai_before_commit"
_AFTER_COMMIT: Final = "coexai_after_commit"
INSIST_SECONDS: Final = 30.0
# What the database raises while it is down, restarting, full or overloaded: the same call may work later.
AWAY: Final = (OperationalError, InterfaceError)

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_lock = threading.Lock()
_engines: dict[str, Engine] = {}
_ping = True


def engine(*, durable: bool = True) -> Engine:
    """The engine of this process, made on first use. Commits of the other one, `durable=False`, may be lost in a power cut."""
    return _engine("durable" if durable else "quick")


def reader() -> Engine:
    """The engine for transactions that only read; on its connections the database itself refuses to write."""
    return _engine("reader")


def _engine(kind: str) -> Engine:
    with _lock:
        if kind not in _engines:
            _engines[kind] = connect(settings.get().database, durable=kind != "quick", reads=kind == "reader")
        return _engines[kind]


def connect(url: str, *, durable: bool = True, reads: bool = False) -> Engine:
    """An engine for a database URL. Parameters never show in error messages: they hold customers' data."""
    common: dict[str, Any] = {"hide_parameters": True, "execution_options": {"coexai_reads": reads}}
    if not url.startswith("sqlite"):
        options = {
            "statement_timeout": 15000,
            "timezone": "utc",
            "synchronous_commit": "on" if durable else "off",
            "default_transaction_read_only": "on" if reads else "off",
        }
        if reads:  # READ COMMITTED gives every statement its own view anyway: to begin and end are two round trips for nothing
            common["isolation_level"] = "AUTOCOMMIT"
        made = create_engine(
            url,
            # Of reads all are kept: to open a connection takes longer than to read, and who finds none free has not long to wait.
            pool_size=12 if reads else 8,
            max_overflow=0 if reads else 8,
            pool_recycle=1800,
            connect_args={"options": " ".join(f"-c {name}={value}" for name, value in options.items()), "connect_timeout": 5},
            **common,
        )
        if _ping:
            _try_before_use(made)
        return made
    settings.get().data_dir.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, pool_size=10, max_overflow=10, connect_args={"timeout": 10}, **common)

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        sync, query_only = "FULL" if durable else "NORMAL", "ON" if reads else "OFF"
        for pragma in (*_SQLITE_PRAGMAS, f"PRAGMA synchronous={sync}", f"PRAGMA query_only={query_only}"):
            connection.execute(pragma)
        # SQLite's own knows ASCII only; a search finds "Über" for "über" on both databases.
        connection.create_function("lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True)

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that turns into a writer fails at once when another one wrote meanwhile; an immediate one waits its turn.
        reads = connection.get_execution_options().get("coexai_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return made


def _try_before_use(made: Engine) -> None:
    """A connection that its server closed, or has something to say on, is tried before it is used.

    SQLAlchemy's `pool_pre_ping` asks the server before each use, a round trip more for every call; the socket knows without one.
    """

    @event.listens_for(made, "checkout")
    def _living(connection: Any, _record: Any, _fairy: Any) -> None:
        news = poll()
        try:
            news.register(connection.pgconn.socket, POLLIN)
            if news.poll(0):
                made.dialect.do_ping(connection)
        except made.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError("the database closed this connection") from error


def reset(*, ping: bool = True) -> None:
    """Forgets the engines: in a forked worker (whose connections belong to its parent) and between tests.

    `ping`: whether a connection is tried before each use. Where writes are repeated anyway (`insist`) that is for nothing.
    """
    global _ping
    with _lock:
        _ping = ping
        for made in _engines.values():
            made.dispose(close=False)
        _engines.clear()


def close() -> None:
    """Closes the connections, so that a SQLite file is whole without its log beside it."""
    with _lock:
        for made in _engines.values():
            made.dispose()


@contextmanager
def transaction(*, durable: bool = True) -> Iterator[Session]:
    """A transaction that may write: commits at the end, then makes the after-commit calls; an error rolls back and drops them, unless it
    is a refusal that must leave its mark (`CoexaiError.keeps`).

    `durable=False` does not wait for the disk: for what the sweep would do again if a power cut took it, such as a claim.
    """
    with Session(engine(durable=durable), expire_on_commit=False) as session:
        try:
            yield session
        except CoexaiError as error:
            if error.keeps:
                _commit(session)
            raise
        _commit(session)


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that only reads: never blocks a writer, and a flush in it is an error of the program."""
    with Session(reader(), expire_on_commit=False, autoflush=False) as session:
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


def insist(call: Callable[[], T], *, seconds: float = INSIST_SECONDS) -> T:
    """Makes a call that writes, again and again while the database is away, full or restarting, for at most `seconds`.

    The call must bear repetition: when the connection breaks at the commit, its first try may have counted.
    """
    until, pause = time.monotonic() + seconds, 0.1
    while True:
        try:
            return call()
        except AWAY:
            if time.monotonic() + pause > until:
                raise
            log.get(__name__).warning("the database did not take it; trying again in %.1f s", pause)
            time.sleep(pause)
            pause = min(pause * 2, 2.0)


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """A part of a transaction that may fail alone: an error takes back its rows, and the calls and events that it had collected."""
    collected = {name: copy(value) for name, value in session.info.items()}
    try:
        with session.begin_nested():
            yield
    except BaseException:
        session.info.clear()
        session.info.update(collected)
        raise


def before_commit(session: Session, name: str, write: Callable[[], None]) -> None:
    """A last write of the transaction, once per name: what was collected during it goes to the database in one statement."""
    session.info.setdefault(_BEFORE_COMMIT, {}).setdefault(name, write)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Calls once the transaction has committed; a rollback forgets it. A failing call is logged: the sweeper makes good for it."""
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def _commit(session: Session) -> None:
    for write in session.info.pop(_BEFORE_COMMIT, {}).values():
        write()
    session.commit()
    for call in session.info.pop(_AFTER_COMMIT, ()):
        _leave(call)


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


def insert(session: Session, table: Any) -> Any:
    """An INSERT that can say what happens on a conflict, in the words of this session's database."""
    from sqlalchemy.dialects import postgresql, sqlite

    return (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(table)


def serialize(session: Session, name: str) -> None:
    """Lets one transaction at a time pass for this name. SQLite has a single writer anyway; PostgreSQL takes an advisory lock."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


class utcnow(FunctionElement[Any]):  # noqa: N801  (reads as SQL)
    """The database's clock, plus some seconds: the only clock that leases and waits are judged by."""

    inherit_cache = True
    type = UTCDateTime()

    def __init__(self, plus_seconds: float = 0) -> None:
        super().__init__(literal(float(plus_seconds), Float()))


class waited(FunctionElement[Any]):  # noqa: N801  (reads as SQL)
    """How many whole periods of some seconds have passed since a moment in a column."""

    inherit_cache = True
    type = Integer()

    def __init__(self, since: Any, seconds: float) -> None:
        super().__init__(since, literal(float(seconds), Float()))


@compiles(utcnow, "sqlite")
def _sqlite_now(element: utcnow, compiler: Any, **kw: Any) -> str:
    # Six digits of fraction, as SQLAlchemy stores datetimes, so that strings compare as times.
    (seconds,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('%+.3f seconds', {seconds}))"


@compiles(utcnow)
def _postgres_now(element: utcnow, compiler: Any, **kw: Any) -> str:
    (seconds,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(waited, "sqlite")
def _sqlite_waited(element: waited, compiler: Any, **kw: Any) -> str:
    since, seconds = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST((julianday('now') - julianday({since})) * 86400.0 / {seconds} AS INTEGER)"


@compiles(waited)
def _postgres_waited(element: waited, compiler: Any, **kw: Any) -> str:
    since, seconds = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(floor(extract(epoch FROM clock_timestamp() - {since}) / {seconds}) AS integer)"


def now(session: Session) -> datetime:
    """The database's clock, read: for what must be worked out in Python, such as the next slot of a schedule."""
    moment: datetime = session.execute(select(utcnow())).scalar_one()
    return moment
