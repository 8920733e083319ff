"""`coexai plan`: who runs an instance sees and changes the plans of its organisations."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlmodel import Session, select

from coexai_app import db, settings
from coexai_app.cli import main
from coexai_app.models import AuditLog, Job, JobStatus, Organization, PlanName, WebhookEvent
from coexai_app.services import accounts, org_plans, webhook_endpoints
from tests.people import PASSWORD, People, do
from tests.work import create

Captured = pytest.CaptureFixture[str]


def plan_of(organization_id: UUID) -> PlanName:
    with db.reading() as session:
        return session.get_one(Organization, organization_id).plan


def standing(status: JobStatus) -> int:
    with db.reading() as session:
        return len(session.exec(select(Job.id).where(Job.status == status)).all())


class TestList:
    def test_every_organisation_stands_there_with_its_owners(self, people: People, capsys: Captured) -> None:
        assert main(["plan"]) == 0
        lines = capsys.readouterr().out.splitlines()
        (larkfield,) = (line for line in lines if str(people.alice.organization_id) in line)
        assert "pro" in larkfield and "alice@" in larkfield and "bob@" not in larkfield

    def test_an_empty_instance_says_so(self, instance: None, capsys: Captured) -> None:
        assert main(["plan"]) == 0
        assert "The first one comes with the first account" in capsys.readouterr().err


class TestChange:
    @pytest.mark.parametrize("by", ["id", "name", "address"])
    def test_it_is_found_by_what_people_call_it(self, people: People, capsys: Captured, by: str) -> None:
        larkfield = people.alice.organization_id
        (row,) = (found for found in do(org_plans.listed) if found.id == str(larkfield))
        named = {"id": row.id, "name": row.name.upper(), "address": row.owners[0]}[by]
        assert main(["plan", named, "enterprise"]) == 0
        assert capsys.readouterr().out == f"{row.name} is on the plan enterprise (before: pro).\n"
        assert plan_of(larkfield) is PlanName.ENTERPRISE
        assert plan_of(people.mallory.organization_id) is PlanName.FREE

    def test_it_is_on_record_and_told_to_endpoints(self, people: People, session: Session) -> None:
        do(webhook_endpoints.create, actor=people.alice, url="https://hooks.example.org/in", events=["subscription.*"])
        for plan in ("enterprise", "enterprise"):
            assert main(["plan", str(people.alice.organization_id), plan]) == 0
        (row,) = session.exec(select(AuditLog).where(AuditLog.action == "organization.plan_changed")).all()
        assert (row.organization_id, row.before, row.after) == (people.alice.organization_id, {"plan": "pro"}, {"plan": "enterprise"})
        (event,) = session.exec(select(WebhookEvent).where(WebhookEvent.type == "subscription.updated")).all()
        assert json.loads(event.body)["data"].items() >= {"plan": "enterprise", "old_plan": "pro", "status": "active"}.items()

    def test_what_waited_for_a_slot_goes_on(self, people: People) -> None:
        do(org_plans.change, organization_id=people.alice.organization_id, plan=PlanName.FREE)
        for number in range(3):
            create(people.alice, key=f"waits:{number}")
        assert (standing(JobStatus.QUEUED), standing(JobStatus.PENDING)) == (1, 2)
        do(org_plans.change, organization_id=people.alice.organization_id, plan=PlanName.PRO)
        assert (standing(JobStatus.QUEUED), standing(JobStatus.PENDING)) == (3, 0)

    def test_what_cannot_be_meant_is_told(self, people: People, capsys: Captured) -> None:
        assert main(["plan", "Nobody & Sons", "pro"]) == 2
        assert main(["plan", str(people.alice.organization_id), "gold"]) == 2
        assert main(["plan", str(people.alice.organization_id)]) == 2
        told = capsys.readouterr().err
        assert "no organisation “Nobody & Sons”" in told and told.count("free, pro, enterprise") == 2

    def test_of_two_with_one_name_neither_is_taken(self, people: People, capsys: Captured) -> None:
        with db.transaction() as writing:
            writing.get_one(Organization, people.mallory.organization_id).name = "Larkfield Studio"
        assert main(["plan", "Larkfield Studio", "enterprise"]) == 2
        assert str(people.mallory.organization_id) in capsys.readouterr().err
        assert plan_of(people.mallory.organization_id) is PlanName.FREE


def test_new_organisations_begin_with_the_plan_that_the_instance_gives(instance: None, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings.get().model_copy(update={"default_plan": "enterprise"})
    monkeypatch.setattr(settings, "get", lambda: given)
    signed = do(accounts.sign_up, name="Ann Able", email="ann@bakery.example", password=PASSWORD)
    assert plan_of(signed.organization_id) is PlanName.ENTERPRISE
