"""Who may register addresses, which ones, and what becomes of them; and the log with its second chances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select, update
from standardwebhooks.webhooks import Webhook

from coexai_app import access, db
from coexai_app.access import Actor
from coexai_app.errors import Conflict, Forbidden, InvalidInput, NotFound, QuotaExceeded
from coexai_app.models import AuditLog, DeliveryStatus, WebhookDelivery, WebhookEndpoint
from coexai_app.models.base import new_id
from coexai_app.scopes import Scope
from coexai_app.services import (
    jobs,
    partner_webhooks,
    rest_hooks,
    webhook_delivery,
    webhook_endpoints,
    webhook_events,
    webhook_log,
    webhook_signing,
)
from coexai_app.views.webhooks import CreatedEndpoint
from tests import work
from tests.people import People, do

URL = "https://hooks.larkfield.example/coexai"


@pytest.fixture
def endpoint(people: People) -> CreatedEndpoint:
    return do(webhook_endpoints.create, people.adam, url=URL, events=["job.*"])


@pytest.fixture
def delivery(people: People, endpoint: CreatedEndpoint, session: Session) -> UUID:
    """One that has failed for good."""
    made = do(webhook_endpoints.test, people.adam, endpoint_id=UUID(endpoint.id))
    with db.transaction() as writing:
        writing.execute(update(WebhookDelivery).values(status=DeliveryStatus.FAILED, attempt=10, ended_at=db.utcnow()))
    return made


def calls(endpoint_id: UUID, delivery_id: UUID) -> list[Callable[[Actor], object]]:
    since = datetime.now(UTC) - timedelta(days=1)
    return [
        lambda who: do(webhook_endpoints.get, who, endpoint_id=endpoint_id),
        lambda who: do(webhook_endpoints.change, who, endpoint_id=endpoint_id, description="x"),
        lambda who: do(webhook_endpoints.rotate, who, endpoint_id=endpoint_id),
        lambda who: do(webhook_endpoints.test, who, endpoint_id=endpoint_id),
        lambda who: do(webhook_log.page, who, endpoint_id=endpoint_id),
        lambda who: do(webhook_log.get, who, delivery_id=delivery_id),
        lambda who: do(webhook_log.redeliver, who, delivery_id=delivery_id),
        lambda who: do(webhook_log.replay, who, endpoint_id=endpoint_id, since=since),
        lambda who: do(webhook_endpoints.delete, who, endpoint_id=endpoint_id),
    ]


class TestWhoMay:
    @pytest.mark.parametrize("number", range(9))
    def test_an_admin_may_others_may_not_and_strangers_find_nothing(
        self, people: People, endpoint: CreatedEndpoint, delivery: UUID, number: int
    ) -> None:
        call = calls(UUID(endpoint.id), delivery)[number]
        for person in (people.bob, people.vera):
            with pytest.raises(Forbidden, match="manage webhooks"):
                call(person)
        with pytest.raises(NotFound):
            call(replace(people.mallory, plan_name="pro"))
        call(people.adam)

    @pytest.mark.parametrize("number", range(9))
    def test_a_key_needs_the_scope(self, people: People, endpoint: CreatedEndpoint, delivery: UUID, number: int) -> None:
        call = calls(UUID(endpoint.id), delivery)[number]
        with pytest.raises(Forbidden, match="webhooks:manage"):
            call(replace(people.adam, scopes=frozenset({Scope.JOBS_WRITE})))
        call(replace(people.adam, scopes=frozenset({Scope.WEBHOOKS_MANAGE})))

    def test_the_page_says_why_it_is_closed(self, people: People, endpoint: CreatedEndpoint) -> None:
        assert "admins and owners" in do(webhook_endpoints.page, people.vera).closed
        assert do(webhook_endpoints.page, people.vera).rows == ()
        assert [row.id for row in do(webhook_endpoints.page, people.adam).rows] == [endpoint.id]
        assert do(webhook_endpoints.page, people.mallory).rows == ()
        with pytest.raises(Forbidden):
            do(partner_webhooks.page, people.vera)

    def test_a_plan_without_webhooks(self, people: People) -> None:
        assert "Free plan" in do(webhook_endpoints.page, people.mallory).locked
        with pytest.raises(Forbidden, match="Pro or Enterprise"):
            do(webhook_endpoints.create, people.mallory, url=URL, events=["*"])
        with pytest.raises(Forbidden):
            do(webhook_endpoints.create, people.bob, url=URL, events=["*"])

    def test_mallory_s_sample_is_not_ours(self, people: People, endpoint: CreatedEndpoint) -> None:
        job = work.create(people.bob)
        do(jobs.cancel, people.bob, job_id=work.job_id(job))
        (mine,) = do(webhook_endpoints.sample, people.adam, event="job.cancelled")
        (theirs,) = do(webhook_endpoints.sample, people.mallory, event="job.cancelled")
        assert mine["data"]["id"] == job.id
        assert theirs["id"] == "msg_example"
        with pytest.raises(Forbidden):
            do(webhook_endpoints.sample, people.bob, event="job.cancelled")
        with pytest.raises(InvalidInput):
            do(webhook_endpoints.sample, people.adam, event="job.danced")


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "x",
            "ftp://example.com/",
            "http://example.com/hook",
            "https://example.com:8443/hook",
            "https://user@example.com/",
            "https://user:pw@example.com/",
            "https://127.0.0.1@8.8.8.8/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://printer/",
            "https://db.internal/",
            "https://printer.local/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0/",
            "https://0.0.0.0/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://127。0。0。1/",
            "https://①②⑦.⓪.⓪.①/",
            "https://10.0.0.8/",
            "https://172.16.9.1/",
            "https://192.168.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://168.63.129.16/",
            "https://100.100.100.200/",
            "https://192.0.0.192/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
            "https://exa mple.com/",
            "https://example.com/\x00",
            "https://example.com/" + "a" * 2_100,
        ],
    )
    def test_none_that_leads_inside(self, people: People, url: str, session: Session) -> None:
        with pytest.raises(InvalidInput) as refused:
            do(webhook_endpoints.create, people.adam, url=url, events=["*"])
        assert refused.value.field == "url"
        assert session.exec(select(WebhookEndpoint)).all() == []

    @pytest.mark.parametrize(
        ("url", "stored"),
        [
            ("https://example.com/hook?a=1&b=%20", "https://example.com/hook?a=1&b=%20"),
            ("  HTTPS://Example.COM:443/Ä ".strip(), "https://example.com/%C3%84"),
            ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
            ("https://93.184.216.34/", "https://93.184.216.34/"),
        ],
    )
    def test_public_ones_in_one_form(self, people: People, url: str, stored: str) -> None:
        assert do(webhook_endpoints.create, people.adam, url=url, events=["*"]).url == stored


class TestForm:
    @pytest.mark.parametrize("events", [[], ["job.danced"], ["*", "x"], ["job"], ["job.**"], [""]])
    def test_a_filter_that_names_nothing(self, people: People, events: list[str]) -> None:
        with pytest.raises(InvalidInput) as refused:
            do(webhook_endpoints.create, people.adam, url=URL, events=events)
        assert refused.value.field == "events"

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            (["job.completed", "*"], ("*",)),
            (["job.failed", "job.*", "member.added"], ("job.*", "member.added")),
            (["member.added", "job.completed", "job.completed"], ("job.completed", "member.added")),
        ],
    )
    def test_a_filter_is_kept_in_its_shortest_form(self, people: People, given: list[str], kept: tuple[str, ...]) -> None:
        assert do(webhook_endpoints.create, people.adam, url=URL, events=given).events == kept

    def test_a_limit(self, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(webhook_endpoints, "MAX_ENDPOINTS", 2)
        for _ in range(2):
            do(webhook_endpoints.create, people.adam, url=URL, events=["*"])
        with pytest.raises(QuotaExceeded):
            do(webhook_endpoints.create, people.adam, url=URL, events=["*"])

    def test_a_page_after_the_last_is_the_last(self, people: People) -> None:
        for _ in range(3):
            do(webhook_endpoints.create, people.adam, url=URL, events=["*"])
        found = do(webhook_endpoints.page, people.adam, page=99, limit=2)
        assert (found.page, len(found.rows), found.total) == (2, 1, 3)


class TestSecrets:
    def test_it_is_nowhere_to_be_read(self, people: People, endpoint: CreatedEndpoint, dump: Callable[[], str]) -> None:
        rotated = do(webhook_endpoints.rotate, people.adam, endpoint_id=UUID(endpoint.id))
        everything = dump()
        for secret in (endpoint.secret, rotated.secret):
            assert secret.startswith("whsec_")
            assert secret not in everything
            assert secret.removeprefix("whsec_") not in everything
        assert "secret" not in do(webhook_endpoints.get, people.adam, endpoint_id=UUID(endpoint.id)).model_dump()
        assert endpoint.secret not in repr(endpoint)

    def test_the_published_vector(self) -> None:
        headers = webhook_signing.headers(
            ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp=1614265330,
            body=b'{"test": 2432232314}',
        )
        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        with pytest.raises(ValueError, match="not a webhook secret"):
            webhook_signing.key_of("whsec_%%%")

    def test_two_sign_for_a_day_then_one(self, people: People, endpoint: CreatedEndpoint) -> None:
        new = do(webhook_endpoints.rotate, people.adam, endpoint_id=UUID(endpoint.id))
        do(webhook_endpoints.test, people.adam, endpoint_id=UUID(endpoint.id))
        (claim,) = webhook_delivery.claim_due(1)
        assert len(claim.headers["webhook-signature"].split()) == 2
        for secret in (endpoint.secret, new.secret):
            Webhook(secret).verify(claim.body, claim.headers)
        with db.transaction() as writing:
            writing.execute(update(WebhookEndpoint).values(before_until=db.utcnow(-1), lease_until=None))
        (claim,) = webhook_delivery.claim_due(1)
        assert len(claim.headers["webhook-signature"].split()) == 1
        Webhook(new.secret).verify(claim.body, claim.headers)

    def test_of_three_the_last_two_sign(self, people: People, endpoint: CreatedEndpoint) -> None:
        second = do(webhook_endpoints.rotate, people.adam, endpoint_id=UUID(endpoint.id))
        do(webhook_endpoints.rotate, people.adam, endpoint_id=UUID(endpoint.id))
        do(webhook_endpoints.test, people.adam, endpoint_id=UUID(endpoint.id))
        (claim,) = webhook_delivery.claim_due(1)
        Webhook(second.secret).verify(claim.body, claim.headers)
        with pytest.raises(Exception, match="No matching signature"):
            Webhook(endpoint.secret).verify(claim.body, claim.headers)


class TestSwitching:
    def test_off_gives_up_what_waits_and_on_forgets_the_failures(self, people: People, endpoint: CreatedEndpoint, session: Session) -> None:
        do(webhook_endpoints.test, people.adam, endpoint_id=UUID(endpoint.id))
        with db.transaction() as writing:
            writing.execute(update(WebhookEndpoint).values(failures=7, failing_since=db.utcnow(-999)))
        off = do(webhook_endpoints.change, people.adam, endpoint_id=UUID(endpoint.id), enabled=False)
        assert (off.status, off.waiting) == ("off", 0)
        assert session.exec(select(WebhookDelivery.status)).all() == [DeliveryStatus.FAILED]
        for call in (
            lambda: do(webhook_endpoints.test, people.adam, endpoint_id=UUID(endpoint.id)),
            lambda: do(webhook_log.replay, people.adam, endpoint_id=UUID(endpoint.id), since=datetime(2020, 1, 1, tzinfo=UTC)),
        ):
            with pytest.raises(Conflict, match="switched off"):
                call()
        on = do(webhook_endpoints.change, people.adam, endpoint_id=UUID(endpoint.id), enabled=True)
        assert (on.status, on.failures) == ("on", 0)
        session.rollback()
        told = session.exec(select(AuditLog.action).where(col(AuditLog.action).startswith("webhook.")).order_by(col(AuditLog.seq))).all()
        assert told == ["webhook.created", "webhook.tested", "webhook.changed", "webhook.changed"]

    def test_a_change_that_changes_nothing_leaves_no_trace(self, people: People, endpoint: CreatedEndpoint, session: Session) -> None:
        do(webhook_endpoints.change, people.adam, endpoint_id=UUID(endpoint.id), events=["job.*"], enabled=True, url=URL)
        assert "webhook.changed" not in session.exec(select(AuditLog.action)).all()


class TestAgain:
    def test_one_is_sent_again_with_all_its_tries(self, people: People, delivery: UUID, session: Session) -> None:
        view = do(webhook_log.redeliver, people.adam, delivery_id=delivery)
        assert view.status is DeliveryStatus.PENDING
        row = session.get_one(WebhookDelivery, delivery)
        assert (row.attempt, row.ended_at) == (0, None)
        (claim,) = webhook_delivery.claim_due(1)
        assert claim.delivery_id == delivery

    def test_what_failed_since_a_time(self, people: People, endpoint: CreatedEndpoint, delivery: UUID, session: Session) -> None:
        other = do(webhook_endpoints.test, people.adam, endpoint_id=UUID(endpoint.id))
        with db.transaction() as writing:
            old = writing.get_one(WebhookDelivery, delivery)
            old.created_at = old.created_at - timedelta(days=3)
        at = datetime.now(UTC) - timedelta(days=1)
        assert do(webhook_log.replay, people.adam, endpoint_id=UUID(endpoint.id), since=at) == 0, "what waits is not sent twice"
        assert do(webhook_log.replay, people.adam, endpoint_id=UUID(endpoint.id), since=at - timedelta(days=3)) == 1
        assert {row.id for row in session.exec(select(WebhookDelivery).where(WebhookDelivery.status == DeliveryStatus.PENDING))} == {
            delivery,
            other,
        }
        with pytest.raises(InvalidInput, match="time zone"):
            do(webhook_log.replay, people.adam, endpoint_id=UUID(endpoint.id), since=datetime(2026, 1, 1))

    def test_the_log_by_state_and_kind(self, people: People, endpoint: CreatedEndpoint, delivery: UUID) -> None:
        job = work.create(people.bob)
        do(jobs.cancel, people.bob, job_id=work.job_id(job))
        ident = UUID(endpoint.id)
        assert do(webhook_log.page, people.adam, endpoint_id=ident).total == 2
        assert [row.type for row in do(webhook_log.page, people.adam, endpoint_id=ident, status="failed").rows] == ["webhook.test"]
        assert [row.type for row in do(webhook_log.page, people.adam, endpoint_id=ident, type_="job.cancelled").rows] == ["job.cancelled"]
        assert do(webhook_log.page, people.adam, endpoint_id=ident, page=9, limit=1).page == 2
        with pytest.raises(InvalidInput):
            do(webhook_log.page, people.adam, endpoint_id=ident, status="sideways")


class TestRestHooks:
    def test_a_program_subscribes_once_and_ends_it(self, people: People, session: Session) -> None:
        key = replace(people.adam, scopes=frozenset({Scope.WEBHOOKS_MANAGE}), key_id=None)
        person = do(rest_hooks.subscribe, key, url=URL, event="job.completed")
        assert (person.made_by_key, person.events) == (False, ("job.completed",))
        do(rest_hooks.unsubscribe, key, hook_id=UUID(person.id))
        assert len(session.exec(select(WebhookEndpoint)).all()) == 1, "what a person made is not a program's to end"

    def test_with_a_real_key(self, people: People, session: Session) -> None:
        from coexai_app.services import api_key_access, api_keys

        secret = do(api_keys.create, people.adam, name="Zapier", scopes=["webhooks:manage"]).secret
        other = do(api_keys.create, people.adam, name="Other", scopes=["webhooks:manage"]).secret
        key = do(api_key_access.authenticate, key=secret).actor
        first = do(rest_hooks.subscribe, key, url=URL, event="job.completed")
        second = do(rest_hooks.subscribe, key, url=URL, event="job.completed")
        assert (first.id != second.id, second.made_by_key) == (True, True)
        assert [row.id for row in session.exec(select(WebhookEndpoint))] == [UUID(second.id)]
        do(rest_hooks.unsubscribe, do(api_key_access.authenticate, key=other).actor, hook_id=UUID(second.id))
        do(rest_hooks.unsubscribe, key, hook_id=new_id())
        session.rollback()
        assert len(session.exec(select(WebhookEndpoint)).all()) == 1
        for _ in range(2):
            do(rest_hooks.unsubscribe, key, url=URL)
        session.rollback()
        assert session.exec(select(WebhookEndpoint)).all() == []

    def test_a_key_that_is_replaced_takes_them_along_and_one_that_is_revoked_ends_them(self, people: People, session: Session) -> None:
        from coexai_app.services import api_key_access, api_keys

        old = do(api_keys.create, people.adam, name="Zapier", scopes=["webhooks:manage"])
        made = do(rest_hooks.subscribe, do(api_key_access.authenticate, key=old.secret).actor, url=URL, event="job.completed")
        ours = do(webhook_endpoints.create, people.adam, url="https://hooks.example.org/ours", events=["job.completed"])
        new = do(api_keys.rotate, people.adam, key_id=UUID(old.id))
        do(api_keys.revoke, people.adam, key_id=UUID(old.id))
        assert session.get_one(WebhookEndpoint, UUID(made.id)).enabled
        do(api_keys.revoke, people.alice, key_id=UUID(new.id))
        session.rollback()
        session.expire_all()
        ended = session.get_one(WebhookEndpoint, UUID(made.id))
        assert (ended.enabled, ended.disabled_reason) == (False, "The API key “Zapier” was revoked, which made it.")
        assert session.get_one(WebhookEndpoint, UUID(ours.id)).enabled

    def test_roles(self, people: People) -> None:
        for call in (
            lambda who: do(rest_hooks.subscribe, who, url=URL, event="*"),
            lambda who: do(rest_hooks.unsubscribe, who, url=URL),
        ):
            with pytest.raises(Forbidden):
                call(people.bob)


class TestTypes:
    def test_every_type_has_an_example_that_is_like_the_real_one(self, people: People, endpoint: CreatedEndpoint) -> None:
        job = work.create(people.bob)
        do(jobs.cancel, people.bob, job_id=work.job_id(job))
        (real,) = do(webhook_endpoints.sample, people.adam, event="job.cancelled")
        assert set(real["data"]) == {*webhook_events.TYPES["job.cancelled"].example, "organization_id"}

    @pytest.mark.parametrize(
        ("patterns", "kind", "yes"),
        [(["*"], "a.b", True), (["a.*"], "a.b", True), (["a.*"], "ab.c", False), (["a.b"], "a.bc", False), ([], "a.b", False)],
    )
    def test_patterns(self, patterns: list[str], kind: str, yes: bool) -> None:
        assert webhook_events.matches(patterns, kind) is yes

    def test_the_scope_guards_the_permission(self) -> None:
        assert access.SCOPE_OF[access.Permission.MANAGE_WEBHOOKS] is Scope.WEBHOOKS_MANAGE
