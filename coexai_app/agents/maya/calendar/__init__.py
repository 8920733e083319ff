"""Content calendar. `CAPABILITY` is its row in Maya's table."""

from __future__ import annotations

from pathlib import Path

from coexai_app.agents.maya.calendar import exports, prompts, review, steps
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, Checked, Drafted, Planned
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.several import Gathered
from coexai_app.agents.maya.sources import READ_SECONDS
from coexai_app.agents.pipeline import Capability, Outcome, Step

EXAMPLE = (Path(__file__).parents[1] / "example.md").read_text(encoding="utf-8")

CAPABILITY = Capability(
    slug="content-calendar",
    title="Content calendar",
    description=(
        "Plans posts over weeks from one source or up to ten: for each channel a text of its own that fits, in the source's words, with "
        "day and time. Nothing is said twice; when the sources have no more, the plan says so."
    ),
    input=CalendarInput,
    output=CalendarOutput,
    steps=(
        Step("extract", "Read the sources", steps.extract, Gathered, READ_SECONDS),
        Step("analyze", "Find the points", steps.analyze, Analyzed),
        Step("strategize", "Plan the weeks", steps.strategize, Planned),
        Step("generate", "Write", steps.generate, Drafted),
        Step("check", "Check", steps.check, Checked),
        Step("output", "Hand over", steps.output, Outcome),
    ),
    review=review.review,
    exports=exports.EXPORTS,
    example={"text": EXAMPLE, "channels": "linkedin,facebook,instagram", "weeks": 2},
    model_use=prompts.expected_use,
)
