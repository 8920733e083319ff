"""The states of other providers: buttons for whoever looks, and connected accounts for who they belong to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coexai_app.services import identities
from state import guard
from state.identities import IdentitiesState, ProvidersState
from tests.oidc import CLIENT, ana, configured, flow
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit

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
        await act(tab, IdentitiesState, "disconnect", identity_id=shown.id)
        assert "not connected" in (await see(tab, IdentitiesState)).wrong
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, HERE, IdentitiesState)
        assert (await see(tab, IdentitiesState)).view.identities
        await act(tab, IdentitiesState, "disconnect", identity_id="nonsense")
        assert (await see(tab, IdentitiesState)).wrong
        await act(tab, IdentitiesState, "disconnect", identity_id=shown.id)
        after = await see(tab, IdentitiesState)
        assert (after.wrong, after.view.identities) == ("", ())
