"""Articles out of talks: what every one of them must be, whatever was said and in whatever language."""

from __future__ import annotations

import pytest

from coexai_app.agents.parts import PartKind
from tests.agents.maya import talks

SLUG = "transcript-to-article"


@pytest.mark.parametrize("length", ["short", "medium", "long"])
@pytest.mark.parametrize("name", talks.NAMES)
class TestEveryTalk:
    def test_has_a_source_for_every_claim(self, name: str, length: str) -> None:
        talks.assert_sound(talks.report_on(SLUG, name, length))

    def test_has_one_title_that_fits_and_paragraphs(self, name: str, length: str) -> None:
        made = talks.output(talks.report_on(SLUG, name, length))
        assert [b.kind for b in made.blocks].count(PartKind.TITLE) == 1
        assert 0 < len(made.title) <= 100
        assert any(made.of(PartKind.PARAGRAPH))
