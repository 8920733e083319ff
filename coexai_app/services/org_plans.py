"""Which plan an organisation is on, and a change of it by whoever runs the instance (`coexai plan`)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import db, live
from coexai_app.errors import InvalidInput, NotFound
from coexai_app.models import Membership, Organization, PlanName, Role, User
from coexai_app.services import audit, dispatch, webhook_events
from coexai_app.views.org_plans import OrganizationPlan, whole


@db.reads
def listed(session: Session) -> Sequence[OrganizationPlan]:
    """Every organisation that is not in the trash, by name, with its plan and its owners' addresses."""
    rows = session.exec(select(Organization).where(col(Organization.deleted_at).is_(None)).order_by(col(Organization.name))).all()
    owners: dict[UUID, list[str]] = {}
    owned = select(Membership.organization_id, User.email).join(User, col(User.id) == Membership.user_id)
    for organization_id, email in session.exec(owned.where(Membership.role == Role.OWNER).order_by(col(User.email))).all():
        owners.setdefault(organization_id, []).append(email)
    return tuple(whole(row, owners.get(row.id, ())) for row in rows)


@db.reads
def find(session: Session, named: str) -> OrganizationPlan:
    """The organisation with this id, name, or owner's address. Raises NotFound, and InvalidInput when several are meant."""
    found = [row for row in listed(session) if named.casefold() in (row.id, row.name.casefold(), *row.owners)]
    if not found:
        raise NotFound(f"There is no organisation “{named[:120]}”. `coexai plan` lists them.")
    if found[1:]:
        raise InvalidInput(f"“{named[:120]}” means several organisations. Give an id: {', '.join(row.id for row in found)}")
    return found[0]


def change(session: Session, organization_id: UUID, plan: PlanName) -> None:
    """Puts the organisation on a plan. What waits for a free slot goes on at once; what runs is finished; the month's runs stay counted."""
    dispatch.lock(session, organization_id)
    row = session.get(Organization, organization_id, populate_existing=True)
    if row is None or row.deleted_at is not None:
        raise NotFound("There is no such organisation.")
    before = row.plan
    if before is plan:
        return
    row.plan = plan
    session.flush()
    audit.record(
        session,
        "organization.plan_changed",
        organization_id=row.id,
        target=str(row.id),
        target_name=row.name,
        before={"plan": before.value},
        after={"plan": plan.value},
    )
    live.publish(session, row.id, "organization.changed", row.id)
    webhook_events.note(session, row.id, "subscription.updated", plan=plan.value, old_plan=before.value, status="active")
    dispatch.offer(session, row.id)
