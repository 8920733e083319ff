"""Log-ins from devices: when a person is told of one, and when not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from coexai_app import db
from coexai_app.models import Mail, MailKind, SeenDevice
from coexai_app.services import accounts, sign_ins, tokens
from tests.people import PASSWORD, People, do

ALICE = "alice@larkfield.example.org"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
def alice(people: People) -> Any:
    """She has been here before with Chrome, at home."""
    log_in()
    with db.transaction() as session:
        for mail in session.exec(select(Mail)).all():
            session.delete(mail)
    return people.alice


def log_in(ip: str = "203.0.113.7", user_agent: str = CHROME) -> None:
    do(accounts.log_in, email=ALICE, password=PASSWORD, ip=ip, user_agent=user_agent)


def told(session: Session) -> list[Mail]:
    session.rollback()
    return list(session.exec(select(Mail).where(Mail.kind == MailKind.NEW_SIGN_IN).order_by(col(Mail.id))).all())


def days_pass(days: int) -> None:
    with db.transaction() as session:
        session.execute(update(SeenDevice).values(seen_at=db.now(session) - timedelta(days=days)))


class TestNewDevice:
    def test_nobody_is_told_of_the_account_that_they_have_just_made(self, people: People, session: Session) -> None:
        assert told(session) == []
        assert len(session.exec(select(SeenDevice).where(SeenDevice.user_id == people.alice.user_id)).all()) == 1

    @pytest.mark.asvs("V6.3.5")
    @pytest.mark.parametrize(("ip", "user_agent"), [("203.0.113.7", FIREFOX), ("198.51.100.9", CHROME), ("2001:db8::1", CHROME)])
    def test_another_browser_or_another_place_is_told_with_when_where_and_what(
        self, alice: Any, session: Session, ip: str, user_agent: str
    ) -> None:
        log_in(ip, user_agent)
        (mail,) = told(session)
        assert (mail.to_address, mail.user_id) == (ALICE, alice.user_id)
        for part in (ip, "Firefox on Linux" if user_agent == FIREFOX else "Chrome on Windows", "UTC", "/settings/security"):
            assert part in mail.text
        log_in(ip, user_agent)
        assert len(told(session)) == 1

    @pytest.mark.parametrize(
        ("ip", "user_agent"),
        [("203.0.113.7", CHROME), ("203.0.113.200", CHROME), ("203.0.113.7", CHROME.replace("140", "141")), ("::ffff:203.0.113.7", CHROME)],
    )
    def test_the_same_browser_in_the_same_part_of_the_net_is_not(self, alice: Any, session: Session, ip: str, user_agent: str) -> None:
        log_in(ip, user_agent)
        assert told(session) == []

    def test_after_ninety_days_it_is_new_again(self, alice: Any, session: Session) -> None:
        days_pass(89)
        log_in()
        assert told(session) == []
        days_pass(91)
        log_in()
        assert len(told(session)) == 1

    def test_one_persons_device_is_new_for_another(self, alice: Any, people: People, session: Session) -> None:
        do(accounts.log_in, email="bob@own.example.org", password=PASSWORD, ip="203.0.113.7", user_agent=CHROME)
        assert [mail.to_address for mail in told(session)] == ["bob@own.example.org"]

    def test_a_log_in_of_an_api_client_counts_too(self, alice: Any, session: Session) -> None:
        do(tokens.log_in, email=ALICE, password=PASSWORD, device="curl/8.5", ip="203.0.113.7")
        (mail,) = told(session)
        assert "curl" in mail.text

    def test_a_failed_log_in_tells_nobody_and_is_not_remembered(self, alice: Any, session: Session) -> None:
        with pytest.raises(Exception, match="not right"):
            do(accounts.log_in, email=ALICE, password="wrong password", ip="198.51.100.9", user_agent=FIREFOX)
        assert told(session) == []
        log_in("198.51.100.9", FIREFOX)
        assert len(told(session)) == 1


class TestLimits:
    def test_many_new_devices_do_not_lock_anybody_out_or_fill_anything(
        self, alice: Any, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sign_ins, "MAX_MARKS", 5)
        for number in range(14):
            log_in(f"198.51.{number}.9", FIREFOX)
        assert len(told(session)) == 10
        kept = session.exec(select(SeenDevice).where(SeenDevice.user_id == alice.user_id)).all()
        assert len(kept) == 5

    @pytest.mark.parametrize("ip", ["", "nonsense", "fe80::1%eth0", "\ud800", "999.1.1.1"])
    def test_an_address_that_is_none_is_a_place_like_any_other(self, alice: Any, session: Session, ip: str) -> None:
        log_in("", CHROME)
        before = len(told(session))
        with db.transaction() as writing:
            sign_ins.note(writing, writing.get_one(accounts.User, alice.user_id), at=db.now(writing), ip=ip, user_agent=CHROME)
        assert len(told(session)) == before + (ip.startswith("fe80"))

    def test_the_table_tells_nobody_where_people_were(self, alice: Any, session: Session) -> None:
        rows = session.exec(select(SeenDevice)).all()
        assert all(len(row.mark) == 64 and "203.0.113" not in repr(row) and "Chrome" not in repr(row) for row in rows)
