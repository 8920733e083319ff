"""What a brand voice asks of a text: every place is right, and every one-click fix leaves a good sentence."""

from __future__ import annotations

import pytest

from coexai_app.agents.maya import AGENT, BLOG_TO_THREAD
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.text import brand_rules, habits
from coexai_app.agents.text.judging import Judged, Verdict
from coexai_app.business import BusinessProfile, Voice

SAMPLE = (
    "We bake at night. The dough rests for a day, and then it goes into the oven. Our rye is dark and dense. The crust is thick. "
    "People come for it from three towns. We open at seven. The first loaves are gone by eight. We do not bake more than we sell. "
) * 2


def judged(text: str, language: str = "en", **voice: object) -> Judged:
    said = Voice.model_validate(voice)
    return Judged(posts=(text,), words=(text,), language=language, voice=said, habits=habits.learn(said.samples, language))


def mended(text: str, verdict: Verdict) -> str:
    for finding in sorted(verdict.findings, key=lambda f: -f.start):
        if finding.replacement is not None:
            text = text[: finding.start] + finding.replacement + text[finding.end :]
    return text


class TestTerms:
    @pytest.mark.parametrize(
        ("text", "better"),
        [
            ("A customer waits. Customers wait.", "A guest waits. Guests wait."),
            ("OUR CUSTOMERS", "OUR GUESTS"),
            ("“The customer is king,” said the customer.", "“The customer is king,” said the guest."),
            ("See https://shop.example/customer or #customer", "See https://shop.example/customer or #customer"),
            ("Cafe\u0301 customers", "Cafe\u0301 guests"),
        ],
    )
    def test_the_others_words_are_replaced(self, text: str, better: str) -> None:
        terms = [{"use": "guest", "instead_of": ["customer"]}, {"use": "guests", "instead_of": "customers, clients"}]
        assert mended(text, brand_rules.terms(judged(text, terms=terms))) == better

    def test_the_article_goes_along_in_english(self) -> None:
        text = "This is a meeting."
        assert mended(text, brand_rules.terms(judged(text, terms="appointment: meeting"))) == "This is an appointment."

    def test_beside_a_german_article_a_person_decides(self) -> None:
        (finding,) = brand_rules.terms(judged("Der Kunde wartet.", "de", terms="Gast: Kunde")).findings
        assert finding.replacement is None and (finding.start, finding.end) == (4, 9)

    @pytest.mark.parametrize("text", ["guests", "guests:", ": customers"])
    def test_a_line_that_is_no_term_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="the word that you use first"):
            Voice.model_validate({"terms": text})


class TestPerspective:
    def test_i_becomes_we_where_the_verb_allows_it(self) -> None:
        verdict = brand_rules.perspective(judged("I'm here. My bread is good. I bake it.", perspective="we"))
        assert mended("I'm here. My bread is good. I bake it.", verdict) == "We're here. Our bread is good. I bake it."
        assert len(verdict.findings) == 3

    def test_neither(self) -> None:
        found = brand_rules.perspective(judged("We bake. I sell. Bread is good.", perspective="neutral")).findings
        assert [f.replacement for f in found] == [None, None]

    def test_what_others_say_is_theirs(self) -> None:
        assert brand_rules.perspective(judged("“I count,” says Marta.", perspective="we")).share == 1


class TestTone:
    def test_a_formal_text_has_no_short_forms(self) -> None:
        text = "We don't bake on Sundays, and you'll see why."
        verdict = brand_rules.tone(judged(text, casual=-1))
        assert mended(text, verdict) == "We do not bake on Sundays, and you will see why."

    def test_a_casual_text_is_not_stiff(self) -> None:
        text = "In order to help, we utilise steam prior to baking."
        assert mended(text, brand_rules.tone(judged(text, casual=2))) == "To help, we use steam before baking."

    def test_a_serious_one_has_no_emoji_and_a_reserved_one_does_not_shout(self) -> None:
        text = "Fresh bread 🍞 today!!! It is “great!” and amazing."
        verdict = brand_rules.tone(judged(text, playful=-2, enthusiastic=-1))
        assert mended(text, verdict) == "Fresh bread today. It is “great!” and amazing."
        assert any(f.replacement is None and "amazing" in f.message for f in verdict.findings)

    def test_german_addresses_its_reader(self) -> None:
        assert brand_rules.tone(judged("Hol dir dein Brot.", "de", casual=-1)).findings
        assert brand_rules.tone(judged("Holen Sie sich Brot.", "de", casual=-1)).share == 1

    def test_every_fix_of_the_tables_is_found_and_is_not_itself_a_fault(self) -> None:
        from coexai_app.agents.text import wording

        for table in ("STIFF", "LOOSE", "JARGON", "CONTRACTED", "SINGULAR", "PLURAL"):
            for language in getattr(wording, table):
                pattern = wording.pattern(table, language)
                assert pattern is not None
                for said, instead in wording.entries(table, language).items():
                    assert said.endswith("'") or (pattern.search(f"x {said} x") or [""])[0] == said
                    assert instead is None or not pattern.fullmatch(instead)


class TestLevelAndHabits:
    def test_a_long_sentence_is_named(self) -> None:
        text = "Short one. " + " ".join(["word"] * 30) + "."
        (finding,) = brand_rules.reading_level(judged(text, reading_level="plain")).findings
        assert text[finding.start : finding.end].startswith("word") and "30 words" in finding.message

    def test_habits_are_measured(self) -> None:
        known = habits.learn([SAMPLE], "en")
        assert known.known and known.exclamations == 0 == known.contractions == known.emoji
        assert 5 < known.sentence_words < 9 and "bake" in known.vocabulary

    def test_too_little_text_tells_nothing(self) -> None:
        assert not habits.learn(["We bake."], "en").known
        assert brand_rules.habitual(judged("Wow!", samples=["We bake."])).share == 1

    def test_what_the_samples_never_do_is_named_and_mended(self) -> None:
        text = "It doesn't matter! Come 🍞."
        verdict = brand_rules.habitual(judged(text, samples=[SAMPLE]))
        assert mended(text, verdict) == "It does not matter. Come."


class TestThread:
    def test_the_checks_carry_the_places_and_an_edit_is_judged_alike(self) -> None:
        voice = {"terms": "visits: calls", "perspective": "neutral", "casual": "-1", "reading_level": "general", "samples": [SAMPLE]}
        source = (
            "Marta counted 412 calls in one week. We don't count any more. " * 2
            + "The bakery bakes 900 loaves a week for its neighbours. " * 2
        )
        context = StepContext(business=BusinessProfile.parse({"voice": voice}))
        report = run(AGENT, BLOG_TO_THREAD, BLOG_TO_THREAD.parse({"text": source}), context)
        review = BLOG_TO_THREAD.review(report, {"posts": [{"text": "Marta counted 412 calls! We don't count any more."}]})
        checks = {c.id: c for c in review.checks}
        assert [f.replacement for f in checks["brand_terms"].findings] == ["visits"]
        assert {c.id for c in report.checks} == set(checks) and {"brand_person", "brand_tone", "brand_level", "brand_habits"} <= set(checks)
        assert review.score.max_points == 100 and review.score.rubric == report.score.rubric == "maya.thread/2+brand"
