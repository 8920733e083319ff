"""Whatever is pasted: a thread that fits, or an error that a person can read.

`make test-faults T="tests/agents/maya/test_thread_property.py tests/agents/maya/test_any_source.py"` tries 10,000 sources instead of 300.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coexai_app.agents.maya import layout, pieces, thread
from coexai_app.agents.maya.schemas import Numbering
from coexai_app.agents.text import limits
from coexai_app.extract.document import Block, BlockKind, Document, SourceKind

FULL = os.environ.get("COEXAI_FAULTS") == "full"
EXAMPLES = 10_000 if FULL else 300
pytestmark = pytest.mark.timeout(7_200 if FULL else 120)
WORDS = (
    "bakery oven bread we sold 14% £9,000 the customers morning and but not a clipboard because Monday Ana “quoted” (aside) e.g. 3.5 "
    "http://a.example 你好 😀 crème x"
)
SENTENCE = st.builds(
    lambda parts, end: (" ".join(parts)[:1].upper() + " ".join(parts)[1:]) + end,
    st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=70),
    st.sampled_from([".", "!", "?", "…", ":", "", "。", '."']),
)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(list(BlockKind)), st.lists(SENTENCE, min_size=1, max_size=5).map(" ".join)), min_size=1, max_size=14
)


def document(blocks: list[tuple[BlockKind, str]], language: str) -> Document:
    text, found = "", []
    for kind, words in blocks:
        text += "\n\n" if text else ""
        found.append(Block(kind=kind, start=len(text), end=len(text) + len(words), level=2 if kind is BlockKind.HEADING else 0))
        text += words
    return Document(kind=SourceKind.TEXT, text=text, blocks=tuple(found), title=blocks[0][1][:80], language=language)


class TestAnySource:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(
        BLOCKS,
        st.sampled_from(["en", "de", "und", "zh"]),
        st.sampled_from(list(Numbering)),
        st.one_of(st.none(), st.integers(5, 12)),
        st.sampled_from(["", "Come in. https://a.example/" + "x" * 60]),
    )
    def test_every_post_fits_with_number_and_hashtags(
        self, blocks: list[tuple[BlockKind, str]], language: str, numbering: Numbering, posts: int | None, close: str
    ) -> None:
        budget = layout.budget(numbering)
        drafts = thread.write(pieces.of_document(document(blocks, language), budget), thread.Wish(posts, close, budget, budget))
        if not drafts:
            return  # not one sentence that may stand in a post: the step says so
        made = layout.arrange([d.text for d in drafts], layout.Style(numbering, ("#BreadWaste", "#Bakery"), language))
        assert all(post.length <= limits.POST_LIMIT for post in made.posts)
        assert len(made.posts) <= (posts or 12)

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(st.text(max_size=400))
    def test_the_weighted_length_of_anything_is_a_number(self, text: str) -> None:
        assert 0 <= limits.weighted_length(text) <= 2 * len(text) * 4 + 23
