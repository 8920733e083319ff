"""Golden cases that an organisation keeps of its own results: kept by one click, listed, taken away as files, run by `coexai eval`.

A case holds its source and all that it asks, so it outlives the result; it goes with its organisation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, agents, db, live
from coexai_app.access import Actor, Permission
from coexai_app.agents.maya import kept
from coexai_app.agents.report import Report
from coexai_app.errors import Conflict, InvalidInput, NotFound
from coexai_app.evals import files, sources
from coexai_app.evals.cases import Case, Verdict
from coexai_app.evals.files import Named
from coexai_app.models import EvalCase, Organization, Output, User
from coexai_app.services import audit, eval_drafts, jobs, remarks
from coexai_app.views import eval_cases as view
from coexai_app.views.base import Page
from coexai_app.views.eval_cases import CaseDraft, CaseRow, CasesView, DraftPart

MEDIA_TYPE: Final = "application/toml; charset=utf-8"
MOST: Final = 500
MAX_LIMIT: Final = 50
_LONGEST_NAME: Final = 100
_LONGEST_LIST: Final = 6_000
_LONGEST_NOTE: Final = 1_000
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
# The source itself, which is not among the options.
_SOURCE_FIELDS: Final = ("text", "url", "file")


@dataclass(frozen=True, slots=True)
class PartSaid:
    """What a person says of a part: "good", "bad" or "" for nothing; the words of it that matter, a line each; and why."""

    verdict: str = ""
    words: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    name: str
    media_type: str
    data: bytes


@db.reads
def blank(session: Session, actor: Actor, *, output_id: UUID) -> CaseDraft:
    """What a case of this result would hold, filled in from its review. Raises NotFound."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    draft = eval_drafts.of(session, row)
    return CaseDraft(
        output_id=str(row.id),
        name=row.title[:_LONGEST_NAME],
        note=draft.reason,
        why=draft.told,
        rules=tuple(view.rule(expected, chosen=chosen) for expected, chosen in eval_drafts.rules(draft.report)),
        parts=tuple(
            DraftPart(
                index=index,
                label=part.label,
                text=part.text,
                verdict=draft.said[index].verdict or "",
                never=view.lines(draft.said[index].words),
                note=eval_drafts.notes(draft.said[index]),
            )
            for index, part in enumerate(draft.parts)
        ),
    )


def keep(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    name: str,
    note: str = "",
    says: str = "",
    never: str = "",
    rules: Sequence[str] = (),
    parts: Mapping[int, PartSaid] | None = None,
) -> UUID:
    """Keeps a result as a case. `says` and `never` hold a phrase a line, `rules` the kinds of `CaseDraft.rules`, `parts` what is said of
    the parts of its first version, by index. Returns the id.

    Raises NotFound, InvalidInput with the field, Conflict when the organisation keeps MOST cases already.
    """
    access.require(actor, Permission.EDIT_OUTPUT)
    row = access.one(session, select(Output).where(Output.id == output_id), actor, "result")
    called = " ".join(remarks.text(name, field="name", most=_LONGEST_NAME).split())
    why = remarks.text(note, field="note", most=_LONGEST_NOTE) if note.strip() else ""
    _make_room(session, actor)
    draft = eval_drafts.of(session, row)
    expect: list[dict[str, Any]] = [
        expected.model_dump(mode="json", exclude_defaults=True)
        for expected, _ in eval_drafts.rules(draft.report)
        if expected.check in rules
    ]
    expect += _says(_phrases(says, "says"))
    expect += [{"check": "never", "text": phrases}] if (phrases := _phrases(never, "never")) else []
    said: list[dict[str, Any]] = []
    for index, one in sorted((parts or {}).items()):
        if not one.verdict:
            continue
        if not 0 <= index < len(draft.parts):
            raise InvalidInput("This part is not there any more. Reload the page and keep the case again.", field=f"part-{index}")
        if one.verdict not in list(Verdict):
            raise InvalidInput("A part is good, or bad, or nothing is said of it.", field=f"part-{index}")
        part = draft.parts[index]
        found = {"verdict": one.verdict, "text": part.text, "label": part.label, "words": _phrases(one.words, f"part-{index}")}
        if one.note.strip():
            found["note"] = remarks.text(one.note, field=f"part-{index}", most=_LONGEST_NOTE)
        said.append(found)
    if not expect and not said:
        raise InvalidInput("Say what has to hold: choose a rule, give words, or judge a part.", field="rules")
    case = _case(draft.report, {"title": called, "note": why, "expect": expect, "parts": said})
    found_case = EvalCase(
        organization_id=row.organization_id,
        output_id=row.id,
        user_id=actor.user_id,
        name=called,
        agent=case.agent,
        capability=case.capability,
        checks=case.checks,
        content=case.data(),
    )
    session.add(found_case)
    session.flush()
    audit.record(session, "eval_case.kept", actor=actor, target=str(found_case.id), target_name=called, output=str(row.id))
    live.publish(session, row.organization_id, "eval_case.kept", found_case.id)
    return found_case.id


