"""The test posts, and a run of Maya on one of them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from coexai_app.agents import AGENTS
from coexai_app.agents.pipeline import InputFile, StepContext, run
from coexai_app.agents.report import Report

FOLDER = Path(__file__).parents[2] / "data" / "posts"
NAMES = sorted(p.name for p in FOLDER.iterdir())
AGENT = AGENTS["maya"]
CAPABILITY = AGENT.capabilities["blog-to-thread"]


def context(name: str = "") -> StepContext:
    return StepContext(open_file=lambda ref: InputFile(name=ref, content_type="", data=(FOLDER / ref).read_bytes()))


def thread_of(text: str, **options: Any) -> Report:
    return run(AGENT, CAPABILITY, CAPABILITY.parse({"text": text, **options}), StepContext())


@functools.cache
def report_on(name: str) -> Report:
    """The report on a post of the folder, with the default options; the file is read as an upload."""
    return run(AGENT, CAPABILITY, CAPABILITY.parse({"file": name}), context())


def texts(report: Report) -> list[str]:
    return [post["text"] for post in report.output["posts"]]
