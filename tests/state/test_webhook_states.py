"""The webhooks page as a tab has it: who sees what, the form, the secret that is shown once, the log, and the rules."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, select, update

from coexai_app import db
from coexai_app.models import DeliveryStatus, GithubRule, Organization, PlanName, WebhookDelivery, WebhookEndpoint
from coexai_app.services import webhook_endpoints
from state.webhooks import PATH, IncomingState, WebhooksState
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went

URL = "https://hooks.larkfield.example/coexai"


def made(people: People) -> str:
    return do(webhook_endpoints.create, people.adam, url=URL, events=["*"], description="Shop").id


class TestWhoSees:
    @pytest.mark.parametrize("who", ["bob", "vera"])
    async def test_others_see_why_and_move_nothing(self, people: People, session: Session, who: str) -> None:
        endpoint = made(people)
        async with Tab(people.tokens[who]) as tab:
            await visit(tab, f"{PATH}?endpoint={endpoint}", WebhooksState)
            state = await see(tab, WebhooksState)
            assert "admins and owners" in state.closed
            assert (state.rows, state.chosen, state.log) == ((), None, ())
            for handler, arguments in (
                ("delete", {}),
                ("rotate", {}),
                ("test", {}),
                ("switch", {"on": False}),
                ("save", {"form": {"url": URL}}),
            ):
                await act(tab, WebhooksState, handler, **arguments)
            await visit(tab, PATH, IncomingState)
            assert "admins and owners" in (await see(tab, IncomingState)).closed
            assert (await see(tab, IncomingState)).github_secret == ""
        assert [row.enabled for row in session.exec(select(WebhookEndpoint))] == [True]

    async def test_another_house_finds_nothing_by_id(self, people: People, session: Session) -> None:
        endpoint = made(people)
        with db.transaction() as writing:
            writing.get_one(Organization, people.mallory.organization_id).plan = PlanName.PRO
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, f"{PATH}?endpoint={endpoint}", WebhooksState)
            state = await see(tab, WebhooksState)
            assert state.chosen is None
            await act(tab, WebhooksState, "delete")
            assert len(session.exec(select(WebhookEndpoint)).all()) == 1

    async def test_a_plan_without_webhooks_sees_what_is_needed(self, people: People) -> None:
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, PATH, WebhooksState)
            assert "Pro or Enterprise" in (await see(tab, WebhooksState)).locked

    @pytest.mark.parametrize("endpoint", ["x", "'; --", "0192"])
    async def test_nonsense_in_the_address(self, people: People, endpoint: str) -> None:
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{PATH}?endpoint={endpoint}&page=-4&status=x", WebhooksState)
            assert (await see(tab, WebhooksState)).chosen is None


class TestForm:
    async def test_wrong_then_right_and_the_secret_once(self, people: People) -> None:
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, PATH, WebhooksState)
            await act(tab, WebhooksState, "form", which="new")
            await act(tab, WebhooksState, "save", form={"url": "https://127.0.0.1/", "event:*": "on"})
            state = await see(tab, WebhooksState)
            assert ("private" in state.errors["url"], state.errors["events"], state.errors[""]) == (True, "", "")
            await act(tab, WebhooksState, "save", form={"url": URL})
            assert "at least one" in state.errors["events"]
            await act(tab, WebhooksState, "save", form={"url": URL, "description": "Shop", "event:job.*": "on"})
            address = went(tab)[-1]
            assert address == f"{PATH}?endpoint={state.chosen.id}"
            await visit(tab, address, WebhooksState)
            assert state.secret.startswith("whsec_")
            assert state.chosen.events == ("job.*",)
            await visit(tab, address, WebhooksState)
            assert state.secret == ""

    async def test_edit(self, people: People, session: Session) -> None:
        endpoint = made(people)
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{PATH}?endpoint={endpoint}", WebhooksState)
            await act(tab, WebhooksState, "form", which="edit")
            await act(tab, WebhooksState, "save", form={"url": URL, "description": "Till", "event:job.failed": "on"})
            state = await see(tab, WebhooksState)
            assert (state.forming, state.chosen.description, state.secret) == ("", "Till", "")
        assert len(session.exec(select(WebhookEndpoint)).all()) == 1


class TestLog:
    async def test_test_open_and_send_again(self, people: People) -> None:
        endpoint = made(people)
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{PATH}?endpoint={endpoint}", WebhooksState)
            await act(tab, WebhooksState, "test")
            state = await see(tab, WebhooksState)
            (row,) = state.log
            assert (row.type, row.word, state.chosen.waiting) == ("webhook.test", "Waiting", 1)
            await act(tab, WebhooksState, "open_delivery", delivery_id=row.id)
            assert '"webhook.test"' in state.opened.body
            await act(tab, WebhooksState, "open_delivery", delivery_id=row.id)
            assert state.opened is None
            with db.transaction() as writing:
                writing.execute(update(WebhookDelivery).values(status=DeliveryStatus.FAILED))
            await act(tab, WebhooksState, "replay", form={"hours": "nonsense"})
            assert state.toast == "One is sent again."
            await act(tab, WebhooksState, "replay", form={"hours": "1"})
            assert state.toast == "Nothing has failed since then."
            await act(tab, WebhooksState, "choose_status", status="failed")
            assert went(tab)[-1] == f"{PATH}?endpoint={endpoint}&status=failed"

    async def test_switch_rotate_and_delete(self, people: People, session: Session) -> None:
        endpoint = made(people)
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{PATH}?endpoint={endpoint}", WebhooksState)
            await act(tab, WebhooksState, "rotate")
            state = await see(tab, WebhooksState)
            assert state.secret.startswith("whsec_")
            assert state.chosen.second_secret
            await act(tab, WebhooksState, "switch", on=False)
            assert (state.chosen.status, state.toast) == ("off", "Switched off")
            await act(tab, WebhooksState, "test")
            assert "switched off" in state.problem
            await act(tab, WebhooksState, "delete")
            assert went(tab)[-1] == PATH
        assert session.exec(select(WebhookEndpoint)).all() == []


class TestRules:
    async def test_added_switched_and_deleted(self, people: People, session: Session) -> None:
        good = {"repository": "larkfield/blog", "branch": "main", "paths": "**/*.md", "capability": "maya/blog-to-thread"}
        async with Tab(people.tokens["adam"]) as tab:
            await visit(tab, f"{PATH}?tab=incoming", IncomingState)
            state = await see(tab, IncomingState)
            for wrong, field in (
                ({"repository": "x"}, "repository"),
                ({"settings": "posts"}, "settings"),
                ({"settings": "posts = many"}, "settings"),
                ({"capability": "maya/dance"}, ""),
            ):
                await act(tab, IncomingState, "add_rule", form={**good, **wrong})
                assert state.errors[field], wrong
            await act(tab, IncomingState, "add_rule", form={**good, "settings": "posts = 6\n\nlink = false"})
            (rule,) = state.rules
            assert session.get_one(GithubRule, UUID(rule.id)).defaults == {"posts": "6", "link": "false"}
            await act(tab, IncomingState, "switch_rule", rule_id=rule.id, on=False)
            assert state.rules[0].enabled is False
            await act(tab, IncomingState, "ask_delete", rule_id=rule.id)
            await act(tab, IncomingState, "delete_rule")
            assert state.rules == ()
