"""How near our school grade of English texts is to textstat's Flesch-Kincaid grade: `python benchmarks/readability.py DATA_FOLDER`.

DATA_FOLDER holds `article-extraction/ground-truth.json`; the English texts of tests/data are measured too. Prints mean and largest
difference, and what they come from: syllables a word, words a sentence. Exit code 1 when the mean is above 0.3.

textstat is not among our requirements, since it installs a package named tests. It gets a folder of its own:
`pip install --target .cache/textstat textstat==0.7.8`
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import mean, median

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / ".cache" / "textstat")]

import textstat  # noqa: E402

from coexai_app.agents.text import readability, sentences, words  # noqa: E402
from coexai_app.extract import language  # noqa: E402

GOAL = 0.3
FEWEST_WORDS = 100


def texts(folder: Path) -> dict[str, str]:
    pages = json.loads((folder / "article-extraction" / "ground-truth.json").read_text("utf-8"))
    found = {page[:12]: truth["articleBody"] for page, truth in pages.items()}
    for path in sorted((Path(__file__).resolve().parents[1] / "tests" / "data").rglob("*.md")):
        found[path.name] = path.read_text("utf-8")
    return {name: text for name, text in found.items() if words.word_count(text) >= FEWEST_WORDS and language.detect(text) == "en"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=0, help="also print this many texts with the largest difference")
    options = parser.parse_args()
    rows = []
    for name, text in texts(options.folder).items():
        found = [s.text for line in text.split("\n") for s in sentences.split(line, "en")]
        ours = readability.of(found, "en")
        theirs = textstat.flesch_kincaid_grade(text)
        per_word = textstat.syllable_count(text) / textstat.lexicon_count(text)
        own = sum(readability.syllables(t.text, "en") for s in found for t in words.tokens(s))
        own_per_word = own / sum(len(words.tokens(s)) for s in found)
        per_sentence = textstat.lexicon_count(text) / textstat.sentence_count(text)
        rows.append(
            (abs((ours.grade or 0) - theirs), name, ours.grade, theirs, own_per_word - per_word, ours.words_per_sentence - per_sentence)
        )
    gaps = [row[0] for row in rows]
    print(f"{len(rows)} texts  difference: mean {mean(gaps):.2f}  median {median(gaps):.2f}  largest {max(gaps):.2f}")
    print(f"within {GOAL}: {sum(gap <= GOAL for gap in gaps)} of {len(gaps)}")
    print(f"syllables a word {mean(r[4] for r in rows):+.4f}  words a sentence {mean(r[5] for r in rows):+.2f}")
    for gap, name, grade, theirs, syllables, length in sorted(rows, reverse=True)[: options.worst]:
        print(f"  {gap:.2f}  {name:24} ours {grade}  textstat {theirs}  syllables a word {syllables:+.3f}  words a sentence {length:+.2f}")
    return int(mean(gaps) > GOAL)


if __name__ == "__main__":
    sys.exit(main())
