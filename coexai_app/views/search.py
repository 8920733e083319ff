"""What a search over an organisation's work finds."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from coexai_app.views.base import View

AROUND: Final = 80


class Hit(View):
    """A job or a result whose title or text holds the words. `snippet` shows the first word in its surroundings."""

    type: Literal["job", "output"]
    id: UUID
    job_id: UUID
    title: str = Field(examples=["What a year of counting taught our bakery"])
    snippet: str = Field(examples=["… she counted 412 calls in one week. …"])
    created_at: datetime


def snippet(text: str, word: str) -> str:
    """The place of the word with some text around it; the beginning when it is only in the title."""
    flat = " ".join(text.split())
    at = max(0, flat.lower().find(word.lower()))
    start, end = max(0, at - AROUND), min(len(flat), at + len(word) + AROUND)
    return f"{'… ' if start else ''}{flat[start:end].strip()}{' …' if end < len(flat) else ''}"
