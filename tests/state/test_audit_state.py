"""The audit log's page: filters in the address, who sees what, and the check."""

from __future__ import annotations

from sqlmodel import Session

from state.audit import AuditState
from tests import work
from tests.people import People
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went
from tests.trail import rows, write

HERE = "/settings/audit"


class TestPage:
    async def test_an_admin_reads(self, people: People) -> None:
        work.create(people.bob)
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, HERE, AuditState)
            state = await see(tab, AuditState)
            assert (state.loaded, state.closed, len(state.rows)) == (True, "", 2)
            assert not state.may_verify
            assert state.export_url == "/api/v1/audit/export"

    async def test_a_member_is_told_why_it_is_closed(self, people: People) -> None:
        for who in ("bob", "vera"):
            async with Tab(people.tokens[who]) as tab:
                await visit(tab, HERE, AuditState)
                state = await see(tab, AuditState)
                assert (state.loaded, state.rows, state.people) == (True, (), ())
                assert "Ask an admin" in state.closed

    async def test_filters_and_page_come_from_the_address(self, people: People) -> None:
        write(people.alice.organization_id, *(f"t{n}" for n in range(60)))
        work.create(people.bob)
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{HERE}?group=results&q=birch&page=2", AuditState)
            state = await see(tab, AuditState)
            assert (len(state.rows), state.label, state.after) == (10, "51 to 60 of 60", "")
            assert state.before == f"{HERE}?group=results&q=birch"
            assert state.export_url == "/api/v1/audit/export?group=results&q=birch"
            await act(
                tab, AuditState, "choose", form={"group": "work", "person": str(people.bob.user_id), "since": "", "until": "", "q": " "}
            )
            assert went(tab) == [f"{HERE}?group=work&person={people.bob.user_id}"]

    async def test_nonsense_in_the_address_breaks_nothing(self, people: People) -> None:
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{HERE}?group=%27&person=bob&since=yesterday&until=2026-13-41&page=99999&q={'a' * 999}", AuditState)
            state = await see(tab, AuditState)
            assert (state.loaded, state.rows, state.page) == (True, (), 1)
            assert (state.filters["person"], state.filters["since"], state.filters["until"]) == ("", "", "")

    async def test_another_house_sees_nothing_of_it(self, people: People) -> None:
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, f"{HERE}?person={people.alice.user_id}", AuditState)
            assert (await see(tab, AuditState)).rows == ()


class TestVerify:
    async def test_the_owner_checks(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["alice"]) as tab:
            await visit(tab, HERE, AuditState)
            assert (await see(tab, AuditState)).may_verify
            await act(tab, AuditState, "verify")
            state = await see(tab, AuditState)
            assert state.verified.text.startswith("Chain verified up to row 1, today")
            assert not state.checking
        row = rows(session, people.alice.organization_id)[-1]
        assert (row.action, row.ip) == ("audit.verified", "1.2.3.4")

    async def test_an_admin_does_not(self, people: People, session: Session) -> None:
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, HERE, AuditState)
            await act(tab, AuditState, "verify")
        assert rows(session, people.alice.organization_id, "audit.verified") == []
