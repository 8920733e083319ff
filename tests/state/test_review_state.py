"""What is said around a result, as a tab shows it; and the page of a client's link, as somebody without an account sees it."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, select

from coexai_app import settings
from coexai_app.models import Comment, Output, OutputStatus
from coexai_app.services import client_links, client_reviews, comments
from coexai_app.views.outputs import OutputView
from state.client_review import ClientReviewState
from state.output import OutputState
from state.review import ReviewState
from tests.people import People, do
from tests.reviewing import texts, thread
from tests.state.client import Tab
from tests.state.visiting import act, see, visit


@pytest.fixture
def output(people: People) -> OutputView:
    return thread(people)


async def opened(tab: Tab, output: OutputView) -> None:
    await visit(tab, f"/outputs/{output.id}", OutputState)


class TestTalk:
    async def test_a_comment_on_marked_words_is_answered_and_settled(self, people: People, output: OutputView) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await opened(tab, output)
            quote = texts(output)[1][:12]
            await act(tab, ReviewState, "comment", form={"text": "Is this so?", "part": "1", "start": "0", "quote": quote})
            state = await see(tab, ReviewState)
            (found,) = state.review.threads
            assert (found.part, found.quote, state.review.open_at[1], state.form_key) == (1, quote, 1, 1)
            await act(tab, ReviewState, "reply", form={"thread": found.id, "text": "I think so."})
            await act(tab, ReviewState, "resolve", comment_id=found.id)
            state = await see(tab, ReviewState)
            assert [len(t.comments) for t in state.review.threads] == [2]
            assert state.review.open_threads == 0

    async def test_what_is_wrong_stands_at_its_form(self, people: People, output: OutputView, session: Session) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await opened(tab, output)
            await act(tab, ReviewState, "comment", form={"text": " ", "part": "x"})
            state = await see(tab, ReviewState)
            assert (state.refused_at, state.form_key) == ("new", 0)
            assert session.exec(select(Comment.id)).all() == []

    async def test_ones_own_words_are_changed_in_place(self, people: People, output: OutputView) -> None:
        async with Tab(people.tokens["vera"]) as tab:
            await opened(tab, output)
            await act(tab, ReviewState, "comment", form={"text": "Hm", "part": ""})
            comment = (await see(tab, ReviewState)).review.threads[0].id
            await act(tab, ReviewState, "begin_edit", comment_id=comment)
            await act(tab, ReviewState, "edit_comment", form={"comment": comment, "text": "Hm."})
            state = await see(tab, ReviewState)
            assert (state.editing, state.review.threads[0].comments[0].text) == ("", "Hm.")

    async def test_another_house_reaches_nothing(self, people: People, output: OutputView, session: Session) -> None:
        root = do(comments.add, people.bob, output_id=UUID(output.id), text="Ours.")
        async with Tab(people.tokens["mallory"]) as tab:
            await opened(tab, output)
            await act(tab, ReviewState, "comment", form={"text": "Mine"})
            await act(tab, ReviewState, "delete_comment", comment_id=str(root))
            await act(tab, ReviewState, "look", version=1)
            state = await see(tab, ReviewState)
            assert (state.review, state.chosen) == (None, None)
        assert session.exec(select(Comment.text)).all() == ["Ours."]


class TestReview:
    async def test_asked_sent_back_and_edited(self, people: People, output: OutputView) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await opened(tab, output)
            await act(tab, OutputState, "request_review", form={"note": "For Tuesday."})
            await act(tab, OutputState, "reject", form={"reason": " "})
            state = await see(tab, OutputState)
            assert (state.output.status, state.review_key) == ("in_review", 1)
            assert state.refused_review.startswith("Write")
            await act(tab, OutputState, "reject", form={"reason": "Too loud."})
            state, around = await see(tab, OutputState), await see(tab, ReviewState)
            assert (state.output.word, state.refused_review, around.review.steps[0].reason) == ("Changes wanted", "", "Too loud.")

    async def test_a_version_is_compared_and_brought_back(self, people: People, output: OutputView) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await opened(tab, output)
            await act(tab, OutputState, "edit_part", part=1)
            state = await see(tab, OutputState)
            assert [draft.focus for draft in state.drafts[:2]] == [False, True]
            await act(tab, OutputState, "save", form={"post-0": "Waste fell from 14% to 5%."})
            await act(tab, ReviewState, "look", version=1)
            assert (await see(tab, ReviewState)).chosen.changed == 1
            await act(tab, OutputState, "restore", of_version=1)
            state, around = await see(tab, OutputState), await see(tab, ReviewState)
            assert state.output.parts[0].text == texts(output)[0]
            assert [row.version for row in around.review.versions] == [3, 2, 1]
            assert around.chosen.changed == 0

    async def test_a_link_is_shown_once(self, people: People, output: OutputView) -> None:
        async with Tab(people.tokens["bob"]) as tab:
            await opened(tab, output)
            form = {"version": "1", "name": "Carla", "days": "14", "passcode": "abc"}
            await act(tab, ReviewState, "create_link", form=form)
            assert (await see(tab, ReviewState)).refused_at == "link"
            await act(tab, ReviewState, "create_link", form={**form, "passcode": ""})
            state = await see(tab, ReviewState)
            assert state.link.startswith(f"{settings.get().origin}/review/cxr_")
            await act(tab, ReviewState, "kept_link")
            assert (await see(tab, ReviewState)).link == ""
            await act(tab, ReviewState, "revoke_link", link_id=state.review.links[0].id)
            assert (await see(tab, ReviewState)).review.links[0].word == "Revoked"


class TestClient:
    async def test_the_page_needs_no_account(self, people: People, output: OutputView) -> None:
        made = do(client_links.create, people.bob, output_id=UUID(output.id), version=1, name="Carla")
        token = made.url.rpartition("/")[2]
        async with Tab("") as tab:
            await tab.call(ClientReviewState.event_handlers["load"], path=f"/review/{token}")
            state = await see(tab, ClientReviewState)
            assert (state.look.title, state.token, state.over) == (output.title, token, "")

    async def test_a_passcode_opens_it_through_its_cookie(self, people: People, output: OutputView) -> None:
        made = do(client_links.create, people.bob, output_id=UUID(output.id), version=1, name="Carla", passcode="bread2026")
        token = made.url.rpartition("/")[2]
        async with Tab("") as tab:
            await tab.call(ClientReviewState.event_handlers["load"], path=f"/review/{token}")
            assert (await see(tab, ClientReviewState)).look.locked
            proof = do(client_reviews.unlock, token=token, passcode="bread2026")
            tab.cookie = f"nobody; {settings.get().review_cookie_name}={proof}"
            await tab.call(ClientReviewState.event_handlers["load"], path=f"/review/{token}")
            assert not (await see(tab, ClientReviewState)).look.locked

    @pytest.mark.parametrize("path", ["/review/none", "/review/cxr_" + "a" * 43, "/review/%00", "/review/" + "x" * 5_000])
    async def test_a_link_that_is_none_says_so(self, people: People, output: OutputView, path: str, session: Session) -> None:
        async with Tab("") as tab:
            await tab.call(ClientReviewState.event_handlers["load"], path=path)
            state = await see(tab, ClientReviewState)
            assert (state.look, state.token, state.loaded) == (None, "", True)
            assert "not valid" in state.over
        assert session.exec(select(Output.status)).one() is OutputStatus.DRAFT
