"""The audit log in tests: what stands in it, and the hand of somebody who can write to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.models import AuditLog
from coexai_app.services import audit, audit_verify
from coexai_app.services.audit_verify import ChainReport
from tests.conftest import BACKEND

TRIGGERS = ("audit_logs_no_update", "audit_logs_no_delete", "audit_chains_no_return", "audit_chains_no_delete")


def write(organization_id: UUID | None, *targets: str, **data: Any) -> None:
    """A row for each target, each in a transaction of its own."""
    for target in targets:
        with db.transaction() as session:
            audit.record(session, "output.edited", organization_id=organization_id, user_name="Bob Birch", target=target, **data)


def rows(session: Session, organization_id: UUID | None = None, action: str = "") -> list[AuditLog]:
    """The rows of a chain as the database has them now, oldest first."""
    session.rollback()
    session.expire_all()
    found = select(AuditLog).where(AuditLog.organization_id == organization_id).order_by(sa.asc("seq"))
    return list(session.exec(found.where(AuditLog.action == action) if action else found).all())


def check(organization_id: UUID, newest: int | None = None) -> ChainReport:
    with db.reading() as session:
        return audit_verify.walk(session, organization_id, newest=newest)


@contextmanager
def unguarded() -> Iterator[sa.Connection]:
    """A connection for which the triggers do not stand in the way, as for the owner of the database."""
    with db.engine().begin() as connection:
        if BACKEND == "postgres":
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        made = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")).scalars().all()
        for name in TRIGGERS:
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        yield connection
        for sql in made:
            connection.exec_driver_sql(sql)
