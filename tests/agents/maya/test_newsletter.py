"""A long read as a newsletter: honest subjects, the source's words, its links, and nothing that the source does not say."""

from __future__ import annotations

import pytest

from coexai_app.agents.maya.newsletter.schemas import NewsletterOutput
from coexai_app.agents.maya.newsletter.subjects import length
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Report
from coexai_app.business import BusinessProfile
from coexai_app.errors import InvalidInput
from tests.agents.maya.letters import (
    AGENT,
    ANNUAL_REPORT,
    CHAPTER,
    EXAMPLE,
    INJECTED,
    LONG_NAMES,
    NEWSLETTER,
    REPAIR,
    newsletter_of,
    newsletter_on,
)

NEUTRAL = {"Reply to this email", "Antworten Sie auf diese E-Mail", "Responde a este correo", "Répondez à cet e-mail"}


def letter(report: Report) -> NewsletterOutput:
    return NewsletterOutput.model_validate(report.output)


def points(report: Report, check: str) -> tuple[int, int]:
    found = next(c for c in report.checks if c.id == check)
    return found.points, found.max_points


class TestEverySource:
    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_has_no_claim_without_a_source(self, name: str) -> None:
        report = newsletter_on(name)
        assert report.unsupported == ()
        assert report.score.max_points == 100
        assert report.score.points >= 90
        assert report.score.rubric == "maya.newsletter/2"

    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_keeps_to_what_an_inbox_shows(self, name: str) -> None:
        made = letter(newsletter_on(name))
        assert 2 <= len(made.subjects) <= 3
        assert all(length(s.text) <= 60 for s in made.subjects)
        assert 1 <= length(made.preheader) <= 110
        assert made.opening
        assert 1 <= len(made.sections) <= 6

    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_says_every_sentence_in_the_source_s_own_words(self, name: str) -> None:
        report = newsletter_on(name)
        source = " ".join(report.source.text.split())
        for part in letter(report).parts():
            if part.label == "Call to action" or part.label.startswith("Heading") or "Subject" in part.label:
                continue
            for line in part.text.split("\n"):
                words = line.removeprefix("• ").split(". ")[0].split()[1:8]
                assert " ".join(words) in source or part.label in ("Preheader", "Headline"), (part.label, line)

    @pytest.mark.parametrize("name", LONG_NAMES)
    def test_is_the_same_every_time(self, name: str) -> None:
        first, second = newsletter_on(name), newsletter_on.__wrapped__(name)
        assert first.output == second.output


class TestParts:
    def test_plain_number_and_question_where_the_source_has_them(self) -> None:
        kinds = {s.kind.value for s in letter(newsletter_of(ANNUAL_REPORT)).subjects}
        assert kinds == {"plain", "number", "question"}

    def test_a_title_that_is_too_long_is_not_cut_in_the_middle(self) -> None:
        subjects = [s.text for s in letter(newsletter_of(REPAIR)).subjects]
        assert "The quiet economics of repair" in subjects
        assert not any(s.endswith("…") for s in subjects)

    def test_headings_are_the_source_s_where_it_has_some(self) -> None:
        headings = [s.heading for s in letter(newsletter_of(REPAIR)).sections]
        assert headings == ["Why we stopped selling", "The price list on the door", "A waiting list nobody minds"]

    def test_and_short_sentences_of_it_where_it_has_none(self) -> None:
        made = letter(newsletter_of(CHAPTER))
        assert made.title == "Le marché de Sainte-Croix"
        assert "La moitié des étals disparut en dix-huit mois" in [s.heading for s in made.sections]
        assert all(s.heading not in s.text for s in made.sections)

    def test_a_link_stands_at_the_section_that_it_belongs_to(self) -> None:
        section = next(s for s in letter(newsletter_of(REPAIR)).sections if s.link)
        assert section.heading == "A waiting list nobody minds"
        assert (section.link.label, section.link.url) == ("Fietsbericht", "https://example.com/fietsbericht")

    def test_an_interview_s_questions_are_headings(self) -> None:
        made = letter(newsletter_on("qa-interview.md"))
        assert "How did you start?" in [s.heading for s in made.sections]
        assert not any(s.text.startswith("A: ") for s in made.sections)

    def test_a_list_stays_a_list(self) -> None:
        made = letter(newsletter_on("recipe.md"))
        first = made.sections[0]
        assert (first.heading, first.text.split("\n")[0]) == ("Ingredients", "• 500 g strong white flour")


