"""What an agent made: the parts, the evidence pair, the checks, as pages show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from coexai_app.agents.parts import Part
from coexai_app.agents.report import DRAFTED, Check, CheckStatus, Claim, ClaimStatus, Finding, Report
from coexai_app.models import Output, OutputStatus
from coexai_app.views.base import View, count, moment
from coexai_app.views.evidence import SourceBlock, reading_notes, source_blocks, where
from coexai_app.views.parts import GroupView, PartView, full_names, groups, parts


class ClaimView(View):
    """One row of the claim ledger. `status` is supported, unsupported or overridden; `quote` the words in the source, `where` the one of
    several sources that they stand in, `where_url` its address."""

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
    where: str = ""
    where_url: str = ""


class FindingView(View):
    """A place that a check found. `text` is what stands there, `replacement` what one click puts there instead; `can_fix`: there is one."""

    check: str
    index: int
    part: int
    place: str
    text: str
    message: str
    replacement: str
    can_fix: bool


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
    findings: tuple[FindingView, ...] = ()


class OutputRow(View):
    id: str
    job_id: str
    title: str
    agent: str
    agent_name: str
    capability: str
    capability_title: str
    status: str
    tone: str
    icon: str
    word: str
    score: int
    max_score: int
    created: str
    preview: str
    test: bool = False


class ExportView(View):
    format: str
    label: str
    url: str


class OutputView(OutputRow):
    """One output, whole. `version` goes back with every change, so two people never overwrite each other. `why_not_keep` says why its
    reader may not keep it as a case; `notes` what was left out and why, `reading` what of the sources was not read; `source_note` warns
    of a source that cannot be trusted word for word."""

    version: int
    content_version: int
    parts: tuple[PartView, ...]
    groups: tuple[GroupView, ...]
    notes: tuple[str, ...]
    most_parts: int
    source: tuple[SourceBlock, ...]
    source_name: str
    source_url: str
    reading: tuple[str, ...]
    source_note: str
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
    can_reopen: bool
    why_not: str = ""
    why_not_keep: str = ""
    approved: str = ""


Chip = tuple[str, str, str]
STATUS_CHIPS: Final[Mapping[OutputStatus, Chip]] = MappingProxyType(
    {
        OutputStatus.DRAFT: ("dash", "pencil", "Draft"),
        OutputStatus.IN_REVIEW: ("mark", "eye", "In review"),
        OutputStatus.APPROVED: ("ok", "check", "Approved"),
        OutputStatus.REJECTED: ("bad", "message-square", "Changes wanted"),
    }
)
CLAIM_CHIPS: Final[Mapping[ClaimStatus, Chip]] = MappingProxyType(
    {
        ClaimStatus.SUPPORTED: ("ok", "link", "Linked"),
        ClaimStatus.UNSUPPORTED: ("bad", "unlink", "No source"),
        ClaimStatus.OVERRIDDEN: ("warn", "hand", "Kept by you"),
    }
)
CHECK_CHIPS: Final[Mapping[CheckStatus, Chip]] = MappingProxyType(
    {
        CheckStatus.PASS: ("ok", "check", "Passed"),
        CheckStatus.WARN: ("warn", "triangle-alert", "Could be better"),
        CheckStatus.FAIL: ("bad", "x", "Failed"),
    }
)
EXPORTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "docx": "Word document",
        "html": "Web page (HTML)",
        "md": "Markdown",
        "txt": "Plain text",
        "csv": "Table (CSV)",
        "ics": "Calendar (ICS)",
        "zip": "All files (ZIP)",
        "json": "JSON",
    }
)


def row(output: Output, agent_name: str, capability_title: str, tz: str, *, test: bool = False) -> OutputRow:
    """The view of an output in a list; `test`: a test key's job made it."""
    tone, icon, word = STATUS_CHIPS[output.status]
    if output.status is OutputStatus.DRAFT and output.unsupported:
        tone, icon, word = "mark", "eye", f"{count(output.unsupported, 'claim')} to resolve"
    return OutputRow(
        id=str(output.id),
        job_id=str(output.job_id),
        title=output.title,
        agent=output.agent,
        agent_name=agent_name,
        capability=output.capability,
        capability_title=capability_title,
        status=output.status,
        tone=tone,
        icon=icon,
        word=word,
        score=output.points,
        max_score=output.max_points,
        created=moment(output.created_at, tz),
        preview=output.preview,
        test=test,
    )


