"""What "transcript to article" takes in and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from coexai_app.agents.maya.longform.limits import ARTICLE_TITLE
from coexai_app.agents.maya.longform.schemas import LENGTHS, Length, LongformOutput
from coexai_app.agents.maya.speech.schemas import TalkInput
from coexai_app.agents.parts import PartKind


class ArticleInput(TalkInput):
    """A talk, and how long the article should be."""

    length: Length = Field(
        default=Length.MEDIUM,
        title="Length",
        description="Short has some 350 words, medium 650, long 1,100, as far as the talk has them.",
        json_schema_extra={"labels": LENGTHS},
    )


class ArticleOutput(LongformOutput):
    """A LinkedIn article: title, standfirst, sections, pull quotes."""

    limits: ClassVar[Mapping[PartKind, int]] = {PartKind.TITLE: ARTICLE_TITLE}
