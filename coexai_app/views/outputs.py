"""What an agent made: the parts, the evidence pair, the checks, as pages show them."""

from __future__ import annotations

from coexai_app.views.base import View


class Segment(View):
    """A run of text. `claim` is the number of the claim it shows, 0 for plain text; `tone` is linked, none or kept (overridden)."""

    text: str
    claim: int = 0
    tone: str = ""


class PostView(View):
    """One post. `length` is X's weighted length; `label` is "212 of 280"."""

    index: int
    text: str
    length: int
    limit: int
    label: str
    over: bool
    segments: tuple[Segment, ...]


class SourceBlock(View):
    """A paragraph of the source. `kind` is heading, paragraph, list_item, quote, code, table, or gap (left-out paragraphs)."""

    kind: str
    segments: tuple[Segment, ...]


class ClaimView(View):
    """One row of the claim ledger. `status` is supported, unsupported or overridden; `quote` the words in the source."""

    number: int
    index: int
    part: int
    text: str
    kind: str
    status: str
    tone: str
    icon: str
    word: str
    reason: str
    quote: str = ""
    origin: str = ""
    override: str = ""


class CheckView(View):
    id: str
    label: str
    status: str
    tone: str
    icon: str
    word: str
    points: int
    max_points: int
    percent: int
    message: str
    evidence: str = ""
    fix: str = ""


class OutputRow(View):
    id: str
    job_id: str
    title: str
    agent: str
    agent_name: str
    capability_title: str
    status: str
    tone: str
    icon: str
    word: str
    score: int
    max_score: int
    created: str
    preview: str


class ExportView(View):
    format: str
    label: str
    url: str


class OutputView(OutputRow):
    """One output, whole. `version` goes back with every change, so two people never overwrite each other."""

    version: int
    posts: tuple[PostView, ...]
    source: tuple[SourceBlock, ...]
    source_name: str
    source_url: str
    claims: tuple[ClaimView, ...]
    unsupported: int
    checks: tuple[CheckView, ...]
    checks_passed: int
    raw: str
    engine: str
    language: str
    facts: tuple[tuple[str, str], ...]
    exports: tuple[ExportView, ...]
    can_edit: bool
    can_approve: bool
    why_not: str = ""
    approved: str = ""
