"""The business profile in a tab: errors beside their fields, what stays when somebody else was faster, and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coexai_app.services import business, notifications
from state import guard
from state.account import AccountState
from state.base import AppState
from state.business import BusinessState
from state.notifications import NotificationsState
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit

PATH = "/settings/business"


@pytest.fixture(autouse=True)
def _no_old_verdicts() -> Iterator[None]:
    guard._verdicts.clear()
    yield
    guard._verdicts.clear()


def profile(people: People) -> Any:
    return do(business.get, people.alice).profile


async def test_a_section_is_saved_and_shown_in_its_one_form(people: People) -> None:
    async with Tab(people.tokens["adam"]) as tab:
        await visit(tab, PATH, BusinessState)
        await act(tab, BusinessState, "add", section="places")
        key = (await see(tab, BusinessState)).places[0].key
        form = {f"places-{key}-city": "Ludlow", f"places-{key}-monday": "9-13, 14-18", f"places-{key}-timezone": "europe/london"}
        await act(tab, BusinessState, "save_places", form=form)
        seen = await see(tab, BusinessState)
        assert (seen.version, seen.saved, seen.places[0].said["monday"]) == (1, "places", "09:00-13:00, 14:00-18:00")
        assert "Opening hours" not in [gap.label for gap in seen.missing]
    assert profile(people).places[0].timezone == "Europe/London"


async def test_each_message_stands_beside_its_field(people: People) -> None:
    async with Tab(people.tokens["adam"]) as tab:
        await visit(tab, PATH, BusinessState)
        for _ in range(3):
            await act(tab, BusinessState, "add", section="products")
        first, second, third = (entry.key for entry in (await see(tab, BusinessState)).products)
        form = {f"products-{first}-name": "A", f"products-{third}-price": "£4", f"products-{third}-link": "not a link"}
        await act(tab, BusinessState, "save_products", form=form)
        seen = await see(tab, BusinessState)
        wrong = {entry.key: {name for name, message in entry.errors.items() if message} for entry in seen.products}
        assert wrong == {first: set(), second: set(), third: {"name", "link"}}
        assert seen.refused["products"] == "2 fields need another look."
        await act(tab, BusinessState, "save_basics", form={"basics-phone": "call"})
        assert "phone number" in (await see(tab, BusinessState)).wrong["phone"]
        await act(tab, BusinessState, "save_voice", form={"voice-avoid": "x" * 90, "voice-emoji": "lots"})
        seen = await see(tab, BusinessState)
        assert [name for name, message in seen.wrong.items() if message] == ["avoid", "emoji"]
    assert do(business.get, people.alice).version == 0


async def test_an_entry_that_says_nothing_is_left_out_and_one_can_go(people: People) -> None:
    async with Tab(people.tokens["adam"]) as tab:
        await visit(tab, PATH, BusinessState)
        for _ in range(2):
            await act(tab, BusinessState, "add", section="people")
        one, two = (entry.key for entry in (await see(tab, BusinessState)).people)
        await act(tab, BusinessState, "save_people", form={f"people-{one}-name": "Marta", f"people-{two}-name": "  "})
        assert [person.name for person in profile(people).people] == ["Marta"]
        await act(tab, BusinessState, "drop", section="people", key=(await see(tab, BusinessState)).people[0].key)
        await act(tab, BusinessState, "save_people", form={})
    assert profile(people).people == ()


async def test_who_was_slower_keeps_the_text_and_sees_the_rest(people: People) -> None:
    async with Tab(people.tokens["adam"]) as tab:
        await visit(tab, PATH, BusinessState)
        do(business.save, people.alice, version=0, data={"name": "By Alice", "products": [{"name": "Rye"}]})
        before = dict((await see(tab, BusinessState)).marks)
        await act(tab, BusinessState, "save_basics", form={"basics-name": "By Adam"})
        seen = await see(tab, BusinessState)
        assert "Alice Archer changed" in seen.refused["basics"]
        assert (seen.marks["basics"], seen.products[0].said["name"]) == (before["basics"], "Rye")
        await act(tab, BusinessState, "save_basics", form={"basics-name": "By Adam"})
    assert (profile(people).name, profile(people).products[0].name) == ("By Adam", "Rye")


@pytest.mark.parametrize("name", ["bob", "vera"])
async def test_a_member_sees_it_locked(people: People, name: str) -> None:
    async with Tab(people.tokens[name]) as tab:
        await visit(tab, PATH, BusinessState)
        await act(tab, BusinessState, "save_basics", form={"basics-name": "x"})
        assert "Only admins" in (await see(tab, BusinessState)).locked
    assert do(business.get, people.alice).version == 0


async def test_mails_are_switched_off(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, "/settings/notifications", NotificationsState)
        await act(tab, NotificationsState, "save", form={"mail-job_completed": "on"})
    on = {choice.kind for choice in do(notifications.get, people.bob).choices if choice.on}
    assert "job_completed" in on
    assert "job_dead_lettered" not in on


async def test_the_persons_time_zone(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, "/settings/account", AccountState)
        await act(tab, AccountState, "save_preferences", form={"timezone": "Mars", "language": ""})
        assert "no time zone" in (await see(tab, AccountState)).errors["timezone"]
        await act(tab, AccountState, "save_preferences", form={"timezone": "asia/tokyo", "language": "de"})
        seen = await see(tab, AccountState)
        assert (seen.preferences.timezone, seen.errors["timezone"]) == ("Asia/Tokyo", "")
        assert (await see(tab, AppState)).me.timezone == "Asia/Tokyo"