def whole(
    output: Output,
    report: Report,
    told: Sequence[Part],
    notes: Sequence[str],
    formats: Collection[str],
    agent_name: str,
    capability_title: str,
    tz: str,
    *,
    most_parts: int,
    approved: str,
    may_edit: bool,
    may_approve: bool,
) -> OutputView:
    """The view of one output with its evidence pair."""
    approved_now = output.status is OutputStatus.APPROVED
    open_claims = len(report.unsupported)
    source = source_blocks(report)
    shown = parts(report, told, source)
    named = [part.model_copy(update={"label": name}) for part, name in zip(told, full_names(shown), strict=True)]
    why_not = ""
    if not approved_now and open_claims:
        why_not = f"Resolve {count(open_claims, 'claim')} without a source first."
    elif not approved_now and not may_approve:
        why_not = "Your role lets you read, not approve."
    elif output.status is OutputStatus.REJECTED:
        why_not = "Changes were asked for. Make them, or ask for a review again."
    return OutputView(
        **row(output, agent_name, capability_title, tz).model_dump(),
        version=output.version,
        content_version=output.content_version,
        parts=shown,
        groups=groups(shown),
        notes=tuple(notes),
        most_parts=most_parts,
        source=source,
        source_name=report.source.name or report.source.title or "Your text",
        source_url=report.source.url,
        reading=reading_notes(report),
        claims=tuple(_claim(number, claim, *where(report, claim)) for number, claim in enumerate(report.claims, 1)),
        source_note=DRAFTED if report.drafted else "",
        unsupported=open_claims,
        checks=tuple(check_view(check, named) for check in report.checks),
        checks_passed=sum(check.status is CheckStatus.PASS for check in report.checks),
        raw=json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=2),
        engine="Builtin, in the source's own words"
        if report.engine.provider == "builtin"
        else f"{report.engine.provider}, {report.engine.model}",
        language=report.analysis.language,
        facts=_facts(report),
        exports=tuple(ExportView(format=f, label=label, url=_export_url(output, f)) for f, label in EXPORTS.items() if f in formats),
        can_edit=not approved_now and may_edit,
        can_approve=may_approve and not open_claims and output.status in (OutputStatus.DRAFT, OutputStatus.IN_REVIEW),
        can_reopen=approved_now and may_approve,
        why_not=why_not,
        why_not_keep="" if may_edit else "Your role lets you read, not keep cases.",
        approved=approved,
    )


def _export_url(output: Output, format: str) -> str:  # noqa: A002  (the word of the field)
    return f"/api/v1/outputs/{output.id}/export?format={format}"


def _claim(number: int, claim: Claim, where_: str, url: str) -> ClaimView:
    tone, icon, word = CLAIM_CHIPS[claim.status]
    return ClaimView(
        number=number,
        index=number - 1,
        part=claim.part,
        text=claim.text,
        kind=claim.kind,
        status=claim.status,
        tone=tone,
        icon=icon,
        word=word,
        reason=f"kept: {claim.override}" if claim.override else claim.reason,
        quote=claim.source.quote if claim.source else "",
        origin=claim.source.origin if claim.source else "",
        override=claim.override,
        where=where_,
        where_url=url,
    )


def check_view(check: Check, told: Sequence[Part]) -> CheckView:
    """A check with its findings; those that point at what is not there are left out."""
    tone, icon, word = CHECK_CHIPS[check.status]
    return CheckView(
        id=check.id,
        label=check.label,
        status=check.status,
        tone=tone,
        icon=icon,
        word=word,
        points=check.points,
        max_points=check.max_points,
        percent=round(100 * check.points / check.max_points) if check.max_points else 100,
        message=check.message,
        evidence=check.evidence,
        fix=check.fix,
        findings=tuple(
            _finding(check.id, index, finding, told[finding.part])
            for index, finding in enumerate(check.findings)
            if 0 <= finding.part < len(told) and 0 <= finding.start <= finding.end <= len(told[finding.part].text)
        ),
    )


def _finding(check: str, index: int, finding: Finding, part: Part) -> FindingView:
    return FindingView(
        check=check,
        index=index,
        part=finding.part,
        place=part.label,
        text=part.text[finding.start : finding.end],
        message=finding.message,
        replacement=finding.replacement or "",
        can_fix=finding.replacement is not None,
    )


def _facts(report: Report) -> tuple[tuple[str, str], ...]:
    """What is known of the source, for the line above it."""
    source = report.source
    known = (
        ("Author", source.author),
        ("Published", source.published),
        ("Words", f"{source.words:,}"),
        ("Language", source.language if source.language != "und" else "not clear"),
    )
    return tuple((label, value) for label, value in known if value)
