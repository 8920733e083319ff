"""What every capability writes by itself has no claim without a source, and a fault that somebody puts into it is found.

A bounded part of `benchmarks/claims_outputs.py`: the sources full of figures, each with every capability, each kind of fault once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.claims_outputs import SKILLS, Given, Tally, judge, made_of, own_sources

pytestmark = pytest.mark.xdist_group("claims-outputs")  # its outputs are made once

FOLDER = Path(__file__).parents[3] / "data" / "trials"
SOURCES = [given for given in own_sources() if (FOLDER / given.name).is_file()]


@pytest.fixture(scope="module")
def tallies() -> dict[str, Tally]:
    found = {slug: Tally() for slug in SKILLS}
    for given in SOURCES:
        for slug in SKILLS:
            made = made_of(slug, given)
            assert made is not None, (slug, given.name)
            judge(made, found[slug], random.Random(f"7:{slug}:{given.name}"))
    return found


class TestEveryCapability:
    def test_faults_are_found(self, tallies: dict[str, Tally], record_property: Callable[[str, object], None]) -> None:
        made, found = (sum(getattr(t, name).total() for t in tallies.values()) for name in ("made", "found"))
        each = ", ".join(f"{slug} {t.recall:.1%} of {t.made.total()}" for slug, t in tallies.items())
        missed = [line for t in tallies.values() for line in t.missed]
        record_property("figures", "\n  ".join([f"{made} faults in outputs, {found / made:.1%} found: {each}", *missed]))
        assert made >= 120 * len(SKILLS) >= 600
        assert found >= 0.97 * made
        assert all(t.recall >= 0.94 for t in tallies.values())

    def test_a_true_output_raises_no_alarm(self, tallies: dict[str, Tally]) -> None:
        assert sum(t.claims for t in tallies.values()) >= 500
        assert [line for t in tallies.values() for line in t.alarms] == []

    @pytest.mark.parametrize("given", [g for g in own_sources() if g.name.endswith(".json")], ids=lambda g: g.name)
    def test_what_is_written_of_the_ledger_s_own_sources_has_none(self, given: Given) -> None:
        reports = [made.report for slug in SKILLS if (made := made_of(slug, given))]
        assert reports
        assert [c.text for report in reports for c in report.unsupported] == []
