"""What an API key may be allowed to do: the scopes, each with a sentence for people and the least role that may hand it out.

`access.SCOPE_OF` says which permission needs which scope. A key never does more than the person who made it may do now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from coexai_app.models.enums import Role


class Scope(StrEnum):
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    OUTPUTS_READ = "outputs:read"
    OUTPUTS_WRITE = "outputs:write"
    OUTPUTS_APPROVE = "outputs:approve"
    SCHEDULES_WRITE = "schedules:write"
    CALENDAR_WRITE = "calendar:write"
    WEBHOOKS_MANAGE = "webhooks:manage"
    USAGE_READ = "usage:read"
    MEMBERS_READ = "members:read"
    AUDIT_READ = "audit:read"


@dataclass(frozen=True, slots=True)
class Grant:
    """`sentence` tells a person what the scope allows, `role` who may hand it out."""

    sentence: str
    role: Role


SCOPES: Final[Mapping[Scope, Grant]] = MappingProxyType(
    {
        Scope.JOBS_READ: Grant("See the coworkers, jobs and their progress.", Role.MEMBER),
        Scope.JOBS_WRITE: Grant("Start, cancel and resume jobs. This uses up runs of the plan.", Role.MEMBER),
        Scope.FILES_READ: Grant("See and download files.", Role.MEMBER),
        Scope.FILES_WRITE: Grant("Add files.", Role.MEMBER),
        Scope.OUTPUTS_READ: Grant("Read and export results.", Role.MEMBER),
        Scope.OUTPUTS_WRITE: Grant("Change results and restore what a coworker wrote.", Role.MEMBER),
        Scope.OUTPUTS_APPROVE: Grant("Approve results without a person looking at them.", Role.MEMBER),
        Scope.SCHEDULES_WRITE: Grant("Make, change and stop schedules.", Role.MEMBER),
        Scope.CALENDAR_WRITE: Grant("Put entries on the content calendar, move and delete them.", Role.MEMBER),
        Scope.WEBHOOKS_MANAGE: Grant("Send events to other addresses, and see what was sent.", Role.ADMIN),
        Scope.USAGE_READ: Grant("See how much of the plan is used.", Role.MEMBER),
        Scope.MEMBERS_READ: Grant("See names, e-mail addresses and roles of the team.", Role.ADMIN),
        Scope.AUDIT_READ: Grant("Read the trail of sensitive actions.", Role.ADMIN),
    }
)
