"""What "one source to everything" takes in: one source, what to make of it, and what holds for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from pydantic import Field, field_validator

from coexai_app.agents.maya.longform.schemas import LENGTHS, Length
from coexai_app.agents.maya.newsletter.schemas import is_web_address
from coexai_app.agents.maya.sources import SourceInput, none_if_empty
from coexai_app.agents.text.networks import NETWORKS, Channel


class Target(StrEnum):
    """What can be made, in the order in which it is made and shown. Those of one post have the name of their network."""

    THREAD = "thread"
    ARTICLE = "linkedin_article"
    SUMMARY = "summary"
    NEWSLETTER = "newsletter"
    LINKEDIN = "linkedin"
    FACEBOOK = "facebook"
    THREADS = "threads"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    INSTAGRAM = "instagram"
    GOOGLE = "google_business"


POSTS: Final = tuple(Channel(target) for target in list(Target)[4:])
# What people call the targets: on the form, above each text, in files.
NAMES: Final[Mapping[Target, str]] = MappingProxyType(
    {
        Target.THREAD: "Thread for X",
        Target.ARTICLE: "LinkedIn article",
        Target.SUMMARY: "Summary",
        Target.NEWSLETTER: "Newsletter",
        **{Target(channel): f"{NETWORKS[channel].label} post" for channel in POSTS},
    }
)
DEFAULT: Final = (Target.THREAD, Target.NEWSLETTER, Target.LINKEDIN)


class RepurposeInput(SourceInput):
    """One source (a link, a text or a file), and what should be made of it. The bounds are those of the strictest target."""

    targets: tuple[Target, ...] = Field(
        default=DEFAULT,
        title="What to make",
        description="Each is written for its place, from the same source, and all are shown side by side.",
        min_length=1,
        json_schema_extra={"labels": {target.value: name for target, name in NAMES.items()}},
    )
    audience: str | None = Field(
        default=None,
        title="Who reads it",
        description="In a few words. A language model uses it for the tone; the builtin engine keeps the source's words.",
        max_length=200,
        examples=["Owners of small shops"],
    )
    call_to_action: str | None = Field(
        default=None,
        title="Say this too",
        description="One sentence for the end of each text: an invitation, an offer, a question.",
        max_length=120,
        examples=["Come and taste it on Saturday from eight."],
    )
    button_link: str | None = Field(
        default=None,
        title="Where it leads",
        description="The address behind it in the newsletter. Empty: the source's own address.",
        max_length=2_048,
        examples=["https://example.com/book"],
        json_schema_extra={"format": "uri", "advanced": True},
    )
    length: Length = Field(
        default=Length.MEDIUM,
        title="Length of article and summary",
        description="As far as the source has enough to say.",
        json_schema_extra={"labels": LENGTHS, "advanced": True},
    )
    link: bool = Field(
        default=True,
        title="Link to the source",
        description="Put the source's address under the posts where it can be clicked.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("audience", "call_to_action", "button_link", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)

    @field_validator("button_link")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not is_web_address(value):
            raise ValueError("This is not a web address. It starts with https:// and has no spaces.")
        return value

    @field_validator("targets", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Forms send one text with commas, API clients a list; each counts once, in the order of `Target`."""
        if isinstance(value, str):
            value = [name.strip().lower() for name in value.split(",") if name.strip()]
        if not isinstance(value, (list, tuple)) or not value:
            raise ValueError("Choose at least one thing to make.")
        if strange := [name for name in value if name not in list(Target)]:
            raise ValueError(f"“{str(strange[0])[:40]}” cannot be made. There are: {', '.join(Target)}.")
        return tuple(target for target in Target if target in value)
