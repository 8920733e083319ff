"""Jordan, who looks after a business's presence on LinkedIn. `AGENT` is the row in the table of coworkers."""

from __future__ import annotations

from coexai_app.agents.pipeline import Agent

AGENT = Agent(
    slug="jordan",
    name="Jordan",
    role="LinkedIn",
    description="Optimizes a LinkedIn presence and the engagement with it.",
    capabilities={},
    duties=(
        "Post scheduling",
        "Comment suggestions",
        "Profile optimization",
        "Network analysis",
        "Content performance",
        "Message campaigns",
    ),
)
