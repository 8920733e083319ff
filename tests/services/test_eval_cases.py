"""Keeping a result as a case: what its review fills in, what is stored, who may, and that it runs again from its file."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound
from coexai_app.evals import files, runner
from coexai_app.evals.files import Named
from coexai_app.evals.providers import BUILTIN, Provider
from coexai_app.models import AuditLog, EvalCase, Organization, Output
from coexai_app.models.base import new_id
from coexai_app.services import comments, eval_cases, organization_export, outputs, reviews
from coexai_app.services.eval_cases import PartSaid
from coexai_app.views.outputs import OutputView
from tests.people import People, do
from tests.reviewing import edited, texts, thread
from tests.work import POST, nobody

ALONE = Provider(BUILTIN, "extractive/1")


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


def keep(people: People, output: OutputView, **given: object) -> UUID:
    return do(eval_cases.keep, people.bob, **{"output_id": UUID(output.id), "name": "The form", "rules": ["sourced", "fits"], **given})


def kept(session: Session, case_id: UUID) -> EvalCase:
    session.rollback()
    return session.get_one(EvalCase, case_id)


def failures(case_id: UUID, people: People) -> list[str]:
    """What does not hold when the downloaded case is run again."""
    made = do(eval_cases.export, people.vera, case_id=case_id)
    result = runner.one(Named("x", files.read(made.data, made.name)), ALONE)
    assert result.error == ""
    return [one.reason for one in result.failures]


class TestBlank:
    def test_a_new_result_has_rules_and_its_parts(self, people: People, output: OutputView) -> None:
        draft = do(eval_cases.blank, people.bob, output_id=UUID(output.id))
        assert (draft.name, draft.note, draft.why) == (output.title, "", "")
        assert [(rule.value, rule.label, rule.chosen) for rule in draft.rules] == [
            ("sourced", "Every claim has a source", True),
            ("fits", "Every part fits its limit", True),
            ("language", "It is in English", True),
            ("points", f"At least {100 * output.score // output.max_score} of 100 points", False),
        ]
        assert [part.text for part in draft.parts] == texts(output)
        assert {part.verdict for part in draft.parts} == {""}

    def test_words_that_a_person_took_out_must_not_come_back(self, people: People, output: OutputView) -> None:
        first = texts(output)
        assert "Marta Ruiz took every order" in first[0]
        edited(people.bob, output, first[0].replace("took every order", "answered the calls"), *first[1:])
        draft = do(eval_cases.blank, people.bob, output_id=UUID(output.id))
        assert [(part.verdict, part.never) for part in draft.parts][:2] == [("bad", "took every order"), ("", "")]
        assert draft.parts[0].text == first[0]
        assert draft.why == "Filled in from 1 part that somebody changed."

    def test_a_word_that_still_stands_elsewhere_is_not_forbidden(self, people: People, output: OutputView) -> None:
        first = texts(output)
        moved = first[0].replace("took every order", "worked")
        edited(people.bob, output, moved, first[1] + " She took every order.", *first[2:])
        assert do(eval_cases.blank, people.bob, output_id=UUID(output.id)).parts[0].never == ""

    def test_a_part_that_was_taken_away_was_bad(self, people: People, output: OutputView) -> None:
        edited(people.bob, output, *texts(output)[:-1])
        last = do(eval_cases.blank, people.bob, output_id=UUID(output.id)).parts[-1]
        assert last.verdict == "bad"

    def test_comments_and_a_refusal_are_taken_over(self, people: People, output: OutputView) -> None:
        at = UUID(output.id)
        quote = "Marta Ruiz took every order"
        start = texts(output)[0].index(quote)
        do(comments.add, people.vera, output_id=at, text="Too\nloud.", part=0, start=start, quote=quote)
        do(comments.add, people.vera, output_id=at, text="Who is this for?", part=1)
        gone = do(comments.add, people.vera, output_id=at, text="Never mind", part=2)
        do(comments.delete, people.vera, comment_id=gone)
        asked = do(reviews.request, people.bob, output_id=at, version=1)
        do(reviews.reject, people.adam, output_id=at, version=asked.version, reason="It does not sound like us.")
        draft = do(eval_cases.blank, people.bob, output_id=at)
        assert draft.note == "It does not sound like us."
        assert [(part.verdict, part.never, part.note) for part in draft.parts][:3] == [
            ("bad", quote, "Too loud."),
            ("bad", "", "Who is this for?"),
            ("", "", ""),
        ]
        assert draft.why == "Filled in from 2 comments and the reason why it was sent back."

    def test_what_was_approved_was_good(self, people: People, output: OutputView) -> None:
        view = edited(people.bob, output, texts(output)[0].replace("took every order", "answered"), *texts(output)[1:])
        do(outputs.approve, people.bob, output_id=UUID(output.id), version=view.version)
        draft = do(eval_cases.blank, people.bob, output_id=UUID(output.id))
        assert [part.verdict for part in draft.parts] == ["bad", *["good"] * (len(draft.parts) - 1)]

    def test_a_viewer_is_refused_and_a_stranger_finds_nothing(self, people: People, output: OutputView) -> None:
        with pytest.raises(Forbidden):
            do(eval_cases.blank, people.vera, output_id=UUID(output.id))
        with pytest.raises(NotFound):
            do(eval_cases.blank, people.mallory, output_id=UUID(output.id))


class TestKeep:
    def test_the_case_holds_all_that_a_run_needs(self, people: People, output: OutputView, session: Session) -> None:
        said = {0: PartSaid("bad", "took every order", "We say it better."), 1: PartSaid(), 2: PartSaid("good")}
        row = kept(session, keep(people, output, note="Our voice.", says="Marta Ruiz\n412", never="synergy", parts=said))
        assert (row.name, row.agent, row.capability, row.checks) == ("The form", "maya", "blog-to-thread", 6)
        assert (row.user_id, row.organization_id, row.output_id) == (people.bob.user_id, people.bob.organization_id, UUID(output.id))
        assert row.content == {
            "agent": "maya",
            "capability": "blog-to-thread",
            "title": "The form",
            "note": "Our voice.",
            "source": POST.strip(),
            "expect": [
                {"check": "sourced"},
                {"check": "fits"},
                {"check": "says", "text": ["Marta Ruiz"], "numbers": ["412"]},
                {"check": "never", "text": ["synergy"]},
            ],
            "parts": [
                {
                    "verdict": "bad",
                    "text": texts(output)[0],
                    "label": "Post 1",
                    "words": ["took every order"],
                    "note": "We say it better.",
                },
                {"verdict": "good", "text": texts(output)[2], "label": "Post 3"},
            ],
        }
        trail = session.exec(select(AuditLog).where(AuditLog.action == "eval_case.kept")).one()
        assert (trail.user_id, trail.data["output"]) == (people.bob.user_id, output.id)

    def test_its_file_is_run_again_and_fails_where_it_has_to(self, people: People, output: OutputView) -> None:
        assert failures(keep(people, output, says="Marta Ruiz", parts={2: PartSaid("good")}), people) == []
        bad = keep(people, output, parts={0: PartSaid("bad", "took every order", "No.")})
        assert failures(bad, people) == ["Post 1 says “took every order” again (No.)."]

    def test_options_of_the_run_are_kept(self, people: People, session: Session) -> None:
        from tests.work import create, work_all

        job = create(people.bob, text=POST, posts="6", numbering="none")
        work_all()
        made = session.exec(select(Output).where(Output.job_id == UUID(job.id))).one()
        case_id = do(eval_cases.keep, people.bob, output_id=made.id, name="Six", rules=["fits"])
        assert kept(session, case_id).content["input"] == {"posts": 6, "numbering": "none"}

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"rules": []}, "rules"),
            ({"rules": ["nonsense"]}, "rules"),
            ({"note": "x" * 1_001}, "note"),
            ({"says": "\n".join(str(n) for n in range(21))}, "says"),
            ({"never": "x" * 301}, "never"),
            ({"parts": {99: PartSaid("bad")}}, "part-99"),
            ({"parts": {0: PartSaid("ugly")}}, "part-0"),
            ({"parts": {0: PartSaid("bad", note="x" * 1_001)}}, "part-0"),
        ],
    )
    def test_what_is_wrong_is_told_and_nothing_is_kept(
        self, people: People, output: OutputView, session: Session, given: dict[str, object], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            keep(people, output, **given)
        assert refused.value.field == field
        session.rollback()
        assert session.exec(select(EvalCase)).all() == []

    def test_there_is_an_end_to_it(self, people: People, output: OutputView, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(eval_cases, "MOST", 1)
        keep(people, output)
        with pytest.raises(Conflict):
            keep(people, output)

    def test_a_viewer_may_not_nor_a_key_that_only_reads(self, people: People, output: OutputView) -> None:
        with pytest.raises(Forbidden):
            do(eval_cases.keep, people.vera, output_id=UUID(output.id), name="x", rules=["fits"])
        with pytest.raises(Forbidden):
            do(eval_cases.keep, replace(people.bob, scopes=frozenset()), output_id=UUID(output.id), name="x", rules=["fits"])

    def test_a_stranger_finds_nothing(self, people: People, output: OutputView) -> None:
        with pytest.raises(NotFound):
            do(eval_cases.keep, people.mallory, output_id=UUID(output.id), name="x", rules=["fits"])


class TestList:
    def test_newest_first_and_only_ones_own(self, people: People, output: OutputView) -> None:
        ids = [keep(people, output, name=name) for name in ("One", "Two", "Three")]
        found = do(eval_cases.page, people.vera, limit=2)
        assert [(row.name, row.made_by, row.checks, row.can_delete) for row in found.rows] == [
            ("Three", "Bob Birch", "2 checks", False),
            ("Two", "Bob Birch", "2 checks", False),
        ]
        assert (found.pages, found.label) == (2, "1 to 2 of 3")
        assert found.command == f"coexai eval maya --organization {people.vera.organization_id}"
        assert do(eval_cases.page, people.vera, page=9, limit=2).rows[0].id == str(ids[0])
        assert do(eval_cases.page, people.bob).rows[0].can_delete
        assert do(eval_cases.page, people.mallory).rows == ()

    def test_the_result_may_be_gone(self, people: People, output: OutputView, session: Session) -> None:
        keep(people, output)
        with db.transaction() as writing:
            writing.delete(writing.get_one(Output, UUID(output.id)))
        (row,) = do(eval_cases.page, people.bob).rows
        assert row.link == ""
        assert failures(UUID(row.id), people) == []


class TestExport:
    def test_a_viewer_takes_the_file_and_it_is_told(self, people: People, output: OutputView, session: Session) -> None:
        case_id = keep(people, output, name="Über “uns” / 2026")
        made = do(eval_cases.export, people.vera, case_id=case_id)
        assert made.name == f"ber-uns-2026-{case_id.hex[-8:]}.toml"
        assert files.read(made.data, made.name).title == "Über “uns” / 2026"
        assert session.exec(select(AuditLog).where(AuditLog.action == "eval_case.exported")).one().user_id == people.vera.user_id

    def test_a_stranger_finds_nothing(self, people: People, output: OutputView) -> None:
        with pytest.raises(NotFound):
            do(eval_cases.export, people.mallory, case_id=keep(people, output))


class TestDelete:
    def test_it_is_gone_and_the_result_stays(self, people: People, output: OutputView, session: Session) -> None:
        case_id = keep(people, output)
        do(eval_cases.delete, people.adam, case_id=case_id)
        session.rollback()
        assert session.get(EvalCase, case_id) is None
        assert session.get(Output, UUID(output.id)) is not None
        assert session.exec(select(AuditLog).where(AuditLog.action == "eval_case.deleted")).one().target == str(case_id)

    def test_who_may_not(self, people: People, output: OutputView, session: Session) -> None:
        case_id = keep(people, output)
        with pytest.raises(Forbidden):
            do(eval_cases.delete, people.vera, case_id=case_id)
        with pytest.raises(NotFound):
            do(eval_cases.delete, people.mallory, case_id=case_id)
        assert kept(session, case_id).name == "The form"


class TestOrganization:
    def test_the_command_line_reads_them_all(self, people: People, output: OutputView) -> None:
        ids = [keep(people, output, name=name) for name in ("One", "One")]
        with db.reading() as session:
            found = eval_cases.of_organization(session, organization_id=people.bob.organization_id)
            assert [named.id for named in found] == [f"one-{one.hex[-8:]}" for one in ids]
            assert eval_cases.of_organization(session, organization_id=people.mallory.organization_id) == ()
            with pytest.raises(NotFound):
                eval_cases.of_organization(session, organization_id=nobody())

    def test_they_are_in_its_export(self, people: People, output: OutputView) -> None:
        keep(people, output)
        target = io.BytesIO()
        organization_export.write(people.alice, target)
        (row,) = json.loads(zipfile.ZipFile(target).read("eval_cases.json"))
        assert (row["name"], row["content"]["source"]) == ("The form", POST.strip())

    def test_one_of_another_version_is_told_by_name(self, people: People, output: OutputView) -> None:
        case_id = keep(people, output)
        with db.transaction() as session:
            row = session.get_one(EvalCase, case_id)
            row.content = {**row.content, "expect": [{"check": "from later"}]}
            session.add(row)
        with db.reading() as session, pytest.raises(InvalidInput, match="“The form” is of another version"):
            eval_cases.of_organization(session, organization_id=people.bob.organization_id)

    def test_they_go_with_it(self, people: People, session: Session) -> None:
        with db.transaction() as writing:
            house = Organization(id=new_id(), name="Old house")
            writing.add(house)
            writing.flush()
            row = EvalCase(organization_id=house.id, name="x", agent="maya", capability="x", checks=1, content={})
            writing.add(row)
            writing.flush()
            case_id = row.id
            writing.delete(house)
        assert session.get(EvalCase, case_id) is None
