"""The doors of webhooks: endpoints by API, REST hooks, and what other services send in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from coexai_app import db, settings
from coexai_app.models import AuditLog, File, GithubRule, IncomingStatus, IncomingWebhook, Job, Membership, Organization, User
from coexai_app.services import api_keys, github_rules, incoming_read, incoming_run, incoming_signatures
from tests import work
from tests.people import People, do

As = Callable[[str], TestClient]
URL = "https://hooks.larkfield.example/coexai"
STRIPE = "whsec_stripe_test"
GITHUB = "It's a Secret to Everybody"
COMMIT = "a" * 40


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", f"whsec_old, {STRIPE}")
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", GITHUB)
    settings.get.cache_clear()
    yield
    monkeypatch.undo()
    settings.get.cache_clear()


class Github:
    """The file door of GitHub: who asked for what, with which token. `answers` by path: bytes, or a status."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, bytes | int] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers.get("Authorization", "")))
                answer = outer.answers.get(self.path.partition("?")[0].partition("/contents/")[2], 404)
                body = answer if isinstance(answer, bytes) else b"{}"
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def github(secrets: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Github]:
    made = Github()
    monkeypatch.setenv("GITHUB_API_URL", made.url)
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_operators")
    settings.get.cache_clear()
    yield made
    made.server.shutdown()
    made.server.server_close()


