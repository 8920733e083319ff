"""An organisation, its limits and its members as the API answers them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from coexai_app import agents
from coexai_app.models import Organization, Role
from coexai_app.plans import Plan
from coexai_app.views.base import View


class PlanLimits(View):
    """`runs` is runs per coworker and month, null for unlimited."""

    requests_per_minute: int = Field(examples=[600])
    concurrent_jobs: int = Field(examples=[5])
    max_file_bytes: int = Field(examples=[100_000_000])
    highest_priority: str = Field(examples=["high"])
    runs: dict[str, int | None] = Field(examples=[{"maya": 100}])


class PartnerOrganization(View):
    id: UUID
    name: str = Field(examples=["Larkfield Studio"])
    plan: str = Field(examples=["pro"])
    timezone: str = Field(examples=["Europe/Berlin"])
    created_at: datetime
    limits: PlanLimits


class PartnerMember(View):
    user_id: UUID
    name: str = Field(examples=["Alice Archer"])
    email: str = Field(examples=["alice@example.com"])
    role: Role
    joined_at: datetime


class AgentUsage(View):
    """One coworker in one month. `limit` and `left` are null for unlimited; `reserved` runs belong to jobs that have not ended."""

    agent: str = Field(examples=["maya"])
    used: int = Field(examples=[41])
    reserved: int = Field(examples=[1])
    limit: int | None = Field(examples=[100])
    left: int | None = Field(examples=[58])
    input_tokens: int = Field(examples=[120000])
    output_tokens: int = Field(examples=[18000])
    cost_micros: int = Field(examples=[240000], description="What language and transcription models took, in millionths of a US dollar.")


class UsageReport(View):
    """A month, in UTC. Test jobs are not part of it."""

    period: str = Field(examples=["2026-11"])
    resets_at: datetime
    agents: tuple[AgentUsage, ...]


def organization(row: Organization, plan: Plan) -> PartnerOrganization:
    limits = PlanLimits(
        requests_per_minute=plan.requests_per_minute,
        concurrent_jobs=plan.concurrent_jobs,
        max_file_bytes=plan.max_file_bytes,
        highest_priority=plan.priority,
        runs={slug: plan.runs_of(slug) for slug in agents.AGENTS},
    )
    return PartnerOrganization(id=row.id, name=row.name, plan=row.plan, timezone=row.timezone, created_at=row.created_at, limits=limits)
