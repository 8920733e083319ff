"""How well the key sentences tell a text: `python benchmarks/key_sentences.py DATA_FOLDER [--count 5]`.

DATA_FOLDER holds `meeting-summaries/*.jsonl` (QMSum: long transcripts of meetings, each with a summary of the whole as its first general
query). Score: ROUGE-1, -2 and -Lsum as F1 with stemming, by the package rouge-score (requirements-dev.txt), averaged over the meetings;
beside it what the first utterances reach. Also the time for a text of 50,000 words. Exit code 1 below the goals.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rouge_score.rouge_scorer import RougeScorer

from coexai_app.agents.text import keys

KINDS = ("rouge1", "rouge2", "rougeLsum")
GOALS = (26.0, 4.0)
Meeting = tuple[list[str], str]


def meetings(folder: Path) -> list[Meeting]:
    """The utterances of each meeting and its reference summary."""
    found: list[Meeting] = []
    for path in sorted((folder / "meeting-summaries").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            meeting = json.loads(line)
            found.append(([turn["content"] for turn in meeting["meeting_transcripts"]], meeting["general_query_list"][0]["answer"]))
    return found


def measure(examples: Sequence[Meeting], pick: Callable[[list[str]], Sequence[int]]) -> list[float]:
    scorer = RougeScorer(KINDS, use_stemmer=True)
    scores = [scorer.score(summary, "\n".join(turns[i] for i in pick(turns))) for turns, summary in examples]
    return [100 * mean(score[kind].fmeasure for score in scores) for kind in KINDS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=5)
    options = parser.parse_args()
    examples = meetings(options.folder)
    print(f"{len(examples)} meetings, {options.count} utterances each      ROUGE-1  ROUGE-2  ROUGE-Lsum")
    rows = {
        "the first utterances": lambda turns: range(min(options.count, len(turns))),
        "the longest utterances": lambda turns: sorted(range(len(turns)), key=lambda i: -len(turns[i]))[: options.count],
        "keys.key_passages": lambda turns: keys.key_passages(turns, "en", options.count),
    }
    for name, pick in rows.items():
        scores = measure(examples, pick)
        print(f"{name:38}" + "".join(f"{score:9.2f}" for score in scores))
    turns = [turn for example, _ in examples for turn in example]
    for goal in (12_500, 25_000, 50_000):
        size, part = 0, []
        for turn in turns:
            part.append(turn)
            if (size := size + len(turn.split())) >= goal:
                break
        begin = time.perf_counter()
        keys.key_passages(part, "en", options.count)
        print(f"{size} words, {len(part)} utterances: {time.perf_counter() - begin:.2f} s")
    return int(any(score < goal for score, goal in zip(scores, GOALS, strict=False)))


if __name__ == "__main__":
    sys.exit(main())
