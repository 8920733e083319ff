"""Which sentences can open a post, and how a sentence may be shortened."""

from __future__ import annotations

import pytest

from coexai_app.agents.text import coherence, compress


class TestOpeners:
    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "He left early."),
            ("en", "This bread is good."),
            ("en", "But nobody came."),
            ("en", "Because we weigh it, we know."),
            ("en", "However, it rained."),
            ("en", "That's it."),
            ("en", "When she arrived, the oven was cold."),
            ("en", "“It works,” she said."),
            ("en", "No, we did not."),
            ("en", "the rest of a sentence."),
            ("de", "Das war gut."),
            ("de", "Deshalb kamen wir."),
            ("de", "Sie kam spät."),
            ("es", "Pero no vino nadie."),
            ("es", "Además, llovió."),
            ("fr", "C’est bien."),
            ("fr", "Il est parti."),
            ("it", "Però non basta."),
            ("pt", "Ele saiu cedo."),
            ("nl", "Daarom kwamen we."),
            ("zh", "但是我们没有钱。"),
            ("ja", "しかし売れなかった。"),
        ],
    )
    def test_some_need_what_was_said_before(self, language: str, sentence: str) -> None:
        assert coherence.dangling(sentence, language)

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "We did it."),
            ("en", "I was wrong."),
            ("en", "You need a window."),
            ("en", "It takes two days to rise."),
            ("en", "This year we grew."),
            ("en", "No customer noticed."),
            ("en", "Anna said she was late."),
            ("en", "Both ovens broke."),
            ("en", "iPhones ring all day."),
            ("de", "Das Brot war gut."),
            ("de", "Es gibt zwei Öfen."),
            ("de", "Sie können Ihre Kosten senken."),
            ("es", "La panadería abrió."),
            ("fr", "Il faut du temps pour cuire."),
            ("it", "La bottega chiude."),
            ("pt", "A padaria fechou."),
            ("nl", "Het brood was op."),
            ("zh", "我们开了一家店。"),
        ],
    )
    def test_others_stand_alone(self, language: str, sentence: str) -> None:
        assert not coherence.dangling(sentence, language)

    @pytest.mark.parametrize(
        ("text", "whole"), [("He said “a”.", True), ("“A b.", False), ("(a", False), ("„Ja“, sagte er.", True), ('6" wide', True)]
    )
    def test_marks_that_close(self, text: str, whole: bool) -> None:
        assert coherence.balanced(text) is whole


class TestCompress:
    @pytest.mark.parametrize(
        ("language", "sentence", "shorter"),
        [
            ("en", "However, the big oven was cold.", "The big oven was cold."),
            ("en", "But the oven was cold again.", "The oven was cold again."),
            ("en", "So much for the second oven.", "So much for the second oven."),
            ("en", "But this was a mistake of ours.", "But this was a mistake of ours."),
            ("es", "Además, la tienda abrió los domingos.", "La tienda abrió los domingos."),
            ("de", "Und wir haben die Preise erhöht.", "Wir haben die Preise erhöht."),
        ],
    )
    def test_a_connective_goes_only_when_the_rest_stands(self, language: str, sentence: str, shorter: str) -> None:
        assert compress.without_opener(sentence, language) == shorter

    def test_asides_go_and_the_sentence_stays_whole(self) -> None:
        found = compress.variants("The bakery (opened in 1998) sells bread — mostly rye — to locals, who love it, every day.", "en")
        assert found[-1] == "The bakery sells bread to locals every day."

    @pytest.mark.parametrize(
        "sentence",
        [
            "“We (all of us) bake,” said Ana, who never sleeps.",
            "According to Ana, sales fell by about 5%.",
            "Customers who pay late are rare in our shop.",
        ],
    )
    def test_quotes_hedges_and_needed_clauses_stay(self, sentence: str) -> None:
        assert compress.variants(sentence, "en") == []

    def test_a_long_sentence_is_cut_at_semicolons_only(self) -> None:
        sentence = "We moved the ovens to the back in May; the shop was quieter from then on, and we sold more coffee than before."
        assert compress.clauses(sentence, "en") == [
            "We moved the ovens to the back in May.",
            "The shop was quieter from then on, and we sold more coffee than before.",
        ]
        kept = "If we move the ovens to the back in May; and we paint the shop too, the customers will come back."
        assert compress.clauses(kept, "en") == [kept]

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "The tour, which kicks off on 9 June in West Palm Beach, Florida, and concludes in Houston, has 40 concerts."),
            ("ru", "Диета является двухфазной - в первую фазу организм будет получать минимально углеводов - максимальное снижение веса."),
        ],
    )
    def test_what_cannot_go_cleanly_stays(self, language: str, sentence: str) -> None:
        assert compress.variants(sentence, language) == []


class TestReferences:
    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "The company said no."),
            ("en", "The study found nothing new."),
            ("es", "Vendía tornillos sueltos."),
            ("es", "La empresa creció mucho."),
            ("de", "Das Unternehmen wuchs schnell."),
            ("fr", "L'entreprise a fermé ses portes."),
            ("it", "Vendevano pane e latte."),
            ("pt", "Vendiam pão e leite."),
        ],
    )
    def test_some_first_words_stand_for_what_was_named_before(self, language: str, sentence: str) -> None:
        assert coherence.refers(sentence, language)

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "The company that installed the panels promised more."),
            ("en", "The study by two nurses in Oslo found nothing."),
            ("es", "Llegó el verano."),
            ("es", "Explicó Pilar que no quería más."),
            ("es", "La empresa de mi abuelo creció mucho."),
            ("de", "Das Unternehmen Vogel wuchs schnell."),
            ("fr", "L'entreprise de ma sœur a fermé."),
        ],
    )
    def test_others_say_which(self, language: str, sentence: str) -> None:
        assert not coherence.refers(sentence, language)

    @pytest.mark.parametrize(
        ("language", "sentence"),
        [
            ("en", "In it, the prince denied everything."),
            ("en", "Aside from those, nothing changed."),
            ("en", "One of them left early."),
            ("es", "En ese momento cerramos."),
            ("de", "In diesem Fall zahlen wir."),
            ("de", "„Ich komme öfter“, sagt sie leise."),
            ("fr", "Dans ce cas, nous payons."),
            ("fr", "« J'avais honte », dit-elle."),
            ("es", "«No quería comprar», explica."),
        ],
    )
    def test_phrases_and_speakers_that_point_back(self, language: str, sentence: str) -> None:
        assert coherence.dangling(sentence, language)

    @pytest.mark.parametrize(
        ("language", "sentence"), [("en", "Instead of a text, we ring."), ("en", "One of my friends left."), ("en", "This year we grew.")]
    )
    def test_phrases_that_do_not(self, language: str, sentence: str) -> None:
        assert not coherence.dangling(sentence, language)
