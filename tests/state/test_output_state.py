"""Results as a tab shows them: what a person does there, and what cannot be done to them from another house."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from coexai_app.agents.parts import Words
from coexai_app.services import jobs_read, outputs
from state.job import JobState
from state.output import OutputState
from tests import work
from tests.people import People, do
from tests.state.client import Tab
from tests.state.visiting import act, see, visit


@pytest.fixture
def output_id(people: People) -> str:
    job = work.create(people.bob)
    work.work_all()
    return do(jobs_read.get, people.bob, job_id=UUID(job.id)).output_id


class TestOpen:
    async def test_shows_the_result_with_its_steps(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            state = await see(tab, OutputState)
            assert state.output.id == output_id
            assert [step.status for step in state.steps] == ["done"] * len(state.steps)

    async def test_does_not_exist_for_another_house(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            state = await see(tab, OutputState)
            assert state.missing
            assert state.output is None

    @pytest.mark.parametrize("path", ["/outputs/nonsense", "/outputs/%00", "/outputs/" + "9" * 5_000])
    async def test_an_address_that_is_no_id_leads_nowhere(self, people: People, path: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, path, OutputState)
            assert (await see(tab, OutputState)).missing


class TestEdit:
    async def test_what_was_typed_is_saved_in_the_order_on_screen(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "edit")
            keys = [draft.key for draft in (await see(tab, OutputState)).drafts]
            await act(tab, OutputState, "move_post", key=keys[0], by=1)
            await act(tab, OutputState, "add_post", after=keys[0])
            drafts = (await see(tab, OutputState)).drafts
            assert [draft.key for draft in drafts[:3]] == [keys[1], keys[0], max(keys) + 1]
            typed = {f"post-{draft.key}": f"Text number {place}." for place, draft in enumerate(drafts)}
            await act(tab, OutputState, "save", form=typed)
            state = await see(tab, OutputState)
            assert not state.editing
            assert [post.text for post in state.output.parts] == list(typed.values())

    async def test_another_version_keeps_the_text_and_the_next_save_replaces_theirs(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "edit")
            key = (await see(tab, OutputState)).drafts[0].key
            do(outputs.edit, people.alice, output_id=UUID(output_id), version=1, parts=[Words("Hers.")])
            await act(tab, OutputState, "save", form={f"post-{key}": "Mine."})
            state = await see(tab, OutputState)
            assert state.editing
            assert "still here" in state.refused
            assert state.output.parts[0].text == "Hers."
            await act(tab, OutputState, "save", form={f"post-{key}": "Mine."})
            state = await see(tab, OutputState)
            assert not state.editing
            assert state.output.parts[0].text == "Mine."

    async def test_nothing_but_empty_posts_is_told_in_the_editor(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "edit")
            typed = {f"post-{draft.key}": " " for draft in (await see(tab, OutputState)).drafts}
            await act(tab, OutputState, "save", form=typed)
            state = await see(tab, OutputState)
            assert state.editing
            assert state.refused == "Leave at least one part that says something."
            assert state.refused_claim == -1
            assert not state.saving

    async def test_a_refresh_does_not_take_the_editor_away(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "edit")
            do(outputs.edit, people.alice, output_id=UUID(output_id), version=1, parts=[Words("Hers.")])
            state = await see(tab, OutputState)
            await state._refresh()
            assert state.editing
            assert state.output.version == 1

    async def test_odd_keys_and_moves_change_nothing(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "move_post", key=0, by=1)
            await act(tab, OutputState, "edit")
            before = (await see(tab, OutputState)).drafts
            await act(tab, OutputState, "move_post", key=before[0].key, by=-1)
            await act(tab, OutputState, "move_post", key=before[0].key, by=10**9)
            await act(tab, OutputState, "move_post", key=10**9, by=1)
            await act(tab, OutputState, "add_post", after=-7)
            await act(tab, OutputState, "drop_post", key=10**9)
            assert (await see(tab, OutputState)).drafts == before

    async def test_the_last_post_stays(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "edit")
            for draft in (await see(tab, OutputState)).drafts:
                await act(tab, OutputState, "drop_post", key=draft.key)
            assert len((await see(tab, OutputState)).drafts) == 1

    async def test_a_viewer_may_look_and_not_touch(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "edit")
            await act(tab, OutputState, "approve")
            state = await see(tab, OutputState)
            assert not state.editing
            assert state.output.status == "draft"


class TestClaims:
    async def test_an_invented_number_blocks_until_it_is_kept_with_a_reason(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await self._say(tab, "It saved 47,231 euros.")
            state = await see(tab, OutputState)
            claim = next(claim for claim in state.output.claims if claim.status == "unsupported")
            await act(tab, OutputState, "approve")
            assert (await see(tab, OutputState)).output.status == "draft"

            await act(tab, OutputState, "keep_claim", form={"claim": str(claim.index), "reason": " "})
            state = await see(tab, OutputState)
            assert state.refused
            assert state.refused_claim == claim.index

            await act(tab, OutputState, "keep_claim", form={"claim": str(claim.index), "reason": "Marta told us on the phone"})
            await act(tab, OutputState, "approve")
            state = await see(tab, OutputState)
            assert state.output.status == "approved"
            assert state.output.approved.startswith("Approved by Bob Birch")
            assert state.refused == ""

    async def test_removing_takes_the_sentence_out(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await self._say(tab, "The oven is warm and ready. It saved 47,231 euros.")
            claim = next(claim for claim in (await see(tab, OutputState)).output.claims if claim.status == "unsupported")
            await act(tab, OutputState, "remove_claim", claim=claim.index)
            state = await see(tab, OutputState)
            assert state.output.parts[0].text == "The oven is warm and ready."
            assert state.output.unsupported == 0

    @pytest.mark.parametrize("claim", ["", "-1", "x", "9" * 400, "²"])
    async def test_a_claim_that_is_none_is_ignored(self, people: People, output_id: str, claim: str) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            await act(tab, OutputState, "keep_claim", form={"claim": claim, "reason": "because"})
            assert (await see(tab, OutputState)).output.version == 1

    async def _say(self, tab: Tab, text: str) -> None:
        await act(tab, OutputState, "edit")
        drafts = (await see(tab, OutputState)).drafts
        await act(tab, OutputState, "save", form={f"post-{drafts[0].key}": text})


class TestJob:
    async def test_a_waiting_job_is_cancelled_and_resumed(self, people: People) -> None:
        job = work.create(people.bob)
        async with Tab(people.tokens["bob"]) as tab:
            await visit(tab, f"/jobs/{job.id}", JobState)
            await act(tab, JobState, "cancel")
            assert (await see(tab, JobState)).job.status == "cancelled"
            await act(tab, JobState, "resume")
            work.work_all()
            state = await see(tab, JobState)
            await state._refresh()
            assert state.job.status == "completed"
            assert state.output_url == f"/outputs/{state.job.output_id}"

    async def test_does_not_exist_for_another_house(self, people: People) -> None:
        job = work.create(people.bob)
        async with Tab(people.tokens["mallory"]) as tab:
            await visit(tab, f"/jobs/{job.id}", JobState)
            assert (await see(tab, JobState)).missing


class TestRaw:
    async def test_comes_when_somebody_looks_and_follows_changes(self, people: People, output_id: str) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await visit(tab, f"/outputs/{output_id}", OutputState)
            state = await see(tab, OutputState)
            assert (state.raw, state.output.raw) == ("", "")
            await act(tab, OutputState, "show_raw")
            assert json.loads((await see(tab, OutputState)).raw)["agent"] == "maya"
            do(outputs.edit, people.bob, output_id=UUID(output_id), version=1, parts=[Words("His words.")])
            state = await see(tab, OutputState)
            await state._refresh()
            assert "His words." in state.raw
            assert state.output.raw == ""
