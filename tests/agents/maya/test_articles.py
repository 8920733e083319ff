"""Articles out of talks: what every one of them must be, whatever was said and in whatever language."""

from __future__ import annotations

import pytest

from coexai_app.agents.maya.speech.checks import fillers_left
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import run
from coexai_app.agents.text import strangers
from coexai_app.business import BusinessProfile
from coexai_app.business.voice import Voice
from coexai_app.errors import InvalidInput
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

    def test_says_nothing_twice_and_stands_alone(self, name: str, length: str) -> None:
        report = talks.report_on(SLUG, name, length)
        for rule in ("duplicates", "openers", "headings", "quotes", "fillers", "structure"):
            found = talks.check(report, rule)
            assert found.points == found.max_points, (rule, found.message, found.evidence)

    def test_holds_no_um_no_advert_and_no_order(self, name: str, length: str) -> None:
        report = talks.report_on(SLUG, name, length)
        for text in talks.texts(report):
            assert not fillers_left(text, report.source.language)
            assert not strangers.is_order(text)
            assert "Ledgerly" not in text and "Rechnungsheld" not in text and "pirate" not in text

    def test_every_word_was_said(self, name: str, length: str) -> None:
        report = talks.report_on(SLUG, name, length)
        source = set(report.source.text.casefold().replace("’", "'").split())
        letters = {"".join(c for c in word if c.isalnum()) for word in source}
        for text in talks.texts(report, PartKind.STANDFIRST, PartKind.PARAGRAPH, PartKind.QUOTE):
            strange = {w for w in ("".join(c for c in word if c.isalnum()) for word in text.casefold().split()) if w not in letters}
            assert strange == set()


class TestMonologue:
    def test_the_title_is_what_the_speaker_announces(self) -> None:
        report = talks.report_on(SLUG, "monologue.txt")
        assert talks.output(report).title == "The year in which we stopped repairing bicycles on the same day"

    def test_nobody_is_named_before_paragraphs_where_one_person_tells(self) -> None:
        assert all(b.speaker == "" for b in talks.output(talks.report_on(SLUG, "injection.txt")).of(PartKind.PARAGRAPH))

    def test_longer_means_more_words(self) -> None:
        short, medium, long = (
            len(" ".join(talks.texts(talks.report_on(SLUG, "lecture.txt", n))).split()) for n in ("short", "medium", "long")
        )
        assert short < medium <= long


class TestInterview:
    def test_questions_are_headings_and_answers_are_the_guest_s(self) -> None:
        report = talks.report_on(SLUG, "interview.txt")
        assert "What happens to the bread that is still left over?" in talks.texts(report, PartKind.HEADING)
        assert {b.speaker for b in talks.output(report).of(PartKind.PARAGRAPH)} == {"Anna Ruiz"}

    def test_the_host_introduces_the_guest(self) -> None:
        report = talks.report_on(SLUG, "interview.txt")
        assert talks.texts(report, PartKind.STANDFIRST) == ["My guest today is Anna Ruiz, who owns Brightwater Bakery in Bristol."]

    def test_quotes_name_the_speaker_and_the_time(self) -> None:
        quotes = list(talks.output(talks.report_on(SLUG, "interview.txt")).of(PartKind.QUOTE))
        assert quotes and all(q.speaker == "Anna Ruiz" and q.at for q in quotes)


class TestMeeting:
    def test_each_paragraph_says_who_said_it(self) -> None:
        report = talks.report_on(SLUG, "meeting.txt", "long")
        spoken = {b.speaker for b in talks.output(report).of(PartKind.PARAGRAPH)}
        assert {"Lena", "Omar", "Tom"} <= spoken


class TestOtherSources:
    @pytest.mark.parametrize("text", ["Hello", "Um, uh, er.", "Yeah. Right. Exactly. Okay. Great. " * 20])
    def test_too_little_is_said_so(self, text: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            talks.made_of(SLUG, text)
        assert refused.value.details["field"] == "text"

    def test_a_page_of_navigation_is_refused(self) -> None:
        with pytest.raises(InvalidInput):
            talks.made_of(SLUG, (talks.FOLDER / "navigation.txt").read_text())

    def test_orders_to_a_program_are_counted(self) -> None:
        report = talks.report_on(SLUG, "injection.txt")
        assert "talked to a program" in (report.analysis.model_extra or {})["notes"]["instructions"]

    def test_without_punctuation_the_check_says_so(self) -> None:
        assert "no punctuation" in talks.check(talks.report_on(SLUG, "unpunctuated.txt"), "sentences").message

    def test_the_source_s_own_headings_are_kept(self) -> None:
        lecture = (talks.FOLDER / "lecture.txt").read_text().split("\n\n")
        text = "\n\n".join(["# Soil for beginners", "## Water", *lecture[1:5], "## Feeding", *lecture[5:8]])
        report = talks.made_of(SLUG, text)
        assert talks.output(report).title == "Soil for beginners"
        assert [t for t in talks.texts(report, PartKind.HEADING) if t in ("Water", "Feeding")] == ["Water", "Feeding"]


class TestWishes:
    def test_what_should_be_said_is_the_last_paragraph(self) -> None:
        report = talks.made_of(SLUG, (talks.FOLDER / "monologue.txt").read_text(), call_to_action="Bring your bicycle on Saturday, 5 June")
        assert talks.texts(report)[-1] == "Bring your bicycle on Saturday, 5 June."
        talks.assert_sound(report)

    def test_the_brand_voice_is_kept_to(self) -> None:
        found = talks.capability(SLUG)
        business = BusinessProfile(voice=Voice(avoid=("customers", "fox")))
        data = found.parse({"file": "monologue.txt"})
        report = run(talks.AGENT, found, data, talks.context(business=business))
        assert not any("customers" in t.casefold() or "fox" in t for t in talks.texts(report))
        assert report.score.rubric == "maya.article/2+brand"
        assert report.score.max_points == 100
