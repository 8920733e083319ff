"""The versions of a result for the API's clients. The rules are in `output_versions.py`."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, select

from coexai_app import access, agents, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import NotFound
from coexai_app.models import Output
from coexai_app.services import output_versions, partner_outputs
from coexai_app.views import partner_outputs as view
from coexai_app.views.listing import Listing
from coexai_app.views.partner_outputs import PartnerOutputDetail, PartnerVersion, PartnerVersionDetail


@db.reads
def page(session: Session, actor: Actor, *, output_id: UUID, page: int = 1, limit: int = 20) -> Listing[PartnerVersion]:
    """A page of a result's versions, newest first. Raises NotFound."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = _output(session, actor, output_id)
    found = output_versions.kept(session, row)
    shown = [
        view.version(one.row, one.by, current=one.row.version == row.content_version, approved=one.approved)
        for one in found[(page - 1) * limit : page * limit]
    ]
    return Listing[PartnerVersion].of(shown, page=page, limit=limit, total=len(found))


@db.reads
def get(session: Session, actor: Actor, *, output_id: UUID, number: int) -> PartnerVersionDetail:
    """One version with its words. Raises NotFound for one that is not kept."""
    access.require(actor, Permission.VIEW_OUTPUT)
    row = _output(session, actor, output_id)
    report = output_versions.at(session, row, number)
    one = next((kept for kept in output_versions.kept(session, row) if kept.row.version == number), None)
    if one is None:
        raise NotFound(f"Version {number} is not kept.")
    parts = agents.output_of(report).parts()
    return view.version_whole(one.row, one.by, report, parts, current=number == row.content_version, approved=one.approved)


def restore(
    session: Session,
    actor: Actor,
    *,
    output_id: UUID,
    number: int,
    version: int | None = None,
    matching: tuple[int, ...] | None = None,
) -> PartnerOutputDetail:
    """Makes the words of an older version the newest one. Raises as `partner_outputs.at_version` and `output_versions.restore`."""
    access.require(actor, Permission.EDIT_OUTPUT)
    _, at = partner_outputs.at_version(session, actor, output_id, version, matching)
    output_versions.restore(session, actor, output_id=output_id, version=at, of_version=number)
    return partner_outputs.shown(session, actor, output_id)


def _output(session: Session, actor: Actor, output_id: UUID) -> Output:
    return access.one(session, select(Output).where(Output.id == output_id), actor, "result")
