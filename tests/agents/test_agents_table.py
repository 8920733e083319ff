"""The table of coworkers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

from coexai_app.agents import AGENTS

HEAVY = ["reflex", "openai", "anthropic", "google.genai", "pdfplumber", "trafilatura", "docx", "numpy", "snowballstemmer", "py3langid"]


class TestTable:
    def test_four_coworkers_and_one_who_works(self) -> None:
        assert list(AGENTS) == ["maya", "jordan", "sam", "taylor"]
        assert [a.slug for a in AGENTS.values() if a.available] == ["maya"]
        assert all(a.name and a.role and a.description and a.duties for a in AGENTS.values())

    def test_importing_it_loads_nothing_heavy(self) -> None:
        code = f"import coexai_app.agents, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() == "[]"
