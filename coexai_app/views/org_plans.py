"""Organisations and their plans, for whoever runs the instance."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from coexai_app.models import Organization, PlanName


class OrganizationPlan(BaseModel):
    """An organisation, its plan, and its owners' e-mail addresses."""

    id: str
    name: str
    plan: PlanName
    owners: tuple[str, ...]


def whole(row: Organization, owners: Sequence[str]) -> OrganizationPlan:
    return OrganizationPlan(id=str(row.id), name=row.name, plan=row.plan, owners=tuple(owners))
