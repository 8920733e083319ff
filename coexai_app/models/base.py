"""What all tables share: time-ordered ids, UTC times, portable JSON and enum columns, one naming convention."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
CASCADE: Final = "CASCADE"


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562 §5.7): sorts by the time it was made, so primary-key indexes grow at their end."""
    ms = time.time_ns() // 1_000_000
    return UUID(int=(ms << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62))


def now() -> datetime:
    return datetime.now(UTC)


class Json(sa.types.TypeDecorator[Any]):
    """JSON on SQLite, JSONB on PostgreSQL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else sa.JSON())


def enum_column(kind: type[StrEnum], *, length: int = 16, index: bool = False) -> Any:
    """A status column: stored as its value, with a CHECK, so that adding a state is a plain migration."""
    return sa.Column(
        sa.Enum(
            kind,
            native_enum=False,
            length=length,
            values_callable=lambda e: [m.value for m in e],
            name=kind.__name__.lower(),
            create_constraint=True,
        ),
        nullable=False,
        index=index,
    )


class Table(SQLModel):
    """Base of every table: an id and the time of making."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=UTCDateTime, nullable=False)


def table_of(model: type[SQLModel]) -> sa.Table:
    """The table under a model, for statements that write many rows without making an object of each. Column defaults apply."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table