@db.reads
def page(session: Session, actor: Actor, *, page: int = 1, limit: int = 20) -> CasesView:
    """The organisation's cases, newest first."""
    access.require(actor, Permission.VIEW_OUTPUT)
    page, limit = max(1, page), min(max(1, limit), MAX_LIMIT)
    mine = access.scoped(select(EvalCase), actor)
    total = session.exec(select(func.count()).select_from(mine.subquery())).one()
    page = min(page, max(1, -(-total // limit)))
    rows = session.exec(mine.order_by(col(EvalCase.id).desc()).offset((page - 1) * limit).limit(limit)).all()
    people = dict(session.exec(select(User.id, User.name).where(col(User.id).in_([r.user_id for r in rows if r.user_id]))).all())
    may_delete = actor.may(Permission.EDIT_OUTPUT)
    shown = tuple(
        view.row(
            case,
            agents.names(case.agent, case.capability)[1],
            people.get(case.user_id, "Somebody") if case.user_id else "Somebody",
            actor.timezone,
            may_delete=may_delete,
        )
        for case in rows
    )
    found = Page[CaseRow](rows=shown, page=page, limit=limit, total=total)
    command = f"coexai eval maya --organization {actor.organization_id}"
    return CasesView(rows=found.rows, page=found.page, pages=found.pages, label=found.label, command=command)


def export(session: Session, actor: Actor, *, case_id: UUID) -> Exported:
    """A case as the file that `coexai eval` reads. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = access.one(session, select(EvalCase).where(EvalCase.id == case_id), actor, "case")
    text = files.written(_read(row))
    audit.record(session, "eval_case.exported", actor=actor, target=str(row.id), target_name=row.name)
    return Exported(f"{_slug(row)}.toml", MEDIA_TYPE, text.encode())


def delete(session: Session, actor: Actor, *, case_id: UUID) -> None:
    """Deletes a case; the result that it came from stays. Raises NotFound."""
    access.require(actor, Permission.EDIT_OUTPUT)
    row = access.one(session, select(EvalCase).where(EvalCase.id == case_id), actor, "case")
    session.delete(row)
    session.flush()
    audit.record(session, "eval_case.deleted", actor=actor, target=str(case_id), target_name=row.name)
    live.publish(session, row.organization_id, "eval_case.deleted", case_id)


def of_organization(session: Session, *, organization_id: UUID) -> tuple[Named, ...]:
    """Every case of an organisation, oldest first, for the command line on this machine. Raises NotFound for no such organisation."""
    if session.get(Organization, organization_id) is None:
        raise NotFound(f"There is no organisation {organization_id}.")
    found = select(EvalCase).where(EvalCase.organization_id == organization_id).order_by(col(EvalCase.id))
    return tuple(Named(_slug(row), _read(row)) for row in session.exec(found).all())


def _case(report: Report, more: dict[str, Any]) -> Case:
    """A case with the source of a report, its options, and the brand voice that it was made in."""
    _, capability = jobs.find(report.agent, report.capability)
    options = capability.input.model_validate(report.input).model_dump(mode="json", exclude_defaults=True)
    voice = kept.voice(report).model_dump(mode="json", exclude_defaults=True)
    source = str(report.input.get("text") or "") or sources.written(kept.document(report))
    try:
        return Case.parse(
            {
                "agent": report.agent,
                "capability": report.capability,
                "source": source,
                "input": {name: value for name, value in options.items() if name not in _SOURCE_FIELDS},
                **({"business": {"voice": voice}} if voice else {}),
                **{name: value for name, value in more.items() if value},
            }
        )
    except InvalidInput as error:
        raise InvalidInput(f"This result cannot be kept as a case: {error.message}", field=error.field) from None


def _says(phrases: list[str]) -> list[dict[str, Any]]:
    """What has to be there: a number however it is written, anything else in these words."""
    numbers = [phrase for phrase in phrases if _NUMBER.fullmatch(phrase)]
    found = {"text": [phrase for phrase in phrases if phrase not in numbers], "numbers": numbers}
    return [{"check": "says", **{name: value for name, value in found.items() if value}}] if phrases else []


def _read(row: EvalCase) -> Case:
    """The case in a row. Raises InvalidInput for one that this version of the format does not know."""
    try:
        return Case.model_validate(row.content)
    except ValidationError:
        raise InvalidInput(f"The case “{row.name}” is of another version of CoExAI. Keep its result as a case again.") from None


def _make_room(session: Session, actor: Actor) -> None:
    mine = access.scoped(select(EvalCase), actor)
    if session.exec(select(func.count()).select_from(mine.subquery())).one() >= MOST:
        raise Conflict(f"Your organisation keeps {MOST} cases, and no more fit. Delete some first.")


def _phrases(text: str, field: str) -> list[str]:
    """The phrases of a list, a line each. Raises InvalidInput."""
    if not text.strip():
        return []
    lines = [" ".join(line.split()) for line in remarks.text(text, field=field, most=_LONGEST_LIST).split("\n")]
    found = list(dict.fromkeys(line for line in lines if line))
    if len(found) > eval_drafts.MOST_PHRASES:
        raise InvalidInput(f"Give at most {eval_drafts.MOST_PHRASES} phrases, one a line. This has {len(found)}.", field=field)
    if long := next((line for line in found if len(line) > eval_drafts.LONGEST_PHRASE), ""):
        raise InvalidInput(f"A phrase has at most {eval_drafts.LONGEST_PHRASE} characters. This has {len(long)}.", field=field)
    return found


def _slug(row: EvalCase) -> str:
    """What a case is called in tables and as a file: its name, and enough of its id to be the only one."""
    slug = re.sub(r"[^a-z0-9]+", "-", row.name.lower()).strip("-")[:50] or "case"
    return f"{slug}-{row.id.hex[-8:]}"
