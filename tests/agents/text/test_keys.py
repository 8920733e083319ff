"""Key sentences: on texts whose answer is plain, in several languages and kinds of text."""

from __future__ import annotations

import time

import pytest

from coexai_app.agents.text import keys

ARTICLE = {
    "en": (
        "The town council of Harwick will close the swimming pool on Mill Street because its heating costs too much.",
        "The weather was mild.",
        "Heating the pool on Mill Street cost the council twice as much as all of the town's other buildings together.",
        "My neighbour has a dog.",
        "The council wants to open a smaller swimming pool with cheaper heating beside the school.",
        "Tea was served.",
    ),
    "de": (
        "Der Gemeinderat von Harwick schließt das Schwimmbad in der Mühlstraße, weil die Heizung zu viel kostet.",
        "Das Wetter war mild.",
        "Die Heizung im Schwimmbad kostete den Gemeinderat doppelt so viel wie alle anderen Gebäude zusammen.",
        "Mein Nachbar hat einen Hund.",
        "Der Gemeinderat will neben der Schule ein kleineres Schwimmbad mit billigerer Heizung öffnen.",
        "Es gab Tee.",
    ),
    "zh": (
        "哈威克市议会将关闭磨坊街的游泳池，因为供暖费用太高。",
        "天气不错。",
        "市议会为游泳池支付的供暖费用是其他建筑总和的两倍。",
        "邻居有一只狗。",
        "市议会希望在学校旁边开设一个供暖费用更低的小型游泳池。",
        "大家喝茶。",
    ),
}


class TestArticles:
    @pytest.mark.parametrize("language", ARTICLE)
    def test_the_sentences_that_tell_the_story_are_taken_in_their_order(self, language: str) -> None:
        assert keys.key_passages(ARTICLE[language], language, 3) == [0, 2, 4]

    def test_what_was_said_already_is_not_taken_again(self) -> None:
        said, other = ARTICLE["en"][0], "Volunteers collected four thousand signatures against the decision of the council."
        passages = [said, said, said, other, "Volunteers will hand the signatures to the council."]
        assert len({passages[i] for i in keys.key_passages(passages, "en", 2)}) == 2

    def test_the_first_is_the_best_and_no_score_is_above_its_own(self) -> None:
        scores = [score for _, score in keys.scored(ARTICLE["en"], "en", 4)]
        assert scores[0] == 1.0 and scores == sorted(scores, reverse=True)

    def test_a_prior_moves_the_choice(self) -> None:
        prior = [0.001, 1, 1, 1, 1, 1]
        assert 0 not in keys.key_passages(ARTICLE["en"], "en", 2, prior)


class TestConversations:
    def test_turns_that_say_nothing_are_passed_over(self) -> None:
        turns = ["Hello.", "Hi there.", "Okay, yeah, um, I mean, I, you know, I well, like I said, you and I, I guess, yeah, right, sure."]
        turns += ["The remote control needs a rubber case and a kinetic battery.", "Mm.", "Right.", "Yeah."]
        turns += [
            "A kinetic battery raises the price of the remote control by two euros.",
            "Okay.",
            "The rubber case comes in yellow.",
            "Yes.",
        ]
        assert keys.key_passages(turns, "en", 3) == [3, 7, 9]

    def test_one_endless_speech_does_not_win_by_its_length(self) -> None:
        turn = "The battery of the remote control lasts two years and costs three euros in the shop."
        speech = " ".join(f"Then there is topic {n} and the battery and the remote control and shop {n}." for n in range(80))
        assert keys.key_passages([turn, "Okay.", "Yes.", speech, "Mm.", turn.replace("two", "four")], "en", 1) != [3]


class TestBounds:
    @pytest.mark.parametrize("passages", [[], [""], ["…", "?!"]])
    def test_nothing_from_nothing(self, passages: list[str]) -> None:
        assert keys.key_passages(passages, "en", 5) == []

    def test_no_more_than_there_is(self) -> None:
        assert keys.key_passages(["Bread is baked.", "Bread is sold."], "en", 9) == [0, 1]

    def test_the_same_text_gives_the_same_sentences(self) -> None:
        assert keys.scored(ARTICLE["en"] * 3, "en", 5) == keys.scored(ARTICLE["en"] * 3, "en", 5)

    def test_fifty_thousand_words_take_little_time(self) -> None:
        passages = [" ".join(f"word{(i * i + j * 37) % 900}" for j in range(14)) for i in range(3_600)]
        begin = time.perf_counter()
        assert len(keys.key_passages(passages, "en", 10)) == 10
        assert time.perf_counter() - begin < 20
