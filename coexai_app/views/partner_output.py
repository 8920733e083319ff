"""The result of a job as JSON: the report of the run. One name, so that the API's description has one."""

from __future__ import annotations

from coexai_app.agents.report import Report as JobOutput

__all__ = ["JobOutput"]
