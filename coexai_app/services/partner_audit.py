"""The audit log for the API's clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.models import AuditLog
from coexai_app.services import audit_read
from coexai_app.services.audit_read import EVERYTHING, Filters
from coexai_app.views import partner_audit as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_audit import PartnerAuditRow

ORDERS: Final[Mapping[str, Any]] = {"created_at": col(AuditLog.seq), "-created_at": col(AuditLog.seq).desc()}


@db.reads
def page(
    session: Session, actor: Actor, *, page: int = 1, limit: int = 20, sort: str = "-created_at", filters: Filters = EVERYTHING
) -> Listing[PartnerAuditRow]:
    """A page of the organisation's log. `sort` is a key of ORDERS; an unknown action or person finds nothing."""
    access.require(actor, Permission.VIEW_AUDIT)
    found = audit_read.matching(actor, filters)
    total = session.exec(select(func.count()).select_from(found.with_only_columns(col(AuditLog.seq)).subquery())).one()
    rows = session.exec(found.order_by(ORDERS[sort]).offset((page - 1) * limit).limit(limit)).all()
    return Listing[PartnerAuditRow].of([view.row(row) for row in rows], page=page, limit=limit, total=total)
