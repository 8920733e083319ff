"""The words of every mail: one row a kind, and `render`, a pure function from a kind and its data to a mail.

`services/mail.py` renders at once when something is sent; `coexai mail --preview` and the tests render the examples. The look is in
`mail_layout.py`. What stands in braces is a value of the data; all of them are shown as plain text, in HTML escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from string import Formatter
from types import MappingProxyType
from typing import Any, Final

from coexai_app.models.enums import MailKind
from coexai_app.services import mail_layout
from coexai_app.services.mail_layout import Content, Rendered
from coexai_app.views.base import zone

PREFERENCES: Final = "/settings/notifications"
_ACCOUNT: Final = "You get this mail because it is about the safety of your account."
_ASKED: Final = (
    "You get this mail because somebody, most likely you, entered this address. If it was not you, nothing happens without the link."
)
_MEMBER: Final = "You get this mail because you belong to {organization} on CoExAI."
_ADMIN: Final = "You get this mail because you look after {organization} on CoExAI."
_FACTS: Final = (("When", "when"), ("Device", "device"), ("IP address", "ip"))


@dataclass(frozen=True, slots=True)
class Template:
    """`facts` are label and key; a fact without a value is left out. `button` needs a `url`. A `notification` may be switched off."""

    subject: str
    title: str
    body: tuple[str, ...]
    reason: str
    example: Mapping[str, Any]
    button: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    notification: bool = False
    keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        texts = (self.subject, self.title, *self.body, self.reason, self.button, self.note)
        named = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
        object.__setattr__(self, "keys", frozenset(named | ({"url"} if self.button else set())))


_WHEN: Final = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
_DEVICE: Final = {"when": _WHEN, "device": "Firefox on Linux", "ip": "203.0.113.7"}
_LARKFIELD: Final = {"organization": "Larkfield Studio"}
_NOT_YOU: Final = (
    "If this was not you, open the link at once: it shows where you are signed in, ends every other session and leads to a new password. "
    "If you cannot get in any more, ask whoever runs this instance."
)

ENGLISH: Final[Mapping[MailKind, Template]] = MappingProxyType(
    {
        MailKind.VERIFY_EMAIL: Template(
            subject="Confirm your e-mail address",
            title="Confirm your e-mail address",
            body=("Open the link to confirm that this address is yours. It works once, for {valid}.",),
            button="Confirm address",
            reason=_ASKED,
            example={"url": "/verify?token=3q2-7wExampleOnly", "valid": "24 hours"},
        ),
        MailKind.RESET_PASSWORD: Template(
            subject="Reset your password",
            title="Choose a new password",
            body=(
                "Somebody asked to reset the password of your account. The link works once, for {valid}.",
                "Until you use it, your password stays as it is.",
            ),
            button="Choose a new password",
            facts=_FACTS,
            note="If it was not you, do nothing. Nobody can change your password without this mail.",
            reason=_ASKED,
            example={"url": "/reset-password?token=3q2-7wExampleOnly", "valid": "30 minutes", **_DEVICE},
        ),
        MailKind.EMAIL_CHANGED: Template(
            subject="Your e-mail address was changed",
            title="Your e-mail address was changed",
            body=("The address of your account was changed from {old} to {new}. From now on you log in with the new one.",),
            button="Check your account",
            facts=_FACTS,
            note=_NOT_YOU,
            reason="You get this mail because this address is, or was, the address of your account. It goes to both.",
            example={"url": "/settings/security", "old": "alice@larkfield.example", "new": "alice.archer@larkfield.example", **_DEVICE},
        ),
        MailKind.ADDRESS_TAKEN: Template(
            subject="You have an account with this address already",
            title="You have an account already",
            body=("Somebody, perhaps you, wanted to use this address for an account, and yours has it already. Nothing was changed.",),
            button="Log in",
            facts=_FACTS,
            note="If you forgot your password, the log-in page sends you a link for a new one. If it was not you, there is nothing to do.",
            reason=_ACCOUNT,
            example={"url": "/login", **_DEVICE},
        ),
        MailKind.PASSWORD_CHANGED: Template(
            subject="Your password was changed",
            title="Your password was changed",
            body=("The password of your account was changed, and all other sessions were ended.",),
            button="Check your account",
            facts=_FACTS,
            note=_NOT_YOU,
            reason=_ACCOUNT,
            example={"url": "/settings/security", **_DEVICE},
        ),
        MailKind.NEW_SIGN_IN: Template(
            subject="New sign-in to your account",
            title="A new device signed in",
            body=("Your account was used on a device that we have not seen before. If that was you, there is nothing to do.",),
            button="Check your sessions",
            facts=_FACTS,
            note=_NOT_YOU,
            reason=_ACCOUNT,
            example={"url": "/settings/security", **_DEVICE},
        ),
        MailKind.SECOND_FACTOR_CHANGED: Template(
            subject="Two-step log-in: {change}",
            title="Your two-step log-in was changed",
            body=("What changed: {change}.",),
            button="Check your account",
            facts=_FACTS,
            note=_NOT_YOU,
            reason=_ACCOUNT,
            example={"url": "/settings/security", "change": "the authenticator app was removed", **_DEVICE},
        ),
        MailKind.IDENTITY_CHANGED: Template(
            subject="Connected accounts: {change}",
            title="Your connected accounts were changed",
            body=("What changed: {change}. A connected account opens your account here without the password.",),
            button="Check your account",
            facts=_FACTS,
            note=_NOT_YOU,
            reason=_ACCOUNT,
            example={"url": "/settings/security", "change": "Google (alice@larkfield.example) was connected", **_DEVICE},
        ),
        MailKind.INVITATION: Template(
            subject="{inviter} invites you to {organization}",
            title="Join {organization} on CoExAI",
            body=(
                "{inviter} invites you to work in {organization} as {role}.",
                "CoExAI is a place where small teams work with AI coworkers on their own material. The invitation is open for {valid}.",
            ),
            button="See the invitation",
            reason="You get this mail because a member of {organization} entered your address. If you do not know them, do nothing.",
            example={
                **_LARKFIELD,
                "url": "/invite?token=3q2-7wExampleOnly",
                "inviter": "Alice Archer",
                "role": "a member",
                "valid": "7 days",
            },
        ),
        MailKind.MEMBER_REMOVED: Template(
            subject="You are no longer a member of {organization}",
            title="You are no longer a member of {organization}",
            body=(
                "{by} removed you from {organization}. Work that you made there stays there. Your own account is unchanged.",
                "If you think that this was a mistake, ask {by} for a new invitation.",
            ),
            reason="You get this mail because you belonged to {organization} on CoExAI.",
            example={**_LARKFIELD, "by": "Alice Archer"},
        ),
        MailKind.ROLE_CHANGED: Template(
            subject="Your role in {organization} is now: {role}",
            title="Your role was changed",
            body=("{by} changed your role in {organization}. You are now: {role}.",),
            button="Open CoExAI",
            reason=_MEMBER,
            example={**_LARKFIELD, "url": "/home", "by": "Alice Archer", "role": "admin"},
        ),
        MailKind.ORGANIZATION_DELETED: Template(
            subject="{organization} will be deleted on {until}",
            title="{organization} was deleted",
            body=(
                "{by} deleted {organization}. Nobody can open it any more, and no job runs.",
                "Everything in it is kept for 30 days and removed for good on {until}. Until then its owner can restore it.",
            ),
            button="Restore the organisation",
            note="If you did not expect this, restore it, and ask {by}. The audit log tells from where it was deleted.",
            reason=_MEMBER,
            example={**_LARKFIELD, "url": "/settings/organization", "by": "Alice Archer", "until": "11 April 2026"},
        ),
        MailKind.ACCOUNT_DELETED: Template(
            subject="Your account was deleted",
            title="Your account was deleted",
            body=(
                "Your CoExAI account and your personal data were deleted, as you asked. This is the last mail to this address.",
                "Results that you made in an organisation belong to it and stay there without your name.",
            ),
            facts=(("When", "when"),),
            reason="You get this mail because this was the address of the account.",
            example={"when": _WHEN},
        ),
        MailKind.OWNERSHIP_TRANSFERRED: Template(
            subject="{organization} has a new owner",
            title="{organization} has a new owner",
            body=("{old_owner} handed {organization} over to {new_owner}, who can now manage the plan, the owners and its deletion.",),
            button="See the team",
            reason=_ADMIN,
            example={**_LARKFIELD, "url": "/settings/members", "old_owner": "Alice Archer", "new_owner": "Adam Ash"},
        ),
        MailKind.API_KEY_CREATED: Template(
            subject="New API key in {organization}",
            title="A new API key was made",
            body=("{by} made the API key “{name}” in {organization}. Whoever has it can do what its permissions allow.",),
            button="See the API keys",
            facts=(("Starts with", "prefix"), ("Permissions", "scopes"), *_FACTS),
            note="If nobody of your team made it, open the link and revoke it at once.",
            reason=_ADMIN,
            example={
                **_LARKFIELD,
                "url": "/settings/keys",
                "by": "Adam Ash",
                "name": "Website",
                "prefix": "cxa_live_9f2",
                "scopes": "jobs:read, jobs:write",
                "when": _WHEN,
            },
        ),
        MailKind.WEBHOOK_ENDPOINT_DISABLED: Template(
            subject="A webhook of {organization} was switched off",
            title="A webhook was switched off",
            body=(
                "{why} Nothing is sent to this address any more.",
                "What waited for it is kept and can be sent again once you have switched it on.",
            ),
            button="See the deliveries",
            facts=(("Endpoint", "endpoint"), ("Last answer", "answer")),
            reason=_ADMIN,
            example={
                **_LARKFIELD,
                "url": "/settings/webhooks",
                "endpoint": "https://hooks.larkfield.example/coexai",
                "why": "Every try of five days failed.",
                "answer": "503 Service Unavailable",
            },
            notification=True,
        ),
        MailKind.JOB_COMPLETED: Template(
            subject="{coworker} is done: {title}",
            title="{title}",
            body=("{coworker} is done. The result waits for your look.",),
            button="Open the result",
            facts=(("Score", "score"), ("Claims without a source", "unsupported")),
            reason="You get this mail because you started this job, and it took a while.",
            example={
                "url": "/outputs/0190b1c2",
                "coworker": "Maya",
                "title": "What a year of counting taught our bakery",
                "score": "96 of 100",
                "unsupported": 0,
            },
            notification=True,
        ),
        MailKind.COMMENT_MENTION: Template(
            subject="{by} named you in a comment: {title}",
            title="{by} named you in a comment",
            body=("{by} wrote about “{title}”:", "{comment}"),
            button="Open the comments",
            reason=_MEMBER,
            example={
                **_LARKFIELD,
                "url": "/outputs/0190b1c2?tab=comments",
                "by": "Bob Birch",
                "title": "What a year of counting taught our bakery",
                "comment": "@Alice Archer, is the number in post 2 from last year?",
            },
            notification=True,
        ),
        MailKind.REVIEW_REQUESTED: Template(
            subject="{by} asks for your yes: {title}",
            title="{by} asks for your yes",
            body=("“{title}” is in review. Approve it, or ask for changes.",),
            button="Open the result",
            facts=(("Note", "note"),),
            reason=_MEMBER,
            example={
                **_LARKFIELD,
                "url": "/outputs/0190b1c2",
                "by": "Bob Birch",
                "title": "What a year of counting taught our bakery",
                "note": "For Tuesday's newsletter.",
            },
            notification=True,
        ),
        MailKind.CLIENT_ANSWERED: Template(
            subject="{client} {did} “{title}”",
            title="{client} {did} “{title}”",
            body=("The answer came through the link that you made. The name is the one that was typed there.",),
            button="Open the result",
            facts=(("Said", "words"),),
            reason=_MEMBER,
            example={
                **_LARKFIELD,
                "url": "/outputs/0190b1c2?tab=comments",
                "client": "Carla Chen",
                "did": "asked for changes of",
                "title": "What a year of counting taught our bakery",
                "words": "The second post promises too much.",
            },
            notification=True,
        ),
        MailKind.JOB_DEAD_LETTERED: Template(
            subject="{coworker} could not finish: {title}",
            title="{coworker} could not finish a job",
            body=(
                "Every try of “{title}” failed. Finished steps are kept, and the run was not counted. You can resume it where it stopped.",
            ),
            button="Open the job",
            facts=(("Reason", "cause"),),
            reason=_MEMBER,
            example={
                **_LARKFIELD,
                "url": "/jobs/0190b1c2",
                "coworker": "Maya",
                "title": "What a year of counting taught our bakery",
                "cause": "The page did not answer within 20 seconds.",
            },
            notification=True,
        ),
        MailKind.QUOTA_80: Template(
            subject="{used} of {limit} runs of {coworker} used",
            title="{coworker} has {left} runs left this month",
            body=("{organization} has used {used} of {limit} runs. They start anew on {resets}.",),
            button="See usage and plans",
            reason=_ADMIN,
            example={**_LARKFIELD, "url": "/billing", "coworker": "Maya", "used": 80, "limit": 100, "left": 20, "resets": "1 April"},
            notification=True,
        ),
        MailKind.QUOTA_100: Template(
            subject="All {limit} runs of {coworker} are used",
            title="{coworker}'s runs of this month are used up",
            body=(
                "{organization} has used all {limit} runs. Work that is under way is finished.",
                "New runs start on {resets}, or at once with a larger plan.",
            ),
            button="See usage and plans",
            reason=_ADMIN,
            example={**_LARKFIELD, "url": "/billing", "coworker": "Maya", "limit": 100, "resets": "1 April"},
            notification=True,
        ),
        MailKind.RECEIPT: Template(
            subject="Receipt for {organization}: {amount}",
            title="Thank you. Your payment arrived.",
            body=("We received {amount} for the {plan} plan of {organization}.",),
            button="See the invoice",
            facts=(("Invoice", "number"), ("Period", "period"), ("Paid", "when")),
            reason=_ADMIN,
            example={
                **_LARKFIELD,
                "url": "/billing",
                "amount": "€49.00",
                "plan": "Pro",
                "number": "CX-2026-0042",
                "period": "12 March to 11 April 2026",
                "when": _WHEN,
            },
        ),
        MailKind.PAYMENT_FAILED: Template(
            subject="A payment for {organization} failed",
            title="A payment failed",
            body=("{amount} for the {plan} plan of {organization} could not be charged. Nothing is switched off yet.",),
            button="Update the payment method",
            facts=(("Next try", "next_try"), ("The bank says", "cause")),
            reason=_ADMIN,
            example={
                **_LARKFIELD,
                "url": "/billing",
                "amount": "€49.00",
                "plan": "Pro",
                "next_try": "14 March 2026",
                "cause": "The card has expired.",
            },
        ),
        MailKind.NOTICE: Template(
            subject="{title}",
            title="{title}",
            body=("{text}",),
            button="Open CoExAI",
            reason="You get this mail because you have an account on this instance of CoExAI.",
            example={
                "url": "/home",
                "title": "Maintenance on Sunday, 15 March",
                "text": "CoExAI is not available from 06:00 to 06:20 UTC. Jobs wait and go on by themselves.",
            },
        ),
    }
)
LANGUAGES: Final[Mapping[str, Mapping[MailKind, Template]]] = MappingProxyType({"en": ENGLISH})


def render(
    kind: MailKind, data: Mapping[str, Any], *, origin: str, address_line: str = "", locale: str = "en", timezone: str = "UTC"
) -> Rendered:
    """The mail of a kind. A locale that is not there falls back to English.

    Values: text, numbers, and aware datetimes (shown in the reader's `timezone`). `url` is a path of this instance
    ("/reset-password?token=…"), so that no mail ever links anywhere else. Raises ValueError for a value that is missing, unknown or of
    another kind: the caller is wrong then.
    """
    template = LANGUAGES.get(locale.partition("-")[0].lower(), ENGLISH)[kind]
    known = template.keys | {key for _, key in template.facts}
    if missing := template.keys - data.keys():
        raise ValueError(f"a mail of kind {kind} needs: {', '.join(sorted(missing))}")
    if unknown := data.keys() - known - {"url"}:
        raise ValueError(f"a mail of kind {kind} has no place for: {', '.join(sorted(unknown))}")
    lines = {key: mail_layout.plain(_shown(value, timezone)) for key, value in data.items() if key != "url"}
    values = {key: mail_layout.unlinked(line) for key, line in lines.items()}
    return mail_layout.render(
        Content(
            subject=template.subject.format_map(lines),
            title=template.title.format_map(values),
            body=tuple(line.format_map(values) for line in template.body),
            facts=tuple((label, values[key]) for label, key in template.facts if values.get(key)),
            note=template.note.format_map(values),
            reason=template.reason.format_map(values),
            button=template.button.format_map(values),
            url=_absolute(data["url"], origin) if template.button else "",
        ),
        address_line=address_line,
        home=origin,
    )


def example(kind: MailKind, *, origin: str, address_line: str = "") -> Rendered:
    return render(kind, ENGLISH[kind].example, origin=origin, address_line=address_line)


def is_notification(kind: MailKind) -> bool:
    """Whether people may switch this kind off: then the mail carries List-Unsubscribe."""
    return ENGLISH[kind].notification


def _shown(value: object, timezone: str) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time in a mail needs its zone")
        moment = value.astimezone(zone(timezone))
        named = "UTC" if timezone == "UTC" else f"({timezone.replace('_', ' ')})"
        return f"{moment.day} {moment:%B %Y, %H:%M} {named}"
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"a mail shows text, numbers and times, not {type(value).__name__}")
    return f"{value:,}" if isinstance(value, int) else value


def _absolute(url: object, origin: str) -> str:
    """A path of this instance as a whole address. The host is the settings', never a request's."""
    path = str(url).removeprefix(origin)
    if (
        not path.startswith("/")
        or path.startswith(("//", "/\\"))
        or not path.isascii()
        or any(c.isspace() or not c.isprintable() for c in path)
    ):
        raise ValueError("the url of a mail is a path of this instance, such as /home")
    return origin + path