def key(people: People, who: str, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {do(api_keys.create, getattr(people, who), name='Shop', scopes=scopes).secret}"}


class TestEndpoints:
    def test_the_whole_life_with_a_key(self, people: People, client: TestClient) -> None:
        head = key(people, "adam", "webhooks:manage")
        made = client.post("/api/v1/webhook-endpoints", json={"url": URL, "events": ["job.*"]}, headers=head)
        assert made.status_code == 201, made.text
        assert made.headers["cache-control"] == "no-store"
        assert len(base64.b64decode(made.json()["secret"].removeprefix("whsec_"))) == 32
        at = f"/api/v1/webhook-endpoints/{made.json()['id']}"
        assert client.get("/api/v1/webhook-endpoints", headers=head).json()["pagination"]["total"] == 1
        assert "secret" not in client.get(at, headers=head).json()
        assert client.patch(at, json={"description": "Shop"}, headers=head).json()["description"] == "Shop"
        sent = client.post(f"{at}/test", headers=head)
        assert (sent.status_code, sent.json()["status"]) == (202, "pending")
        log = client.get(f"{at}/deliveries", params={"status": "pending"}, headers=head).json()
        assert [row["id"] for row in log["data"]] == [sent.json()["id"]]
        again = client.post(f"/api/v1/webhook-endpoints/deliveries/{sent.json()['id']}/redeliver", headers=head)
        assert (again.status_code, again.json()["event_id"]) == (202, sent.json()["event_id"])
        assert client.get(f"/api/v1/webhook-endpoints/deliveries/{sent.json()['id']}", headers=head).status_code == 200
        assert client.post(f"{at}/replay", json={"since": "2026-01-01T00:00:00Z"}, headers=head).json() == {"replayed": 0}
        rotated = client.post(f"{at}/rotate-secret", headers=head)
        assert rotated.json()["secret"] != made.json()["secret"]
        assert rotated.json()["second_secret_until"]
        assert client.delete(at, headers=head).status_code == 204
        assert client.get(at, headers=head).status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"url": 5},
            {"url": URL, "events": "job.*"},
            {"url": URL, "events": ["x\x00"]},
            {"url": "https://127.0.0.1/"},
            {"url": URL, "owner": "me"},
            {"url": URL, "description": "x" * 500},
        ],
    )
    def test_wrong_bodies(self, people: People, client: TestClient, body: dict[str, Any]) -> None:
        answer = client.post("/api/v1/webhook-endpoints", json=body, headers=key(people, "adam", "webhooks:manage"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT")

    def test_roles_scopes_and_strangers(self, people: People, client: TestClient, as_person: As) -> None:
        made = client.post("/api/v1/webhook-endpoints", json={"url": URL}, headers=key(people, "adam", "webhooks:manage")).json()
        at = f"/api/v1/webhook-endpoints/{made['id']}"
        assert client.get(at, headers=key(people, "adam", "jobs:read")).status_code == 403
        assert client.get(at).status_code == 401
        assert as_person("bob").get(at).status_code == 403
        assert as_person("mallory").get(at).status_code == 404
        assert as_person("adam").get(at).status_code == 200

    def test_rest_hooks(self, people: People, client: TestClient, session: Session) -> None:
        head = key(people, "adam", "webhooks:manage")
        made = client.post("/api/v1/hooks", json={"hookUrl": "https://hooks.zapier.example/1", "event": "job.completed"}, headers=head)
        assert made.status_code == 201, made.text
        assert made.json()["secret"].startswith("whsec_")
        sample = client.get("/api/v1/hooks/sample", params={"event": "job.completed"}, headers=head).json()
        assert sample[0]["type"] == "job.completed"
        assert client.post("/api/v1/hooks", json={"target_url": URL, "event": "job.danced"}, headers=head).status_code == 422
        for _ in range(2):
            assert client.delete(f"/api/v1/hooks/{made.json()['id']}", headers=head).status_code == 204
        assert client.request("DELETE", "/api/v1/hooks", json={"target_url": URL}, headers=head).status_code == 204
        assert client.delete("/api/v1/hooks", headers=head).status_code == 422


def stripe_header(body: bytes, *, at: float | None = None, secrets: tuple[str, ...] = (STRIPE,), scheme: str = "v1") -> str:
    moment = int(time.time() if at is None else at)
    signed = f"{moment}.".encode() + body
    return f"t={moment}," + ",".join(f"{scheme}={hmac.new(s.encode(), signed, hashlib.sha256).hexdigest()}" for s in secrets)


EVENT = json.dumps({"id": "evt_1", "object": "event", "type": "invoice.paid"}).encode()


class TestStripe:
    def test_without_a_secret_there_is_no_door(self, people: People, client: TestClient, session: Session) -> None:
        for path in ("stripe", "github"):
            answer = client.post(f"/webhooks/{path}", content=EVENT, headers={"Stripe-Signature": stripe_header(EVENT, secrets=("",))})
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
        assert session.exec(select(IncomingWebhook)).all() == []

    def test_stored_raw_once(self, people: People, client: TestClient, secrets: None, session: Session) -> None:
        answers = [client.post("/webhooks/stripe", content=EVENT, headers={"Stripe-Signature": stripe_header(EVENT)}) for _ in range(3)]
        assert [one.json() for one in answers] == [{"received": True, "new": n == 0} for n in range(3)]
        (row,) = session.exec(select(IncomingWebhook)).all()
        assert (row.external_id, row.event, row.body, row.status) == ("evt_1", "invoice.paid", EVENT, IncomingStatus.STORED)

    @pytest.mark.parametrize(
        ("header", "ok"),
        [
            (lambda: stripe_header(EVENT, secrets=("whsec_old",)), True),
            (lambda: stripe_header(EVENT, secrets=("whsec_other", STRIPE)), True),
            (lambda: stripe_header(EVENT, at=time.time() - 290), True),
            (lambda: stripe_header(EVENT, at=time.time() - 310), False),
            (lambda: stripe_header(EVENT, at=time.time() + 310), False),
            (lambda: stripe_header(EVENT, scheme="v0"), False),
            (lambda: stripe_header(EVENT + b" "), False),
            (lambda: stripe_header(EVENT, secrets=("whsec_other",)), False),
            (lambda: stripe_header(EVENT, secrets=("",)), False),
            (lambda: "", False),
            (lambda: "t=,v1=", False),
            (lambda: "t=١٢,v1=é".encode().decode("latin-1"), False),
            (lambda: f"t={'9' * 500},v1=0", False),
            (lambda: stripe_header(EVENT) + ",t=1", False),
        ],
    )
    def test_signatures(
        self, people: People, client: TestClient, secrets: None, session: Session, header: Callable[[], str], ok: bool
    ) -> None:
        answer = client.post("/webhooks/stripe", content=EVENT, headers={"Stripe-Signature": header().encode("latin-1")})
        assert answer.status_code == (200 if ok else 401), answer.text
        assert len(session.exec(select(IncomingWebhook)).all()) == ok

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{", b"\xff", b'{"id": 5}', b'{"id": ""}', b'{"id": "' + b"x" * 300 + b'"}', b"[" * 90_000]
    )
    def test_what_is_signed_may_still_be_nonsense(self, people: People, client: TestClient, secrets: None, body: bytes) -> None:
        assert client.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": stripe_header(body)}).status_code == 422

    def test_one_megabyte_and_no_more(self, people: People, client: TestClient, secrets: None, session: Session) -> None:
        for size, status in ((1_000_000, 200), (1_000_001, 413)):
            body = EVENT.ljust(size)
            assert client.post("/webhooks/stripe", content=body, headers={"Stripe-Signature": stripe_header(body)}).status_code == status

        def chunks() -> Iterator[bytes]:
            for _ in range(30):
                yield b" " * 50_000

        assert client.post("/webhooks/stripe", content=chunks()).status_code == 413


def push(**more: Any) -> bytes:
    told = {
        "ref": "refs/heads/main",
        "after": COMMIT,
        "deleted": False,
        "repository": {"full_name": "Larkfield/Blog", "private": False},
        "commits": [{"added": ["posts/one.md", "img/a.png"], "modified": [], "removed": []}],
        **more,
    }
    return json.dumps(told).encode()


def deliver(client: TestClient, body: bytes, *, secret: str = GITHUB, ident: str = "1", event: str = "push", query: str = "") -> Any:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = {"X-Hub-Signature-256": signature, "X-GitHub-Delivery": ident, "X-GitHub-Event": event}
    return client.post(f"/webhooks/github{query}", content=body, headers=head)


def rule(people: People, who: str = "adam", **more: Any) -> UUID:
    values = {"repository": "larkfield/blog", "paths": "posts/*.md", "agent": "maya", "capability": "blog-to-thread", **more}
    return UUID(do(github_rules.create, getattr(people, who), **values).id)


class TestGithub:
    def test_the_documented_vector(self) -> None:
        signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        assert incoming_signatures.github(b"Hello, World!", signature, GITHUB)
        assert not incoming_signatures.github(b"Hello, World!", signature, "")
        assert not incoming_signatures.github(b"Hello, World?", signature, GITHUB)
        assert not incoming_signatures.github(b"Hello, World!", "é" * 71, GITHUB)

    def test_a_push_starts_a_job_with_the_file_once(self, people: People, client: TestClient, github: Github, session: Session) -> None:
        rule(people, defaults={"posts": "6"})
        github.answers["posts/one.md"] = work.POST.encode()
        for ident in ("1", "1", "2"):
            assert deliver(client, push(), ident=ident).status_code == 202
        work.work_all()
        (job,) = session.exec(select(Job)).all()
        assert (job.status, job.user_id, job.input["posts"]) == ("completed", people.adam.user_id, 6)
        assert session.get_one(File, UUID(job.input["file"])).name == "one.md"
        assert [row.status for row in session.exec(select(IncomingWebhook))] == ["done", "done"]
        assert github.asked == [(f"/repos/larkfield/blog/contents/posts/one.md?ref={COMMIT}", "Bearer ghp_operators")]
        (view,) = do(incoming_read.tab, people.adam).rules
        assert (view.last_job_id, view.trouble) == (str(job.id), "")

    @pytest.mark.parametrize(
        "more",
        [
            {"ref": "refs/heads/other"},
            {"ref": "refs/tags/v1"},
            {"repository": {"full_name": "else/blog"}},
            {"repository": {"full_name": "../../etc"}},
            {"repository": None},
            {"deleted": True},
            {"after": "0" * 40},
            {"after": "x?../"},
            {"commits": [{"added": ["drafts/one.md"]}]},
            {"commits": [{"added": ["posts/deep/one.md"]}]},
            {"commits": [{"added": ["posts/one.txt"]}]},
            {"commits": [{"added": ["posts/../../one.md", "/posts/one.md", "posts//one.md", 5, None]}]},
            {"commits": [{"added": ["posts/one.md"]}, {"removed": ["posts/one.md"]}]},
            {"commits": "x"},
            {"commits": [5, {"added": "posts/one.md"}]},
        ],
    )
    def test_pushes_that_concern_no_rule(
        self, people: People, client: TestClient, github: Github, session: Session, more: dict[str, Any]
    ) -> None:
        rule(people)
        assert deliver(client, push(**more)).status_code == 202
        work.work_all()
        assert session.exec(select(Job)).all() == []
        assert github.asked == []
        assert [row.status for row in session.exec(select(IncomingWebhook))] == ["ignored"]

    def test_a_wrong_signature_and_other_events(self, people: People, client: TestClient, github: Github, session: Session) -> None:
        assert deliver(client, push(), secret="guess").status_code == 401
        assert deliver(client, b'{"zen": "x"}', event="ping").status_code == 202
        assert work.work_all() == 0
        assert [row.event for row in session.exec(select(IncomingWebhook))] == ["ping"]
        assert deliver(client, push(), ident="").status_code == 422

    def test_an_organisation_s_own_address_has_its_own_secret_and_never_the_token(
        self, people: People, client: TestClient, github: Github, session: Session
    ) -> None:
        rule(people)
        mine = people.alice.organization_id
        own = incoming_signatures.organization_secret(GITHUB, mine)
        assert do(incoming_read.tab, people.adam).github_secret == own
        assert own not in do(incoming_read.tab, people.bob).model_dump_json()
        assert deliver(client, push(), query=f"?organization={mine}").status_code == 401, "the instance's secret is another one"
        theirs = people.mallory.organization_id
        assert deliver(client, push(), secret=own, query=f"?organization={theirs}").status_code == 401
        github.answers["posts/one.md"] = work.POST.encode()
        assert deliver(client, push(), secret=own, query=f"?organization={mine}").status_code == 202
        work.work_all()
        assert len(session.exec(select(Job)).all()) == 1
        assert [token for _, token in github.asked] == [""], "what a customer's address says may be made up"

    def test_a_private_repository_opens_for_the_operators_own_organisation_only(
        self, people: People, client: TestClient, github: Github, session: Session
    ) -> None:
        rule(people)
        private = {"full_name": "larkfield/blog", "private": True}
        deliver(client, push(repository=private), ident="1")
        work.work_all()
        with db.transaction() as writing:
            writing.get_one(User, people.alice.user_id).is_staff = True
        deliver(client, push(repository=private, after="b" * 40), ident="2")
        work.work_all()
        assert [token for _, token in github.asked] == ["", "Bearer ghp_operators"]
        assert "private" in session.exec(select(GithubRule.trouble)).one()

    def test_mallory_s_rule_gets_only_what_is_mallory_s(self, people: People, client: TestClient, github: Github, session: Session) -> None:
        with db.transaction() as writing:
            writing.get_one(Organization, people.mallory.organization_id).plan = "pro"  # type: ignore[assignment]
        from dataclasses import replace

        values = {"repository": "larkfield/blog", "agent": "maya", "capability": "blog-to-thread"}
        do(github_rules.create, replace(people.mallory, plan_name="pro"), **values)
        own = incoming_signatures.organization_secret(GITHUB, people.alice.organization_id)
        deliver(client, push(), secret=own, query=f"?organization={people.alice.organization_id}")
        work.work_all()
        assert session.exec(select(Job)).all() == []

    def test_what_is_down_is_asked_again_then_given_up_where_people_see_it(
        self, people: People, client: TestClient, github: Github, session: Session
    ) -> None:
        rule(people)
        github.answers["posts/one.md"] = 503
        deliver(client, push())
        for number in range(1, incoming_run.MAX_ATTEMPTS + 1):
            work.work_all()
            session.rollback()
            row = session.exec(select(IncomingWebhook)).one()
            assert row.attempt == number
            with db.transaction() as writing:
                writing.get_one(IncomingWebhook, row.id).run_after = row.created_at
            do(incoming_run.sweep)
        assert row.status is IncomingStatus.DEAD
        (shown,) = do(incoming_read.received, people.adam).rows
        assert (shown.can_retry, shown.word) == (True, "Given up")
        assert do(incoming_read.received, people.mallory).rows == ()
        github.answers["posts/one.md"] = work.POST.encode()
        from coexai_app.errors import Conflict, Forbidden, NotFound

        with pytest.raises(NotFound):
            do(incoming_read.retry, people.mallory, incoming_id=row.id)
        with pytest.raises(Forbidden):
            do(incoming_read.retry, people.bob, incoming_id=row.id)
        do(incoming_read.retry, people.adam, incoming_id=row.id)
        work.work_all()
        session.rollback()
        assert session.exec(select(Job.status)).all() == ["completed"]
        with pytest.raises(Conflict):
            do(incoming_read.retry, people.adam, incoming_id=row.id)
        assert "incoming.retried" in session.exec(select(AuditLog.action)).all()

    def test_a_redirect_of_the_file_door_is_not_followed(
        self, people: People, client: TestClient, github: Github, session: Session
    ) -> None:
        rule(people)
        github.answers["posts/one.md"] = 302
        deliver(client, push())
        work.work_all()
        assert session.exec(select(Job)).all() == []
        assert "302" in session.exec(select(GithubRule.trouble)).one()

    def test_whoever_left_starts_nothing(self, people: People, client: TestClient, github: Github, session: Session) -> None:
        rule(people)
        github.answers["posts/one.md"] = work.POST.encode()
        with db.transaction() as writing:
            here = select(Membership).where(Membership.user_id == people.adam.user_id)
            writing.delete(writing.exec(here.where(Membership.organization_id == people.adam.organization_id)).one())
        deliver(client, push())
        work.work_all()
        assert session.exec(select(Job)).all() == []
        assert "does not work here any more" in session.exec(select(GithubRule.trouble)).one()

    def test_a_lost_worker_s_push_is_taken_up_again(self, people: People, client: TestClient, github: Github, session: Session) -> None:
        rule(people)
        github.answers["posts/one.md"] = work.POST.encode()
        deliver(client, push())
        ident = session.exec(select(IncomingWebhook.id)).one()
        assert incoming_run._claim(ident)
        incoming_run.handle(ident)
        assert session.exec(select(Job)).all() == []
        with db.transaction() as writing:
            row = writing.get_one(IncomingWebhook, ident)
            row.lease_until = row.woken_at = row.created_at.replace(year=2020)
        work.work_all()
        do(incoming_run.sweep)
        work.work_all()
        session.rollback()
        assert session.exec(select(Job.status)).all() == ["completed"]


ORDER = {"agent": "maya", "capability": "blog-to-thread", "input": {"text": work.POST}}


class TestZapier:
    def test_an_order_starts_a_job_as_the_key_s_maker_once(self, people: People, client: TestClient, session: Session) -> None:
        head = {**key(people, "bob", "jobs:write"), "Idempotency-Key": "zap-1"}
        answers = [client.post("/webhooks/zapier", json=ORDER, headers=head) for _ in range(2)]
        assert [(one.status_code, one.json()["new"]) for one in answers] == [(202, True), (202, False)]
        work.work_all()
        (job,) = session.exec(select(Job)).all()
        assert (job.user_id, job.status) == (people.bob.user_id, "completed")

    def test_who_may(self, people: People, client: TestClient) -> None:
        assert client.post("/webhooks/zapier", json=ORDER).status_code == 401
        assert client.post("/webhooks/zapier", json=ORDER, headers=key(people, "bob", "jobs:read")).status_code == 403
        assert client.post("/webhooks/zapier", json={"agent": 5}, headers=key(people, "bob", "jobs:write")).status_code == 422

    def test_what_cannot_be_done_is_put_away_at_once(self, people: People, client: TestClient) -> None:
        client.post("/webhooks/zapier", json={**ORDER, "capability": "dance"}, headers=key(people, "bob", "jobs:write"))
        work.work_all()
        (row,) = do(incoming_read.received, people.adam).rows
        assert (row.word, row.attempts) == ("Given up", 1)
        assert "dance" in row.result

    def test_a_revoked_key_s_order_does_nothing(self, people: People, client: TestClient, session: Session) -> None:
        made = do(api_keys.create, people.bob, name="Shop", scopes=["jobs:write"])
        client.post("/webhooks/zapier", json=ORDER, headers={"X-API-Key": made.secret})
        do(api_keys.revoke, people.bob, key_id=UUID(made.id))
        work.work_all()
        assert session.exec(select(Job)).all() == []


class TestRules:
    @pytest.mark.parametrize(
        ("glob", "path", "yes"),
        [
            ("**/*.md", "a.md", True),
            ("**/*.md", "a/b/c.MD", False),
            ("**/*", "a/b/c.MD", True),
            ("posts/*.md", "posts/a.md", True),
            ("posts/*.md", "posts/a/b.md", False),
            ("posts/**/*.md", "posts/a/b.md", True),
            ("posts/**", "posts/a/b.md", True),
            ("*.md", "a/b.md", False),
            ("**/*", "a.txt", False),
            ("/".join(["**"] * 20 + ["*.md"]), "/".join(["a"] * 200) + "/b.txt.md", True),
            ("*a" * 90 + "*.md", "a" * 400 + ".markdown", False),
        ],
    )
    def test_globs_fast(self, glob: str, path: str, yes: bool) -> None:
        started = time.monotonic()
        assert github_rules.touches(glob, path) is yes
        assert time.monotonic() - started < 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"repository": "blog"},
            {"repository": "a/.."},
            {"repository": "https://evil.example/a/b"},
            {"branch": "a b"},
            {"branch": ""},
            {"paths": ""},
            {"paths": "*.txt"},
            {"defaults": {"posts": "many"}},
            {"defaults": {"nonsense": 1}},
        ],
    )
    def test_wrong_ones(self, people: People, wrong: dict[str, Any]) -> None:
        from coexai_app.errors import InvalidInput

        with pytest.raises(InvalidInput):
            rule(people, **wrong)

    def test_who_may(self, people: People) -> None:
        from coexai_app.errors import Forbidden, NotFound

        with pytest.raises(Forbidden):
            rule(people, "bob")
        with pytest.raises(Forbidden):
            rule(people, "mallory")
        made = rule(people)
        for person, error in ((people.vera, Forbidden), (people.mallory, NotFound)):
            for call in (
                lambda who=person: do(github_rules.switch, who, rule_id=made, enabled=False),
                lambda who=person: do(github_rules.delete, who, rule_id=made),
            ):
                with pytest.raises(error):
                    call()
        with pytest.raises(Forbidden):
            do(github_rules.all_of, people.vera)
        assert do(github_rules.all_of, people.mallory) == ()
        assert do(github_rules.switch, people.adam, rule_id=made, enabled=False).enabled is False
        do(github_rules.delete, people.alice, rule_id=made)
        assert do(github_rules.all_of, people.adam) == ()
