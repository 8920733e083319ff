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
    SignInDoor,
    StepState,
    TokenPurpose,
)
from coexai_app.models.factors import FactorTries, Passkey, PasskeyChallenge, RecoveryCode, SignInTicket, TotpFactor
from coexai_app.models.files import File
from coexai_app.models.idempotency import IdempotencyKey
from coexai_app.models.invitations import Invitation
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
    "FactorTries",
    "File",
    "IdempotencyKey",
    "Invitation",
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
    "Passkey",
    "PasskeyChallenge",
    "PlanName",
    "Priority",
    "Quota",
    "RecoveryCode",
    "RefreshToken",
    "RevokedToken",
    "Role",
    "Schedule",
    "SignInDoor",
    "SignInTicket",
    "SigningKey",
    "StepState",
    "Throttle",
    "TokenPurpose",
    "TotpFactor",
    "User",
    "Worker",
]
