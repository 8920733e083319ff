"""Maya, who turns what a business has written into what it can post. `AGENT` is her row in the table of coworkers."""

from __future__ import annotations

from coexai_app.agents.maya import articles, blog, calendar, newsletter, podcasts, repurpose
from coexai_app.agents.pipeline import Agent

BLOG_TO_THREAD = blog.CAPABILITY

AGENT = Agent(
    slug="maya",
    name="Maya",
    role="Content",
    description="Turns what you have written or said into threads, articles, summaries, newsletters and calendars, in your own words.",
    capabilities={
        skill.slug: skill
        for skill in (
            BLOG_TO_THREAD,
            articles.CAPABILITY,
            podcasts.CAPABILITY,
            newsletter.CAPABILITY,
            calendar.CAPABILITY,
            repurpose.CAPABILITY,
        )
    },
    duties=(
        "Blog posts to threads",
        "Transcripts to articles",
        "Podcasts to summaries",
        "Long reads to newsletters",
        "Content calendars",
        "One source to everything",
    ),
)
