"""Results as a tab shows them: what a person does there, and what cannot be done to them from another house."""

from __future__ import annotations

from uuid import UUID

import pytest

from coexai_app.services import outputs
from state.job import JobState
from state.output import OutputState
from tests import work
from tests.people import People, do, settle_in
from tests.state.tab import tab_of


@pytest.fixture
def people(instance: None) -> People:
    return settle_in()


@pytest.fixture
def output_id(people: People) -> str:
    job = work.create(people.bob)
    work.work_all()
    from coexai_app.services import jobs_read

    return do(jobs_read.get, people.bob, job_id=UUID(job.id)).output_id


class TestOpen:
    async def test_shows_the_result_with_its_steps(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            state = await tab.see(OutputState)
            assert state.output.id == output_id
            assert [step.status for step in state.steps] == ["done"] * len(state.steps)

    async def test_does_not_exist_for_another_house(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["mallory"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            state = await tab.see(OutputState)
            assert state.missing
            assert state.output is None

    @pytest.mark.parametrize("path", ["/outputs/nonsense", "/outputs/%00", "/outputs/" + "9" * 5_000])
    async def test_an_address_that_is_no_id_leads_nowhere(self, people: People, path: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(path, OutputState)
            assert (await tab.see(OutputState)).missing


class TestEdit:
    async def test_what_was_typed_is_saved_in_the_order_on_screen(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.edit)
            keys = [draft.key for draft in (await tab.see(OutputState)).drafts]
            await tab.do(OutputState.move_post, key=keys[0], by=1)
            await tab.do(OutputState.add_post, after=keys[0])
            drafts = (await tab.see(OutputState)).drafts
            assert [draft.key for draft in drafts[:3]] == [keys[1], keys[0], max(keys) + 1]
            typed = {f"post-{draft.key}": f"Text number {place}." for place, draft in enumerate(drafts)}
            await tab.do(OutputState.save, form=typed)
            state = await tab.see(OutputState)
            assert not state.editing
            assert [post.text for post in state.output.posts] == list(typed.values())

    async def test_another_version_keeps_the_text_and_the_next_save_replaces_theirs(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.edit)
            key = (await tab.see(OutputState)).drafts[0].key
            do(outputs.edit, people.alice, output_id=UUID(output_id), version=1, posts=["Hers."])
            await tab.do(OutputState.save, form={f"post-{key}": "Mine."})
            state = await tab.see(OutputState)
            assert state.editing
            assert "still here" in state.refused
            assert state.output.posts[0].text == "Hers."
            await tab.do(OutputState.save, form={f"post-{key}": "Mine."})
            state = await tab.see(OutputState)
            assert not state.editing
            assert state.output.posts[0].text == "Mine."

    async def test_nothing_but_empty_posts_is_told_in_the_editor(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.edit)
            typed = {f"post-{draft.key}": " " for draft in (await tab.see(OutputState)).drafts}
            await tab.do(OutputState.save, form=typed)
            state = await tab.see(OutputState)
            assert state.editing
            assert state.refused == "A thread needs at least one post."
            assert state.refused_claim == -1
            assert not state.saving

    async def test_a_refresh_does_not_take_the_editor_away(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.edit)
            do(outputs.edit, people.alice, output_id=UUID(output_id), version=1, posts=["Hers."])
            state = await tab.see(OutputState)
            await state._refresh()
            assert state.editing
            assert state.output.version == 1

    async def test_odd_keys_and_moves_change_nothing(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.move_post, key=0, by=1)
            await tab.do(OutputState.edit)
            before = (await tab.see(OutputState)).drafts
            await tab.do(OutputState.move_post, key=before[0].key, by=-1)
            await tab.do(OutputState.move_post, key=before[0].key, by=10**9)
            await tab.do(OutputState.move_post, key=10**9, by=1)
            await tab.do(OutputState.add_post, after=-7)
            await tab.do(OutputState.drop_post, key=10**9)
            assert (await tab.see(OutputState)).drafts == before

    async def test_the_last_post_stays(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.edit)
            for draft in (await tab.see(OutputState)).drafts:
                await tab.do(OutputState.drop_post, key=draft.key)
            assert len((await tab.see(OutputState)).drafts) == 1

    async def test_a_viewer_may_look_and_not_touch(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["vera"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.edit)
            await tab.do(OutputState.approve)
            state = await tab.see(OutputState)
            assert not state.editing
            assert state.output.status == "draft"


class TestClaims:
    async def test_an_invented_number_blocks_until_it_is_kept_with_a_reason(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await self._say(tab, "It saved 47,231 euros.")
            state = await tab.see(OutputState)
            claim = next(claim for claim in state.output.claims if claim.status == "unsupported")
            await tab.do(OutputState.approve)
            assert (await tab.see(OutputState)).output.status == "draft"

            await tab.do(OutputState.keep_claim, form={"claim": str(claim.index), "reason": " "})
            state = await tab.see(OutputState)
            assert state.refused
            assert state.refused_claim == claim.index

            await tab.do(OutputState.keep_claim, form={"claim": str(claim.index), "reason": "Marta told us on the phone"})
            await tab.do(OutputState.approve)
            state = await tab.see(OutputState)
            assert state.output.status == "approved"
            assert state.output.approved.startswith("Approved by Bob Birch")
            assert state.refused == ""

    async def test_removing_takes_the_sentence_out(self, people: People, output_id: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await self._say(tab, "The oven is warm and ready. It saved 47,231 euros.")
            claim = next(claim for claim in (await tab.see(OutputState)).output.claims if claim.status == "unsupported")
            await tab.do(OutputState.remove_claim, claim=claim.index)
            state = await tab.see(OutputState)
            assert state.output.posts[0].text == "The oven is warm and ready."
            assert state.output.unsupported == 0

    @pytest.mark.parametrize("claim", ["", "-1", "x", "9" * 400, "²"])
    async def test_a_claim_that_is_none_is_ignored(self, people: People, output_id: str, claim: str) -> None:
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/outputs/{output_id}", OutputState)
            await tab.do(OutputState.keep_claim, form={"claim": claim, "reason": "because"})
            assert (await tab.see(OutputState)).output.version == 1

    async def _say(self, tab: object, text: str) -> None:
        await tab.do(OutputState.edit)  # type: ignore[attr-defined]
        drafts = (await tab.see(OutputState)).drafts  # type: ignore[attr-defined]
        await tab.do(OutputState.save, form={f"post-{drafts[0].key}": text})  # type: ignore[attr-defined]


class TestJob:
    async def test_a_waiting_job_is_cancelled_and_resumed(self, people: People) -> None:
        job = work.create(people.bob)
        async with tab_of(people.tokens["bob"]) as tab:
            await tab.open(f"/jobs/{job.id}", JobState)
            await tab.do(JobState.cancel)
            assert (await tab.see(JobState)).job.status == "cancelled"
            await tab.do(JobState.resume)
            work.work_all()
            state = await tab.see(JobState)
            await state._refresh()
            assert state.job.status == "completed"
            assert state.output_url == f"/outputs/{state.job.output_id}"

    async def test_does_not_exist_for_another_house(self, people: People) -> None:
        job = work.create(people.bob)
        async with tab_of(people.tokens["mallory"]) as tab:
            await tab.open(f"/jobs/{job.id}", JobState)
            assert (await tab.see(JobState)).missing
