"""The page of API keys in a tab: a key that is shown once, the questions, the password in between, and what is locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from coexai_app import db
from coexai_app.models import LoginSession
from coexai_app.services import api_keys
from state import guard
from state.api_keys import PATH, KeysState
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

FORM = {"name": "Website", "kind": "live", "access": "read", "life": "30"}


@pytest.fixture(autouse=True)
def _no_old_verdicts() -> Iterator[None]:
    guard._verdicts.clear()
    yield
    guard._verdicts.clear()


def stale() -> None:
    with db.transaction() as session:
        session.execute(update(LoginSession).values(authenticated_at=db.now(session) - timedelta(hours=1)))


async def test_a_key_is_shown_once_and_leaves_the_state(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, PATH, KeysState)
        await act(tab, KeysState, "create", form={**FORM, "access": "chosen", "scope-jobs:read": "on", "scope-files:write": "on"})
        shown = await see(tab, KeysState)
        assert shown.secret.startswith("cxa_live_")
        assert shown.secret in shown.example
        assert do(api_keys.page, people.bob).rows[0].scopes == ("jobs:read", "files:write")
        await act(tab, KeysState, "kept")
        assert (await see(tab, KeysState)).secret == (await see(tab, KeysState)).example == ""
        await act(tab, KeysState, "create", form=FORM)
        await visit(tab, PATH, KeysState)
        assert (await see(tab, KeysState)).secret == ""


async def test_a_wrong_form_says_where(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, PATH, KeysState)
        await act(tab, KeysState, "create", form={**FORM, "access": "chosen"})
        assert "at least one" in (await see(tab, KeysState)).errors["scopes"]
        await act(tab, KeysState, "create", form={**FORM, "access": "chosen", "scope-audit:read": "on"})
        assert "may not hand out" in (await see(tab, KeysState)).errors[""]
        assert do(api_keys.page, people.bob).total == 0


async def test_replaced_and_revoked(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, PATH, KeysState)
        await act(tab, KeysState, "create", form=FORM)
        first = (await see(tab, KeysState)).keys.rows[0].id
        await act(tab, KeysState, "ask_rotate", key_id=first)
        assert (await see(tab, KeysState)).rotating
        await act(tab, KeysState, "rotate", form={"overlap_hours": "0"})
        after = await see(tab, KeysState)
        assert (after.rotating, after.about, len(after.keys.rows)) == ("", None, 2)
        assert after.secret
        await act(tab, KeysState, "ask_revoke", key_id=after.keys.rows[0].id)
        await act(tab, KeysState, "revoke")
        assert [row.word for row in (await see(tab, KeysState)).keys.rows] == ["Revoked", "Replaced"]


async def test_after_ten_minutes_they_are_led_to_show_who_they_are(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, PATH, KeysState)
        await act(tab, KeysState, "create", form=FORM)
        key_id = (await see(tab, KeysState)).keys.rows[0].id
        await act(tab, KeysState, "ask_revoke", key_id=key_id)
        stale()
        await act(tab, KeysState, "revoke")
        await visit(tab, PATH, KeysState)
        await act(tab, KeysState, "ask_revoke", key_id=key_id)
        await act(tab, KeysState, "create", form=FORM)
        assert went(tab) == [f"/confirm?next={PATH}"] * 3
        assert [row.status for row in do(api_keys.page, people.bob).rows] == ["active"]


async def test_mallory_asks_for_bobs_key_and_there_is_none(people: People) -> None:
    made = do(api_keys.create, people.bob, name="Shop", scopes=["jobs:read"])
    async with Tab(people.tokens["mallory"]) as tab:
        await visit(tab, PATH, KeysState)
        await act(tab, KeysState, "ask_revoke", key_id=made.id)
        await act(tab, KeysState, "revoke")
        seen = await see(tab, KeysState)
        assert (seen.revoking, seen.keys.rows) == ("", ())
        assert "no API access" in seen.keys.locked
    assert do(api_keys.page, people.bob).rows[0].status == "active"


async def test_a_viewer_is_told_why(people: People) -> None:
    async with Tab(people.tokens["vera"]) as tab:
        await visit(tab, PATH, KeysState)
        assert "Your role (viewer)" in (await see(tab, KeysState)).closed
        await act(tab, KeysState, "create", form=FORM)
        assert not (await see(tab, KeysState)).secret
