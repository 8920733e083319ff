"""Maya, who turns what a business has written into what it can post. `AGENT` is her row in the table of coworkers."""

from __future__ import annotations

from pathlib import Path

from coexai_app.agents.maya import articles, calendar, exports, newsletter, podcasts, prompts, review, steps
from coexai_app.agents.maya.schemas import Analyzed, Checked, Drafted, Formatted, Planned, ThreadInput, ThreadOutput
from coexai_app.agents.maya.sources import READ_SECONDS, Extracted
from coexai_app.agents.pipeline import Agent, Capability, Outcome, Step

EXAMPLE = (Path(__file__).parent / "example.md").read_text(encoding="utf-8")

BLOG_TO_THREAD = Capability(
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

AGENT = Agent(
    slug="maya",
    name="Maya",
    role="Content",
    description="Turns what you have written or said into threads, articles, summaries, newsletters and calendars, in your own words.",
    capabilities={
        skill.slug: skill
        for skill in (BLOG_TO_THREAD, articles.CAPABILITY, podcasts.CAPABILITY, newsletter.CAPABILITY, calendar.CAPABILITY)
    },
    duties=("Blog posts to threads", "Transcripts to articles", "Podcasts to summaries", "Long reads to newsletters", "Content calendars"),
)
