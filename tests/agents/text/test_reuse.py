"""The reuse guard: what was said before is found with its place, and what repeats on purpose is told as such."""

from __future__ import annotations

import random
import time

import pytest

from coexai_app.agents.text import reuse
from coexai_app.agents.text.reuse import Earlier, Purpose

SAID = "Waste fell from 14% of production to 5% after the team wrote down what was left every evening."


def before(*texts: str, id_: str = "1", title: str = "Waste") -> Earlier:
    return Earlier(id=id_, title=title, texts=texts)


class TestFinding:
    def test_a_sentence_said_before_is_found_with_its_place(self) -> None:
        part = f"A new week. {SAID} More tomorrow."
        (hit,) = reuse.find(["Nothing here.", part], [before("Something else.", f"1/9 {SAID}")])
        assert (hit.part, hit.earlier_part, hit.of.id) == (1, 1, "1")
        assert part[hit.start : hit.end] == hit.shared == SAID.rstrip(".")
        assert hit.purpose is Purpose.NONE and 0.5 < hit.similarity < 1

    def test_a_part_that_was_slightly_rewritten_is_found_too(self) -> None:
        other = "Waste dropped from 14% of production to 5% once the team wrote down what was left every single evening."
        (hit,) = reuse.find([other], [before(SAID)])
        assert 0.5 <= hit.similarity < 1

    @pytest.mark.parametrize(
        "text", ["Bread is baked at night.", "Waste fell from 14% last year.", "", "1/9 #waste https://example.com/waste"]
    )
    def test_a_turn_of_phrase_is_no_reuse(self, text: str) -> None:
        assert reuse.find([text], [before(SAID)]) == ()

    def test_case_and_typography_do_not_hide_it(self) -> None:
        assert reuse.find(
            ["IT’S THE BREAD THAT PEOPLE COME FOR, EVERY SINGLE MORNING"],
            [before("It's the bread that people come for every single morning.")],
        )

    def test_scripts_without_spaces(self) -> None:
        text = "面包店每天晚上都会记录剩下的面包数量，以便第二天少烤一些。"
        assert reuse.find([text], [before(text)]) and not reuse.find([text], [before("面包店每天早上六点开门。")])

    def test_one_finding_for_a_passage_however_many_said_it(self) -> None:
        found = reuse.find([SAID], [before(SAID, id_=str(n)) for n in range(4)])
        assert [hit.of.id for hit in found] == ["0"]


class TestPurpose:
    def test_a_quotation(self) -> None:
        quote = "“We count what is left every evening, and then we bake a little less the next day,”"
        (hit,) = reuse.find([f"{quote} says Marta."], [before(f"{quote} she said.")])
        assert hit.purpose is Purpose.QUOTE

    def test_a_call_to_action_that_was_asked_for(self) -> None:
        call = "Order your bread until six in the evening and pick it up the next morning."
        (hit,) = reuse.find([f"Good news. {call}"], [before(call)], calls=[call])
        assert hit.purpose is Purpose.CALL

    def test_the_brands_own_line(self) -> None:
        line = "Horno Norte has baked bread for its neighbours in Bilbao since the year 1987."
        (hit,) = reuse.find([line], [before(line)], brand=[f"About us: {line}"])
        assert hit.purpose is Purpose.BRAND

    def test_a_line_that_closes_texts_about_many_things_is_the_brands(self) -> None:
        line = "That is how we see it in our small bakery by the river."
        others = [
            "Ovens need an hour to cool.",
            "Our rye rests for two days in the cellar.",
            "A loaf of spelt has fewer holes than one of wheat.",
        ]
        new = "Salt makes dough firm, slows the yeast, and keeps a crust crisp for longer than a day, which few people know at all."
        found = reuse.find(
            [new, line],
            [
                before(other, "And more about it in another sentence that nobody else has.", line, id_=str(n))
                for n, other in enumerate(others)
            ],
        )
        assert [hit.purpose for hit in found] == [Purpose.BRAND]

    def test_the_same_text_again_and_again_is_not(self) -> None:
        found = reuse.find([SAID], [before(SAID, id_=str(n)) for n in range(5)])
        assert [hit.purpose for hit in found] == [Purpose.NONE]


class TestBounds:
    def test_a_thousand_earlier_outputs_take_little_time(self) -> None:
        chance = random.Random(7)
        vocabulary = [f"word{n}" for n in range(3_000)]
        outputs = [before(*(" ".join(chance.choices(vocabulary, k=40)) for _ in range(8)), id_=str(n)) for n in range(1_000)]
        parts = [" ".join(chance.choices(vocabulary, k=40)) for _ in range(9)] + [outputs[500].texts[3]]
        begin = time.perf_counter()
        found = reuse.find(parts, outputs)
        assert time.perf_counter() - begin < 15
        assert [(hit.part, hit.of.id, hit.similarity) for hit in found] == [(9, "500", 1.0)]

    def test_a_text_that_repeats_one_word_costs_little(self) -> None:
        begin = time.perf_counter()
        reuse.find(["very " * 4_000], [before("very " * 4_000)])
        assert time.perf_counter() - begin < 10
