"""What was answered to calls that carried an Idempotency-Key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field
from sqlmodel.sql.sqltypes import UTCDateTime

from coexai_app.models.base import CASCADE, Table


class IdempotencyKey(Table, table=True):
    """One call. `digest` names organisation, caller, route and key, `fingerprint` what was asked for; neither tells the key.

    While the call runs it holds the row until `locked_until`, and `fence` proves that it is still the holder when it writes `result`: the
    service's answer, sealed, in the same transaction as the work. From then on the row never changes; after `expires_at` it is forgotten.
    """

    __tablename__ = "idempotency_keys"

    organization_id: UUID = Field(foreign_key="organizations.id", ondelete=CASCADE, index=True)
    digest: str = Field(max_length=64, unique=True)
    fingerprint: str = Field(max_length=64)
    fence: int = 1
    locked_until: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime, index=True)
    result: bytes | None = None
