"""Blog post to thread. `CAPABILITY` is its row in Maya's table."""

from __future__ import annotations

from pathlib import Path

from coexai_app.agents.maya import exports, prompts, review, steps
from coexai_app.agents.maya.schemas import Analyzed, Checked, Drafted, Formatted, Planned, ThreadInput, ThreadOutput
from coexai_app.agents.maya.sources import READ_SECONDS, Extracted
from coexai_app.agents.pipeline import Capability, Outcome, Step

EXAMPLE = (Path(__file__).parent / "example.md").read_text(encoding="utf-8")

CAPABILITY = Capability(
    slug="blog-to-thread",
    title="Blog post to thread",
    description=(
        "Turns a blog post into a thread for X in the post's own words. Every number, date, name and quote is linked to its place in "
        "the source."
    ),
    input=ThreadInput,
    output=ThreadOutput,
    steps=(
        Step("extract", "Read the source", steps.extract, Extracted, READ_SECONDS),
        Step("analyze", "Find the points", steps.analyze, Analyzed),
        Step("strategize", "Plan the thread", steps.strategize, Planned),
        Step("generate", "Write", steps.generate, Drafted),
        Step("format", "Format", steps.format_posts, Formatted),
        Step("check", "Check", steps.check, Checked),
        Step("output", "Hand over", steps.output, Outcome),
    ),
    review=review.review,
    exports=exports.EXPORTS,
    example={"text": EXAMPLE},
    model_use=prompts.expected_use,
)
