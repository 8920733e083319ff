"""A form of text that is made of a talk (an article, a podcast summary): what sets one apart from the other. `steps` makes its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coexai_app.agents.maya.longform.judged import LongJudged
from coexai_app.agents.maya.longform.schemas import Length, LongformOutput, TextBlock
from coexai_app.agents.maya.speech.schemas import TalkInput
from coexai_app.agents.maya.verdicts import Rubric
from coexai_app.agents.parts import PartKind
from coexai_app.business import BusinessProfile
from coexai_app.extract.document import Document
from coexai_app.llm.base import Prompt


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model writes the form: `write` asks for it, on the builtin blocks as grounding; `read` makes blocks of the answer's
    data, () when it is none."""

    write: Callable[[Document, TalkInput, tuple[TextBlock, ...], BusinessProfile], Prompt]
    read: Callable[[object, Document, tuple[TextBlock, ...]], tuple[TextBlock, ...]]


@dataclass(frozen=True, slots=True)
class Form:
    """`compose(document, length, closing, banned)` is the builtin writer; () when no sentence of the talk can stand alone.

    `rubrics` are those of all times, the present one last; `wanted` are the fewest and most words by length, `counts` the fewest and
    most blocks of a kind, `fixed` headings that are form.
    """

    name: str
    output: type[LongformOutput]
    compose: Callable[[Document, Length, str, frozenset[str]], tuple[TextBlock, ...]]
    rubrics: tuple[Rubric[LongJudged], ...]
    asking: Asking
    wanted: Mapping[Length, tuple[int, int]]
    counts: Mapping[PartKind, tuple[int, int]]
    fixed: frozenset[str] = frozenset()
    most: int = 0
    fewest_words: int = 25
