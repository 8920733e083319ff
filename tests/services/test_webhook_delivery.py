"""Events leave: to whom, signed how, again when, and never where they must not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, col, select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from coexai_app import db, queue, settings
from coexai_app.integrations import webhooks
from coexai_app.models import (
    AuditLog,
    DeliveryStatus,
    Mail,
    MailKind,
    Organization,
    PlanName,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from coexai_app.services import jobs, members, outputs, webhook_delivery, webhook_endpoints, webhook_log, webhook_signing
from coexai_app.views.webhooks import CreatedEndpoint
from tests import receiver as receivers
from tests import work
from tests.people import People, do
from tests.receiver import Receiver


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receivers.listening() as made:
        monkeypatch.setenv("WEBHOOK_ALLOW_HOSTS", f"127.0.0.1:{made.port}")
        settings.get.cache_clear()
        yield made
    monkeypatch.undo()
    settings.get.cache_clear()


@pytest.fixture
def endpoint(people: People, receiver: Receiver) -> CreatedEndpoint:
    return do(webhook_endpoints.create, people.adam, url=receiver.url(), events=["*"], description="Shop")


def cancelled(people: People) -> str:
    """A job that was cancelled before it began: the cheapest event."""
    job = work.create(people.bob)
    do(jobs.cancel, people.bob, job_id=work.job_id(job))
    return job.id


def deliveries(session: Session) -> list[WebhookDelivery]:
    session.rollback()
    return list(session.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.id))).all())


def in_the_past(seconds: float) -> None:
    """Time goes by for what waits to be sent again."""
    with db.transaction() as session:
        for row in session.exec(select(WebhookDelivery)):
            row.run_after = row.run_after - timedelta(seconds=seconds)
        for held in session.exec(select(WebhookEndpoint)):
            held.hold_until = held.hold_until and held.hold_until - timedelta(seconds=seconds)


class TestWhatLeaves:
    def test_a_job_that_is_done_from_its_end_to_the_receiver(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint) -> None:
        job = work.create(people.bob)
        work.work_all()
        (came,) = receiver.came
        told = json.loads(came.body)
        assert set(told) == {"type", "timestamp", "data"}
        assert told["type"] == "job.completed"
        assert told["timestamp"].endswith("Z")
        assert (told["data"]["id"], told["data"]["status"], told["data"]["agent"]) == (job.id, "completed", "maya")
        assert told["data"]["organization_id"] == str(people.bob.organization_id)
        assert UUID(told["data"]["output_id"])
        assert came.headers["content-type"] == "application/json"
        assert "text" not in told["data"]

    def test_the_signature_is_what_the_specification_says(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint) -> None:
        cancelled(people)
        work.work_all()
        (came,) = receiver.came
        assert Webhook(endpoint.secret).verify(came.body, came.headers)["type"] == "job.cancelled"
        with pytest.raises(WebhookVerificationError):
            Webhook(webhook_signing.make_secret()).verify(came.body, came.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(endpoint.secret).verify(came.body + b" ", came.headers)

    @pytest.mark.parametrize(
        ("events", "comes"),
        [(["job.*"], True), (["job.cancelled"], True), (["job.completed"], False), (["member.*", "output.approved"], False), (["*"], True)],
    )
    def test_only_what_the_filter_names(self, people: People, receiver: Receiver, session: Session, events: list[str], comes: bool) -> None:
        do(webhook_endpoints.create, people.adam, url=receiver.url(), events=events)
        cancelled(people)
        work.work_all()
        assert len(receiver.came) == comes
        assert len(session.exec(select(WebhookEvent)).all()) == comes

    def test_every_change_has_its_event(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session) -> None:
        job = work.create(people.bob)
        work.work_all()
        from coexai_app.models import Output

        output = session.exec(select(Output).where(Output.job_id == UUID(job.id))).one()
        for n, claim in reversed(list(enumerate(output.report["claims"]))):
            if claim["status"] == "unsupported":
                view = do(outputs.override, people.bob, output_id=output.id, version=output.version, claim=n, reason="I was there.")
                output.version = view.version
        do(outputs.approve, people.bob, output_id=output.id, version=output.version)
        do(members.change_role, people.alice, user_id=people.vera.user_id, role="member")
        do(members.remove, people.alice, user_id=people.vera.user_id)
        work.give_up(people.bob)
        work.work_all()
        told = [json.loads(one.body) for one in receiver.came]
        assert [one["type"] for one in told] == [
            "job.completed",
            "output.approved",
            "member.role_changed",
            "member.removed",
            "job.dead_lettered",
        ]
        assert told[2]["data"] | {"organization_id": ""} == {
            "user_id": str(people.vera.user_id),
            "name": "Vera Vine",
            "role": "member",
            "old_role": "viewer",
            "organization_id": "",
        }
        assert told[4]["data"]["error"] == {"code": "UNAVAILABLE", "message": "The model is busy."}

    def test_a_rollback_tells_nothing(self, people: People, endpoint: CreatedEndpoint, session: Session) -> None:
        job = work.create(people.bob)
        with pytest.raises(RuntimeError), db.transaction() as writing:
            jobs.cancel(writing, people.bob, job_id=work.job_id(job))
            raise RuntimeError
        assert session.exec(select(WebhookEvent)).all() == []

    def test_nothing_is_written_where_nobody_listens(self, people: People, endpoint: CreatedEndpoint, session: Session) -> None:
        do(webhook_endpoints.change, people.adam, endpoint_id=UUID(endpoint.id), enabled=False)
        cancelled(people)
        assert session.exec(select(WebhookEvent)).all() == []

    def test_another_house_hears_nothing(self, people: People, receiver: Receiver, session: Session) -> None:
        with db.transaction() as writing:
            writing.get_one(Organization, people.mallory.organization_id).plan = PlanName.PRO
        from dataclasses import replace

        do(webhook_endpoints.create, replace(people.mallory, plan_name="pro"), url=receiver.url("/mallory"), events=["*"])
        cancelled(people)
        work.work_all()
        assert receiver.came == []

    def test_a_plan_without_webhooks_sends_nothing(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint) -> None:
        cancelled(people)
        with db.transaction() as writing:
            writing.get_one(Organization, people.alice.organization_id).plan = PlanName.FREE
        cancelled(people)
        work.work_all()
        assert receiver.came == []


class TestTriesAgain:
    def test_after_the_pauses_of_the_timetable_then_it_is_given_up(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        receiver.answers = [500]
        cancelled(people)
        pauses = []
        for number in range(1, webhook_delivery.MAX_ATTEMPTS + 1):
            work.work_all()
            webhook_delivery.work_off()
            (row,) = deliveries(session)
            assert (row.attempt, len(receiver.came), row.code) == (number, number, 500)
            if row.status is DeliveryStatus.PENDING:
                with db.reading() as reading:
                    pauses.append((row.run_after - db.now(reading)).total_seconds())
                in_the_past(pauses[-1] + 1)
        assert row.status is DeliveryStatus.FAILED
        wanted = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
        assert all(0.85 * want - 3 <= pause <= 1.11 * want for want, pause in zip(wanted, pauses, strict=True)), pauses
        assert len(set(receiver.ids)) == 1
        assert len({one.body for one in receiver.came}) == 1
        in_the_past(100_000)
        assert webhook_delivery.work_off() == 0

    def test_a_success_ends_it_and_forgets_the_failures(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        receiver.answers = [503, 302, 204]
        cancelled(people)
        for _ in range(3):
            webhook_delivery.work_off()
            in_the_past(400)
        (row,) = deliveries(session)
        assert (row.status, row.code, row.attempt) == (DeliveryStatus.DELIVERED, 204, 3)
        found = session.get_one(WebhookEndpoint, UUID(endpoint.id))
        assert (found.failures, found.failing_since) == (0, None)
        view = do(webhook_log.get, people.adam, delivery_id=row.id)
        assert [(one.number, one.code) for one in view.tries] == [(3, 204), (2, 302), (1, 503)]
        assert "redirect" in view.tries[1].error

    def test_each_try_is_signed_for_its_own_time(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint) -> None:
        receiver.answers = [500, 200]
        cancelled(people)
        webhook_delivery.work_off()
        in_the_past(10)
        webhook_delivery.work_off()
        for came in receiver.came:
            Webhook(endpoint.secret).verify(came.body, came.headers)

    @pytest.mark.parametrize("value", ["900", "garbage", "-5", "9" * 400, "Wed, 21 Oct 2199 07:28:00 GMT", "Wed, 99 Oct"])
    def test_retry_after_is_honoured_up_to_a_day(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session, value: str
    ) -> None:
        receiver.answers = [receivers.says(429, b"slow down", Retry_After=value)]
        cancelled(people)
        webhook_delivery.work_off()
        (row,) = deliveries(session)
        with db.reading() as reading:
            wait = (row.run_after - db.now(reading)).total_seconds()
        wanted = {"900": 900, "9" * 400: 86_400, "Wed, 21 Oct 2199 07:28:00 GMT": 86_400}.get(value, 5)
        assert wanted * 0.85 - 3 <= wait <= wanted * 1.11
        in_the_past(-1)
        cancelled(people)
        assert webhook_delivery.work_off() == (wanted == 5), "an endpoint that asked for quiet is left alone"

    def test_gone_switches_off_at_once(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session) -> None:
        receiver.answers = [410]
        cancelled(people)
        cancelled(people)
        webhook_delivery.work_off()
        found = session.get_one(WebhookEndpoint, UUID(endpoint.id))
        assert (found.enabled, len(receiver.came)) == (False, 1)
        assert "410" in found.disabled_reason
        assert [row.status for row in deliveries(session)] == [DeliveryStatus.FAILED] * 2
        assert "webhook.switched_off" in session.exec(select(AuditLog.action)).all()

    def test_five_days_of_failure_switch_off_and_the_admins_hear_of_it(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        receiver.answers = [500]
        cancelled(people)
        webhook_delivery.work_off()
        for days, on in ((4.9, True), (0.2, False)):
            with db.transaction() as writing:
                row = writing.get_one(WebhookEndpoint, UUID(endpoint.id))
                assert row.failing_since
                row.failing_since = row.failing_since - timedelta(days=days)
            in_the_past(400)
            webhook_delivery.work_off()
            session.rollback()
            assert session.get_one(WebhookEndpoint, UUID(endpoint.id)).enabled is on
        mails = session.exec(select(Mail).where(Mail.kind == MailKind.WEBHOOK_ENDPOINT_DISABLED.value)).all()
        assert sorted(mail.to_address.split("@")[0] for mail in mails) == ["adam", "alice"]
        assert "five days" in mails[0].text


class TestStrangeReceivers:
    def test_a_receiver_that_hangs_is_cut(self, receiver: Receiver) -> None:
        receiver.answers = [receivers.hangs(3)]
        answer = send(receiver.url(), timeout=0.4)
        assert (answer.code, answer.error) == (None, "It did not answer in time.")
        assert 300 <= answer.ms < 2_900

    def test_one_that_drips_is_cut(self, receiver: Receiver) -> None:
        receiver.answers = [receivers.drips]
        answer = send(receiver.url(), timeout=0.5)
        assert answer.code is None
        assert answer.ms < 2_900

    def test_one_that_hangs_up(self, receiver: Receiver) -> None:
        receiver.answers = [receivers.closes]
        assert send(receiver.url()).error == "It broke off the connection."

    def test_of_an_endless_answer_two_kilobytes_are_kept(self, receiver: Receiver) -> None:
        receiver.answers = [receivers.floods]
        answer = send(receiver.url())
        assert (answer.ok, answer.body) == (True, "z" * 2_048)

    def test_a_redirect_is_not_followed(self, receiver: Receiver) -> None:
        receiver.answers = [receivers.says(302, Location=receiver.url("/elsewhere"))]
        answer = send(receiver.url())
        assert (answer.code, answer.ok, len(receiver.came)) == (302, False, 1)

    def test_nobody_listens(self) -> None:
        from tests.servers import free_port

        port = free_port()
        answer = webhooks.post(f"http://127.0.0.1:{port}/", headers={}, body=b"{}", allow_hosts=[f"127.0.0.1:{port}"])
        assert answer.error == "It could not be reached."

    def test_what_a_database_cannot_hold_is_replaced_and_cookies_are_not_kept(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        long = {f"X_Many_{n}": "v" * 500 for n in range(40)}
        receiver.answers = [receivers.says(500, b"a\x00b\xff\x1b[31m\xe2\x80\xae", Set_Cookie="session=1", **long)]
        cancelled(people)
        webhook_delivery.work_off()
        (attempt,) = session.exec(select(WebhookAttempt)).all()
        assert "\x00" not in attempt.response
        assert "\x1b" not in attempt.response
        assert "set-cookie" not in attempt.response_headers
        assert len(attempt.response_headers) <= 12
        assert max(map(len, attempt.response_headers.values())) <= 200


def send(url: str, *, timeout: float = 5) -> webhooks.Answer:
    allowed = settings.get().webhook_allow_hosts
    return webhooks.post(url, headers={"content-type": "application/json"}, body=b'{"a":1}', allow_hosts=allowed, timeout=timeout)


class TestOneAtATime:
    def test_an_endpoint_is_held_by_one_worker(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint) -> None:
        cancelled(people)
        cancelled(people)
        (first,) = webhook_delivery.claim_due(5)
        assert webhook_delivery.claim_due(5) == []
        webhook_delivery.send(first, seconds=0)
        (second,) = webhook_delivery.claim_due(5)
        assert second.delivery_id != first.delivery_id

    def test_a_lost_worker_s_delivery_leaves_again_with_its_id(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        cancelled(people)
        (lost,) = webhook_delivery.claim_due(1)
        expire(endpoint)
        (taken,) = webhook_delivery.claim_due(1)
        assert (taken.delivery_id, taken.number, taken.attempt) == (lost.delivery_id, 2, 2)
        assert taken.headers["webhook-id"] == lost.headers["webhook-id"]
        webhook_delivery.send(taken, seconds=0)
        webhook_delivery.send(lost, seconds=0)
        (row,) = deliveries(session)
        assert (row.status, row.fence) == (DeliveryStatus.DELIVERED, 2)
        assert [one.number for one in session.exec(select(WebhookAttempt))] == [2], "what the lost one says is dropped"

    def test_a_worker_that_dies_at_the_last_try_gives_up(self, people: People, endpoint: CreatedEndpoint, session: Session) -> None:
        cancelled(people)
        with db.transaction() as writing:
            writing.execute(update(WebhookDelivery).values(attempt=webhook_delivery.MAX_ATTEMPTS - 1))
        webhook_delivery.claim_due(1)
        expire(endpoint)
        assert webhook_delivery.claim_due(1) == []
        do(webhook_delivery.sweep)
        assert deliveries(session)[0].status is DeliveryStatus.FAILED

    def test_a_commit_whose_answer_was_lost_counts_once(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        cancelled(people)
        (claim,) = webhook_delivery.claim_due(1)
        for _ in range(2):
            webhook_delivery._record(claim, webhooks.Answer(500, 10, "It answered 500."))
        assert session.get_one(WebhookEndpoint, UUID(endpoint.id)).failures == 1
        assert len(session.exec(select(WebhookAttempt)).all()) == 1

    def test_failing_endpoints_leave_half_of_the_slots(self, people: People, receiver: Receiver, session: Session) -> None:
        made = [do(webhook_endpoints.create, people.adam, url=receiver.url(f"/{n}"), events=["*"]) for n in range(6)]
        with db.transaction() as writing:
            for one in made[:5]:
                writing.get_one(WebhookEndpoint, UUID(one.id)).failures = 3
        cancelled(people)
        claims = webhook_delivery.claim_due(6, slots=100)
        assert len(claims) == 6
        for one in made:
            expire(one)
        first = webhook_delivery.claim_due(8, slots=8)
        assert [sum(claim.failing for claim in first), len(first)] == [2, 3]
        assert webhook_delivery.claim_due(5, sending=first, slots=8) == []

    def test_it_waits_for_its_time_and_the_sweep_wakes_somebody(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint
    ) -> None:
        cancelled(people)
        queue.huey.storage.flush_all()
        do(webhook_delivery.sweep)
        assert work.work_all() == 1
        assert len(receiver.came) == 1
        do(webhook_delivery.sweep)
        assert work.work_all() == 0

    def test_a_deleted_endpoint_takes_its_deliveries_along(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        cancelled(people)
        (claim,) = webhook_delivery.claim_due(1)
        do(webhook_endpoints.delete, people.adam, endpoint_id=UUID(endpoint.id))
        webhook_delivery.send(claim)
        assert deliveries(session) == []

    def test_a_secret_that_cannot_be_read_switches_off_and_blocks_nobody(
        self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session
    ) -> None:
        with db.transaction() as writing:
            writing.get_one(WebhookEndpoint, UUID(endpoint.id)).sealed = b"x" * 60
        cancelled(people)
        assert webhook_delivery.work_off() == 0
        assert "secret" in session.get_one(WebhookEndpoint, UUID(endpoint.id)).disabled_reason


def expire(endpoint: CreatedEndpoint) -> None:
    """The worker that holds it has been silent for too long."""
    with db.transaction() as session:
        session.execute(update(WebhookEndpoint).where(col(WebhookEndpoint.id) == UUID(endpoint.id)).values(lease_until=db.utcnow(-1)))


class TestForget:
    def test_after_ninety_days(self, people: People, receiver: Receiver, endpoint: CreatedEndpoint, session: Session) -> None:
        for _ in range(3):
            cancelled(people)
        webhook_delivery.work_off()
        with db.transaction() as writing:
            old, waits, _ = writing.exec(select(WebhookDelivery).order_by(col(WebhookDelivery.id))).all()
            waits.status = DeliveryStatus.PENDING
            for row in (old, waits):
                event = writing.get_one(WebhookEvent, row.event_id)
                event.created_at = event.created_at - timedelta(days=91)
                for attempt in writing.exec(select(WebhookAttempt).where(WebhookAttempt.delivery_id == row.id)):
                    attempt.created_at = attempt.created_at - timedelta(days=91)
            kept = waits.id
        do(webhook_delivery.forget)
        assert kept in [row.id for row in deliveries(session)]
        assert (len(deliveries(session)), len(session.exec(select(WebhookAttempt)).all())) == (2, 1)
