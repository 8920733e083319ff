"""The errors that the domain raises; each door translates them once (API envelope, toast, exit code).

A message is written for the person who reads it: what happened, what is safe, what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class CoexaiError(Exception):
    """Something went wrong on our side, and nothing was changed.

    The base of every error that a user may see. `status` is the HTTP status, `code` the stable name in the API, `details` plain JSON data.
    `permanent` tells the job engine that another try cannot help; `keeps` tells the transaction to commit what was written before
    the error was raised (a refusal that must leave its mark).
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    permanent: ClassVar[bool] = True
    keeps: ClassVar[bool] = False

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInput(CoexaiError):
    """The input is wrong. `field` names the form field that the message belongs to."""

    status = 422
    code = "INVALID_INPUT"

    def __init__(self, message: str, *, field: str | None = None, **details: Any) -> None:
        super().__init__(message, **({"field": field} if field else {}), **details)
        self.field = field


class TooLarge(InvalidInput):
    """The input is larger than a limit; the message names the limit."""

    status = 413
    code = "TOO_LARGE"


class Unauthenticated(CoexaiError):
    """No API key, token or session was sent, or what was sent opens nothing."""

    status = 401
    code = "UNAUTHENTICATED"


class InvalidToken(Unauthenticated):
    """A token or an API key was sent, and it opens nothing (any more)."""

    code = "INVALID_TOKEN"


class TokenReused(InvalidToken):
    """A refresh token came back after its use. What the service wrote, the end of the whole family, is kept."""

    keeps = True


class SecondFactorRequired(Unauthenticated):
    """The password was right, and the account has a second factor. The ticket for the second step is in the details."""

    code = "SECOND_FACTOR_REQUIRED"
    keeps = True


class SignInExpired(Unauthenticated):
    """The ticket of a second step is unknown, used, older than five minutes, or from before a change of the account."""

    code = "SIGN_IN_EXPIRED"


class WrongCode(Unauthenticated):
    """A code of the second step is wrong. That it was tried is kept."""

    code = "WRONG_CODE"
    keeps = True


class PasskeyRefused(Unauthenticated):
    """A passkey's answer does not hold. That its challenge is used up is kept."""

    code = "PASSKEY_REFUSED"
    keeps = True


class Forbidden(CoexaiError):
    """The plan, the role, the scopes of the key, or the mode of a test key do not allow this. The message says which."""

    status = 403
    code = "FORBIDDEN"


class EnrolmentRequired(Forbidden):
    """The organisation requires a second factor, and this person has none yet."""

    code = "SECOND_FACTOR_ENROLMENT_REQUIRED"


class FreshLoginNeeded(Forbidden):
    """Who asks has to show once more that it is them: the last time is more than ten minutes ago. Pages lead to /confirm."""

    code = "FRESH_LOGIN_NEEDED"


class NotFound(CoexaiError):
    """There is no such thing, or it belongs to another organisation."""

    status = 404
    code = "NOT_FOUND"


class Conflict(CoexaiError):
    """The row changed since it was read, or a status does not allow the change."""

    status = 409
    code = "CONFLICT"


class PreconditionFailed(Conflict):
    """The version that a request names is not the newest any more (RFC 9110 §15.5.13)."""

    status = 412
    code = "PRECONDITION_FAILED"


class PreconditionRequired(Conflict):
    """A request has to name the version that it changes (RFC 6585 §3)."""

    status = 428
    code = "PRECONDITION_REQUIRED"


class OutputNotReady(Conflict):
    """The job has no result: it has not ended, or it ended without one. `details.status` says which."""

    code = "OUTPUT_NOT_READY"


class IdempotencyInProgress(Conflict):
    """A call with this Idempotency-Key is still running. Send it again a little later."""

    code = "IDEMPOTENCY_IN_PROGRESS"
    permanent = False


class IdempotencyMismatch(InvalidInput):
    """This Idempotency-Key was used for another request within the last 24 hours."""

    code = "IDEMPOTENCY_KEY_REUSED"


class MethodNotAllowed(CoexaiError):
    """The address exists, and the method does not fit it. The Allow header names those that do."""

    status = 405
    code = "METHOD_NOT_ALLOWED"


class NotAcceptable(CoexaiError):
    """None of the formats of the Accept header can be made here. The details name those that can."""

    status = 406
    code = "NOT_ACCEPTABLE"


class UnsupportedMedia(CoexaiError):
    """The body has a content type that is not read here."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class BadRequest(CoexaiError):
    """The request could not be read as HTTP."""

    status = 400
    code = "BAD_REQUEST"


class QuotaExceeded(CoexaiError):
    """A limit of the plan is reached."""

    status = 402
    code = "QUOTA_EXCEEDED"


class RateLimited(CoexaiError):
    """Too many calls, or too many open event streams. Wait as many seconds as Retry-After says."""

    status = 429
    code = "RATE_LIMIT_EXCEEDED"
    permanent = False


class Unavailable(CoexaiError):
    """Something outside is down or slow; the same call may work later."""

    status = 503
    code = "UNAVAILABLE"
    permanent = False


class StepTooSlow(CoexaiError):
    """A step of a job took longer than it may; another try may be faster."""

    status = 504
    code = "STEP_TOO_SLOW"
    permanent = False


class Interrupted(CoexaiError):
    """A running job has to stop, and no step of it failed; raised by the step context between and within steps."""

    status = 409
    code = "INTERRUPTED"


class Cancelled(Interrupted):
    """A person cancelled the job."""

    code = "CANCELLED"


class HandedBack(Interrupted):
    """The worker was asked to stop: the job goes back to the line, and the try does not count."""

    code = "HANDED_BACK"


def table() -> Mapping[str, type[CoexaiError]]:
    """Every code that an answer may carry, by name: the one source of the API's description and of its documentation.

    Where two classes share a code the first one describes it.
    """
    found: dict[str, type[CoexaiError]] = {}
    waiting: list[type[CoexaiError]] = [CoexaiError]
    while waiting:
        kind = waiting.pop(0)
        if kind.__module__ == __name__:
            found.setdefault(kind.code, kind)
        waiting += kind.__subclasses__()
    return dict(sorted(found.items()))
