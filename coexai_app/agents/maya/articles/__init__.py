"""Maya's "transcript to article": a LinkedIn article out of a talk, an interview or a meeting. `CAPABILITY` is its row in her table."""

from __future__ import annotations

from pathlib import Path

from coexai_app.agents.maya.articles import compose, prompts
from coexai_app.agents.maya.articles.schemas import ArticleInput, ArticleOutput
from coexai_app.agents.maya.longform import exports, rules
from coexai_app.agents.maya.longform.limits import ARTICLE_BODY
from coexai_app.agents.maya.longform.schemas import Length
from coexai_app.agents.maya.speech import checks
from coexai_app.agents.maya.speech.forms import Asking, Form
from coexai_app.agents.maya.speech.steps import Steps
from coexai_app.agents.maya.verdicts import Rubric, grown
from coexai_app.agents.parts import PartKind
from coexai_app.agents.pipeline import Capability

EXAMPLE = (Path(__file__).parent / "example.txt").read_text(encoding="utf-8")
FIRST_RUBRIC = Rubric(
    name="maya.article/1",
    rules=(
        ("quotes", "Quotes", 8, rules.quotes),
        ("coverage", "Covers the talk", 8, rules.coverage),
        ("structure", "Structure", 8, rules.structure),
        ("headings", "Headings", 8, rules.headings),
        ("duplicates", "No repeats", 8, rules.repeats),
        ("openers", "Stands alone", 8, rules.openers),
        ("sentences", "Whole sentences", 7, rules.full_sentences),
        ("length", "Length", 5, rules.length),
        ("fillers", "Written, not spoken", 4, checks.fillers_of),
        ("cliches", "Plain words", 3, rules.cliches),
        ("readability", "Easy to read", 3, rules.easy),
    ),
)
RUBRIC = grown(FIRST_RUBRIC, "maya.article/2", less="duplicates")
FORM = Form(
    name="An article",
    output=ArticleOutput,
    compose=compose.blocks,
    rubrics=(FIRST_RUBRIC, RUBRIC),
    asking=Asking(prompts.write, prompts.read),
    wanted={Length.SHORT: (150, 500), Length.MEDIUM: (300, 950), Length.LONG: (550, 1_700)},
    counts={PartKind.HEADING: (0, 7), PartKind.PARAGRAPH: (1, 40), PartKind.QUOTE: (0, 6)},
    most=ARTICLE_BODY,
)
STEPS = Steps(FORM)
CAPABILITY = Capability(
    slug="transcript-to-article",
    title="Transcript to article",
    description=(
        "Turns a talk, an interview or a meeting into an article for LinkedIn in the speakers' own words, without the ums and the "
        "adverts. "
        "Every number, date, name and quote is linked to its place in the transcript."
    ),
    input=ArticleInput,
    output=ArticleOutput,
    steps=STEPS.listed(),
    review=STEPS.review,
    exports=exports.EXPORTS,
    example={"text": EXAMPLE},
    model_use=prompts.expected_use,
)
