"""Taylor, who reads documents and gets the data out of them. `AGENT` is the row in the table of coworkers."""

from __future__ import annotations

from coexai_app.agents.pipeline import Agent

AGENT = Agent(
    slug="taylor",
    name="Taylor",
    role="Documents",
    description="Processes and extracts documents.",
    capabilities={},
    duties=("Text from scans", "Form data", "Document classification", "Summaries", "Translation", "Data validation"),
)
