"""The audit log (founding document §6.5): rows that are only ever added, each chained to the one before by its hash.

Triggers of the database refuse to change a row, and to delete one that no checkpoint of its chain covers (revision 0005).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field

from coexai_app.models.base import Json, Table, enum_column
from coexai_app.models.enums import AuditOutcome


class AuditLog(Table, table=True):
    """One thing that somebody did. No foreign keys: the log outlives what it tells of, so it keeps ids and names.

    `chain_id` is the organisation, or the nil UUID for what belongs to none; `seq` counts each chain from 1 without a gap. `before` and
    `after` hold the fields that changed, `words` what a search looks through. `created_at` is the database's clock at the commit.
    """

    __tablename__ = "audit_logs"
    __table_args__ = (
        UniqueConstraint("chain_id", "seq"),
        Index("ix_audit_logs_action_target_created_at", "action", "target", "created_at"),
        Index("ix_audit_logs_chain_id_action_seq", "chain_id", "action", "seq"),
        Index("ix_audit_logs_chain_id_user_id_seq", "chain_id", "user_id", "seq"),
    )

    chain_id: UUID
    seq: int = Field(sa_type=BigInteger)
    organization_id: UUID | None = None
    action: str = Field(max_length=64)
    outcome: AuditOutcome = Field(default=AuditOutcome.DONE, sa_column=enum_column(AuditOutcome))
    user_id: UUID | None = None
    user_name: str = Field(default="", max_length=120)
    session_id: UUID | None = None
    api_key_id: UUID | None = None
    on_behalf_of: UUID | None = None
    on_behalf_of_name: str = Field(default="", max_length=120)
    target: str = Field(default="", max_length=128)
    target_name: str = Field(default="", max_length=200)
    ip: str = Field(default="", max_length=64)
    user_agent: str = Field(default="", max_length=256)
    request_id: str = Field(default="", max_length=64)
    before: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    after: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    words: str = Field(default="", sa_column=Column(Text, nullable=False))
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditChain(Table, table=True):
    """The head of a chain: its newest row, signed with the instance's secret, so that a tail that was cut off is missed.

    `id` is the chain's. Rows up to `checkpoint_seq` were purged by retention; the next one follows on `checkpoint_hash`.
    """

    __tablename__ = "audit_chains"

    organization_id: UUID | None = None
    seq: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
    signature: str = Field(max_length=64)
    checkpoint_seq: int = Field(sa_type=BigInteger)
    checkpoint_hash: str = Field(max_length=64)
    checkpoint_signature: str = Field(max_length=64)
