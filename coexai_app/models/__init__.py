"""Tables only. Importing this package fills `SQLModel.metadata`; rows never cross to pages or API, views do."""

from coexai_app.models.accounts import LoginSession, Membership, Organization, User
from coexai_app.models.audit import AuditLog
from coexai_app.models.enums import JobStatus, KeyState, OutputStatus, PlanName, Priority, Role, StepState
from coexai_app.models.files import File
from coexai_app.models.jobs import Event, Job, JobStep, Lock, Quota
from coexai_app.models.outputs import Output
from coexai_app.models.tokens import ApiKey, RefreshToken, RevokedToken, SigningKey

__all__ = [
    "ApiKey",
    "AuditLog",
    "Event",
    "File",
    "Job",
    "JobStatus",
    "JobStep",
    "KeyState",
    "Lock",
    "LoginSession",
    "Membership",
    "Organization",
    "Output",
    "OutputStatus",
    "PlanName",
    "Priority",
    "Quota",
    "RefreshToken",
    "RevokedToken",
    "Role",
    "SigningKey",
    "StepState",
    "User",
]
