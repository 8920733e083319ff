"""The business profile as its page and its endpoint see it, and as the audit log tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from coexai_app.access import Actor, Permission
from coexai_app.business import BusinessProfile, gaps
from coexai_app.views.base import View, moment


class GapView(View):
    """A part that the profile does not say yet, where it is written, and what it is used for."""

    section: str
    label: str
    use: str


class ProfileView(View):
    """`version` is what a change has to name; `locked` says why the reader may not change anything."""

    version: int
    updated_by: str = ""
    updated_at: datetime | None = None
    updated: str = ""
    locked: str = ""
    profile: BusinessProfile
    missing: tuple[GapView, ...] = ()

    @property
    def etag(self) -> str:
        return f'"profile-{self.version}"'


def whole(actor: Actor, profile: BusinessProfile, *, version: int, by: str = "", updated_at: datetime | None = None) -> ProfileView:
    return ProfileView(
        version=version,
        updated_by=by,
        updated_at=updated_at,
        updated=moment(updated_at, actor.timezone),
        locked="" if actor.may(Permission.MANAGE_PROFILE) else "Only admins and owners can change the business profile.",
        profile=profile,
        missing=tuple(GapView(section=gap.section, label=gap.label, use=gap.use) for gap in gaps(profile)),
    )


def told(profile: BusinessProfile) -> dict[str, Any]:
    """The profile in lines, as an entry of the audit log shows what was and what is."""
    said: dict[str, Any] = {
        name: value for name, value in profile.model_dump(mode="json").items() if name not in ("places", "products", "people", "voice")
    }
    said["places"] = [_line(p.label, p.line(), p.phone, p.timezone, p.hours.line()) for p in profile.places]
    said["products"] = [_line(p.name, p.price, p.link, p.description) for p in profile.products]
    said["people"] = [_line(p.name, p.role, p.link, p.bio) for p in profile.people]
    for name, value in profile.voice.model_dump(mode="json").items():
        said[f"voice.{name}"] = [f"{t['use']}: {', '.join(t['instead_of'])}" for t in value] if name == "terms" else value
    return said


def _line(*parts: str) -> str:
    return " | ".join(" ".join(part.split()) for part in parts if part)