class TestWishes:
    def test_the_call_to_action_leads_where_it_should(self) -> None:
        made = letter(newsletter_of(EXAMPLE, call_to_action="Book a baking class", button_link="https://example.com/class"))
        assert (made.action.label, made.action.url) == ("Book a baking class", "https://example.com/class")

    def test_without_one_it_claims_nothing(self) -> None:
        made = letter(newsletter_of(ANNUAL_REPORT))
        assert any(made.action.label.startswith(line) for line in NEUTRAL)
        assert made.action.url == ""

    @pytest.mark.parametrize("count", [3, 4])
    def test_as_many_sections_as_wished(self, count: int) -> None:
        report = newsletter_of(EXAMPLE, sections=count)
        assert len(letter(report).sections) == count
        assert points(report, "sections") == (8, 8)

    def test_the_business_stands_at_the_foot(self) -> None:
        business = BusinessProfile.parse({"name": "Velo Gent", "places": [{"street": "Kouter 3", "city": "Ghent"}]})
        report = run(AGENT, NEWSLETTER, NEWSLETTER.parse({"text": REPAIR}), StepContext(business=business))
        assert (letter(report).sender, letter(report).address) == ("Velo Gent", "Kouter 3, Ghent")

    def test_words_that_the_brand_avoids_are_left_out(self) -> None:
        business = BusinessProfile.parse({"voice": {"avoid": ["accountant"]}})
        report = run(AGENT, NEWSLETTER, NEWSLETTER.parse({"text": EXAMPLE}), StepContext(business=business))
        assert "accountant" not in "\n".join(p.text for p in letter(report).parts())
        assert report.score.rubric == "maya.newsletter/2+brand"
        assert report.score.max_points == 100

    @pytest.mark.parametrize(
        ("field", "value"),
        [("sections", 7), ("sections", 2), ("button_link", "javascript:alert(1)"), ("button_link", "https://a b"), ("tone", "warm")],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, field: str, value: object) -> None:
        with pytest.raises(InvalidInput) as refused:
            NEWSLETTER.parse({"text": REPAIR, field: value})
        assert field in refused.value.details["fields"]


class TestBadSources:
    def test_twenty_words_are_too_few(self) -> None:
        with pytest.raises(InvalidInput, match="A newsletter needs at least 60"):
            newsletter_of("We opened a shop. " * 7)

    def test_a_page_of_navigation_only_says_so(self) -> None:
        page = "<html><body><nav><a href='/'>Home</a> <a href='/shop'>Shop</a></nav><footer>© 2026 Shop</footer></body></html>"
        with pytest.raises(InvalidInput):
            newsletter_of(page)

    def test_words_without_sentences_say_so(self) -> None:
        with pytest.raises(InvalidInput):
            newsletter_of("\n".join("price stock shelf counter morning" for _ in range(20)) + " see https://example.com/a")

    def test_orders_to_a_machine_do_not_reach_the_readers(self) -> None:
        text = "\n".join(p.text for p in letter(newsletter_of(INJECTED)).parts())
        assert "gold medals" not in text
        assert "SYSTEM" not in text
        assert "84,000 bottles" in text

    def test_of_two_languages_the_source_s_own_is_kept(self) -> None:
        french = "Nous avons ouvert notre boutique à Bruxelles en 2019, et la moitié de nos clients parle français dans la rue."
        made = letter(newsletter_of(f"{EXAMPLE}\n\n{french}"))
        assert "boutique" not in "\n".join(p.text for p in made.parts())
