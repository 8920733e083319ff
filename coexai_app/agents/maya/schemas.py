"""What Maya's "blog to thread" takes in, gives back, and hands from step to step."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from coexai_app.agents.maya.sources import SourceInput, none_if_empty
from coexai_app.agents.parts import Part, Parted, PartKind, Words
from coexai_app.agents.pipeline import StepResult
from coexai_app.agents.report import KeyPhrase, KeySentence, Review
from coexai_app.agents.text import limits
from coexai_app.agents.text.audience import Audience
from coexai_app.agents.text.readability import Readability
from coexai_app.agents.text.reuse import Earlier

FEWEST_POSTS, MOST_POSTS, MOST_HASHTAGS = 5, 12, 3


class Numbering(StrEnum):
    FRACTION = "1/n"
    NONE = "none"


class ThreadInput(SourceInput):
    """One source (a link, a text or a file) and how the thread should be."""

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
        description="One sentence for the last post: an invitation, an offer, a question.",
        max_length=160,
        examples=["Come and taste it on Saturday from eight."],
    )
    posts: int | None = Field(
        default=None,
        title="Number of posts",
        description="5 to 12. Leave it empty for as many as the source needs.",
        examples=[8],
        json_schema_extra={"minimum": FEWEST_POSTS, "maximum": MOST_POSTS},
    )
    numbering: Numbering = Field(
        default=Numbering.FRACTION,
        title="Post numbers",
        description="1/n puts 1/9, 2/9 … under each post.",
        json_schema_extra={"advanced": True},
    )
    hashtags: int = Field(
        default=2,
        title="Hashtags",
        description="How many, at most, in the last post: 0 to 3.",
        json_schema_extra={"minimum": 0, "maximum": MOST_HASHTAGS, "advanced": True},
    )
    link: bool = Field(
        default=True,
        title="Link to the source",
        description="Put the source's address into the last post when it has one.",
        json_schema_extra={"advanced": True},
    )

    @field_validator("audience", "call_to_action", "posts", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: Any) -> Any:
        return none_if_empty(value)

    @field_validator("posts")
    @classmethod
    def _posts_in_range(cls, value: int | None) -> int | None:
        if value is not None and not FEWEST_POSTS <= value <= MOST_POSTS:
            raise ValueError(f"A thread has {FEWEST_POSTS} to {MOST_POSTS} posts. Leave this empty for as many as it needs.")
        return value

    @field_validator("hashtags")
    @classmethod
    def _hashtags_in_range(cls, value: int) -> int:
        if not 0 <= value <= MOST_HASHTAGS:
            raise ValueError(f"Choose 0 to {MOST_HASHTAGS} hashtags.")
        return value


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Post(_Frozen):
    """One post as it will be published; `length` is X's weighted length of `text`."""

    text: str = Field(title="Post", min_length=1, max_length=2_000)
    length: int = Field(default=0, title="Weighted length", ge=0)

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, data: Any) -> Any:
        """The length is counted here, so that a post that a person edited has the right one, too."""
        if isinstance(data, dict) and isinstance(data.get("text"), str):
            return {**data, "length": limits.weighted_length(data["text"])}
        return data


class ThreadOutput(Parted):
    """A thread; the hashtags stand in the last post's text too."""

    posts: tuple[Post, ...] = Field(title="Posts", min_length=1, max_length=25)
    hashtags: tuple[str, ...] = Field(default=(), title="Hashtags")

    def parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(kind=PartKind.POST, text=post.text, label=f"Post {number}", channel="x", length=post.length, limit=limits.POST_LIMIT)
            for number, post in enumerate(self.posts, 1)
        )

    def rewritten(self, words: Sequence[Words]) -> ThreadOutput:
        return ThreadOutput(posts=tuple(Post(text=said.text) for said in words), hashtags=self.hashtags)


class Analyzed(StepResult):
    """Step "analyze": what the source says and to whom."""

    key_sentences: tuple[KeySentence, ...]
    key_phrases: tuple[KeyPhrase, ...]
    sections: tuple[str, ...]
    readability: Readability
    audience: Audience

    def summary(self) -> str:
        return f"{len(self.key_sentences)} key sentences, {len(self.sections)} sections"


class PlannedPost(_Frozen):
    role: str
    point: str
    section: str = ""


class Planned(StepResult):
    """Step "strategize": how many posts, and the point of each."""

    posts: tuple[PlannedPost, ...]
    wanted: int
    by_model: bool = False

    def summary(self) -> str:
        return f"{len(self.posts)} posts planned"


class DraftPost(_Frozen):
    """A post's words without numbers and hashtags; `spans` are its places in the source (builtin engine only)."""

    text: str
    role: str = "body"
    spans: tuple[tuple[int, int], ...] = ()


class Drafted(StepResult):
    """Step "generate": the posts' words."""

    posts: tuple[DraftPost, ...]
    by_model: bool = False

    def summary(self) -> str:
        return f"{len(self.posts)} posts written"


class Formatted(StepResult):
    """Step "format": the posts with line breaks, numbers, link and hashtags, each within X's limit."""

    thread: ThreadOutput

    def summary(self) -> str:
        longest = max((p.length for p in self.thread.posts), default=0)
        return f"{len(self.thread.posts)} posts, the longest {longest} of 280"


class Checked(StepResult):
    """Step "check": the verdict, the thread as it is after repairs, and the earlier outputs that it repeats."""

    thread: ThreadOutput
    review: Review
    repaired: int = 0
    said: tuple[Earlier, ...] = ()

    def summary(self) -> str:
        open_claims = sum(c.status.value == "unsupported" for c in self.review.claims)
        return (
            f"{len(self.review.claims)} claims, {open_claims} without a source"
            if open_claims
            else f"{len(self.review.claims)} claims, all with a source"
        )
