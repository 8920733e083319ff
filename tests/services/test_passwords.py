"""Passwords: what is refused, how many are hashed at once, and hashes that grow with the parameters."""

from __future__ import annotations

import threading
import time

import pytest
from argon2 import PasswordHasher
from sqlmodel import Session

from coexai_app.errors import InvalidInput, RateLimited, Unauthenticated
from coexai_app.models import User
from coexai_app.services import accounts, password_rules, passwords, proofs
from tests.people import PASSWORD, People, do

ALICE = "alice@larkfield.example.org"


GUESSED = """password123 Password123! P@ssw0rd2024 qwertyuiop12 letmein2024! iloveyou12345 1234567890 summer2025!! 1q2w3e4r5t6y zaq12wsxcde3
q1w2e3r4t5 qwertyuiop 1q2w3e4r5t 4815162342 0987654321 12345qwert 123456789a 1234554321 1029384756 password123 basketball 123qweasdzxc
12345678910 manchester 1qaz2wsx3edc 0123456789 1111111111 q1w2e3r4t5y6 1123581321 qwerty12345 1234512345 Usuckballz1 Soso123aljg
strawberry volleyball123 watermelon1 147852369a 112233445566 qwe123qwe123 !QAZ@WSX1234 contraseña mickeymouse fuckyou1234 India@12345
trustno1trustno1 monkeymonkey abcabcabcabc AliceArcher1 larkfield2024 alice@larkfield.example.org short"""
BENT = """strawberry99 Manchester1 Fruehling2026! willkommen2026 motdepasse2026 contraseña123 footballmanager 9876543210ab mailcreated5240
correctcorrect universityuniversity 24/12/2026/24"""


@pytest.mark.asvs("V6.2.4")
def test_no_common_password_is_taken_as_it_is_or_slightly_bent() -> None:
    """Every fourth of the leaked ones that are long enough, and what a program makes of it that asks for a digit or a sign."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= password_rules.MIN_LENGTH][::4]
    assert len(leaked) > 250
    bent = [made for word in leaked for made in (word, f"{word}1", f"{word.capitalize()}!", f"{word}2026")]
    assert [password for password in bent if password_rules.guesses(password) >= password_rules.LEAST_GUESSES] == []


@pytest.mark.parametrize("password", BENT.split())
def test_nor_a_word_of_any_language_with_a_year(password: str) -> None:
    with pytest.raises(InvalidInput, match="too easy"):
        passwords.check_strength(password)


@pytest.mark.parametrize("password", ["password monkey dragon " * 8, "4@301$57" * 25, "12/11/1987 " * 18, "\x00\ud800" * 90])
def test_a_password_made_for_slow_judging_is_judged_in_time(password: str) -> None:
    begun = time.process_time()
    password_rules.guesses(password[:200])
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("password", [*GUESSED.split(), "x" * 201])
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        passwords.check_strength(password, email=ALICE, name="Alice Archer")
    assert caught.value.field == "password"


@pytest.mark.parametrize("password", [PASSWORD, "gk3$kd9!xQ", "purple monkey dishwasher", "the yellow banana office", "ich mag Käsekuchen"])
def test_what_is_not_is_taken(password: str) -> None:
    passwords.check_strength(password, email=ALICE, name="Alice Archer")


@pytest.mark.asvs("V15.2.2")
class TestTurns:
    def test_no_more_than_two_are_hashed_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        busy, most, lock = 0, 0, threading.Lock()

        class Slow(PasswordHasher):
            def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
                nonlocal busy, most
                with lock:
                    busy += 1
                    most = max(most, busy)
                time.sleep(0.02)
                with lock:
                    busy -= 1
                return "x"

        slow = Slow()
        monkeypatch.setattr(passwords, "_hasher", lambda: slow)
        threads = [threading.Thread(target=passwords.hash_of, args=("x",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert most == 2

    def test_who_gets_no_turn_is_told_when_to_come_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
        with passwords._turn(), passwords._turn(), pytest.raises(RateLimited):
            passwords.hash_of("x")
        passwords.hash_of("x")


class TestHashes:
    def test_an_older_hash_is_made_anew_at_the_next_log_in(self, people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", lambda: stronger)
        do(accounts.log_in, email=ALICE, password=PASSWORD)
        assert "m=16,t=2" in session.get_one(User, people.alice.user_id).password_hash
        do(accounts.log_in, email=ALICE, password=PASSWORD)

    def test_a_proof_of_a_password_that_was_changed_meanwhile_is_none(self, people: People) -> None:
        proof = proofs.prove(do(proofs.attempt, email=ALICE), PASSWORD)
        from coexai_app import db

        with db.transaction() as session:
            session.get_one(User, people.alice.user_id).password_hash = passwords.hash_of("another one entirely")
        with pytest.raises(Unauthenticated):
            do(accounts.log_in, proof=proof)

    def test_nobody_sees_a_hash_in_a_log(self, people: People) -> None:
        known = do(proofs.attempt, email=ALICE)
        assert "$argon2id$" not in repr(known) + repr(proofs.prove(known, PASSWORD))
