"""What importing the domain brings along: no interface, no model SDK, and not much time."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("reflex", "openai", "anthropic", "google.genai", "pdfplumber", "trafilatura", "docx", "numpy", "boto3", "stripe", "fastapi")


def test_the_domain_imports_without_the_interface_and_the_sdks() -> None:
    script = (
        "import sys, coexai_app.agents, coexai_app.services.jobs, coexai_app.services.outputs, coexai_app.services.home, coexai_app.cli\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_command_line_answers_without_a_database() -> None:
    script = "import sys\nfrom coexai_app.cli import main\nassert main(['version']) == 0\nprint('sqlmodel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["coexai 0.1.0", "False"]
