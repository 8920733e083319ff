"""Tables only. Importing this package fills `SQLModel.metadata`; rows never cross to pages or API, views do."""

from coexai_app.models.accounts import LoginSession, Membership, OneTimeToken, Organization, Throttle, User
from coexai_app.models.audit import AuditChain, AuditLog
from coexai_app.models.enums import (
    AuditOutcome,
    JobStatus,
    KeyState,
    MailKind,
    MailStatus,
    OutputStatus,
    PlanName,
    Priority,
    Role,
    StepState,
    TokenPurpose,
)
from coexai_app.models.files import File
from coexai_app.models.jobs import Charge, Event, Job, JobStep, Lock, Quota, Worker
from coexai_app.models.mail import Mail
from coexai_app.models.outputs import Output
from coexai_app.models.schedules import Schedule
from coexai_app.models.tokens import ApiKey, RefreshToken, RevokedToken, SigningKey

__all__ = [
    "ApiKey",
    "AuditChain",
    "AuditLog",
    "AuditOutcome",
    "Charge",
    "Event",
    "File",
    "Job",
    "JobStatus",
    "JobStep",
    "KeyState",
    "Lock",
    "LoginSession",
    "Mail",
    "MailKind",
    "MailStatus",
    "Membership",
    "OneTimeToken",
    "Organization",
    "Output",
    "OutputStatus",
    "PlanName",
    "Priority",
    "Quota",
    "RefreshToken",
    "RevokedToken",
    "Role",
    "Schedule",
    "SigningKey",
    "StepState",
    "Throttle",
    "TokenPurpose",
    "User",
    "Worker",
]
