"""Long texts in blocks: what an edit keeps, how the files look, and how an edited text is judged."""

from __future__ import annotations

import io
import json

import pytest

from coexai_app.agents.maya.longform.schemas import LongformOutput, TextBlock, clock
from coexai_app.agents.parts import PartKind, Words
from coexai_app.agents.report import CheckStatus, ClaimStatus, Report
from coexai_app.errors import InvalidInput
from tests.agents.maya import talks

ARTICLE, SUMMARY = "transcript-to-article", "podcast-to-summary"


def rewritten(report: Report, part: int, text: str) -> Report:
    """The report after a person changed one part."""
    made = talks.output(report)
    words = [Words(text if i == part else p.text, i) for i, p in enumerate(made.parts())]
    stored = made.rewritten(words).model_dump(mode="json")
    review = talks.capability(report.capability).review(report, stored)
    return report.model_copy(update={"output": stored, "claims": review.claims, "checks": review.checks, "score": review.score})


def place(report: Report, kind: PartKind, number: int = 0) -> int:
    return [i for i, part in enumerate(talks.output(report).parts()) if part.kind is kind][number]


class TestBlocks:
    @pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (723, "12:03"), (3723, "1:02:03")])
    def test_times_are_shown_as_players_do(self, seconds: float, shown: str) -> None:
        assert clock(seconds) == shown

    def test_parts_are_called_by_what_they_are(self) -> None:
        made = LongformOutput(
            blocks=(
                TextBlock(kind=PartKind.TITLE, text="Bread"),
                TextBlock(kind=PartKind.HEADING, text="Rolls", at=100),
                TextBlock(kind=PartKind.PARAGRAPH, text="We bake.", speaker="Anna"),
                TextBlock(kind=PartKind.QUOTE, text="We bake twice.", speaker="Anna", at=723),
            )
        )
        assert [p.label for p in made.parts()] == ["Title", "Heading 1 at 1:40", "Paragraph 1, Anna", "Quote 1 by Anna at 12:03"]

    def test_an_edit_keeps_speaker_and_time_and_a_new_text_is_a_paragraph(self) -> None:
        made = talks.output(talks.report_on(SUMMARY, "interview.txt"))
        quote = next(i for i, b in enumerate(made.blocks) if b.kind is PartKind.QUOTE)
        edited = made.rewritten([Words("A title", 0), Words("Something new."), Words("Other words.", quote)])
        assert [b.kind for b in edited.blocks] == [PartKind.TITLE, PartKind.PARAGRAPH, PartKind.QUOTE]
        assert (edited.blocks[2].speaker, edited.blocks[2].at) == (made.blocks[quote].speaker, made.blocks[quote].at)
        assert type(edited) is type(made)

    def test_the_title_of_an_article_has_a_limit_and_others_have_none(self) -> None:
        parts = talks.output(talks.report_on(ARTICLE, "monologue.txt")).parts()
        assert (parts[0].limit, parts[0].length) == (100, len(parts[0].text))
        assert {p.limit for p in parts[1:]} == {0}


