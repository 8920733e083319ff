"""What a result said before: kept with every change, shown beside now, brought back; and fixes that one click makes."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.agents.parts import Words
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.models import ClientLink, Output, OutputStatus, OutputVersion
from coexai_app.services import client_links, output_changes, output_versions, outputs, outputs_read
from coexai_app.views import differences
from coexai_app.views.outputs import OutputView
from tests.people import People, do
from tests.reviewing import INVENTED, edited, texts, thread
from tests.work import nobody


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


def kept(session: Session) -> list[int]:
    session.rollback()
    return list(session.exec(select(OutputVersion.version).order_by(col(OutputVersion.version))).all())


class TestKeep:
    def test_a_result_that_nobody_changed_has_its_first_version(self, people: People, output: OutputView) -> None:
        (only,) = do(output_versions.rows, people.vera, output_id=UUID(output.id))
        assert (only.version, only.by, only.what, only.current, only.can_restore) == (1, "Maya", "wrote it", True, False)

    def test_every_change_says_who_did_what(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, f"Waste fell from 14% to 5%. {INVENTED}")
        for _ in range(view.unsupported - 1):
            claim = next(c for c in view.claims if c.status == "unsupported")
            view = do(outputs.override, people.adam, output_id=UUID(view.id), version=view.version, claim=claim.index, reason="Our books")
        claim = next(c for c in view.claims if c.status == "unsupported")
        do(outputs.remove_claim, people.alice, output_id=UUID(view.id), version=view.version, claim=claim.index)
        rows = do(output_versions.rows, people.bob, output_id=UUID(output.id))
        assert (rows[0].by, rows[0].what) == ("Alice Archer", "removed a claim")
        assert [(row.by, row.what) for row in rows][-2:] == [("Bob Birch", "edited"), ("Maya", "wrote it")]
        assert [row.current for row in rows] == [True, *[False] * (len(rows) - 1)]

    def test_words_that_are_there_already_make_no_version(self, people: People, output: OutputView, session: Session) -> None:
        same = edited(people.bob, output, *texts(output))
        assert same.version == output.version
        assert kept(session) == []

    def test_a_yes_is_no_new_version_of_the_words(self, people: People, output: OutputView, session: Session) -> None:
        view = do(outputs.approve, people.bob, output_id=UUID(output.id), version=1)
        assert (view.version, view.content_version) == (2, 1)
        (only,) = do(output_versions.rows, people.bob, output_id=UUID(output.id))
        assert only.approved
        assert kept(session) == []

    def test_what_one_database_could_not_store_is_left_out(self, people: People, output: OutputView) -> None:
        assert texts(edited(people.bob, output, "Waste\x00 fell\ud800 from 14% to 5%.")) == ["Waste fell from 14% to 5%."]

    def test_the_oldest_go_but_the_first_the_approved_and_the_shown_stay(
        self, people: People, output: OutputView, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(output_changes, "KEPT", 3)
        view = edited(people.bob, output, "Waste fell from 14% to 5%.")
        view = do(outputs.approve, people.bob, output_id=UUID(view.id), version=view.version)
        view = do(outputs.reopen, people.bob, output_id=UUID(view.id), version=view.version)
        view = edited(people.bob, view, "Waste fell.")
        do(client_links.create, people.bob, output_id=UUID(view.id), version=view.version, name="Carla")
        shown = view.content_version
        for n in range(6):
            view = do(outputs_read.get, people.bob, output_id=UUID(view.id))
            view = edited(people.bob, view, f"Waste fell {'very ' * (n + 1)}far.")
        newest = [view.content_version - 2, view.content_version - 1, view.content_version]
        assert kept(session) == [1, 2, shown, *newest]
        with pytest.raises(NotFound):
            do(output_versions.get, people.bob, output_id=UUID(view.id), version=newest[0] - 1)
        session.execute(sa.update(ClientLink).values(revoked_at=db.utcnow()))
        session.commit()
        edited(people.bob, view, "Waste fell at last.")
        assert kept(session) == [1, 2, *newest[1:], newest[-1] + 1]


class TestLook:
    def test_a_version_is_shown_with_the_way_to_now(self, people: People, output: OutputView) -> None:
        edited(people.bob, output, *texts(output)[:-1], "Waste fell from 14% of production to 5%. Bread is good.")
        found = do(output_versions.get, people.vera, output_id=UUID(output.id), version=1)
        assert [part.text for part in found.parts] == texts(output)
        assert found.changed == 1
        runs = found.differences[-1].runs
        assert "".join(run.text for run in runs if run.kind != "added") == texts(output)[-1]
        assert "".join(run.text for run in runs if run.kind != "removed") == "Waste fell from 14% of production to 5%. Bread is good."

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", "a"),
            ("a", ""),
            ("Three cups of flour.", "Four cups of rye flour, warm."),
            ("同じ言葉", "違う言葉です"),
            ("a\n\nb", "a b"),
            ("🥐 it’s", "🥖 it’s"),
            ("word " * 3_000, "words " * 3_000),
        ],
    )
    def test_runs_make_up_both_texts(self, before: str, after: str) -> None:
        runs = differences.words(before, after)
        assert "".join(run.text for run in runs if run.kind != "added") == before
        assert "".join(run.text for run in runs if run.kind != "removed") == after

    def test_a_version_that_never_was(self, people: People, output: OutputView) -> None:
        for version in (0, -1, 2, 2**40):
            with pytest.raises(NotFound):
                do(output_versions.get, people.bob, output_id=UUID(output.id), version=version)


class TestRestore:
    def test_it_is_a_new_version_and_nothing_is_lost(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, "Waste fell from 14% to 5%.")
        back = do(output_versions.restore, people.adam, output_id=UUID(view.id), version=view.version, of_version=1)
        assert texts(back) == texts(output)
        assert (back.content_version, back.score) == (3, output.score)
        assert kept(session) == [1, 2, 3]
        rows = do(output_versions.rows, people.bob, output_id=UUID(output.id))
        assert (rows[0].by, rows[0].what, rows[0].note) == ("Adam Ash", "restored", "Version 1")

    def test_reasons_for_claims_come_back_with_the_words(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, "We saved 47,000 euros.")
        claim = next(c for c in view.claims if c.status == "unsupported")
        held = do(outputs.override, people.bob, output_id=UUID(view.id), version=view.version, claim=claim.index, reason="Our books")
        gone = edited(people.bob, held, "Waste fell.")
        back = do(output_versions.restore, people.bob, output_id=UUID(view.id), version=gone.version, of_version=held.version)
        assert back.unsupported == 0
        assert [c.override for c in back.claims if c.status == "overridden"] == ["Our books"]

    def test_what_says_the_same_is_not_restored(self, people: People, output: OutputView) -> None:
        with pytest.raises(Conflict):
            do(output_versions.restore, people.bob, output_id=UUID(output.id), version=1, of_version=1)

    def test_an_approved_one_stays(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, "Waste fell from 14% to 5%.")
        view = do(outputs.approve, people.bob, output_id=UUID(view.id), version=view.version)
        with pytest.raises(Conflict):
            do(output_versions.restore, people.bob, output_id=UUID(view.id), version=view.version, of_version=1)
        assert session.exec(select(Output.status)).one() is OutputStatus.APPROVED

    def test_of_two_at_once_one_is_told(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, "Waste fell from 14% to 5%.")
        do(output_versions.restore, people.bob, output_id=UUID(view.id), version=view.version, of_version=1)
        with pytest.raises(Conflict):
            do(output_versions.restore, people.adam, output_id=UUID(view.id), version=view.version, of_version=1)


class TestFix:
    @pytest.fixture
    def found(self, output: OutputView, session: Session) -> OutputView:
        """The thread with a rule that does not like its first word, and one that has no word for it."""
        row = session.get_one(Output, UUID(output.id))
        place = {"part": 0, "start": 0, "end": len(texts(output)[0].split()[0]), "message": "Say it shorter."}
        wrong = {"part": 0, "start": 0, "end": 99_999, "message": "Not there.", "replacement": "x"}
        first, *rest = row.report["checks"]
        findings = [{**place, "replacement": "Hm,"}, {**place, "replacement": None}, wrong, {**wrong, "part": 99}]
        row.report = {**row.report, "checks": [{**first, "findings": findings}, *rest]}
        session.add(row)
        session.commit()
        return output

    def test_one_click_puts_the_words_in_place_and_judges_anew(self, people: People, found: OutputView) -> None:
        check = do(outputs_read.get, people.bob, output_id=UUID(found.id)).checks[0]
        assert [f.can_fix for f in check.findings] == [True, False]
        view = do(outputs.apply_fix, people.bob, output_id=UUID(found.id), version=1, check=check.id, finding=0)
        assert texts(view)[0] == f"Hm, {texts(found)[0].split(maxsplit=1)[1]}"
        assert view.checks[0].findings == ()
        assert do(output_versions.rows, people.bob, output_id=UUID(found.id))[0].note == "Say it shorter."

    @pytest.mark.parametrize("finding", [1, 2, 3, 4, -1])
    def test_what_cannot_be_fixed_changes_nothing(self, people: People, found: OutputView, finding: int) -> None:
        with pytest.raises(NotFound):
            do(outputs.apply_fix, people.bob, output_id=UUID(found.id), version=1, check=found.checks[0].id, finding=finding)
        assert texts(do(outputs_read.get, people.bob, output_id=UUID(found.id))) == texts(found)

    def test_the_last_part_cannot_be_fixed_away(self, people: People, output: OutputView, session: Session) -> None:
        view = edited(people.bob, output, "Basically")
        row = session.get_one(Output, UUID(output.id), populate_existing=True)
        finding = {"part": 0, "start": 0, "end": 9, "message": "Leave it out.", "replacement": ""}
        row.report = {**row.report, "checks": [{**row.report["checks"][0], "findings": [finding]}]}
        session.add(row)
        session.commit()
        with pytest.raises(InvalidInput):
            do(outputs.apply_fix, people.bob, output_id=UUID(view.id), version=view.version, check=view.checks[0].id, finding=0)


class TestOutsiders:
    def test_another_organisation_finds_nothing(self, people: People, output: OutputView) -> None:
        for where in (UUID(output.id), nobody()):
            with pytest.raises(NotFound):
                do(output_versions.rows, people.mallory, output_id=where)
            with pytest.raises(NotFound):
                do(output_versions.get, people.mallory, output_id=where, version=1)
            with pytest.raises(NotFound):
                do(output_versions.restore, people.mallory, output_id=where, version=1, of_version=1)
            with pytest.raises(NotFound):
                do(outputs.apply_fix, people.mallory, output_id=where, version=1, check="length", finding=0)

    def test_a_viewer_looks_and_changes_nothing(self, people: People, output: OutputView) -> None:
        view = do(outputs.edit, people.bob, output_id=UUID(output.id), version=1, parts=[Words("Waste fell.")])
        assert not any(row.can_restore for row in do(output_versions.rows, people.vera, output_id=UUID(output.id)))
        with pytest.raises(Forbidden):
            do(output_versions.restore, people.vera, output_id=UUID(view.id), version=2, of_version=1)
        with pytest.raises(Forbidden):
            do(outputs.apply_fix, people.vera, output_id=UUID(view.id), version=2, check="length", finding=0)
