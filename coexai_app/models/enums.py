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


class SignInDoor(StrEnum):
    """Where a log-in began: it ends there too."""

    BROWSER = "browser"
    API = "api"


class TokenPurpose(StrEnum):
    """What the link of a mail is for."""

    VERIFY = "verify"
    RESET = "reset"
    CHANGE_EMAIL = "change_email"


class FlowPurpose(StrEnum):
    """Why a browser was sent to a provider."""

    LOG_IN = "log_in"
    CONNECT = "connect"
    CONFIRM = "confirm"


class KeyState(StrEnum):
    """Of a signing key, in the order of its life: published, signing, still published, gone."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"
    RETIRED = "retired"


class OutputStatus(StrEnum):
    """`rejected`: a reviewer or a client asked for changes; the next edit makes it a draft again."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class ReviewStep(StrEnum):
    """What happened to a result on its way to a yes."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REJECTED = "rejected"
    REOPENED = "reopened"
    CHANGED = "changed"


class MailStatus(StrEnum):
    """`captured`: no mail server is set, so the mail stayed here to be read."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    CAPTURED = "captured"
    FAILED = "failed"


class MailKind(StrEnum):
    """What a mail is about. The column holds any word, so that a new kind needs no migration."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"
    EMAIL_CHANGED = "email_changed"
    ADDRESS_TAKEN = "address_taken"
    PASSWORD_CHANGED = "password_changed"
    NEW_SIGN_IN = "new_sign_in"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    IDENTITY_CHANGED = "identity_changed"
    INVITATION = "invitation"
    MEMBER_REMOVED = "member_removed"
    ROLE_CHANGED = "role_changed"
    ORGANIZATION_DELETED = "organization_deleted"
    ACCOUNT_DELETED = "account_deleted"
    OWNERSHIP_TRANSFERRED = "ownership_transferred"
    API_KEY_CREATED = "api_key_created"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint_disabled"
    JOB_COMPLETED = "job_completed"
    COMMENT_MENTION = "comment_mention"
    REVIEW_REQUESTED = "review_requested"
    CLIENT_ANSWERED = "client_answered"
    JOB_DEAD_LETTERED = "job_dead_lettered"
    QUOTA_80 = "quota_80"
    QUOTA_100 = "quota_100"
    RECEIPT = "receipt"
    PAYMENT_FAILED = "payment_failed"
    NOTICE = "notice"


class DeliveryStatus(StrEnum):
    """Of an event on its way to an endpoint. `failed`: given up, or its endpoint was switched off before."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class IncomingSource(StrEnum):
    STRIPE = "stripe"
    GITHUB = "github"
    ZAPIER = "zapier"


class IncomingStatus(StrEnum):
    """`stored`: kept for another part to act on; `ignored`: nothing here listens for it; `dead`: given up, a person decides."""

    RECEIVED = "received"
    WORKING = "working"
    DONE = "done"
    STORED = "stored"
    IGNORED = "ignored"
    DEAD = "dead"


class CalendarChannel(StrEnum):
    """Where something on the calendar is to be published."""

    X = "x"
    LINKEDIN = "linkedin"
    LINKEDIN_ARTICLE = "linkedin_article"
    THREADS = "threads"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    GOOGLE_BUSINESS = "google_business"
    NEWSLETTER = "newsletter"
    BLOG = "blog"
    OTHER = "other"


class CalendarState(StrEnum):
    """How far something on the calendar is, as people say it: nothing here publishes by itself."""

    IDEA = "idea"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class AuditOutcome(StrEnum):
    """Whether what the audit log tells of was done, went wrong, or was refused."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