class TestEdited:
    def test_an_unchanged_text_is_judged_as_before(self) -> None:
        report = talks.report_on(ARTICLE, "interview.txt")
        again = rewritten(report, 0, talks.texts(report)[0])
        assert (again.claims, again.checks, again.score) == (report.claims, report.checks, report.score)

    def test_a_quote_that_nobody_said_has_no_source(self) -> None:
        report = talks.report_on(ARTICLE, "interview.txt")
        number = place(report, PartKind.QUOTE)
        edited = rewritten(report, number, "Rolls were all of the waste, and I burned the clipboard at night.")
        assert [c.part for c in edited.claims if c.status is ClaimStatus.UNSUPPORTED] == [number]
        assert talks.check(edited, "quotes").status is CheckStatus.FAIL

    def test_a_quote_under_the_wrong_name_is_found(self) -> None:
        report = talks.report_on(ARTICLE, "interview.txt")
        edited = rewritten(report, place(report, PartKind.QUOTE), "Did customers complain that shelves were empty in the afternoon?")
        assert "Dana Whitlock says" in talks.check(edited, "quotes").message

    def test_a_number_that_was_not_said_costs_the_points_of_the_claims(self) -> None:
        report = talks.report_on(ARTICLE, "interview.txt")
        edited = rewritten(report, place(report, PartKind.PARAGRAPH), "We threw away 77 percent of everything in Bristol.")
        assert talks.check(edited, "claims").points == 0

    def test_a_sentence_twice_a_heading_twice_an_um_and_a_long_title_are_found(self) -> None:
        report = talks.report_on(ARTICLE, "interview.txt")
        texts = talks.texts(report)
        second = place(report, PartKind.PARAGRAPH, 1)
        assert talks.check(rewritten(report, second, texts[place(report, PartKind.PARAGRAPH)]), "duplicates").points == 0
        assert (
            talks.check(rewritten(report, place(report, PartKind.HEADING, 1), texts[place(report, PartKind.HEADING)]), "headings").points
            == 0
        )
        assert talks.check(rewritten(report, second, "We, um, baked less."), "fillers").points < 4
        assert talks.check(rewritten(report, 0, "Bread " * 20), "length").points == 0

    def test_a_section_that_opens_with_a_pronoun_is_found(self) -> None:
        report = talks.report_on(ARTICLE, "monologue.txt")
        edited = rewritten(report, place(report, PartKind.PARAGRAPH), "He said it again. They left the shop at nine.")
        assert "opens with" in talks.check(edited, "openers").message

    def test_what_is_no_article_is_refused(self) -> None:
        report = talks.report_on(ARTICLE, "monologue.txt")
        with pytest.raises(InvalidInput):
            talks.capability(ARTICLE).review(report, {"blocks": []})


@pytest.mark.parametrize("slug", [ARTICLE, SUMMARY])
class TestFiles:
    def test_every_format_is_made(self, slug: str) -> None:
        assert set(talks.capability(slug).exports) == {"md", "txt", "html", "json", "docx"}

    def test_text_holds_every_part(self, slug: str) -> None:
        report = talks.report_on(slug, "interview.txt")
        made = talks.capability(slug).exports["txt"](report).decode()
        assert all(text in made for text in talks.texts(report))

    def test_json_is_the_report(self, slug: str) -> None:
        report = talks.report_on(slug, "interview.txt")
        assert json.loads(talks.capability(slug).exports["json"](report)) == report.model_dump(mode="json")

    def test_markdown_has_title_headings_quotes_and_evidence(self, slug: str) -> None:
        made = talks.capability(slug).exports["md"](talks.report_on(slug, "interview.txt")).decode()
        assert made.startswith("# ")
        for sign in ("\n## ", "\n> “", "\n## Evidence", "| Part | Claim | Verdict | Source |", "\n## Checks: "):
            assert sign in made

    def test_html_is_escaped_and_well_formed(self, slug: str) -> None:
        report = talks.report_on(slug, "interview.txt")
        edited = rewritten(report, 0, "Bread <script>alert(1)</script> & butter")
        made = talks.capability(slug).exports["html"](edited).decode()
        assert "<script>" not in made and "<h1>Bread &lt;script&gt;" in made
        assert made.count("<ul>") == made.count("</ul>")
        assert "<blockquote>" in made

    def test_word_has_real_styles(self, slug: str) -> None:
        import docx

        document = docx.Document(io.BytesIO(talks.capability(slug).exports["docx"](talks.report_on(slug, "interview.txt"))))
        styles = [p.style.name for p in document.paragraphs]
        assert styles[:2] == ["Title", "Subtitle"]
        assert {"Heading 1", "Intense Quote", "List Bullet"} <= set(styles)


class TestTimes:
    def test_a_chapter_s_time_stands_before_its_heading_in_every_file(self) -> None:
        report, exports = talks.report_on(SUMMARY, "interview.txt"), talks.capability(SUMMARY).exports
        assert "## 3:30 What happens" in exports["md"](report).decode()
        assert "\n3:30 What happens" in exports["txt"](report).decode()
        assert "<h2>3:30 What happens" in exports["html"](report).decode()
