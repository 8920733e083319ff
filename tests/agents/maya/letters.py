"""Sources for newsletters and calendars, and runs of Maya on them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from coexai_app.agents import AGENTS
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Report
from tests.agents.maya.posts import NAMES, context

AGENT = AGENTS["maya"]
NEWSLETTER = AGENT.capabilities["longform-to-newsletter"]
CALENDAR = AGENT.capabilities["content-calendar"]
EXAMPLE = str(NEWSLETTER.example["text"])
# Too short for a newsletter, which is said.
SHORT = {"very-short.md", "mini-news.txt"}
LONG_NAMES = [name for name in NAMES if name not in SHORT]
MONDAY = "2026-11-30"

FOLDER = Path(__file__).parents[2] / "data" / "letters"
REPAIR = (FOLDER / "repair.md").read_text(encoding="utf-8")
ANNUAL_REPORT = (FOLDER / "annual-report-german.md").read_text(encoding="utf-8")
CHAPTER = (FOLDER / "chapter-french.txt").read_text(encoding="utf-8")
INJECTED = (FOLDER / "injected.md").read_text(encoding="utf-8")


def newsletter_of(text: str, **options: Any) -> Report:
    return run(AGENT, NEWSLETTER, NEWSLETTER.parse({"text": text, **options}), StepContext())


def calendar_of(text: str, **options: Any) -> Report:
    return run(AGENT, CALENDAR, CALENDAR.parse({"text": text, "start": MONDAY, **options}), StepContext())


@functools.cache
def newsletter_on(name: str) -> Report:
    return run(AGENT, NEWSLETTER, NEWSLETTER.parse({"file": name}), context())


@functools.cache
def calendar_on(name: str) -> Report:
    data = {"file": name, "start": MONDAY, "channels": "linkedin,x,instagram,google_business,mastodon", "weeks": 3}
    return run(AGENT, CALENDAR, CALENDAR.parse(data), context())
