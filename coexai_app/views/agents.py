"""The coworkers, what they can do, and the form that a capability's input schema makes."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from coexai_app.views.base import View


class Option(View):
    value: str
    label: str


class FieldView(View):
    """One form field, made from JSON Schema.

    `kind` is one of url, email, date, number, text, textarea, lines, file, files, segmented, cards, select, checkbox, checks. `advanced`
    ones stand behind "More settings". The `value` of a file is its id, and `file_name` what people call it; those of several files are
    ids with commas, and names on lines. The value of checks is the chosen options with commas between them.
    """

    name: str
    label: str
    kind: str
    help: str = ""
    placeholder: str = ""
    value: str = ""
    file_name: str = ""
    optional: bool = False
    advanced: bool = False
    options: tuple[Option, ...] = ()
    minimum: str = ""
    maximum: str = ""


class CapabilityView(View):
    slug: str
    title: str
    description: str
    fields: tuple[FieldView, ...]
    example: dict[str, str] = Field(default_factory=dict)
    steps: tuple[str, ...] = ()


class UsageView(View):
    """Runs of one coworker this month. `limit` 0 means unlimited; `level` is ok, warn (from 80 %) or bad (100 %)."""

    used: int
    limit: int
    left: int
    percent: int
    level: str
    label: str
    note: str

    @classmethod
    def of(cls, *, used: int, limit: int | None, resets: str) -> Self:
        """`limit` None is unlimited. The bar turns amber at 80 % and red at 100 %."""
        if limit is None:
            return cls(used=used, limit=0, left=0, percent=0, level="ok", label=f"{used:,} runs this month", note="unlimited")
        percent = min(100, round(100 * used / limit)) if limit else 100
        left = max(0, limit - used)
        level = "bad" if not left else "warn" if percent >= 80 else "ok"
        note = f"{left:,} left" if left else f"starts anew {resets}"
        return cls(used=used, limit=limit, left=left, percent=percent, level=level, label=f"{used:,} of {limit:,} runs", note=note)


class AgentView(View):
    """A coworker in the gallery. One that is not built yet has `available` False and no capabilities."""

    slug: str
    name: str
    role: str
    description: str
    duties: tuple[str, ...]
    available: bool
    capabilities: tuple[CapabilityView, ...] = ()
    usage: UsageView | None = None
    running: int = 0
    line: str = ""


class Quote(View):
    """What a run will cost, said before it starts. `blocked` is the reason why it cannot start, empty when it can.

    `tokens` and `cost_micros` (millionths of a US dollar) are estimates for a run with a model, `most_micros` what it cannot pass.
    """

    cost: str
    time: str
    left: str
    engine: str
    blocked: str = ""
    runs: int = 1
    tokens: int = 0
    cost_micros: int = 0
    most_micros: int = 0
