"""A SECRET_KEY that is replaced: with the earlier one as a fallback nothing is lost, and what can be is sealed anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import Session, SQLModel, col, select

from coexai_app import db, settings
from coexai_app.cli import main
from coexai_app.errors import Conflict, WrongCode
from coexai_app.models import MailKind, SigningKey, TotpFactor, WebhookEndpoint
from coexai_app.services import access_tokens, invitations, notifications, resealing, second_step, signing_keys, webhook_signing
from coexai_app.services.signing_keys import _opened
from tests import factors, forge
from tests.oidc import configured
from tests.people import People, do
from tests.trail import check

pytestmark = pytest.mark.asvs("V11.2.2")


@contextmanager
def another_secret(*, fallback: bool = True) -> Iterator[None]:
    """The instance after a start with a new SECRET_KEY, and with the one of before among the fallbacks or not."""
    before = settings.get().secret().decode()
    with configured(secret_key="a new secret of forty random letters", secret_key_fallbacks=f"older, {before}" if fallback else ""):
        _opened.cache_clear()
        yield
    _opened.cache_clear()


@pytest.fixture
def app(people: People) -> tuple[str, tuple[str, ...]]:
    return factors.enrol_app(people.bob)


class TestFallback:
    def test_an_app_still_opens_the_second_step(self, people: People, app: tuple[str, tuple[str, ...]]) -> None:
        with another_secret():
            assert do(second_step.with_code, ticket=factors.ticket_of(people.bob), code=factors.code(app[0])).user_id == people.bob.user_id

    def test_so_does_a_recovery_code_once(self, people: People, app: tuple[str, tuple[str, ...]]) -> None:
        with another_secret():
            assert do(second_step.with_code, ticket=factors.ticket_of(people.bob), code=app[1][0]).user_id == people.bob.user_id
            with pytest.raises(WrongCode):
                do(second_step.with_code, ticket=factors.ticket_of(people.bob), code=app[1][0])

    def test_the_same_keys_sign_tokens(self, people: People) -> None:
        access = forge.log_in(people.bob).access
        kid = do(signing_keys.signer).kid
        with another_secret():
            assert do(signing_keys.signer).kid == kid
            assert do(access_tokens.verify, token=access).user_id == people.bob.user_id

    def test_links_of_mails_are_known(self, people: People) -> None:
        sent = notifications.link(people.bob.user_id, MailKind.JOB_DEAD_LETTERED).partition("token=")[2]
        made = UUID(do(invitations.invite, people.alice, email="nora@new.example.org", role="member").id)
        path = do(invitations.link, people.alice, invitation_id=made)
        with another_secret():
            assert do(notifications.unsubscribe, token=sent)
            assert do(invitations.link, people.alice, invitation_id=made) == path
        with another_secret(fallback=False), pytest.raises(Conflict, match="Send the invitation again"):
            do(invitations.link, people.alice, invitation_id=made)

    def test_the_audit_log_is_whole_and_goes_on(self, people: People) -> None:
        with another_secret():
            assert check(people.alice.organization_id).problem is None
            do(invitations.invite, people.alice, email="nora@new.example.org", role="member")
            assert check(people.alice.organization_id).problem is None

    def test_without_it_what_was_sealed_stays_shut(self, app: tuple[str, tuple[str, ...]], people: People) -> None:
        with another_secret(fallback=False), pytest.raises(WrongCode):
            do(second_step.with_code, ticket=factors.ticket_of(people.bob), code=factors.code(app[0]))


class TestReseal:
    def test_everything_opens_with_the_new_secret_alone(self, people: People, app: tuple[str, tuple[str, ...]], session: Session) -> None:
        secret = self.webhook(people)
        kid = do(signing_keys.signer).kid
        with another_secret():
            done = do(resealing.reseal)
            assert (done.anew, done.lost) == (
                1 + 1 + len(session.exec(select(SigningKey).where(col(SigningKey.sealed).is_not(None))).all()),
                0,
            )
            assert do(resealing.reseal).anew == 0
        with another_secret(fallback=False):
            assert do(second_step.with_code, ticket=factors.ticket_of(people.bob), code=factors.code(app[0])).user_id == people.bob.user_id
            assert do(signing_keys.signer).kid == kid
            session.rollback()
            row = session.exec(select(WebhookEndpoint)).one()
            assert webhook_signing.unseal(row.sealed, row.id) == secret

    def test_what_no_known_secret_opens_is_counted_and_left(self, app: tuple[str, tuple[str, ...]], session: Session) -> None:
        before = session.exec(select(TotpFactor.sealed)).one()
        with another_secret(fallback=False):
            assert do(resealing.reseal).lost >= 1
        session.rollback()
        assert session.exec(select(TotpFactor.sealed)).one() == before

    def test_the_command_signs_the_audit_log_too(self, people: People, capsys: pytest.CaptureFixture[str]) -> None:
        with another_secret():
            assert main(["keys", "reseal"]) == 0
        assert "signed" in capsys.readouterr().out
        with another_secret(fallback=False):
            assert check(people.alice.organization_id).problem is None
            assert main(["audit", "verify"]) == 0

    @staticmethod
    def webhook(people: People) -> str:
        with db.transaction() as session:
            row = WebhookEndpoint(organization_id=people.alice.organization_id, url="https://example.org/hook", events=["*"], sealed=b"")
            row.sealed = webhook_signing.seal(secret := webhook_signing.make_secret(), row.id)
            session.add(row)
        return secret


def test_no_bytes_are_forgotten() -> None:
    """Every column of bytes is sealed anew, or stands here with its reason."""
    held = {
        f"{name}.{c.name}" for name, table in SQLModel.metadata.tables.items() for c in table.columns if isinstance(c.type, LargeBinary)
    }
    anew = {f"{kind.table.__tablename__}.{column}" for kind in resealing._ALL for column in kind.columns}
    public, forgotten_in_a_day, as_it_came = "passkeys.public_key", "idempotency_keys.result", "incoming_webhooks.body"
    assert held == anew | {public, forgotten_in_a_day, as_it_came}
