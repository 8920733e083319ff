"""The audit log, page by page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query as QueryParameter
from fastapi import Request
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import deps, partner
from coexai_app.api.deps import Partner
from coexai_app.api.documented import operation
from coexai_app.api.partner import PageQuery
from coexai_app.services import partner_audit
from coexai_app.services.audit_read import Filters
from coexai_app.views.listing import Listing
from coexai_app.views.partner_audit import PartnerAuditRow

router = partner.router("/audit-logs", "Audit log")
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class AuditQuery(PageQuery):
    sort: Literal["-created_at", "created_at"] = "-created_at"
    action: str = Field("", max_length=64, examples=["api_key.created"])
    person: UUID | None = Field(None, description="Who did it.")
    target: str = Field("", max_length=128, description="The id of what it was done to.")
    since: Day | None = Field(None, description="The first day, in the organisation's time zone.", examples=["2026-11-01"])
    until: Day | None = Field(None, description="The last day, itself included.", examples=["2026-11-30"])
    q: str = Field("", max_length=200, description="Words that a row must hold.", examples=["website"])


@router.get("", **operation("List the audit log", permission=Permission.VIEW_AUDIT))
async def audit_logs(request: Request, actor: Partner, query: Annotated[AuditQuery, QueryParameter()]) -> Listing[PartnerAuditRow]:
    """Who did what, when and from where, each row with the hash that chains it to the one before. For admins' keys."""
    filters = Filters(action=query.action, person=query.person, target=query.target, since=query.since, until=query.until, text=query.q)
    found = await deps.call(partner_audit.page, actor, page=query.page, limit=query.limit, sort=query.sort, filters=filters)
    partner.linked(request, found)
    return found
