"""Long form to newsletter. `CAPABILITY` is its row in Maya's table."""

from __future__ import annotations

from pathlib import Path

from coexai_app.agents.maya.newsletter import exports, prompts, review, steps
from coexai_app.agents.maya.newsletter.schemas import Checked, Drafted, NewsletterInput, NewsletterOutput, Planned
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.sources import READ_SECONDS, Extracted
from coexai_app.agents.pipeline import Capability, Outcome, Step

EXAMPLE = (Path(__file__).parents[1] / "example.md").read_text(encoding="utf-8")

CAPABILITY = Capability(
    slug="longform-to-newsletter",
    title="Long read to newsletter",
    description=(
        "Turns a long text into a newsletter in its own words: subject lines to choose from, sections, a mail in HTML and plain text. "
        "Every number, date, name and quote is linked to its place in the source."
    ),
    input=NewsletterInput,
    output=NewsletterOutput,
    steps=(
        Step("extract", "Read the source", steps.extract, Extracted, READ_SECONDS),
        Step("analyze", "Find the points", steps.analyze, Analyzed),
        Step("strategize", "Plan the newsletter", steps.strategize, Planned),
        Step("generate", "Write", steps.generate, Drafted),
        Step("check", "Check", steps.check, Checked),
        Step("output", "Hand over", steps.output, Outcome),
    ),
    review=review.review,
    exports=exports.EXPORTS,
    example={"text": EXAMPLE},
    model_use=prompts.expected_use,
)
