"""Trying too often: waits that grow, one statement a try, and never a lock for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from coexai_app import db
from coexai_app.errors import RateLimited, Unauthenticated
from coexai_app.models import Throttle
from coexai_app.services import accounts, proofs, throttle
from tests.people import PASSWORD, People, do

ALICE = "alice@larkfield.example.org"


def wait_is_over() -> None:
    """As if the time had passed: the end of each wait lies before the database's now."""
    with db.transaction() as session:
        for row in session.exec(select(Throttle)).all():
            row.blocked_until = row.created_at.replace(year=2020)


def fail(email: str = ALICE, ip: str = "203.0.113.7") -> None:
    known = do(proofs.attempt, email=email, ip=ip)
    with pytest.raises(Unauthenticated):
        proofs.prove(known, "wrong password")


def refused(email: str = ALICE, ip: str = "") -> int:
    with pytest.raises(RateLimited) as caught:
        do(proofs.attempt, email=email, ip=ip)
    return int(caught.value.details["retry_after"])


@pytest.mark.asvs("V6.3.1")
class TestAnAccount:
    def test_the_waits_grow_to_a_minute_and_no_further(self, people: People) -> None:
        for _ in range(5):
            fail()
        waits = []
        for _ in range(8):
            waits.append(refused())
            wait_is_over()
            fail()
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60]

    def test_a_try_that_comes_too_early_makes_nothing_longer(self, people: People) -> None:
        for _ in range(7):
            wait_is_over()
            fail()
        assert refused() == refused() == refused() == 4

    def test_the_right_password_works_after_the_wait_and_clears_the_count(self, people: People, session: Session) -> None:
        for _ in range(40):
            wait_is_over()
            fail()
        assert refused() == 60
        wait_is_over()
        proof = proofs.prove(do(proofs.attempt, email=ALICE, ip="203.0.113.7"), PASSWORD)
        do(accounts.log_in, proof=proof, ip="203.0.113.7")
        for _ in range(4):
            fail(ip="")
        fail(ip="")
        assert refused() == 1

    def test_an_unknown_address_waits_like_a_known_one(self, people: People) -> None:
        for _ in range(5):
            fail("nobody@nowhere.example.org")
        assert refused("nobody@nowhere.example.org") == 1

    def test_twenty_at_once_get_no_further_than_five(self, people: People) -> None:
        def one(_: int) -> bool:
            try:
                do(proofs.attempt, email=ALICE)
            except RateLimited:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(one, range(20))) == 5


@pytest.mark.asvs("V6.3.1", "V2.4.1")
class TestAnAddressOfTheNet:
    def test_one_password_tried_at_many_accounts_has_to_wait_and_others_do_not(self, people: People) -> None:
        for number in range(20):
            fail(f"somebody{number}@nowhere.example.org")
        assert refused("one-more@nowhere.example.org", "203.0.113.7") == 1
        proofs.prove(do(proofs.attempt, email=ALICE, ip="198.51.100.4"), PASSWORD)

    def test_good_log_ins_of_an_office_do_not_count(self, people: People) -> None:
        for _ in range(30):
            proof = proofs.prove(do(proofs.attempt, email=ALICE, ip="203.0.113.7"), PASSWORD)
            do(accounts.log_in, proof=proof, ip="203.0.113.7")

    @pytest.mark.parametrize(
        ("ip", "counts_as"),
        [
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("", ""),
            ("x", "x"),
        ],
    )
    def test_what_counts_as_one(self, ip: str, counts_as: str) -> None:
        assert throttle.net(ip) == counts_as

    def test_the_eleventh_account_of_an_hour_is_refused(self, instance: None) -> None:
        for _ in range(10):
            do(accounts.take_sign_up, ip="203.0.113.7")
        with pytest.raises(RateLimited) as caught:
            do(accounts.take_sign_up, ip="203.0.113.7")
        assert 3_500 < caught.value.details["retry_after"] <= 3_600
        do(accounts.take_sign_up, ip="198.51.100.4")


class TestWhatIsKept:
    def test_the_table_does_not_tell_who_tried(self, people: People, session: Session) -> None:
        fail()
        stored = repr([row.model_dump() for row in session.exec(select(Throttle)).all()])
        assert ALICE not in stored
        assert "203.0.113.7" not in stored

    def test_who_has_not_tried_for_a_day_is_forgotten(self, people: People, session: Session) -> None:
        fail()
        with db.transaction() as writing:
            for row in writing.exec(select(Throttle)).all():
                row.tried_at = row.created_at.replace(year=2020)
        do(throttle.purge)
        assert session.exec(select(Throttle)).all() == []
