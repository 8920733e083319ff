"""An edited newsletter is judged again, by rules that explain themselves; what a part knows besides its text stays with it."""

from __future__ import annotations

import pytest

from coexai_app.agents import output_of
from coexai_app.agents.maya.newsletter.schemas import NewsletterOutput
from coexai_app.agents.parts import PartKind, Words
from coexai_app.agents.report import CheckStatus, ClaimStatus, Review
from coexai_app.errors import InvalidInput
from tests.agents.maya.letters import NEWSLETTER, REPAIR, newsletter_of

REPORT = newsletter_of(REPAIR)
LETTER = NewsletterOutput.model_validate(REPORT.output)


def edited(**changes: object) -> Review:
    return NEWSLETTER.review(REPORT, LETTER.model_copy(update=changes).model_dump(mode="json"))


def check(review: Review, name: str) -> tuple[int, str]:
    found = next(c for c in review.checks if c.id == name)
    return found.points, found.message


class TestReview:
    def test_the_same_output_gets_the_same_verdict(self) -> None:
        assert NEWSLETTER.review(REPORT, REPORT.output).score == REPORT.score

    def test_points_sum_to_100(self) -> None:
        assert sum(c.max_points for c in REPORT.checks) == 100

    def test_an_invented_number_is_named_with_its_part(self) -> None:
        review = edited(preheader="We repaired 9,999 bikes.")
        found = next(c for c in review.checks if c.id == "claims")
        assert (found.status, found.points) == (CheckStatus.FAIL, 0)
        assert "Preheader: “9,999" in found.evidence

    def test_a_claim_kept_on_somebody_s_word_stays_kept(self) -> None:
        changed = LETTER.model_copy(update={"preheader": "We repaired 9,999 bikes."}).model_dump(mode="json")
        first = NEWSLETTER.review(REPORT, changed)
        kept = tuple(
            c.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": "counted"}) if c.status is ClaimStatus.UNSUPPORTED else c
            for c in first.claims
        )
        again = NEWSLETTER.review(REPORT.model_copy(update={"claims": kept}), changed)
        assert check(again, "claims")[0] == 30

    @pytest.mark.parametrize(
        ("changes", "name", "words"),
        [
            ({"subjects": ({"text": "x" * 61},)}, "subjects", "61 of 60"),
            ({"subjects": LETTER.subjects[:2]}, "subjects", "2 subject lines instead of 3"),
            ({"subjects": ({"text": "Re: your order"}, *LETTER.subjects[1:])}, "honest", "feigns a reply"),
            ({"subjects": ({"text": "Kittens dance through moonlit Tokyo"}, *LETTER.subjects[1:])}, "honest", "something else"),
            ({"subjects": ({"text": "WE STOPPED SELLING BICYCLES!!!"}, *LETTER.subjects[1:])}, "honest", "shouts"),
            ({"preheader": ""}, "preheader", "no preheader"),
            ({"preheader": "word " * 30}, "preheader", "of 110"),
            ({"preheader": LETTER.subjects[0].text}, "preheader", "repeats"),
            ({"opening": "But it was different."}, "opening", "“But"),
            ({"sections": LETTER.sections[:1]}, "sections", "1 section instead of 3"),
            ({"sections": (*LETTER.sections, LETTER.sections[0])}, "repeats", "share a sentence"),
            ({"closing": "A sentence without an end"}, "sentences", "without an end"),
            ({"action": None}, "action", "no call to action"),
            ({"action": {"label": "Buy", "url": "https://evil.example/"}}, "links", "neither in the source nor in the form"),
        ],
    )
    def test_each_rule_says_what_is_wrong(self, changes: dict[str, object], name: str, words: str) -> None:
        before = check(REPORT, name)[0]
        changed = {
            **LETTER.model_dump(mode="json"),
            **NewsletterOutput.model_validate({**LETTER.model_dump(), **changes}).model_dump(mode="json"),
        }
        points, message = check(NEWSLETTER.review(REPORT, changed), name)
        assert points < before
        assert words in message

    @pytest.mark.parametrize("output", [{"subjects": 3}, {"sections": [{"link": {"label": "x", "url": "javascript:1"}}]}])
    def test_what_is_no_newsletter_is_refused(self, output: dict[str, object]) -> None:
        with pytest.raises(InvalidInput, match="This is not a newsletter"):
            NEWSLETTER.review(REPORT, output)


class TestParts:
    def test_reading_order_and_kinds(self) -> None:
        kinds = [p.kind for p in LETTER.parts()]
        assert kinds[:3] == [PartKind.SUBJECT] * 3
        assert kinds[3:6] == [PartKind.PREHEADER, PartKind.TITLE, PartKind.PARAGRAPH]
        assert [p.limit for p in LETTER.parts()[:4]] == [60, 60, 60, 110]

    def test_put_back_unchanged_it_is_the_same(self) -> None:
        words = [Words(p.text, i) for i, p in enumerate(LETTER.parts())]
        assert output_of(REPORT).rewritten(words) == LETTER

    def test_a_section_keeps_its_link_when_its_words_change(self) -> None:
        parts = LETTER.parts()
        place = next(i for i, p in enumerate(parts) if "Fietsbericht" in p.text)
        words = [Words("Nine days." if i == place else p.text, i) for i, p in enumerate(parts)]
        section = next(s for s in LETTER.rewritten(words).sections if s.text == "Nine days.")
        assert section.link.url == "https://example.com/fietsbericht"

    def test_without_its_heading_a_section_is_still_one(self) -> None:
        parts = LETTER.parts()
        words = [Words(p.text, i) for i, p in enumerate(parts) if p.label != "Heading 1"]
        changed = LETTER.rewritten(words)
        assert (changed.sections[0].heading, changed.sections[0].text) == ("", LETTER.sections[0].text)
        assert len(changed.sections) == len(LETTER.sections)

    def test_a_new_part_joins_what_stands_before_it(self) -> None:
        words: list[Words] = []
        for i, part in enumerate(LETTER.parts()):
            words.append(Words(part.text, i))
            if part.label in ("Opening", "Section 2", "Closing"):
                words.append(Words(f"New after {part.label}."))
        changed = LETTER.rewritten(words)
        assert changed.opening.endswith("\n\nNew after Opening.")
        assert changed.sections[1].text.endswith("\n\nNew after Section 2.")
        assert changed.closing.endswith("\n\nNew after Closing.")

    def test_moved_sections_take_their_headings_along(self) -> None:
        parts = LETTER.parts()
        order = [i for i, p in enumerate(parts) if p.label not in ("Heading 1", "Section 1")]
        last = next(k for k, i in enumerate(order) if parts[i].label == "Closing")
        moved = [*order[:last], *(i for i, p in enumerate(parts) if p.label in ("Heading 1", "Section 1")), *order[last:]]
        changed = LETTER.rewritten([Words(parts[i].text, i) for i in moved])
        assert [s.heading for s in changed.sections] == [*(s.heading for s in LETTER.sections[1:]), LETTER.sections[0].heading]

    def test_everything_may_go_but_one_part(self) -> None:
        assert [p.text for p in LETTER.rewritten([Words("Only this.", 0)]).parts()] == ["Only this."]
