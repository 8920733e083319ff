"""Alembic's environment: our engine, our naming convention, one transaction, one migration at a time.

Called by `coexai migrate` (which passes a connection) and by the alembic command.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

import coexai_app.models  # noqa: F401  (fills the metadata)
from alembic import context
from coexai_app import db
from coexai_app.models.base import Json


def _render(kind: str, obj: object, autogen: object) -> str | bool:
    """Our own column types by their import, so that a revision needs no edits."""
    if kind == "type" and isinstance(obj, Json):
        autogen.imports.add("from coexai_app.models.base import Json")  # type: ignore[attr-defined]
        return "Json(none_as_null=True)" if obj.impl_instance.none_as_null else "Json()"
    return False


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('coexai-migrate'))"))
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with db.engine().begin() as made:
        _run(made)
