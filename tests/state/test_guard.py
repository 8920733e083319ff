"""The guard: nothing runs without a policy, a session that allows it, and arguments of the right types."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler, json_dumps

from coexai_app import settings
from coexai_app.coexai_app import app
from coexai_app.services import accounts, jobs_read
from state import guard
from state.base import AppState
from state.workspace import WorkspaceState
from tests.people import People, do
from tests.state.client import Tab


@pytest.fixture(autouse=True)
def _no_old_verdicts() -> None:
    guard._verdicts.clear()


ENTER = AppState.event_handlers["enter"]
RUN = WorkspaceState.event_handlers["run"]
EXAMPLE = WorkspaceState.event_handlers["use_example"]

USE_EXAMPLE = format_event_handler(WorkspaceState.event_handlers["use_example"])


class TestPolicies:
    @pytest.mark.asvs("V8.2.1")
    def test_every_handler_has_one(self) -> None:
        token = RegistrationContext.set(app._registration_context)
        try:
            # Other tests of this process make small states of their own.
            assert [name for name in guard.unprotected() if ".tests___" not in name] == []
            own = [n for n in RegistrationContext.get().event_handlers if ".setvar" not in n and "reflex___" not in n.split("____")[-1]]
        finally:
            RegistrationContext.reset(token)
        assert len(own) > 15

    def test_a_handler_that_blocks_or_has_no_types_cannot_be_written(self) -> None:
        def blocking(self: Any) -> None: ...

        async def untyped(self, value) -> None: ...  # type: ignore[no-untyped-def]

        for handler in (blocking, untyped):
            with pytest.raises(TypeError):
                guard.action(role="viewer")(handler)


class TestSessions:
    async def test_nobody_is_sent_to_the_log_in_and_sees_nothing(self, people: People) -> None:
        async with Tab() as tab:
            changed = await tab.call(ENTER, path="/jobs?page=2")
            assert [e.name for e in tab.sent] == ["_redirect"]
            assert "me" not in changed.get("app_state", {})

    async def test_somebody_gets_their_own_shell(self, people: People) -> None:
        async with Tab(people.tokens["alice"]) as tab:
            changed = await tab.call(ENTER)
            assert changed["app_state"]["me"].name == "Alice Archer"

    @pytest.mark.parametrize("other", ["flag", "a[]=1", "a{b=1", 'x="', "name=two words", "\xe4=1"])
    async def test_what_others_set_on_this_host_hides_no_session(self, people: People, other: str) -> None:
        name, token = settings.get().cookie_name, people.tokens["alice"]
        for header in (f"{other}; {name}={token}", f"{name}={token}; {other}"):
            assert guard._cookie(header) == token

    @pytest.mark.asvs("V3.3.4", "V10.1.1")
    async def test_the_cookie_never_reaches_the_browser(self, people: People) -> None:
        async with Tab(people.tokens["alice"]) as tab:
            wire = json_dumps(await tab.call(ENTER))
            assert "Alice Archer" in wire
            assert people.tokens["alice"] not in wire

    @pytest.mark.asvs("V7.2.1", "V4.4.4")
    async def test_a_stolen_tab_key_without_the_cookie_shows_nothing_of_its_owner(self, people: People) -> None:
        async with Tab(people.tokens["alice"]) as owner:
            await owner.call(ENTER)
            async with Tab("", owner.token, owner.manager) as thief:
                await thief.call(ENTER)
                assert [e.name for e in thief.sent] == ["_redirect"]
                state = await owner.manager.get_state(_token(owner))
                assert (await state.get_state(AppState)).me is None

    @pytest.mark.asvs("V14.3.1")
    async def test_another_person_in_the_same_tab_starts_from_nothing(self, people: People) -> None:
        async with Tab(people.tokens["alice"]) as first:
            await first.call(ENTER)
            async with Tab(people.tokens["mallory"], first.token, first.manager) as second:
                changed = await second.call(ENTER)
                assert changed["app_state"]["me"].name == "Mallory Moss"

    async def test_a_switch_of_the_organisation_empties_the_tabs_state(self, people: People) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await tab.call(ENTER)
            root = await tab.manager.get_state(_token(tab))
            (await root.get_state(AppState)).problem = "something of Larkfield"
            own = next(o for o in do(accounts.me, people.bob).organizations if not o.current)
            do(accounts.switch, token=people.tokens["bob"], organization_id=UUID(own.id))
            guard._verdicts.clear()
            changed = await tab.call(WorkspaceState.event_handlers["use_example"])
            shared = await (await tab.manager.get_state(_token(tab))).get_state(AppState)
            assert (shared.me, shared.problem) == (None, "")
            assert "something of Larkfield" not in json_dumps(changed)

    async def test_a_page_that_was_loaded_before_the_switch_was_known_loads_anew(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever comes after the load, the framework's last word included: the page must not stay empty."""
        monkeypatch.setattr(app, "get_load_events", lambda path: [AppState.enter] if path == "/home" else [])
        own = next(o for o in do(accounts.me, people.bob).organizations if not o.current)
        for late in ("reflex___state____state.reflex___state____on_load_internal_state.set_is_hydrated", USE_EXAMPLE):
            do(accounts.switch, token=people.tokens["bob"], organization_id=people.bob.organization_id)
            guard._verdicts.clear()
            async with Tab(people.tokens["bob"]) as tab:
                await tab.call(ENTER)
                do(accounts.switch, token=people.tokens["bob"], organization_id=UUID(own.id))
                guard._verdicts.clear()
                await tab.send(late, payload={"value": True} if late != USE_EXAMPLE else {})
                shared = await (await tab.manager.get_state(_token(tab))).get_state(AppState)
                assert shared.me is not None
                assert shared.me.organization_id == own.id

    @pytest.mark.asvs("V7.4.1")
    async def test_after_log_out_an_open_tab_is_out_within_the_trusted_seconds(
        self, people: People, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guard, "TRUST_SECONDS", 0.0)
        async with Tab(people.tokens["alice"]) as tab:
            await tab.call(ENTER)
            do(accounts.log_out, token=people.tokens["alice"])
            await tab.call(ENTER)
            assert [e.name for e in tab.sent] == ["_redirect"]


