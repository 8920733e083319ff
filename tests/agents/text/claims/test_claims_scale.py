"""What a ledger costs: the work is counted in function calls, not in seconds, so that a slow machine changes nothing. And what is kept for
the next call is what a fresh one finds."""

from __future__ import annotations

import cProfile
import itertools
import pstats
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from coexai_app.agents.report import Claim
from coexai_app.agents.text.claims import ledger, sources
from coexai_app.agents.text.claims.shelf import Shelf
from coexai_app.extract.document import Block, BlockKind, Document, SourceKind

CLUBS = ("Rovers", "United", "Albion", "City", "Athletic", "Wanderers", "Harriers", "Rangers", "County")
PEOPLE = ("Ana Ruiz", "Marta Ruiz", "Ben Okoro", "Ivy Chen", "Karl Brenner", "Tom Lindqvist")


def price(i: int) -> str:
    return f"Item {i} costs {18 + i % 90}.{10 + i % 80} euros and ships in {3 + i % 9} days."


def match(i: int) -> str:
    home, away = CLUBS[i % 9], CLUBS[(i * 7 + 1) % 9]
    return f"On {1 + i % 28} May {home} beat {away} {1 + i % 6}-{i % 5} and moved to place {1 + i % 20} with {3 + i % 77} points."


def meeting(i: int) -> str:
    return f"{PEOPLE[i % 6]} told {PEOPLE[i * 5 % 6]} of the {CLUBS[i % 9]} that {PEOPLE[i * 7 % 6]} had met the mayor on Monday."


KINDS = (price, match, meeting)


def source(text: str) -> Document:
    block = Block(kind=BlockKind.PARAGRAPH, start=0, end=len(text))
    return Document(kind=SourceKind.TEXT, text=text, blocks=(block,), language="en")


def changed(sentence: str, rng: random.Random) -> str:
    """The sentence, or a lie of its kind."""
    words = sentence.split(" ")
    if rng.random() < 0.5:
        i = rng.randrange(len(words))
        words[i] = rng.choice(["77", "Quentrill", "County", "Ben Okoro", "9.10", "3 June", "less", "about 40"])
    return " ".join(words)


def calls(work: Callable[[], object]) -> int:
    profile = cProfile.Profile()
    profile.runcall(work)
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined, no-any-return]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def forget() -> None:
        monkeypatch.setattr(sources, "_INDEXES", Shelf(sources._MOST_SOURCES))
        monkeypatch.setattr(sources, "_SOURCES", Shelf(sources._MOST_SOURCES))

    forget()
    return forget


class TestGrowth:
    @pytest.mark.parametrize("kind", KINDS)
    def test_four_times_the_text_is_about_four_times_the_work(self, kind: Callable[[int], str]) -> None:
        cost = {}
        for count in (400, 1_600):
            document = source(" ".join(kind(i) for i in range(count)))
            rng = random.Random(5)
            output = [changed(kind(i * 13), rng) for i in range(count // 50)]
            cost[count] = calls(lambda output=output, document=document: ledger(output, document))  # type: ignore[misc]
        assert cost[1_600] <= 4**1.3 * cost[400]


class TestKept:
    def test_an_edit_of_one_part_costs_that_part_only(self) -> None:
        document = source(" ".join(match(i) for i in range(300)))
        parts = [match(i * 3) for i in range(30)]
        first = calls(lambda: ledger(parts, document))
        again = calls(lambda: ledger([*parts[:-1], match(7).replace("points", "goals")], document))
        assert again * 6 < first

    @pytest.mark.parametrize("seed", range(6))
    def test_it_is_what_a_fresh_look_finds(self, seed: int, nothing_kept: Callable[[], None]) -> None:
        rng = random.Random(seed)
        text = " ".join(KINDS[i % 3](i) for i in range(60)) + " The bloom of Harrow opened. We met Bloom and Grace there."
        document = source(text)
        parts = [changed(rng.choice(KINDS)(rng.randrange(60)), rng) for _ in range(5)]
        kept: list[tuple[list[str], tuple[Claim, ...]]] = []
        for _ in range(12):
            kept.append((list(parts), ledger(parts, document)))
            parts[rng.randrange(5)] = rng.choice(
                [
                    *(changed(kind(rng.randrange(60)), rng) for kind in KINDS),
                    *("Grace met Bloom.", "They bloom with grace in the county.", "Bloom is here. Harriers!", "the rovers were united"),
                ]
            )
        for parts, found in kept:
            nothing_kept()
            assert ledger(parts, document) == found

    def test_what_another_part_writes_in_lower_case_counts_again(self) -> None:
        document = source("The shop opened in May. Prices rose.")
        alone = ledger(["We asked Bloomfeld there."], document)
        beside = ledger(["We asked Bloomfeld there.", "A bloomfeld and a bloomfeld."], document)
        assert [c.text for c in alone] == ["Bloomfeld"]
        assert [c.text for c in beside if c.part == 0] == []

    def test_other_typed_words_are_another_source(self) -> None:
        document = source("The shop opened in May.")
        assert ledger(["It costs 40 euros."], document)[0].source is None
        place = ledger(["It costs 40 euros."], document, also={"input.call_to_action": "Pay 40 euros"})[0].source
        assert place is not None and place.origin == "input.call_to_action"
        assert ledger(["It costs 40 euros."], document)[0].source is None

    def test_threads_find_the_same(self) -> None:
        document = source(" ".join(KINDS[i % 3](i) for i in range(150)))
        rng = random.Random(9)
        outputs = [[changed(KINDS[i % 3](i), rng) for i in range(n, n + 6)] for n in range(0, 48, 6)]

        def judged(output: Sequence[str]) -> tuple[Claim, ...]:
            return ledger(output, document)

        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(judged, outputs))
        assert together == [judged(output) for output in outputs]


class TestShelf:
    def test_the_last_used_stay(self) -> None:
        shelf: Shelf[int] = Shelf(10)
        made = itertools.count()
        for key in "aba":
            shelf.get(key, 4, lambda: next(made))
        assert [shelf.get(key, 4, lambda: next(made)) for key in ("a", "c", "a", "b")] == [0, 2, 0, 3]

    def test_one_that_is_too_heavy_is_kept_alone(self) -> None:
        shelf: Shelf[str] = Shelf(10)
        shelf.get("light", 1, lambda: "light")
        assert shelf.get("heavy", 50, lambda: "heavy") == "heavy"
        assert shelf.get("heavy", 50, lambda: "made again") == "heavy"
        assert shelf.get("light", 1, lambda: "made again") == "made again"

    def test_what_fails_is_not_kept(self) -> None:
        shelf: Shelf[int] = Shelf(10)
        with pytest.raises(ZeroDivisionError):
            shelf.get("a", 1, lambda: 1 // 0)
        assert shelf.get("a", 1, lambda: 7) == 7
