"""Home, the gallery, the job list and the library: what they show, and that page and filters live in the address."""

from __future__ import annotations

import pytest

from coexai_app.errors import NotFound
from state import route
from state.agents import AgentsState
from state.forms import texts
from state.home import HomeState
from state.jobs import JobsState
from state.outputs import OutputsState
from tests import work
from tests.people import People
from tests.state.client import Tab
from tests.state.visiting import act, see, visit, went


class TestRoute:
    @pytest.mark.parametrize(("text", "page"), [("3", 3), ("", 1), ("0", 1), ("-2", 1), ("x", 1), ("²", 1), ("9" * 30, 1)])
    def test_a_page_number_is_one_or_the_first(self, text: str, page: int) -> None:
        assert route.page({"page": text}) == page

    def test_an_address_says_only_what_differs(self) -> None:
        assert route.address("/jobs", status="", agent="", page=1) == "/jobs"
        assert route.address("/jobs", status="failed", page=2) == "/jobs?status=failed&page=2"
        assert route.address("/outputs", q="a&b=c d") == "/outputs?q=a%26b%3Dc+d"

    def test_the_last_part_of_a_path(self) -> None:
        assert route.last("https://x.example/jobs/0192/?tab=raw") == "0192"
        assert route.last("") == ""

    def test_what_is_no_id_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            route.ident("'; drop table jobs")


def test_only_text_of_a_form_is_read() -> None:
    assert texts({"a": "x", "b": 3, "c": {"d": "e"}, "f": None}) == {"a": "x"}


class TestHome:
    async def test_a_new_house_has_nothing_and_the_coworkers(self, people: People) -> None:
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, "/home", HomeState)
            home = (await see(tab, HomeState)).home
            assert home.recent == ()
            assert [agent.name for agent in home.agents] == ["Maya", "Jordan", "Sam", "Taylor"]

    async def test_follows_what_the_worker_does(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/home", HomeState)
            work.create(people.bob)
            state = await see(tab, HomeState)
            await state._refresh()
            assert state.home.running
            work.work_all()
            await state._refresh()
            assert not state.home.running
            assert state.home.recent[0].status == "completed"

    async def test_the_gallery(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/agents", AgentsState)
            assert [agent.available for agent in (await see(tab, AgentsState)).agents] == [True, False, False, False]


class TestJobs:
    async def test_page_and_filters_come_from_the_address(self, people: People) -> None:
        for _ in range(23):
            work.create(people.bob)
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/jobs?page=2&status=active&agent=maya", JobsState)
            state = await see(tab, JobsState)
            assert (len(state.rows), state.label) == (3, "21 to 23 of 23")
            assert state.before == "/jobs?status=active&agent=maya"
            assert state.after == ""
            await act(tab, JobsState, "choose_status", status="failed")
            await act(tab, JobsState, "choose_agent", agent="")
            assert went(tab) == ["/jobs?status=failed&agent=maya", "/jobs?status=active"]

    async def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing(self, people: People) -> None:
        work.create(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, "/jobs?page=9999&status=%27%3B&agent=zed", JobsState)
            state = await see(tab, JobsState)
            assert state.loaded
            assert (state.rows, state.page) == ((), 1)

    async def test_shows_only_the_own_house(self, people: People) -> None:
        work.create(people.bob)
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, "/jobs", JobsState)
            assert (await see(tab, JobsState)).rows == ()


class TestLibrary:
    async def test_search_goes_to_the_address_and_comes_from_it(self, people: People) -> None:
        work.create(people.bob)
        work.work_all()
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/outputs?status=draft", OutputsState)
            assert len((await see(tab, OutputsState)).rows) == 1
            await act(tab, OutputsState, "search", form={"q": "  no such words  "})
            assert went(tab) == ["/outputs?q=no+such+words&status=draft"]
            await visit(tab, went(tab)[0], OutputsState)
            state = await see(tab, OutputsState)
            assert state.rows == ()
            assert state.query == "no such words"

    async def test_a_very_long_search_is_cut(self, people: People) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, "/outputs?q=" + "a" * 5_000, OutputsState)
            assert len((await see(tab, OutputsState)).query) == 200
