"""The closed sets of words that columns hold."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"


class PlanName(StrEnum):
    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"


class Priority(StrEnum):
    """Order of work, most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class JobStatus(StrEnum):
    PENDING = "pending"
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    DEAD_LETTER = "dead_letter"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    TODO = "todo"
    RUNNING = "running"
    DONE = "done"
    KEPT = "kept"
    FAILED = "failed"


class OutputStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"


class AuditOutcome(StrEnum):
    """Whether what the audit log tells of was done, went wrong, or was refused."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
