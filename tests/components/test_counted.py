"""The counter in the browser says what the server will say, on texts that people write."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coexai_app.agents.text.limits import weighted_length
from components import counted

TEXTS = (
    "",
    "Plain words, 14% and £9,000.",
    "Caf\u00e9 and cafe\u0301 are the same five letters twice",
    "See https://example.com/a/very/long/path?with=a&query=too for more.",
    "Two links: https://a.example.org and http://b.example.org/x.",
    "日本語のテキスト and 한국어",
    "Emoji 🎉 and a family 👨‍👩‍👧‍👦, a flag 🇩🇪, a key 1️⃣, a heart ❤️",
    "“Quotes” – dashes — and an ellipsis…",
    "Привет, мир. שלום",
    "1/10\n\nLine breaks\ncount too.",
)


@pytest.fixture(scope="module")
def lengths() -> list[int]:
    node = Path(sys.executable).with_name("node")
    found = str(node) if node.exists() else shutil.which("node")
    assert found, "node comes with the development requirements"
    code = counted._CODE.split("function CountedText", 1)[0]
    script = f"{code}; console.log(JSON.stringify({json.dumps(TEXTS)}.map(countedLength)))"
    done = subprocess.run([found, "-e", script], capture_output=True, text=True, timeout=30, check=True)
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("place", range(len(TEXTS)), ids=lambda place: TEXTS[place][:24])
def test_counts_as_the_server_does(lengths: list[int], place: int) -> None:
    assert lengths[place] == weighted_length(TEXTS[place])


def test_the_field_names_itself_and_its_counter() -> None:
    assert '"aria-label": label' in counted._CODE
    assert '"aria-describedby": `${name}-count`' in counted._CODE
