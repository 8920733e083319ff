"""`coexai account`: who runs an instance logs people out and helps those who lost their second step."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from coexai_app.cli import main
from coexai_app.errors import InvalidToken, Unauthenticated
from coexai_app.models import AuditLog, LoginSession, Mail, RecoveryCode
from coexai_app.services import access_tokens, accounts, tokens
from tests import factors, forge
from tests.people import PASSWORD, People, do

Captured = pytest.CaptureFixture[str]


def open_sessions(session: Session, user_id: UUID) -> int:
    session.rollback()
    return len(session.exec(select(LoginSession.id).where(LoginSession.user_id == user_id)).all())


def trail(session: Session) -> list[str]:
    session.rollback()
    return list(session.exec(select(AuditLog.action).where(AuditLog.user_name == "The command line").order_by(col(AuditLog.action))).all())


class TestLook:
    def test_it_says_where_they_belong_and_what_opens_the_account(self, people: People, capsys: Captured) -> None:
        factors.enrol_app(people.bob)
        assert main(["account", factors.email_of(people.bob).upper()]) == 0
        told = capsys.readouterr().out
        assert "Bob Birch" in told and "Larkfield Studio (member)" in told and "1 app, 10 recovery codes" in told

    @pytest.mark.parametrize("given", ["", "--everybody", "--everybody --remove-second-step", "x@y.example --everybody --log-out"])
    def test_half_a_command_changes_nothing(self, people: People, session: Session, capsys: Captured, given: str) -> None:
        assert main(["account", *given.split()]) == 2
        assert trail(session) == [] and "--everybody together with --log-out" in capsys.readouterr().err

    def test_nobody_has_this_address(self, people: People, capsys: Captured) -> None:
        assert main(["account", "nobody@nowhere.example", "--log-out"]) == 2
        assert "no account" in capsys.readouterr().err


@pytest.mark.asvs("V7.4.5")
class TestLogOut:
    def test_one_person_everywhere(self, people: People, session: Session, capsys: Captured) -> None:
        granted = forge.log_in(people.bob)
        assert main(["account", factors.email_of(people.bob), "--log-out"]) == 0
        assert open_sessions(session, people.bob.user_id) == 0 and open_sessions(session, people.alice.user_id) == 1
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=granted.access)
        with pytest.raises(Unauthenticated):
            do(tokens.refresh, token=granted.refresh)
        assert trail(session) == ["session.ended_all"]
        do(accounts.log_in, email=factors.email_of(people.bob), password=PASSWORD)

    def test_everybody(self, people: People, session: Session) -> None:
        granted = forge.log_in(people.mallory)
        assert main(["account", "--everybody", "--log-out"]) == 0
        session.rollback()
        assert session.exec(select(LoginSession)).all() == []
        with pytest.raises(InvalidToken):
            do(access_tokens.verify, token=granted.access)


class TestSecondStep:
    def test_who_lost_it_gets_in_with_the_password_and_is_told(self, people: People, session: Session) -> None:
        factors.enrol_app(people.bob)
        factors.enrol_passkey(people.bob)
        assert main(["account", factors.email_of(people.bob), "--remove-second-step"]) == 0
        session.rollback()
        assert session.exec(select(RecoveryCode).where(RecoveryCode.user_id == people.bob.user_id)).all() == []
        assert open_sessions(session, people.bob.user_id) == 0
        do(accounts.log_in, email=factors.email_of(people.bob), password=PASSWORD)
        texts = session.exec(select(Mail.text).where(Mail.user_id == people.bob.user_id, Mail.kind == "second_factor_changed")).all()
        assert any("taken off by whoever runs this instance" in text for text in texts)
        assert trail(session) == ["factor.all_removed", "session.ended_all"]

    def test_somebody_without_one(self, people: People, session: Session, capsys: Captured) -> None:
        assert main(["account", factors.email_of(people.bob), "--remove-second-step"]) == 1
        assert "has no second step" in capsys.readouterr().err and trail(session) == []
