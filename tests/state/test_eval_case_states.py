"""Cases in a tab: the dialog fills in, refuses in its place, keeps; the list deletes after a question."""

from __future__ import annotations

from sqlmodel import Session, select

from coexai_app.models import EvalCase
from coexai_app.services import eval_cases
from state.eval_case import CaseKeepState
from state.eval_cases import EvalCasesState
from tests.people import People, do
from tests.reviewing import edited, texts, thread
from tests.state.client import Tab
from tests.state.visiting import act, see, visit


def rows(session: Session) -> list[EvalCase]:
    session.rollback()
    session.expire_all()
    return list(session.exec(select(EvalCase)).all())


class TestKeep:
    async def test_one_click_and_a_name(self, people: People, session: Session) -> None:
        output = thread(people)
        first = texts(output)
        edited(people.bob, output, first[0].replace("took every order", "answered the calls"), *first[1:])
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/settings/cases", EvalCasesState)
            await act(tab, CaseKeepState, "keep", form={"name": "Too early", "rule-fits": "on"})
            assert rows(session) == []
            await act(tab, CaseKeepState, "ask", output_id=output.id)
            state = await see(tab, CaseKeepState)
            assert state.show
            assert (state.draft.name, state.draft.parts[0].never) == (output.title, "took every order")
            form = {
                "name": "Ours",
                "rule-fits": "on",
                "verdict-0": "bad",
                "never-0": state.draft.parts[0].never,
                "stays-0": "x",
                "verdict-1": "",
            }
            await act(tab, CaseKeepState, "keep", form={**form, "name": " "})
            assert (await see(tab, CaseKeepState)).errors["name"] == "Write what you want to say."
            await act(tab, CaseKeepState, "keep", form={**form, "why-0": "x" * 1_001})
            assert (await see(tab, CaseKeepState)).errors[""].startswith("Post 1: Write at most 1,000")
            await act(tab, CaseKeepState, "keep", form=form)
            state = await see(tab, CaseKeepState)
            assert (state.show, state.toast) == ("", "Kept as a case")
        (row,) = rows(session)
        assert (row.name, row.checks) == ("Ours", 2)
        assert row.content["parts"][0]["words"] == ["took every order"]

    async def test_a_viewer_gets_no_dialog(self, people: People) -> None:
        output = thread(people)
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/settings/cases", EvalCasesState)
            await act(tab, CaseKeepState, "ask", output_id=output.id)
            assert (await see(tab, CaseKeepState)).show == ""


class TestList:
    async def test_it_is_asked_before_one_goes(self, people: People, session: Session) -> None:
        from uuid import UUID

        output = thread(people)
        kept = do(eval_cases.keep, people.bob, output_id=UUID(output.id), name="Ours", rules=["fits"])
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/settings/cases", EvalCasesState)
            assert [row.name for row in (await see(tab, EvalCasesState)).cases.rows] == ["Ours"]
            await act(tab, EvalCasesState, "delete")
            assert len(rows(session)) == 1
            await act(tab, EvalCasesState, "ask", case_id=str(kept))
            assert (await see(tab, EvalCasesState)).deleting
            await act(tab, EvalCasesState, "delete")
            state = await see(tab, EvalCasesState)
            assert (state.cases.rows, state.deleting, state.toast) == ((), "", "Ours is deleted")
        assert rows(session) == []
