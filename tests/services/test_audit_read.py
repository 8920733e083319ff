"""Reading and exporting the audit log."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from coexai_app import db
from coexai_app.errors import Forbidden
from coexai_app.models import Organization
from coexai_app.models.base import new_id
from coexai_app.services import audit, audit_export, audit_read, audit_verify
from coexai_app.services.audit_read import Filters
from coexai_app.views.audit import AuditPage
from tests.people import People, do
from tests.trail import rows, unguarded, write
from tests.work import create


def see(viewer: object, **filters: object) -> AuditPage:
    return do(audit_read.page, viewer, filters=Filters(**filters))  # type: ignore[arg-type]


def sentences(viewer: object, **filters: object) -> list[str]:
    return [row.sentence for row in see(viewer, **filters).found.rows]


class TestPage:
    def test_rows_are_sentences_newest_first(self, people: People) -> None:
        create(people.bob, url="https://bakery.example.org/a")
        create(people.adam, url="https://bakery.example.org/a")
        assert sentences(people.alice) == [
            "Adam Ash gave Maya the job bakery.example.org/a",
            "Bob Birch gave Maya the job bakery.example.org/a",
            "Alice Archer created an account",
        ]

    def test_page_by_page(self, people: People) -> None:
        write(people.alice.organization_id, *(f"t{n}" for n in range(24)))
        seen = [row.seq for n in (1, 2, 3) for row in do(audit_read.page, people.alice, page=n, limit=10).found.rows]
        assert seen == list(range(25, 0, -1))
        assert do(audit_read.page, people.alice, page=99, limit=10).found.label == "21 to 25 of 25"
        assert len(do(audit_read.page, people.alice, limit=10_000).found.rows) == 25

    def test_what_changed_and_where_from(self, people: People) -> None:
        with db.transaction() as session:
            audit.record(
                session,
                "output.edited",
                actor=people.adam,
                before={"role": "member"},
                after={"role": "admin", "seats": 1_200},
                ip="203.0.113.7",
                user_agent="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
            )
        row = see(people.alice).found.rows[0]
        assert [(c.label, c.before, c.after) for c in row.changes] == [("Role", "member", "admin"), ("Seats", "nothing", "1,200")]
        assert row.place == "Chrome on Windows, 203.0.113.7"

    def test_times_are_in_the_zone_of_the_viewer(self, people: People) -> None:
        from dataclasses import replace

        assert see(replace(people.alice, timezone="Asia/Kolkata")).found.rows[0].at.endswith("IST")

    def test_an_action_of_another_version_has_a_sentence(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            audit.record(writing, "robot.danced", actor=people.bob, target="table", target_name="the table")
        assert sentences(people.alice)[0] == "Bob Birch did “robot.danced” to the table"

    @pytest.mark.asvs("V1.3.10")
    def test_a_template_in_a_name_is_only_text(self, people: People) -> None:
        write(people.alice.organization_id, "x", target_name="{actor} {hash} {0.__class__}")
        assert sentences(people.alice)[0] == "Bob Birch edited {actor} {hash} {0.__class__}"


class TestFilters:
    @pytest.fixture
    def log(self, people: People) -> UUID:
        create(people.bob)
        create(people.adam)
        write(people.alice.organization_id, "a1", "a2", target_name="Ünder 100%_done", note="Lease of the Café")
        return people.alice.organization_id

    def test_by_action_and_group(self, people: People, log: UUID) -> None:
        assert len(sentences(people.alice, action="job.created")) == 2
        assert len(sentences(people.alice, group="work")) == 2
        assert len(sentences(people.alice, group="results")) == 2
        assert sentences(people.alice, group="'; drop table audit_logs") == []

    def test_by_person(self, people: People, log: UUID) -> None:
        assert len(sentences(people.alice, person=people.bob.user_id)) == 1
        assert sentences(people.alice, person=people.mallory.user_id) == []
        assert [option.label for option in see(people.alice).people] == ["Everybody", "Adam Ash", "Alice Archer", "Bob Birch"]

    def test_by_target(self, people: People, log: UUID) -> None:
        assert len(sentences(people.alice, target="a1")) == 1

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("café", 2),
            ("CAFÉ", 2),
            ("ünder", 2),
            ("100%_", 2),
            ("100__", 0),
            ("%", 2),
            ("bakery", 2),
            ("bakery adam", 1),
            ("\0", 5),
            ("x" * 5_000, 0),
        ],
    )
    def test_by_words_whatever_their_case(self, people: People, log: UUID, text: str, number: int) -> None:
        assert len(sentences(people.alice, text=text)) == number

    def test_by_day_in_the_organisations_zone(self, people: People, log: UUID, session: Session) -> None:
        with db.transaction() as changing:
            changing.get_one(Organization, log).timezone = "Pacific/Auckland"
        with unguarded() as hand:
            at = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)  # 11 March, 01:30 in Auckland
            table = audit_read.AuditLog.__table__  # type: ignore[attr-defined]
            hand.execute(sa.update(table).where(table.c.chain_id == log, table.c.target == "a1").values(created_at=at))
        from dataclasses import replace

        alice = replace(people.alice, timezone="Pacific/Auckland")
        day = datetime(2026, 3, 11).date()
        assert len(sentences(alice, since=day, until=day)) == 1
        assert sentences(alice, until=day - timedelta(days=1)) == []
        assert len(sentences(alice, until=datetime.max.date())) == 5

    def test_filters_join(self, people: People, log: UUID) -> None:
        assert len(sentences(people.alice, group="work", person=people.adam.user_id, text="maya")) == 1


@pytest.mark.asvs("V16.4.2")
class TestWhoMay:
    @pytest.mark.parametrize("who", ["alice", "adam"])
    def test_owners_and_admins_read(self, people: People, who: str) -> None:
        assert see(getattr(people, who)).found.total == 1

    @pytest.mark.parametrize("who", ["bob", "vera"])
    def test_others_are_told_why_not(self, people: People, who: str) -> None:
        for service in (audit_read.page, audit_export.begin):
            with pytest.raises(Forbidden, match=r"read the audit log\. Ask an admin"):
                do(service, getattr(people, who))
        with pytest.raises(Forbidden):
            do(audit_export.part, getattr(people, who), after=0, up_to=9)

    def test_mallory_sees_nothing_of_larkfield(self, people: People) -> None:
        create(people.bob)
        create(people.mallory, url="https://bakery.example.org/a")
        assert sentences(people.mallory) == [
            "Mallory Moss gave Maya the job bakery.example.org/a",
            "Mallory Moss created an account",
        ]
        assert sentences(people.mallory, person=people.bob.user_id) == []
        assert {option.label for option in see(people.mallory).people} == {"Everybody", "Mallory Moss"}
        assert "Bob" not in exported(people.mallory)

    def test_an_organisation_without_a_log(self, people: People) -> None:
        from dataclasses import replace

        assert see(replace(people.alice, organization_id=new_id())).found.total == 0


class TestVerified:
    def test_says_how_far_it_was_checked(self, people: People) -> None:
        assert see(people.adam).verified.text == "Nobody has checked yet whether every row is as it was written."
        do(audit_verify.latest, people.alice)
        line = see(people.adam).verified
        assert line.tone == "ok"
        assert line.text.startswith("Chain verified up to row 1, today")
        assert line.text.endswith("by Alice Archer.")

    def test_says_what_is_broken(self, people: People) -> None:
        with unguarded() as hand:
            hand.execute(sa.text("UPDATE audit_logs SET ip = 'x' WHERE seq = 1"))
        do(audit_verify.latest, people.alice)
        assert "Row 1 was changed" in see(people.alice).verified.text


def exported(viewer: object, **filters: object) -> str:
    with db.transaction() as session:
        return "".join(audit_export.export_csv(session, viewer, filters=Filters(**filters)))  # type: ignore[arg-type]


class TestExport:
    def test_every_row_oldest_first_with_a_mark_for_excel(self, people: People) -> None:
        create(people.bob)
        text = exported(people.alice)
        assert text.startswith("\ufeffRow,Time (UTC),What happened")
        read = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert [line["Row"] for line in read] == ["1", "2"]
        assert (read[1]["Person"], read[1]["Action"]) == ("Bob Birch", "job.created")
        assert read[1]["Previous hash"] == read[0]["Hash"]

    def test_it_goes_part_by_part(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit_export, "PART", 3)
        write(people.alice.organization_id, *(f"t{n}" for n in range(9)))
        read = list(csv.DictReader(io.StringIO(exported(people.alice).removeprefix("\ufeff"))))
        assert [int(line["Row"]) for line in read] == list(range(1, 11))

    def test_it_is_in_the_log_itself_with_its_filters(self, people: People, session: Session) -> None:
        exported(people.adam, group="work", text="maya")
        row = rows(session, people.alice.organization_id)[-1]
        assert (row.action, row.user_name, row.data) == ("audit.exported", "Adam Ash", {"only_group": "work", "only_text": "maya"})

    @pytest.mark.asvs("V1.2.10")
    @pytest.mark.parametrize(
        "start", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", " =1+1", '"=1+1', "'=1+1", "＝1+1", "\u00a0=1"]
    )
    def test_no_cell_is_a_formula(self, people: People, start: str) -> None:
        assert audit_export.cell(start) == f"'{start}"
        write(people.alice.organization_id, start, target_name=start, note=start, user_agent=start)
        for line in csv.reader(io.StringIO(exported(people.alice).removeprefix("\ufeff"))):
            for found in line:
                assert found.lstrip(' \u00a0"')[:1] not in set("=+@＝\t\r"), found

    @pytest.mark.parametrize("start", ["\t=1", "\r=1", "\n=1", "\ttext", "-", "+", "@"])
    def test_blanks_and_bare_signs(self, start: str) -> None:
        assert audit_export.cell(start) == f"'{start}"

    @pytest.mark.parametrize("value", ["-5", "+3", "12", "-1,234.50", "1e-5", "-7%", "text", "a=b", "", "2026-01-01", 12, -3])
    def test_numbers_and_plain_text_stay(self, value: object) -> None:
        assert audit_export.cell(value) == str(value)
