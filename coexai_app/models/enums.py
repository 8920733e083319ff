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


class KeyState(StrEnum):
    """Of a signing key, in the order of its life: published, signing, still published, gone."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"
    RETIRED = "retired"


class OutputStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
