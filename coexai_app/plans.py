"""The plans: limits and monthly runs, as one frozen table (founding document, "Rate Limits" and "Subscription Tiers")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from coexai_app.models.enums import PlanName, Priority

MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. `runs` is runs per coworker and month, None for unlimited; `price_cents` in US cents a month."""

    name: PlanName
    label: str
    price_cents: int
    requests_per_minute: int
    concurrent_jobs: int
    max_file_bytes: int
    priority: Priority
    api: bool
    support: str
    runs: Mapping[str, int | None] = field(default_factory=dict)

    def runs_of(self, agent: str) -> int | None:
        return self.runs[agent]


def _runs(maya: int | None, jordan: int | None, sam: int | None, taylor: int | None) -> Mapping[str, int | None]:
    return MappingProxyType({"maya": maya, "jordan": jordan, "sam": sam, "taylor": taylor})


PLANS: Final[Mapping[PlanName, Plan]] = MappingProxyType(
    {
        PlanName.FREE: Plan(
            PlanName.FREE, "Free", 0, 60, 1, 10 * MEGABYTE, Priority.NORMAL, api=False, support="Community", runs=_runs(10, 5, 3, 10)
        ),
        PlanName.PRO: Plan(
            PlanName.PRO, "Pro", 4_900, 600, 5, 100 * MEGABYTE, Priority.HIGH, api=True, support="Email", runs=_runs(100, 50, 30, 100)
        ),
        PlanName.ENTERPRISE: Plan(
            PlanName.ENTERPRISE,
            "Enterprise",
            19_900,
            6_000,
            25,
            500 * MEGABYTE,
            Priority.HIGH,
            api=True,
            support="Dedicated",
            runs=_runs(None, None, None, None),
        ),
    }
)


def of(name: str) -> Plan:
    return PLANS[PlanName(name)]
