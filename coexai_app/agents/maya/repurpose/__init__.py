"""One source to everything: several texts in one job, each made by the capability that makes such texts. `CAPABILITY` is its row in
Maya's table."""

from __future__ import annotations

from coexai_app.agents.maya import blog
from coexai_app.agents.maya.repurpose import exports, review, steps, targets
from coexai_app.agents.maya.repurpose.inputs import NAMES, RepurposeInput, Target
from coexai_app.agents.maya.repurpose.schemas import MADE, RepurposeOutput
from coexai_app.agents.maya.schemas import Analyzed
from coexai_app.agents.maya.sources import READ_SECONDS, Extracted
from coexai_app.agents.pipeline import Capability, Outcome, Step

# A target takes as long as all steps of its capability: with a model the plan, the words and two rounds of repair.
MAKE_SECONDS = 1_800


CAPABILITY = Capability(
    slug="repurpose",
    title="One source to everything",
    description=(
        "Makes several things of one source at once: a thread, an article, a summary, a newsletter, posts for each network. All are shown "
        "side by side, each in the source's words and judged by its own rules."
    ),
    input=RepurposeInput,
    output=RepurposeOutput,
    steps=(
        Step("extract", "Read the source", steps.extract, Extracted, READ_SECONDS),
        Step("analyze", "Find the points", steps.analyze, Analyzed),
        *(Step(target.value, NAMES[target], steps.of(target), MADE[target], MAKE_SECONDS, targets.chosen(target)) for target in Target),
        Step("output", "Hand over", steps.output, Outcome),
    ),
    review=review.review,
    exports=exports.EXPORTS,
    example={"text": blog.EXAMPLE},
    model_use=targets.expected_use,
)
