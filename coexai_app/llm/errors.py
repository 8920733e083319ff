"""What can go wrong with a language model, as errors that a person can act on; raised by the vendors and the router.

No message and no detail ever holds a key, a prompt, or the text of a vendor's answer.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from coexai_app.errors import CoexaiError, Unavailable


class ModelError(CoexaiError):
    """Base of every error of a language model.

    `charged`: the vendor may have billed the call. `again`: it is worth asking the same vendor again at once.
    """

    status = 502
    code = "MODEL_ERROR"
    charged: ClassVar[bool] = False
    again: ClassVar[bool] = False


class ModelRefusedKey(ModelError):
    """The vendor does not accept the key (401, 403); the router does not ask this vendor again."""

    code = "MODEL_REFUSED_KEY"


class ModelOutOfCredit(ModelRefusedKey):
    """The key is good, but its account has no credit left (402, `insufficient_quota`)."""

    code = "MODEL_OUT_OF_CREDIT"


class ModelRejected(ModelError):
    """The vendor does not accept the request: unknown model, text too long, wrong address (other 4xx, redirects)."""

    code = "MODEL_REJECTED"


class ModelDeclined(ModelError):
    """The model answered that it will not do this, or the vendor's filter stopped the answer."""

    code = "MODEL_DECLINED"
    charged = True


class ModelUnavailable(ModelError, Unavailable):
    """No connection, a server error, silence, or something that is not an answer at all."""

    status = 503
    code = "MODEL_UNAVAILABLE"
    permanent = False
    again = True


class ModelBusy(ModelUnavailable):
    """Too many requests, or an overloaded model (429, 529). `retry_after` is in seconds when the vendor said so."""

    code = "MODEL_BUSY"

    def __init__(self, message: str, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(message, **({"retry_after": retry_after} if retry_after is not None else {}), **details)
        self.retry_after = retry_after


class ModelCutOff(ModelError, Unavailable):
    """The answer ended before its end marker. What arrived is thrown away: half an answer is not an answer."""

    status = 503
    code = "MODEL_CUT_OFF"
    permanent = False
    charged = True
    again = True


class ModelOutOfRoom(ModelCutOff):
    """The answer reached the token limit (finish reason "length"); the same request would end there again."""

    code = "MODEL_OUT_OF_ROOM"
    permanent = True
    again = False


class BadAnswer(ModelError):
    """The answer is empty, or not JSON that meets the schema, also after the repairs."""

    code = "MODEL_BAD_ANSWER"
    permanent = False
    charged = True


class AnswerTooLong(BadAnswer):
    """The answer did not end: it passed the limit on characters or bytes and was stopped."""

    code = "MODEL_ANSWER_TOO_LONG"


class SpendCapReached(ModelError):
    """The next call could cost more than what is left of the job's spend cap, so it was not made."""

    status = 402
    code = "SPEND_CAP_REACHED"


_BUSY = frozenset({429, 503, 529})
_RETRIED = frozenset({408, 409, 425})
_TOO_LONG = frozenset({"context_length_exceeded", "string_above_max_length", "request_too_large"})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_error", "enforced_spend_limit_reached"})
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


def of_status(
    status: int, *, title: str, setting: str, model: str, code: str = "", retry_after: float | None = None, refused_key: bool = False
) -> ModelError:
    """The error for an HTTP status of a vendor.

    `title` is the vendor's name, `setting` the start of its environment variables ("OPENAI"), `code` the vendor's stable
    name of the error, kept in the details only when it is a plain word. `refused_key` marks a refused key under another status.
    """
    details: dict[str, Any] = {"vendor": title, "vendor_status": status}
    if _PLAIN_CODE.fullmatch(code):
        details["vendor_code"] = code
    if status == 402 or code in _NO_CREDIT:
        return ModelOutOfCredit(f"The {title} account has no credit left. Add credit there, then start the job again.", **details)
    if status in (401, 403) or refused_key:
        return ModelRefusedKey(f"{title} refused the key. Check {setting}_API_KEY, then start the job again.", **details)
    if status in _BUSY and (status != 503 or retry_after is not None):
        return ModelBusy(f"{title} is busy. Nothing is lost; try again in a while.", retry_after=retry_after, **details)
    if status >= 500 or status in _RETRIED:
        return ModelUnavailable(f"{title} has a problem (HTTP {status}). Nothing is lost; try again in a while.", **details)
    if 300 <= status < 400:
        return ModelRejected(f"{title} moved to another address (HTTP {status}). Check {setting}_BASE_URL.", **details)
    if status == 404:
        message = f"{title} does not know the model {model}, or the address is wrong. Check {setting}_MODEL and {setting}_BASE_URL."
        return ModelRejected(message, **details)
    if status == 413 or code in _TOO_LONG:
        return ModelRejected(f"The text is too long for {title}'s model {model}. Use a shorter source.", **details)
    return ModelRejected(f"{title} did not accept the request for {model} (HTTP {status}). Check {setting}_MODEL.", **details)
