"""What a person set for themselves, and which mails they get, as the settings pages see it."""

from __future__ import annotations

from coexai_app.views.base import View


class PreferencesView(View):
    """`timezone` and `language` are empty where nothing is set; then `organization_timezone` and the source's language hold."""

    timezone: str
    organization_timezone: str
    language: str


class MailChoice(View):
    """A kind of mail that may be switched off. `admins`: only admins and owners get it."""

    kind: str
    label: str
    line: str
    on: bool
    admins: bool = False


class MailAlways(View):
    """Mails that cannot be switched off, and why."""

    label: str
    why: str


class NotificationsView(View):
    email: str
    choices: tuple[MailChoice, ...]
    always: tuple[MailAlways, ...]
