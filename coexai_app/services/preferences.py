"""What a person sets for themselves: the time zone of their dates, and the language that coworkers write results in."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from sqlmodel import Session

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.business.fields import zone
from coexai_app.errors import InvalidInput
from coexai_app.models import Organization, User
from coexai_app.services import audit, person
from coexai_app.views.preferences import PreferencesView

# BCP 47 tags with the names that their speakers know.
LANGUAGES: Final = MappingProxyType(
    {
        "en": "English",
        "ar": "العربية (Arabic)",
        "bg": "Български (Bulgarian)",
        "cs": "Čeština (Czech)",
        "da": "Dansk (Danish)",
        "de": "Deutsch (German)",
        "el": "Ελληνικά (Greek)",
        "es": "Español (Spanish)",
        "et": "Eesti (Estonian)",
        "fi": "Suomi (Finnish)",
        "fr": "Français (French)",
        "he": "עברית (Hebrew)",
        "hi": "हिन्दी (Hindi)",
        "hr": "Hrvatski (Croatian)",
        "hu": "Magyar (Hungarian)",
        "id": "Bahasa Indonesia (Indonesian)",
        "it": "Italiano (Italian)",
        "ja": "日本語 (Japanese)",
        "ko": "한국어 (Korean)",
        "lt": "Lietuvių (Lithuanian)",
        "lv": "Latviešu (Latvian)",
        "nb": "Norsk bokmål (Norwegian)",
        "nl": "Nederlands (Dutch)",
        "pl": "Polski (Polish)",
        "pt": "Português (Portuguese)",
        "ro": "Română (Romanian)",
        "ru": "Русский (Russian)",
        "sk": "Slovenčina (Slovak)",
        "sl": "Slovenščina (Slovene)",
        "sv": "Svenska (Swedish)",
        "th": "ไทย (Thai)",
        "tr": "Türkçe (Turkish)",
        "uk": "Українська (Ukrainian)",
        "vi": "Tiếng Việt (Vietnamese)",
        "zh": "中文 (Chinese)",
    }
)


@db.reads
def get(session: Session, actor: Actor) -> PreferencesView:
    """What is set, and what holds where nothing is."""
    person.require_person(actor)
    user, here = session.get_one(User, actor.user_id), session.get_one(Organization, actor.organization_id)
    return PreferencesView(timezone=user.timezone, organization_timezone=here.timezone, language=user.output_language)


def change(session: Session, actor: Actor, *, timezone: str, language: str) -> PreferencesView:
    """Sets both; empty means the organisation's time zone, and the language of what a coworker is given. Raises InvalidInput."""
    person.require_person(actor)
    try:
        timezone = zone(timezone)
    except ValueError as error:
        raise InvalidInput(str(error), field="timezone") from None
    if language and language not in LANGUAGES:
        raise InvalidInput("Choose a language of the list.", field="language")
    user = session.get_one(User, actor.user_id)
    before = {"timezone": user.timezone, "language": user.output_language}
    after = {"timezone": timezone, "language": language}
    if before != after:
        user.timezone, user.output_language = timezone, language
        audit.record(session, "account.preferences_changed", actor=actor, target=str(user.id), before=before, after=after)
        session.flush()
    return get(session, actor)
