"""Compares `coexai_app.agents.text` with every section of the twitter-text conformance suite that it has rules for.

    python benchmarks/entities.py DATA_FOLDER

DATA_FOLDER holds `twitter-text/conformance/validate.yml` and `extract.yml`. Prints agreeing cases per section and every difference; the
exit code is 1 when a length or a verdict differs or fewer than 98 % of what is extracted agree.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coexai_app.agents.text import entities, limits, url_syntax

Case = Mapping[str, Any]


def units(text: str) -> int:
    """UTF-16 code units, in which the suite counts places."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def judged(text: str, *, emoji: bool) -> dict[str, Any]:
    counted = limits.counted(text, emoji=emoji)
    if (length := limits.weighted_length(text, emoji=emoji)) != counted.length:
        raise AssertionError(f"weighted_length says {length}, counted {counted.length}: {text!r}")
    return {
        "weightedLength": counted.length,
        "valid": counted.valid,
        "permillage": counted.permillage,
        "displayRangeStart": 0,
        "displayRangeEnd": units(text) - 1,
        "validRangeStart": 0,
        "validRangeEnd": units(text[: counted.valid_end]) - 1,
    }


def mentioned(text: str) -> list[dict[str, Any]]:
    return [{"screen_name": m.name, "list_slug": m.list_slug, "indices": [m.start, m.end]} for m in entities.mentions(text)]


VALIDATE: dict[str, Callable[[str], Any]] = {
    "tweets": lambda text: limits.counted(text, 140, heavy=False).valid,
    "usernames": entities.is_username,
    "lists": entities.is_list,
    "hashtags": entities.is_hashtag,
    "urls": url_syntax.is_url,
    "urls_without_protocol": lambda text: url_syntax.is_url(text, protocol=False),
    "WeightedTweetsCounterTest": lambda text: judged(text, emoji=False),
    "WeightedTweetsWithDiscountedEmojiCounterTest": lambda text: judged(text, emoji=True),
    "UnicodeDirectionalMarkerCounterTest": lambda text: judged(text, emoji=True),
}
EXTRACT: dict[str, Callable[[str], Any]] = {
    "mentions": lambda text: [m.name for m in entities.mentions(text)],
    "mentions_with_indices": lambda text: [{"screen_name": m.name, "indices": [m.start, m.end]} for m in entities.mentions(text)],
    "mentions_or_lists_with_indices": mentioned,
    "replies": lambda text: entities.reply_to(text) or None,
    "urls": lambda text: [link.url for link in limits.urls(text)],
    "urls_with_indices": lambda text: [{"url": link.url, "indices": [link.start, link.end]} for link in limits.urls(text)],
    "urls_with_directional_markers": lambda text: [{"url": link.url, "indices": [link.start, link.end]} for link in limits.urls(text)],
    "tco_urls_with_params": lambda text: [link.url for link in limits.urls(text)],
    "hashtags": lambda text: [t.tag for t in entities.hashtags(text)],
    "hashtags_from_astral": lambda text: [t.tag for t in entities.hashtags(text)],
    "hashtags_with_indices": lambda text: [{"hashtag": t.tag, "indices": [t.start, t.end]} for t in entities.hashtags(text)],
    "cashtags": lambda text: [t.tag for t in entities.cashtags(text)],
    "cashtags_with_indices": lambda text: [{"cashtag": t.tag, "indices": [t.start, t.end]} for t in entities.cashtags(text)],
}


def compare(path: Path, sections: Mapping[str, Callable[[str], Any]]) -> tuple[int, int]:
    """Prints the sections of a file; returns the agreeing cases and all."""
    tests = yaml.safe_load(path.read_text("utf-8"))["tests"]
    agreed = total = 0
    for name, call in sections.items():
        right = 0
        for case in tests[name]:
            got = call(case["text"])
            right += got == case["expected"]
            if got != case["expected"]:
                print(f"  {name}: {case['description']}: {got!r}, expected {case['expected']!r}"[:600])
        print(f"{path.stem} {name}: {right} of {len(tests[name])}")
        agreed, total = agreed + right, total + len(tests[name])
    return agreed, total


def main(folder: Path) -> int:
    base = folder / "twitter-text" / "conformance"
    valid, of = compare(base / "validate.yml", VALIDATE)
    found, of_found = compare(base / "extract.yml", EXTRACT)
    print(f"lengths and verdicts: {valid} of {of}; extracted: {found} of {of_found} ({100 * found / of_found:.1f} %)")
    return int(valid < of or found < 0.98 * of_found)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python benchmarks/entities.py DATA_FOLDER")
    sys.exit(main(Path(sys.argv[1])))
