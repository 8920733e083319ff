"""The security page's state: enrolling, codes that are shown once, and who is led here before anything else."""

from __future__ import annotations

import pytest

from coexai_app.services import factors
from state import guard
from state.factors import HERE, FactorsState
from state.jobs import JobsState
from tests.factors import code, enrol_app, enrol_passkey, log_in_long_ago
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went


@pytest.fixture(autouse=True)
def _no_old_verdicts() -> None:
    guard._verdicts.clear()


async def test_an_app_is_added_and_its_secrets_leave_the_state(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, HERE, FactorsState)
        await act(tab, FactorsState, "open", change="app")
        shown = await see(tab, FactorsState)
        assert shown.enrolment is not None
        secret = shown.enrolment.key.replace(" ", "")
        await act(tab, FactorsState, "confirm_app", form={"code": "nonsense"})
        assert "not right" in (await see(tab, FactorsState)).wrong
        await act(tab, FactorsState, "confirm_app", form={"code": code(secret)})
        after = await see(tab, FactorsState)
        assert (after.enrolment, after.change, after.wrong, len(after.codes)) == (None, "", "", 10)
        assert after.factors.any
        await act(tab, FactorsState, "kept_codes")
        assert ((await see(tab, FactorsState)).codes, (await see(tab, FactorsState)).codes_text) == ((), "")


async def test_who_must_enrol_is_led_here_from_everywhere_and_is_free_at_once(people: People) -> None:
    enrol_app(people.alice)
    do(factors.require, people.alice, required=True)
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, "/jobs", JobsState)
        assert went(tab) == [HERE]
        assert not (await see(tab, JobsState)).rows
        await visit(tab, HERE, FactorsState)
        assert (await see(tab, FactorsState)).factors.must_enrol
        assert went(tab) == [HERE]
        await act(tab, FactorsState, "open", change="app")
        secret = (await see(tab, FactorsState)).enrolment.key.replace(" ", "")
        await act(tab, FactorsState, "confirm_app", form={"code": code(secret)})
        await visit(tab, "/jobs", JobsState)
        assert went(tab) == [HERE]


async def test_an_open_tab_is_told_nothing_more_from_the_moment_of_the_rule(people: People) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, "/jobs", JobsState)  # the guard's verdict on this cookie counts for some seconds from here
        enrol_app(people.alice)
        do(factors.require, people.alice, required=True)
        await visit(tab, "/jobs", JobsState)
        assert "requires a second step" in (await see(tab, JobsState)).problem


async def test_after_ten_minutes_each_change_leads_to_where_it_is_confirmed(people: People) -> None:
    enrol_passkey(people.bob)
    (key,) = do(factors.overview, people.bob).passkeys
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, HERE, FactorsState)
        await act(tab, FactorsState, "open_removal", passkey_id=key.id)
        assert (await see(tab, FactorsState)).about.name == "Laptop"
        log_in_long_ago(people.bob)
        await act(tab, FactorsState, "remove_passkey")
        for change in ("app", "passkey", "remove-app", "codes"):
            await act(tab, FactorsState, "open", change=change)
            assert (await see(tab, FactorsState)).change == ""
        await act(tab, FactorsState, "open_removal", passkey_id=key.id)
        assert went(tab) == [f"/confirm?next={HERE}"] * 6
    assert len(do(factors.overview, people.bob).passkeys) == 1


async def test_a_question_is_asked_before_a_factor_goes_and_says_why_it_stays(people: People) -> None:
    enrol_app(people.alice)
    do(factors.require, people.alice, required=True)
    async with Tab(people.tokens["alice"]) as tab:
        await visit(tab, HERE, FactorsState)
        await act(tab, FactorsState, "open", change="remove-app")
        asked = (await see(tab, FactorsState)).asked
        assert asked
        await act(tab, FactorsState, "remove_app")
        after = await see(tab, FactorsState)
        assert (after.change, after.asked) == ("remove-app", asked)
        assert "requires a second step" in after.wrong


async def test_a_member_cannot_set_the_rule(people: People) -> None:
    enrol_app(people.bob)
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, HERE, FactorsState)
        await act(tab, FactorsState, "require", required=True)
        assert not do(factors.overview, people.bob).required


@pytest.mark.parametrize("change", ["nonsense", 5, None])
async def test_a_change_that_does_not_exist(people: People, change: object) -> None:
    async with Tab(people.tokens["bob"]) as tab:
        await visit(tab, HERE, FactorsState)
        await act(tab, FactorsState, "open", change=change)
        assert (await see(tab, FactorsState)).change == ""