class TestRoles:
    async def test_a_viewer_may_not_run(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await tab.call(ENTER)
            changed = await tab.call(EXAMPLE)
            assert "Your role does not allow this" in repr(changed)


class TestAttacks:
    @pytest.mark.asvs("V2.2.2", "V15.3.5")
    @pytest.mark.parametrize("payload", [{"form": {"text": {"$ne": 1}}}, {"form": 7}, {"nothing": 1}, {"form": [["text", "x"]]}])
    async def test_wrong_arguments_never_reach_the_handler(self, people: People, payload: dict[str, Any]) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await tab.call(RUN, **payload)
            assert do(jobs_read.page, people.bob).total == 0

    async def test_nothing_from_the_browsers_storage_gets_into_a_state(self, people: People) -> None:
        root, own = "reflex___state____state", format_event_handler(ENTER).rpartition(".")[0]
        for name in (f"{root}.hydrate_and_load", f"{root}.reflex___state____update_vars_internal_state.update_vars_internal"):
            async with Tab(people.tokens["bob"]) as tab:
                await tab.call(ENTER)
                for values in ({f"{own}.problem": "hacked", f"{own}._token": "hacked"}, {"x": "hacked"}, {f"{own}.me_rx_state_": "hacked"}):
                    assert "hacked" not in json_dumps(await tab.send(name, payload={"vars": values}))
                shared = await (await tab.manager.get_state(_token(tab))).get_state(AppState)
                assert (shared.problem, shared._token) == ("", people.tokens["bob"])

    async def test_setvar_is_refused(self, people: People) -> None:
        from reflex_base.utils.format import format_event_handler

        name = format_event_handler(ENTER).rpartition(".")[0] + ".setvar"
        async with Tab(people.tokens["bob"]) as tab:
            await tab.call(ENTER)
            changed = await tab.send(name, payload={"var_name": "problem", "value": "hacked"})
            assert "hacked" not in repr(changed)


def _token(tab: Tab) -> Any:
    import reflex as rx

    return rx.BaseStateToken(ident=tab.token, cls=AppState)
