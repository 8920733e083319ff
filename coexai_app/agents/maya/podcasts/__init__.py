"""Maya's "podcast to summary": a blog summary of an episode with chapters, quotes and times. `CAPABILITY` is its row in her table."""

from __future__ import annotations

from pathlib import Path

from coexai_app.agents.maya.longform import exports, rules
from coexai_app.agents.maya.longform.schemas import Length
from coexai_app.agents.maya.podcasts import compose, prompts
from coexai_app.agents.maya.podcasts.schemas import PodcastInput, PodcastOutput
from coexai_app.agents.maya.speech import checks
from coexai_app.agents.maya.speech.forms import Asking, Form
from coexai_app.agents.maya.speech.steps import Steps
from coexai_app.agents.maya.verdicts import Rubric, grown
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import Capability

EXAMPLE = (Path(__file__).parent / "example.txt").read_text(encoding="utf-8")
FIRST_RUBRIC = Rubric(
    name="maya.podcast/1",
    rules=(
        ("quotes", "Quotes", 10, rules.quotes),
        ("coverage", "Covers the episode", 9, rules.coverage),
        ("structure", "Structure", 8, rules.structure),
        ("headings", "Headings", 8, rules.headings),
        ("duplicates", "No repeats", 7, rules.repeats),
        ("openers", "Stands alone", 7, rules.openers),
        ("sentences", "Whole sentences", 7, rules.full_sentences),
        ("length", "Length", 4, rules.length),
        ("fillers", "Written, not spoken", 4, checks.fillers_of),
        ("cliches", "Plain words", 3, rules.cliches),
        ("readability", "Easy to read", 3, rules.easy),
    ),
)
RUBRIC = grown(FIRST_RUBRIC, "maya.podcast/2", less="duplicates")
FORM = Form(
    name="A summary",
    output=PodcastOutput,
    compose=compose.blocks,
    rubrics=(FIRST_RUBRIC, RUBRIC),
    asking=Asking(prompts.write, prompts.read),
    wanted={Length.SHORT: (120, 600), Length.MEDIUM: (220, 950), Length.LONG: (400, 1_700)},
    counts={PartKind.HEADING: (1, 14), PartKind.PARAGRAPH: (1, 40), PartKind.QUOTE: (0, 8), PartKind.ITEM: (0, 24)},
    fixed=compose.FIXED_HEADINGS,
)
STEPS = Steps(FORM)
CAPABILITY = Capability(
    slug="podcast-to-summary",
    title="Podcast to summary",
    description=(
        "Turns an episode into a summary for a blog: takeaways, chapters with their times, quotes with who said them, names and links. "
        "Every number, date, name and quote is linked to its place in the transcript."
    ),
    input=PodcastInput,
    output=PodcastOutput,
    steps=STEPS.listed(),
    review=STEPS.review,
    exports=exports.EXPORTS,
    example={"text": EXAMPLE},
    model_use=prompts.expected_use,
)
