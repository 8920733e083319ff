"""Tables only. Importing this package fills `SQLModel.metadata`; rows never cross to pages or API, views do."""

from coexai_app.models.accounts import LoginSession, Membership, OneTimeToken, Organization, SeenDevice, Throttle, User
from coexai_app.models.audit import AuditChain, AuditLog
from coexai_app.models.business import BusinessProfile, BusinessProfileVersion
from coexai_app.models.calendar import CalendarEntry, CalendarFeed
from coexai_app.models.enums import (
    AuditOutcome,
    CalendarChannel,
    CalendarState,
    DeliveryStatus,
    FlowPurpose,
    IncomingSource,
    IncomingStatus,
    JobStatus,
    KeyState,
    MailKind,
    MailStatus,
    OutputStatus,
    PlanName,
    Priority,
    ReviewStep,
    Role,
    SignInDoor,
    StepState,
    TokenPurpose,
)
from coexai_app.models.evals import EvalCase
from coexai_app.models.factors import FactorTries, Passkey, PasskeyChallenge, RecoveryCode, SignInTicket, TotpFactor
from coexai_app.models.files import File
from coexai_app.models.idempotency import IdempotencyKey
from coexai_app.models.identities import Identity, SignInFlow
from coexai_app.models.invitations import Invitation
from coexai_app.models.jobs import Charge, Event, Job, JobStep, Lock, Quota, Worker
from coexai_app.models.mail import Mail, MutedMail
from coexai_app.models.outputs import Output
from coexai_app.models.reviews import ClientLink, Comment, OutputVersion, ReviewEvent
from coexai_app.models.schedules import Schedule
from coexai_app.models.tokens import ApiKey, RefreshToken, RevokedToken, SigningKey
from coexai_app.models.webhooks import (
    GithubRule,
    IncomingWebhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

__all__ = [
    "ApiKey",
    "AuditChain",
    "AuditLog",
    "AuditOutcome",
    "BusinessProfile",
    "BusinessProfileVersion",
    "CalendarChannel",
    "CalendarEntry",
    "CalendarFeed",
    "CalendarState",
    "Charge",
    "ClientLink",
    "Comment",
    "DeliveryStatus",
    "EvalCase",
    "Event",
    "FactorTries",
    "File",
    "FlowPurpose",
    "GithubRule",
    "IdempotencyKey",
    "Identity",
    "IncomingSource",
    "IncomingStatus",
    "IncomingWebhook",
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
    "MutedMail",
    "OneTimeToken",
    "Organization",
    "Output",
    "OutputStatus",
    "OutputVersion",
    "Passkey",
    "PasskeyChallenge",
    "PlanName",
    "Priority",
    "Quota",
    "RecoveryCode",
    "RefreshToken",
    "ReviewEvent",
    "ReviewStep",
    "RevokedToken",
    "Role",
    "Schedule",
    "SeenDevice",
    "SignInDoor",
    "SignInFlow",
    "SignInTicket",
    "SigningKey",
    "StepState",
    "Throttle",
    "TokenPurpose",
    "TotpFactor",
    "User",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "Worker",
]
