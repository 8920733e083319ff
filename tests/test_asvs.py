"""docs/asvs.md is made of the tests' own markers, and enough of the requirements are proved by tests."""

from __future__ import annotations

import subprocess
import sys

import pytest

from coexai_app.settings import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import asvs


def test_the_document_is_what_the_markers_say() -> None:
    done = subprocess.run([sys.executable, "scripts/asvs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]


class TestProblems:
    """What the check finds."""

    KNOWN = (asvs.Requirement("V1.1.1", 1, "test", "a"), asvs.Requirement("V1.1.2", 2, "argued", "b"))

    def test_nothing(self) -> None:
        assert asvs.problems(self.KNOWN, {"V1.1.1": ["tests/a.py::test_a"]}) == []

    @pytest.mark.parametrize(
        ("known", "tests", "told"),
        [
            (KNOWN, {"V1.1.1": ["t"], "V99.1.1": ["t"]}, "V99.1.1 is marked"),
            (KNOWN, {}, "no test names it"),
            (KNOWN, {"V1.1.1": ["t"], "V1.1.2": ["t"]}, "says that it proves it"),
            ((*KNOWN, KNOWN[0]), {"V1.1.1": ["t"]}, "stands twice"),
            ((asvs.Requirement("V1.1.1", 1, "done", "a"),), {}, "unknown status"),
            ((asvs.Requirement("V1.1.1", 1, "argued", " "),), {}, "says nothing"),
            ((asvs.Requirement("V1.1.1", 1, "open", "a"),), {}, "only 0 of 100"),
        ],
    )
    def test_each_kind(self, known: tuple[asvs.Requirement, ...], tests: dict[str, list[str]], told: str) -> None:
        assert any(told in problem for problem in asvs.problems(known, tests))

    def test_what_is_not_here_and_level_3_do_not_count(self) -> None:
        more = (asvs.Requirement("V9.9.1", 2, "none", "a"), asvs.Requirement("V9.9.2", 3, "open", "a"))
        assert asvs.share((*self.KNOWN, *more)) == asvs.share(self.KNOWN) == 50
