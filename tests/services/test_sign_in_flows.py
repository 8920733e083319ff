"""A browser on its way to a provider: only it comes back, once, in time, and for what it set out for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.errors import Forbidden, FreshLoginNeeded, RateLimited
from coexai_app.models import FlowPurpose, SignInFlow
from coexai_app.services import login_sessions, sign_in_flows
from coexai_app.services.sign_in_flows import Begun, Flow, FlowExpired
from tests.factors import log_in_long_ago
from tests.people import People, do


def begin(purpose: FlowPurpose = FlowPurpose.LOG_IN, **more: object) -> Begun:
    return do(sign_in_flows.begin, provider="google", purpose=purpose, **more)


def back(begun: Begun, **more: str) -> Flow:
    given = {"provider": "google", "state": begun.state, "browser": begun.browser, **more}
    return do(sign_in_flows.come_back, **given)


@pytest.mark.asvs("V10.1.2")
class TestComeBack:
    def test_once(self, instance: None, session: Session) -> None:
        begun = begin(next_path="/jobs", timezone="Europe/Lisbon")
        flow = back(begun)
        assert (flow.next_path, flow.timezone, flow.session_id) == ("/jobs", "Europe/Lisbon", None)
        assert (flow.nonce, flow.verifier) == (begun.nonce, begun.verifier)
        assert 0 <= (flow.now - flow.began).total_seconds() < 60
        with pytest.raises(FlowExpired):
            back(begun)
        assert session.exec(select(SignInFlow)).all() == []

    def test_of_many_at_once_one(self, instance: None) -> None:
        begun = begin()

        def attempt(_: int) -> bool:
            try:
                return bool(back(begun))
            except FlowExpired:
                return False

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]

    def test_not_for_another_provider_browser_or_state(self, instance: None, session: Session) -> None:
        begun, other = begin(), begin()
        wrong = (
            {"provider": "oidc"},
            {"browser": other.browser},
            {"browser": ""},
            {"state": other.state},
            {"state": ""},
            {"state": "\ud800"},
        )
        for more in wrong:
            with pytest.raises(FlowExpired):
                back(begun, **more)
        assert len(session.exec(select(SignInFlow)).all()) == 2

    def test_not_after_ten_minutes(self, instance: None) -> None:
        begun = begin()
        with db.transaction() as writing:
            writing.exec(select(SignInFlow)).one().expires_at = db.now(writing)
        with pytest.raises(FlowExpired):
            back(begun)
        begin()
        with db.reading() as reading:
            assert len(reading.exec(select(SignInFlow)).all()) == 1

    def test_each_one_is_new_and_nothing_follows_from_what_the_provider_sees(self, instance: None) -> None:
        first, second = begin(), begin()
        seen = [value for one in (first, second) for value in (one.browser, one.state, one.nonce, one.verifier)]
        assert len(set(seen)) == 8
        assert {len(value) for value in seen} == {43}
        assert first.browser not in repr(first)


class TestBegin:
    def test_connecting_needs_a_fresh_log_in_and_confirming_does_not(self, people: People) -> None:
        assert back(begin(FlowPurpose.CONNECT, actor=people.vera)).session_id == people.vera.session_id
        log_in_long_ago(people.vera)
        with pytest.raises(FreshLoginNeeded):
            begin(FlowPurpose.CONNECT, actor=people.vera)
        assert back(begin(FlowPurpose.CONFIRM, actor=people.vera)).session_id == people.vera.session_id

    @pytest.mark.parametrize("purpose", [FlowPurpose.CONNECT, FlowPurpose.CONFIRM])
    def test_both_are_for_the_person_alone(self, people: People, purpose: FlowPurpose) -> None:
        for actor in (None, replace(people.bob, session_id=None), replace(people.bob, staff_id=people.sid.user_id)):
            with pytest.raises(Forbidden):
                begin(purpose, actor=actor)

    def test_a_flow_ends_with_the_session_that_began_it(self, people: People) -> None:
        begun = begin(FlowPurpose.CONFIRM, actor=people.bob)
        with db.transaction() as writing:
            login_sessions.end_all(writing, people.bob.user_id)
        with pytest.raises(FlowExpired):
            back(begun)

    def test_very_many_from_one_network_wait_unless_they_come_back(self, instance: None) -> None:
        for _ in range(sign_in_flows.STARTS.free + 5):
            back(begin(ip="203.0.113.7"), ip="203.0.113.7")
        for _ in range(sign_in_flows.STARTS.free):
            begin(ip="203.0.113.7")
        with pytest.raises(RateLimited):
            begin(ip="203.0.113.7")
        assert begin(ip="203.0.113.8")
