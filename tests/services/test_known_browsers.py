"""A browser in which somebody has logged in: what others try elsewhere does not keep them waiting, and what it keeps opens nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from coexai_app import settings
from coexai_app.errors import RateLimited, Unauthenticated
from coexai_app.services import accounts, known_browsers, proofs
from tests.oidc import configured
from tests.people import PASSWORD, People, do

ALICE = "alice@larkfield.example.org"


def fail(times: int, *, browser: str = "", email: str = ALICE) -> None:
    """Each from another address of the net, as a botnet tries."""
    for number in range(times):
        known = do(proofs.attempt, email=email, ip=f"203.0.113.{number}", browser=browser)
        with pytest.raises(Unauthenticated):
            proofs.prove(known, "wrong password")


@pytest.fixture
def kept(people: People) -> str:
    return known_browsers.keep("", people.alice.user_id)


@pytest.mark.asvs("V6.3.1", "V2.4.1")
class TestTries:
    def test_strangers_do_not_keep_it_waiting(self, people: People, kept: str) -> None:
        fail(5)
        with pytest.raises(RateLimited):
            do(proofs.attempt, email=ALICE)
        proof = proofs.prove(do(proofs.attempt, email=ALICE, browser=kept), PASSWORD)
        do(accounts.log_in, proof=proof)
        with pytest.raises(RateLimited):
            do(proofs.attempt, email=ALICE)

    def test_its_own_wait_as_long(self, people: People, kept: str) -> None:
        fail(5, browser=kept)
        with pytest.raises(RateLimited):
            do(proofs.attempt, email=ALICE, browser=kept)
        fail(5)

    def test_a_right_password_forgets_its_own(self, people: People, kept: str) -> None:
        fail(4, browser=kept)
        do(accounts.log_in, proof=proofs.prove(do(proofs.attempt, email=ALICE, browser=kept), PASSWORD))
        fail(5, browser=kept)

    def test_that_of_another_account_or_made_up_counts_for_nothing(self, people: People) -> None:
        bobs = known_browsers.keep("", people.bob.user_id)
        name = bobs.partition(".")[0]
        for kept in (bobs, name, f"{name}.{'0' * 64}", "\x00.\u00e9", "\ud800.x"):
            assert known_browsers.name_of(kept, people.alice.user_id) == ""
            fail(1, browser=kept)
        with pytest.raises(RateLimited):
            do(proofs.attempt, email=ALICE, browser=bobs)

    def test_somebody_who_is_logged_in_waits_for_themselves_alone(self, people: People) -> None:
        fail(5)
        proofs.prove(do(proofs.attempt_as, people.alice), PASSWORD)
        for _ in range(4):
            do(proofs.attempt_as, people.alice)
        with pytest.raises(RateLimited):
            do(proofs.attempt_as, people.alice)


class TestWhatIsKept:
    def test_the_same_browser_stays_the_same(self, people: People, kept: str) -> None:
        assert known_browsers.keep(kept, people.alice.user_id) == kept
        assert known_browsers.keep(kept, people.bob.user_id) != kept
        assert known_browsers.name_of(kept, uuid4()) == ""

    def test_it_counts_under_a_new_secret_while_the_old_one_stands(self, people: People, kept: str) -> None:
        old = settings.get().secret().decode()
        with configured(secret_key="another secret of forty random letters", secret_key_fallbacks=old):
            assert known_browsers.name_of(kept, people.alice.user_id) != ""
        with configured(secret_key="another secret of forty random letters"):
            assert known_browsers.name_of(kept, people.alice.user_id) == ""
