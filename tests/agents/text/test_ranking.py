"""Ranking, key phrases, readability, audience: on texts whose answer is plain."""

from __future__ import annotations

import pytest

from coexai_app.agents.text import audience, phrases, ranking, readability, words


class TestRanking:
    def test_the_sentence_that_the_others_talk_about_comes_first(self) -> None:
        found = [
            "Bread waste costs the bakery money every week.",
            "The bakery counts its bread waste.",
            "Money for flour comes from less bread waste in the bakery.",
            "My aunt has a green bicycle and a parrot.",
        ]
        scores = ranking.rank([words.terms(s, "en") for s in found])
        assert max(scores) == 1.0 and min(scores) == scores[3]

    def test_no_sentences_no_scores(self) -> None:
        assert ranking.rank([]) == []
        assert ranking.rank([[]]) == [1.0]

    def test_a_sentence_has_a_bounded_number_of_links_however_long_the_text(self) -> None:
        lists = [[f"word{(i * i + j * 37) % 500}" for j in range(14)] for i in range(3_000)]
        links = ranking._edges(lists, ranking.inverse_frequencies(lists))
        most = ranking.TERMS_PER_SENTENCE * ranking.NEIGHBOURS_PER_TERM
        assert 0 < sum(map(len, links)) <= 2 * most * len(lists)


class TestPhrases:
    def test_names_and_repeated_pairs_come_first(self) -> None:
        text = "Bread waste is a cost. Brightwater Bakery counts its bread waste. At Brightwater Bakery the bread waste fell."
        found = [p.text for p in phrases.key_phrases(text, "en")]
        assert set(found[:2]) == {"bread waste", "Brightwater Bakery"}

    def test_nothing_from_nothing(self) -> None:
        assert phrases.key_phrases("", "en") == () == phrases.key_phrases("the and of", "en")


class TestReadability:
    def test_short_words_are_easier(self) -> None:
        easy = readability.of(["The cat sat on the mat.", "We like bread."], "en")
        hard = readability.of(
            ["Organisational heterogeneity necessitates interdisciplinary collaboration regarding institutional accountability."], "en"
        )
        assert easy.ease is not None and hard.ease is not None
        assert easy.ease > 90 > 10 > hard.ease
        assert easy.grade is not None and hard.grade is not None and easy.grade < hard.grade

    @pytest.mark.parametrize(("word", "count"), [("bakery", 3), ("people", 2), ("waste", 1), ("table", 2), ("baked", 1)])
    def test_syllables(self, word: str, count: int) -> None:
        assert readability.syllables(word, "en") == count

    @pytest.mark.parametrize(
        ("word", "count"),
        [
            *(("likely", 2), ("statement", 2), ("sales", 1), ("houses", 2), ("wanted", 2), ("played", 1), ("didn't", 2), ("being", 2)),
            *(("million", 2), ("special", 2), ("create", 2), ("criticism", 4), ("player", 2), ("NBA", 3), ("THE", 1), ("something", 2)),
            *(("radio", 3), ("co-owner", 3), ("baker’s", 2), ("boss's", 2), ("2,500", 1), ("tea", 1)),
        ],
    )
    def test_english_spelling_tells_its_syllables(self, word: str, count: int) -> None:
        assert readability.syllables(word, "en") == count

    def test_the_grade_of_a_plain_text_is_the_formulas(self) -> None:
        # 4 sentences, 36 words, 43 syllables: 0.39 · 9 + 11.8 · 43/36 - 15.59 = 2.0
        text = [
            "The baker opens her shop before the sun comes up.",
            "She mixes flour and water, and she waits.",
            "By six, the first loaves are in the oven.",
            "People stop on their way to work.",
        ]
        assert readability.of(text, "en").grade == pytest.approx(2.0, abs=0.3)

    @pytest.mark.parametrize(
        ("sentence", "counted"),
        [
            ("She paid $15 for a full-length coat.", [1, 1, 1, 1, 1, 2, 1]),
            ("The CEO of NASA’s TV arm said 7% is OK.", [1, 1, 1, 2, 1, 1, 1, 1, 1, 1]),
            ("Add 2 tbsp – or 30ml – at 6 p.m. to it.", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
            ("READ THIS ARTICLE NOW.", [1, 1, 3, 1]),
            ("Write to shop@bakery.example or https://bakery.example/order today.", [1, 1, 1, 1, 1, 2]),
            ("The centre struggled, so metres were doubled.", [1, 2, 2, 1, 2, 1, 2]),
            ("A spokesman for spacecraft made a basement announcement.", [1, 2, 1, 2, 1, 1, 2, 3]),
        ],
    )
    def test_the_grade_counts_words_and_syllables_as_flesch_did(self, sentence: str, counted: list[int]) -> None:
        assert [syllables for _, syllables in readability.graded(sentence)] == counted

    def test_its_sentences_have_three_words_and_a_stop(self) -> None:
        assert readability.runs(["Well.", "The dog sat down.", "A heading without a stop", "The end of it all came."]) == 2
        assert readability.runs(["Yes."]) == 1

    def test_the_grade_is_the_formula_on_those_counts(self) -> None:
        # 12 words, 2 sentences, 16 syllables: 0.39 · 6 + 11.8 · 16/12 - 15.59 = 2.5
        text = ["The NBA paid $15 for a coat.", "Nobody in Ohio asked why."]
        assert [s for line in text for _, s in readability.graded(line)] == [1, 1, 1, 1, 1, 1, 1, 3, 1, 3, 1, 1]
        assert readability.of(text, "en").grade == pytest.approx(0.39 * 6 + 11.8 * 16 / 12 - 15.59, abs=0.06)

    def test_signs_alone_have_a_grade_and_nothing_has_none(self) -> None:
        assert readability.of(["123 456."], "en").grade == 0.0
        assert readability.of(["— – …"], "en").grade is None

    def test_an_unknown_language_has_no_score(self) -> None:
        assert readability.of(["Hej på dig."], "und").ease is None


class TestAudience:
    def test_a_field_shows_in_its_words(self) -> None:
        found = audience.guess("The customers of our shop pay at the till. Suppliers send invoices, staff count the stock, and sales grow.")
        assert found.guess == "small business owners" and "customers" in found.reasons

    def test_otherwise_it_is_general(self) -> None:
        assert audience.guess("The moon rose over the hills and nobody spoke.").guess == "general"


class TestTokens:
    def test_numbers_and_apostrophes_stay_whole(self) -> None:
        assert [t.text for t in words.tokens("It's 9,000 or 3.5, isn't it?")] == ["It's", "9,000", "or", "3.5", "isn't", "it"]

    def test_unspaced_scripts_give_pairs(self) -> None:
        assert [t.text for t in words.tokens("面包店")] == ["面包", "包店"]
        assert words.word_count("面包店很好") == 3
