"""One's own account in a tab: sessions, a new name, the mail once more; and a session that ends under an open tab."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from coexai_app.services import accounts, login_sessions
from state import guard
from state.account import AccountState, SessionsState
from state.base import AppState
from tests.people import PASSWORD, People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

ALICE = "alice@larkfield.example.org"


@pytest.fixture(autouse=True)
def _no_old_verdicts() -> Iterator[None]:
    guard._verdicts.clear()
    yield
    guard._verdicts.clear()


async def test_ending_another_session(people: People) -> None:
    other = do(accounts.log_in, email=ALICE, password=PASSWORD)
    async with Tab(people.tokens["alice"]) as tab:
        await visit(tab, "/settings/security", SessionsState)
        rows = (await see(tab, SessionsState)).rows
        assert [row.current for row in rows] == [True, False]
        await act(tab, SessionsState, "revoke", session_id=rows[1].id)
        assert len((await see(tab, SessionsState)).rows) == 1
    assert do(accounts.actor_of, token=other.token) is None


async def test_mallory_cannot_end_alices(people: People) -> None:
    async with Tab(people.tokens["mallory"]) as tab:
        await visit(tab, "/settings/security", SessionsState)
        await act(tab, SessionsState, "revoke", session_id=str(people.alice.session_id))
        assert "over already" in (await see(tab, AppState)).problem
    assert do(accounts.actor_of, token=people.tokens["alice"]) is not None


async def test_an_ended_session_is_out_within_two_seconds(people: People) -> None:
    other = do(accounts.log_in, email=ALICE, password=PASSWORD)
    async with Tab(other.token) as tab:
        await visit(tab, "/settings/account", AccountState)
        do(login_sessions.revoke_others, people.alice)
        time.sleep(guard.TRUST_SECONDS)
        await act(tab, AccountState, "load")
        assert went(tab) == ["/login?next=/settings/account"]
    assert guard.TRUST_SECONDS < 2


async def test_a_new_name_and_the_mail_once_more(people: People) -> None:
    async with Tab(people.tokens["alice"]) as tab:
        await visit(tab, "/settings/account", AccountState)
        await act(tab, AccountState, "rename", form={"name": "Alice Ash"})
        await act(tab, AppState, "resend")
        shared = await see(tab, AppState)
        assert (shared.me.name, shared.me.verified, shared.toast) == ("Alice Ash", False, "The mail is on its way.")
