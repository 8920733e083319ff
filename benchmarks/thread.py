"""How long each step of "blog to thread" takes for 1,500, 10,000 and 50,000 words of prose, with the builtin engine.

    python benchmarks/thread.py

Prints milliseconds per step, the best of three runs in a warm process, and the exponent of the growth between the sizes.
"""

from __future__ import annotations

import math
from pathlib import Path

from coexai_app.agents import AGENTS
from coexai_app.agents.maya import writing
from coexai_app.agents.pipeline import StepContext, run

SIZES = (1_000, 1_500, 10_000, 50_000)
POSTS = Path(__file__).parent.parent / "tests" / "data" / "posts"


def text_of(words: int) -> str:
    """Prose of about that many words: the paragraphs of the test posts, with their numbers changed from round to round."""
    paragraphs: list[str] = []
    for name in ("long-post.md", "very-long.md", "opinion.md", "first-person.md", "numbers.md"):
        paragraphs += [p for p in (POSTS / name).read_text(encoding="utf-8").split("\n\n") if not p.startswith("# ")]
    found: list[str] = ["# Notes from many small businesses"]
    total, turn = 0, 0
    while total < words:
        for paragraph in paragraphs:
            text = paragraph if turn == 0 or paragraph.startswith("#") else f"In the {turn + 1}. year: {paragraph}"
            found.append(text)
            total += len(text.split())
            if total >= words:
                break
        turn += 1
    return "\n\n".join(found)


def main() -> None:
    agent = AGENTS["maya"]
    capability = agent.capabilities["blog-to-thread"]
    totals: dict[int, int] = {}
    for size in SIZES:
        best = None
        for _ in range(3):
            writing.material_of.cache_clear()
            writing.key_phrases.cache_clear()
            writing._drafts.cache_clear()
            report = run(agent, capability, capability.parse({"text": text_of(size)}), StepContext())
            total = sum(step.ms for step in report.steps)
            if best is None or total < sum(step.ms for step in best.steps):
                best = report
        assert best is not None
        totals[size] = max(1, sum(step.ms for step in best.steps))
        steps = "  ".join(f"{step.name} {step.ms}" for step in best.steps)
        print(
            f"{best.source.words:>6} words  {totals[size]:>6} ms  {steps}  ({len(best.output['posts'])} posts, {best.score.points} points)"
        )
    growth = math.log(totals[SIZES[-1]] / totals[SIZES[0]]) / math.log(SIZES[-1] / SIZES[0])
    print(f"cost exponent from {SIZES[0]:,} to {SIZES[-1]:,} words: {growth:.2f}")


if __name__ == "__main__":
    main()
