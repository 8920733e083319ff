"""Sam, who makes a business easier to find near its customers. `AGENT` is the row in the table of coworkers."""

from __future__ import annotations

from coexai_app.agents.pipeline import Agent

AGENT = Agent(
    slug="sam",
    name="Sam",
    role="Local SEO",
    description="Improves local search visibility.",
    capabilities={},
    duties=("Business Profile", "Local citations", "Reviews", "Local keywords", "Competitor analysis", "Name, address and phone checks"),
)
