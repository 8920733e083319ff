"""Every action that the audit log knows, with its group and the sentence that tells of it.

`services/audit.py` records them by name; a test fails for a name in the code that is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Action:
    """`sentence` may name {actor}, {target}, {before}, {after}, and any detail of the row by its name, such as {format}."""

    group: str
    icon: str
    sentence: str


# The choices of the page's filter, in their order.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "signing-in": "Signing in",
        "work": "Jobs",
        "results": "Results",
        "calendar": "Calendar",
        "exports": "Exports",
        "team": "Team",
        "keys": "Keys",
        "webhooks": "Webhooks",
        "log": "Audit log",
        "other": "Other",
    }
)
ACTIONS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "account.created": Action("signing-in", "user", "{actor} created an account"),
        "session.login": Action("signing-in", "key-round", "{actor} logged in"),
        "session.failed": Action("signing-in", "triangle-alert", "Somebody gave a wrong password for {target}"),
        "token.login": Action("signing-in", "key-round", "{actor} logged in through the API"),
        "token.logout": Action("signing-in", "log-out", "{actor} logged out of the API"),
        "token.reused": Action("signing-in", "triangle-alert", "A refresh token of {actor} was used twice; that log-in was ended"),
        "account.verified": Action("signing-in", "badge-check", "{actor} confirmed their e-mail address"),
        "account.email_requested": Action("signing-in", "mail", "{actor} asked to change their e-mail address"),
        "account.email_changed": Action("signing-in", "mail", "{actor} changed their e-mail address"),
        "account.renamed": Action("signing-in", "pencil", "{actor} changed their name"),
        "account.picture_changed": Action("signing-in", "image", "{actor} changed their picture"),
        "account.preferences_changed": Action("signing-in", "sliders-horizontal", "{actor} changed their time zone or language"),
        "account.mails_changed": Action("signing-in", "bell", "{actor} switched the mails {target} on or off"),
        "account.deleted": Action("signing-in", "trash-2", "{actor} deleted their account"),
        "account.restored": Action("signing-in", "undo-2", "{actor} took their account back"),
        "account.purged": Action("signing-in", "archive-x", "A deleted account was emptied"),
        "password.reset_asked": Action("signing-in", "mail", "Somebody asked to reset the password of {target}"),
        "password.reset": Action("signing-in", "key-round", "{actor} set a new password with the link of a mail"),
        "password.changed": Action("signing-in", "key-round", "{actor} changed their password"),
        "session.confirmed": Action("signing-in", "shield-check", "{actor} gave their password again"),
        "session.revoked": Action("signing-in", "ban", "{actor} ended one of their sessions"),
        "session.revoked_others": Action("signing-in", "ban", "{actor} ended all their other sessions"),
        "session.ended_all": Action("signing-in", "ban", "{actor} logged {target} out everywhere"),
        "factor.app_added": Action("signing-in", "shield-check", "{actor} added an authenticator app"),
        "factor.app_removed": Action("signing-in", "shield-check", "{actor} removed their authenticator app"),
        "factor.recovery_made": Action("signing-in", "shield-check", "{actor} made new recovery codes"),
        "factor.recovery_used": Action("signing-in", "key-round", "{actor} used a recovery code; {left} are left"),
        "factor.passkey_added": Action("signing-in", "shield-check", "{actor} added the passkey {target}"),
        "factor.passkey_removed": Action("signing-in", "shield-check", "{actor} removed the passkey {target}"),
        "factor.passkey_copied": Action("signing-in", "triangle-alert", "The passkey {target} of {actor} was refused: it may be a copy"),
        "factor.failed": Action("signing-in", "triangle-alert", "Somebody gave a wrong code for {actor}"),
        "factor.all_removed": Action("signing-in", "triangle-alert", "{actor} took the second step of {target} off"),
        "factor.required": Action("signing-in", "shield-check", "{actor} changed whether members of {target} need a second step"),
        "identity.connected": Action("signing-in", "link", "{actor} connected {target}"),
        "identity.disconnected": Action("signing-in", "unlink", "{actor} disconnected {target}"),
        "identity.confirmed": Action("signing-in", "shield-check", "{actor} signed in again with {target}"),
        "session.logout": Action("signing-in", "log-out", "{actor} logged out"),
        "file.added": Action("work", "upload", "{actor} added the file {target}"),
        "job.created": Action("work", "play", "{actor} gave {agent} the job {target}"),
        "job.cancelled": Action("work", "ban", "{actor} cancelled the job {target}"),
        "job.resumed": Action("work", "rotate-ccw", "{actor} resumed the job {target}"),
        "job.discarded": Action("work", "trash-2", "{actor} discarded the dead letter {target}"),
        "schedule.created": Action("work", "calendar-days", "{actor} scheduled {target}"),
        "schedule.updated": Action("work", "pencil", "{actor} changed the schedule {target}"),
        "schedule.paused": Action("work", "pause", "{actor} paused the schedule {target}"),
        "schedule.resumed": Action("work", "play", "{actor} resumed the schedule {target}"),
        "schedule.deleted": Action("work", "trash-2", "{actor} deleted the schedule {target}"),
        "schedule.run_now": Action("work", "zap", "{actor} ran the schedule {target} now"),
        "schedule.stopped": Action("work", "calendar-x", "The schedule {target} of {actor} was paused: {reason}"),
        "schedule.skipped": Action("work", "calendar-x", "The schedule {target} of {actor} was skipped once: {reason}"),
        "mail.read": Action("other", "mail", "{actor} read a mail that was not sent"),
        "mail.retried": Action("other", "mail", "{actor} sent a mail again"),
        "output.edited": Action("results", "pencil", "{actor} edited {target}"),
        "output.claim_overridden": Action("results", "flag", "{actor} kept a claim without a source in {target}"),
        "output.claim_removed": Action("results", "trash-2", "{actor} removed a claim from {target}"),
        "output.fixed": Action("results", "wrench", "{actor} applied a fix to {target}"),
        "output.restored": Action("results", "history", "{actor} restored version {of_version} of {target}"),
        "output.review_requested": Action("results", "eye", "{actor} asked for a review of {target}"),
        "output.review_withdrawn": Action("results", "undo-2", "{actor} took {target} back from review"),
        "output.approved": Action("results", "thumbs-up", "{actor} approved {target}"),
        "output.rejected": Action("results", "message-square", "{actor} asked for changes of {target}"),
        "output.reopened": Action("results", "undo-2", "{actor} reopened {target}"),
        "comment.added": Action("results", "message-square", "{actor} commented on {target}"),
        "comment.edited": Action("results", "pencil", "{actor} changed a comment on {target}"),
        "comment.deleted": Action("results", "trash-2", "{actor} deleted a comment on {target}"),
        "comment.resolved": Action("results", "check", "{actor} resolved a comment on {target}"),
        "comment.reopened": Action("results", "undo-2", "{actor} reopened a comment on {target}"),
        "client_link.created": Action("results", "link", "{actor} made a link to {target} for {client}"),
        "client_link.revoked": Action("results", "ban", "{actor} revoked the link to {target} for {client}"),
        "client_link.opened": Action("results", "eye", "The link to {target} for {client} was opened"),
        "client_link.refused": Action("results", "triangle-alert", "A wrong passcode was given for the link to {target} for {client}"),
        "eval_case.kept": Action("results", "badge-check", "{actor} kept a result as the case {target}"),
        "eval_case.deleted": Action("results", "trash-2", "{actor} deleted the case {target}"),
        "eval_case.exported": Action("exports", "download", "{actor} downloaded the case {target}"),
        "calendar.planned": Action("calendar", "calendar-days", "{actor} put {entries} entries of {target} on the calendar"),
        "calendar.added": Action("calendar", "plus", "{actor} put {target} on the calendar"),
        "calendar.changed": Action("calendar", "pencil", "{actor} changed {target} on the calendar"),
        "calendar.moved": Action("calendar", "calendar-days", "{actor} moved {target} on the calendar"),
        "calendar.deleted": Action("calendar", "trash-2", "{actor} deleted {target} from the calendar"),
        "calendar.exported": Action("exports", "download", "{actor} exported the calendar"),
        "calendar_feed.made": Action("calendar", "link", "{actor} made a secret address of the calendar for themselves"),
        "calendar_feed.switched_off": Action("calendar", "unlink", "{actor} switched the secret address of their calendar off"),
        "member.role_changed": Action("team", "users", "{actor} changed the role of {target}"),
        "member.removed": Action("team", "users", "{actor} removed {target} from the organisation"),
        "member.left": Action("team", "log-out", "{actor} left the organisation"),
        "invitation.sent": Action("team", "mail", "{actor} invited {target}"),
        "invitation.resent": Action("team", "mail", "{actor} sent {target} a new invitation"),
        "invitation.revoked": Action("team", "ban", "{actor} took the invitation of {target} back"),
        "invitation.link_copied": Action("team", "link", "{actor} copied the invitation link of {target}"),
        "invitation.accepted": Action("team", "user", "{actor} accepted the invitation to {target}"),
        "organization.created": Action("team", "building-2", "{actor} made the organisation {target}"),
        "organization.changed": Action("team", "pencil", "{actor} changed the organisation {target}"),
        "organization.plan_changed": Action("team", "building-2", "The plan of {target} was changed"),
        "organization.logo_changed": Action("team", "image", "{actor} changed the logo of {target}"),
        "profile.changed": Action("team", "building-2", "{actor} changed the business profile"),
        "organization.transferred": Action("team", "building-2", "{actor} handed the organisation over to {target}"),
        "organization.deleted": Action("team", "trash-2", "{actor} deleted the organisation {target}"),
        "organization.restored": Action("team", "undo-2", "{actor} restored the organisation {target}"),
        "organization.exported": Action("exports", "download", "{actor} exported everything of the organisation"),
        "api_key.created": Action("keys", "key-round", "{actor} made the API key {target}"),
        "api_key.revoked": Action("keys", "ban", "{actor} revoked the API key {target}"),
        "api_key.rotated": Action("keys", "refresh-cw", "{actor} replaced the API key {target}"),
        "webhook.created": Action("webhooks", "webhook", "{actor} made the webhook {target}"),
        "webhook.changed": Action("webhooks", "pencil", "{actor} changed the webhook {target}"),
        "webhook.deleted": Action("webhooks", "trash-2", "{actor} deleted the webhook {target}"),
        "webhook.rotated": Action("webhooks", "refresh-cw", "{actor} made a new secret for the webhook {target}"),
        "webhook.tested": Action("webhooks", "zap", "{actor} sent a test to the webhook {target}"),
        "webhook.redelivered": Action("webhooks", "rotate-ccw", "{actor} sent an event to the webhook {target} again"),
        "webhook.replayed": Action("webhooks", "rotate-ccw", "{actor} sent {number} failed events to the webhook {target} again"),
        "webhook.switched_off": Action("webhooks", "triangle-alert", "The webhook {target} was switched off: {reason}"),
        "github_rule.created": Action("webhooks", "plus", "{actor} made a rule for pushes to {target}"),
        "github_rule.switched": Action("webhooks", "pause", "{actor} switched the rule for {target} {state}"),
        "github_rule.deleted": Action("webhooks", "trash-2", "{actor} deleted the rule for pushes to {target}"),
        "incoming.retried": Action("webhooks", "rotate-ccw", "{actor} tried an incoming webhook again"),
        "signing_key.rotated": Action("keys", "refresh-cw", "The key that signs access tokens was changed"),
        "output.exported": Action("exports", "download", "{actor} exported {target} as {format}"),
        "audit.exported": Action("exports", "download", "{actor} exported the audit log"),
        "audit.verified": Action("log", "shield-check", "{actor} checked the audit log up to row {up_to}"),
        "audit.purged": Action("log", "archive-x", "{actor} removed {rows} rows of the audit log that were older than {older_than}"),
        "secret.resealed": Action("keys", "refresh-cw", "Secrets were sealed anew after a change of SECRET_KEY"),
        "audit.sealed": Action("log", "lock", "{actor} signed the audit log anew at row {up_to}"),
    }
)
_OTHER: Final = Action("other", "info", "{actor} did “{action}” to {target}")


def known(action: str) -> Action:
    """The entry of an action; a general one for a name that this version does not know."""
    return ACTIONS.get(action, _OTHER)


def of_group(group: str) -> tuple[str, ...]:
    """The names of the actions of a group; none for a group that does not exist."""
    return tuple(name for name, action in ACTIONS.items() if action.group == group)
