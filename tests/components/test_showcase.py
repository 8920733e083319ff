"""The picture on the landing page is true: its sources stand in the bundled example, its linked claims stand in its sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coexai_app.plans import PLANS
from components import public, showcase
from pages import landing

EXAMPLE = (Path(__file__).parents[2] / "coexai_app" / "agents" / "maya" / "example.md").read_text()


def plain(text: str) -> str:
    return re.sub(r"«\d+\|([^»]*)»", r"\1", text)


def claims(text: str) -> dict[str, str]:
    return dict(re.findall(r"«(\d+)\|([^»]*)»", text))


@pytest.mark.parametrize("source", [showcase.HERO_SOURCE, *(text for _, text in showcase.SOURCES)])
def test_each_source_stands_in_the_example(source: str) -> None:
    assert plain(source) in EXAMPLE


@pytest.mark.parametrize("title", [title for title, _ in showcase.SOURCES if title])
def test_each_heading_too(title: str) -> None:
    assert f"## {title}" in EXAMPLE


@pytest.mark.parametrize(
    ("box", "posts", "sources"),
    [
        ("hero", [showcase.HERO_POST], [showcase.HERO_SOURCE]),
        ("tour", [*showcase.POSTS, showcase.ADDED], [text for _, text in showcase.SOURCES]),
    ],
)
class TestPairs:
    def test_a_linked_claim_says_what_its_source_says(self, box: str, posts: list[str], sources: list[str]) -> None:
        made, told = claims(" ".join(posts)), claims(" ".join(sources))
        linked = {n: words for n, words in made.items() if f"{box}-{n}" not in showcase.UNLINKED}
        assert linked == told

    def test_the_unlinked_one_has_no_source(self, box: str, posts: list[str], sources: list[str]) -> None:
        lone = [words for n, words in claims(" ".join(posts)).items() if f"{box}-{n}" in showcase.UNLINKED]
        assert len(lone) == 1
        assert lone[0] not in EXAMPLE


def test_the_ledger_lists_every_claim_of_the_tour() -> None:
    assert {n for n, _, _ in showcase.CLAIMS} | {"8"} == set(claims(" ".join((*showcase.POSTS, showcase.ADDED))))


def test_the_panel_beside_the_log_in_is_true() -> None:
    for mark, words, _ in public._PAIRS:
        assert (words in EXAMPLE) == (mark == "link")


class TestPlans:
    def test_every_plan_is_shown_with_its_own_numbers(self) -> None:
        for plan in PLANS.values():
            card = str(landing._plan(plan).render())
            assert plan.label in card
            assert f"${plan.price_cents / 100:,.0f}" in card
            runs = plan.runs_of("maya")
            assert ("no limit" if runs is None else f'"{runs:,}"') in card

    def test_only_maya_is_said_to_work(self) -> None:
        assert [person.slug for person in landing.TEAM if person.here] == ["maya"]
