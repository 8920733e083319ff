"""The audit log as the API answers it: each row as it is stored, with its hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from coexai_app.models import AuditLog, AuditOutcome
from coexai_app.views import audit
from coexai_app.views.base import View


class PartnerAuditRow(View):
    """One thing that somebody did. `seq` counts without a gap; `hash` covers the row and `previous_hash`."""

    id: UUID
    seq: int = Field(examples=[412])
    action: str = Field(examples=["api_key.created"])
    sentence: str = Field(examples=["Alice Archer made the API key “Website”."])
    outcome: AuditOutcome
    user_id: UUID | None
    user_name: str = Field(examples=["Alice Archer"])
    api_key_id: UUID | None
    target: str
    target_name: str = Field(examples=["Website"])
    ip: str = Field(examples=["192.0.2.7"])
    user_agent: str
    request_id: str = Field(examples=["req_0123456789abcdef"])
    before: dict[str, Any]
    after: dict[str, Any]
    data: dict[str, Any]
    previous_hash: str
    hash: str
    created_at: datetime


def row(found: AuditLog) -> PartnerAuditRow:
    copied = {name: getattr(found, name) for name in PartnerAuditRow.model_fields if name != "sentence"}
    return PartnerAuditRow(sentence=audit.sentence(found), **copied)
