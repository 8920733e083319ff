"""Which worker processes are up. Each signs in with every round of the sweep; waiting jobs say when nobody is there to do them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from coexai_app import db, queue, settings
from coexai_app.models import Worker

PRESENT_SECONDS: Final = 20.0
FORGET_SECONDS: Final = 86_400.0


def sign_in(session: Session) -> None:
    """Says that this worker process is up."""
    name = queue.worker_name()
    if db.changed(session, update(Worker).where(col(Worker.name) == name).values(seen_at=db.utcnow())) == 0:
        here: Any = db.utcnow()
        session.add(Worker(name=name, queue=settings.get().worker_queue, started_at=here, seen_at=here))


def sign_out(session: Session) -> None:
    """Says that this worker process stops."""
    session.execute(delete(Worker).where(col(Worker.name) == queue.worker_name()))


def forget(session: Session) -> None:
    """Drops the workers that have been away for a day."""
    session.execute(delete(Worker).where(col(Worker.seen_at) < db.utcnow(-FORGET_SECONDS)))


@db.reads
def present(session: Session) -> frozenset[str]:
    """The queues that some worker serves now."""
    return frozenset(session.exec(select(Worker.queue).where(col(Worker.seen_at) > db.utcnow(-PRESENT_SECONDS)).distinct()).all())
