"""Summaries of episodes: takeaways, chapters with times, quotes with speakers, names."""

from __future__ import annotations

import pytest

from coexai_app.agents.maya.longform.schemas import clock
from coexai_app.agents.maya.podcasts.compose import FIXED_HEADINGS
from coexai_app.agents.parts import PartKind
from coexai_app.errors import InvalidInput
from tests.agents.maya import talks

SLUG = "podcast-to-summary"


@pytest.mark.parametrize("length", ["short", "medium", "long"])
@pytest.mark.parametrize("name", talks.NAMES)
class TestEveryTalk:
    def test_has_a_source_for_every_claim(self, name: str, length: str) -> None:
        talks.assert_sound(talks.report_on(SLUG, name, length))

    def test_says_nothing_twice_and_stands_alone(self, name: str, length: str) -> None:
        report = talks.report_on(SLUG, name, length)
        for rule in ("duplicates", "openers", "headings", "quotes", "fillers", "structure"):
            found = talks.check(report, rule)
            assert found.points == found.max_points, (rule, found.message, found.evidence)


class TestInterview:
    def test_every_chapter_has_the_time_of_its_first_words(self) -> None:
        made = talks.output(talks.report_on(SLUG, "interview.txt"))
        chapters = [b for b in made.of(PartKind.HEADING) if b.text.casefold() not in FIXED_HEADINGS]
        times = [b.at for b in chapters]
        assert None not in times and times == sorted(times)
        assert ("3:30", "What happens to the bread that is still left over?") in [(clock(b.at or 0), b.text) for b in chapters]

    def test_takeaways_come_first_and_stand_alone(self) -> None:
        blocks = talks.output(talks.report_on(SLUG, "interview.txt")).blocks
        kinds = [b.kind for b in blocks]
        assert kinds[:4] == [PartKind.TITLE, PartKind.STANDFIRST, PartKind.HEADING, PartKind.ITEM]
        assert blocks[2].text == "Key takeaways"

    def test_names_are_listed_and_the_sponsor_is_not(self) -> None:
        last = talks.texts(talks.report_on(SLUG, "interview.txt"))[-1]
        assert "Anna Ruiz" in last and "Brightwater Bakery" in last
        assert "Ledgerly" not in last

    def test_a_full_name_takes_the_place_of_the_first_name(self) -> None:
        assert "Marc Delaunay" in talks.texts(talks.report_on(SLUG, "french.txt"))[-1]


class TestOtherLanguages:
    def test_the_fixed_headings_are_in_the_language_of_the_episode(self) -> None:
        assert "Erwähnte Namen und Links" in talks.texts(talks.report_on(SLUG, "german.txt"), PartKind.HEADING)

    def test_a_label_that_is_a_role_is_no_name(self) -> None:
        assert "Moderatorin" not in talks.texts(talks.report_on(SLUG, "german.txt"))[-1]


class TestOtherSources:
    def test_links_are_listed(self) -> None:
        text = (
            talks.FOLDER / "lecture.txt"
        ).read_text() + "\n\nThe trial of the school garden is written up at https://garden.org/trial for everybody."
        report = talks.made_of(SLUG, text)
        assert any("garden.org/trial" in t for t in talks.texts(report, PartKind.ITEM))
        talks.assert_sound(report)

    def test_one_word_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            talks.made_of(SLUG, "Hello")
