"""The states of other providers: buttons for whoever looks, and connected accounts for who they belong to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coexai_app import db
from coexai_app.models import LoginSession
from coexai_app.services import identities
from state import guard
from state.identities import IdentitiesState, ProvidersState
from tests.factors import log_in_long_ago
from tests.oidc import CLIENT, ana, configured, flow
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

HERE = identities.PAGE


@pytest.fixture(autouse=True)
def _google(instance: None) -> Iterator[None]:
    guard._verdicts.clear()
    with configured(google_client_id="coexai", google_client_secret=CLIENT["oidc_client_secret"]):
        yield


async def test_a_stranger_sees_the_buttons(people: People) -> None:
    async with Tab("") as tab:
        await act(tab, ProvidersState, "load")
        assert [one.label for one in (await see(tab, ProvidersState)).choices] == ["Google"]


async def test_disconnect_and_whose_it_is(people: People) -> None:
    do(identities.connect, people.bob, who=ana(), flow=flow(people.bob))
    (shown,) = do(identities.overview, people.bob).identities
    async with Tab(people.tokens["mallory"]) as tab:
        await visit(tab, HERE, IdentitiesState)
        await act(tab, IdentitiesState, "ask_disconnect", identity_id=shown.id)
        assert (await see(tab, IdentitiesState)).asked == ""
        await act(tab, IdentitiesState, "disconnect")
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, HERE, IdentitiesState)
        assert (await see(tab, IdentitiesState)).view.identities
        await act(tab, IdentitiesState, "ask_disconnect", identity_id=shown.id)
        assert (await see(tab, IdentitiesState)).about.email == "ana@bakery.example.org"
        log_in_long_ago(people.bob)
        for handler, sent in (("disconnect", {}), ("ask_disconnect", {"identity_id": shown.id})):
            await act(tab, IdentitiesState, handler, **sent)
        assert went(tab) == [f"/confirm?next={HERE}"] * 2
        assert do(identities.overview, people.bob).identities
        with db.transaction() as session:
            session.get_one(LoginSession, people.bob.session_id).authenticated_at = db.now(session)
        await act(tab, IdentitiesState, "disconnect")
        after = await see(tab, IdentitiesState)
        assert (after.wrong, after.view.identities) == ("", ())
