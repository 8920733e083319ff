"""Compares `coexai_app.agents.text.limits` with the twitter-text conformance suite.

    python benchmarks/weighted_length.py DATA_FOLDER

DATA_FOLDER holds `twitter-text/conformance/validate.yml` and `extract.yml`. Prints agreeing cases per group and every difference;
the exit code is 1 when a length differs or fewer than 98 % of the extracted addresses agree.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coexai_app.agents.text import limits

LENGTH_GROUPS = {
    "WeightedTweetsCounterTest": False,
    "WeightedTweetsWithDiscountedEmojiCounterTest": True,
    "UnicodeDirectionalMarkerCounterTest": True,
}
URL_GROUPS = ("urls", "urls_with_indices", "urls_with_directional_markers", "tco_urls_with_params")


def scalar(text: str) -> str:
    """A YAML scalar of these files: double-quoted, single-quoted or plain."""
    text = text.strip()
    if text.startswith('"'):
        escapes = re.sub(r"\\U([0-9A-Fa-f]{8})", lambda m: json.dumps(chr(int(m[1], 16)))[1:-1], text)
        return str(json.loads(re.sub(r"\\x([0-9A-Fa-f]{2})", r"\\u00\1", escapes), strict=False))
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def groups(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The cases of a conformance file by group, read by the few shapes that these files use (no YAML library is needed)."""
    found: dict[str, list[dict[str, Any]]] = {}
    group: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if match := re.match(r"  (\w+):\s*$", line):
            group = found.setdefault(match[1], [])
        elif match := re.match(r"    - description: (.*)", line):
            group.append({"description": scalar(match[1]), "urls": []})
        elif match := re.match(r"      text: (.*)", line):
            group[-1]["text"] = scalar(match[1])
        elif match := re.match(r"      expected: \[(.*)\]\s*$", line):
            group[-1]["urls"] = [scalar(item) for item in re.findall(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'", match[1])]
        elif match := re.match(r"        - url: (.*)", line):
            group[-1]["urls"].append(scalar(match[1]))
        elif match := re.match(r"        weightedLength: (\d+)", line):
            group[-1]["length"] = int(match[1])
    return found


def main(folder: Path) -> int:
    base = folder / "twitter-text" / "conformance"
    bad = 0
    lengths = groups(base / "validate.yml")
    for name, emoji in LENGTH_GROUPS.items():
        started, agree = time.perf_counter(), 0
        for case in lengths[name]:
            expected = case["length"]
            got = limits.weighted_length(case["text"], emoji=emoji)
            agree += got == expected
            if got != expected:
                print(f"  {name}: {case['description']}: {got}, expected {expected}")
        bad += len(lengths[name]) - agree
        print(f"{name}: {agree} of {len(lengths[name])} ({(time.perf_counter() - started) * 1000:.0f} ms)")
    extracts = groups(base / "extract.yml")
    total = right = 0
    for name in URL_GROUPS:
        for case in extracts[name]:
            expected = case["urls"]
            got = [u.url for u in limits.urls(case["text"])]
            total, right = total + 1, right + (got == expected)
            if got != expected:
                print(f"  {name}: {case['description'][:80]}: {got} expected {expected}"[:400])
    print(f"extracted addresses: {right} of {total}")
    return int(bad > 0 or right < 0.98 * total)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.search(r"\S", sys.argv[1]):
        sys.exit("usage: python benchmarks/weighted_length.py DATA_FOLDER")
    sys.exit(main(Path(sys.argv[1])))
