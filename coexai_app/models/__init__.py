"""Tables only. Importing this package fills `SQLModel.metadata`; rows never cross to pages or API, views do."""

from coexai_app.models.accounts import LoginSession, Membership, Organization, User
from coexai_app.models.audit import AuditLog
from coexai_app.models.enums import JobStatus, OutputStatus, PlanName, Priority, Role, StepState
from coexai_app.models.files import File
from coexai_app.models.jobs import Charge, Event, Job, JobStep, Lock, Quota, Worker
from coexai_app.models.outputs import Output

__all__ = [
    "AuditLog",
    "Charge",
    "Event",
    "File",
    "Job",
    "JobStatus",
    "JobStep",
    "Lock",
    "LoginSession",
    "Membership",
    "Organization",
    "Output",
    "OutputStatus",
    "PlanName",
    "Priority",
    "Quota",
    "Role",
    "StepState",
    "User",
    "Worker",
]
