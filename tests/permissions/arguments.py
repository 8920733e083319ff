"""Valid arguments for every service of the table: what somebody would send who may do it. `ARGUMENTS[name](world, actor)`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from typing import Any, Final
from uuid import uuid4

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.parts import Words
from coexai_app.errors import CoexaiError, Conflict, InvalidInput, PasskeyRefused, SecondFactorRequired
from coexai_app.integrations.oidc import Person
from coexai_app.models import FlowPurpose, User
from coexai_app.models.base import new_id, now
from coexai_app.services import factors, passkeys, passwords, proofs
from tests.factors import code, email_of, forget_step, ticket_of
from tests.oidc import flow
from tests.passkey import Authenticator
from tests.people import PASSWORD, do
from tests.permissions.world import HOOK, ISSUER, MONDAYS, ORDER, PICTURE, RULE, World, upload

DAY: Final = (now() + timedelta(days=30)).date()
NINE: Final = time(9)
Make = Callable[[World, Actor], dict[str, Any]]


def nothing(_world: World, _actor: Actor) -> dict[str, Any]:
    return {}


def given(**values: Any) -> Make:
    return lambda _world, _actor: dict(values)


def row(name: str, argument: str = "", **values: Any) -> Make:
    """An id of Larkfield's, under its own name or as another argument."""
    return lambda world, _actor: {argument or name: world.ids[name], **values}


def own(things: str, argument: str, **values: Any) -> Make:
    return lambda world, actor: {argument: world.own(getattr(world, things), actor), **values}


def _own_comment(things: str, **values: Any) -> Make:
    """A comment of one's own, under the result that it is about."""
    return lambda world, actor: {"output_id": world.ids["draft"], "comment_id": world.own(getattr(world, things), actor), **values}


def fresh(**values: Any) -> Make:
    return lambda _world, _actor: {**values, "idempotency_key": str(uuid4())}


def _proof(world: World, actor: Actor) -> dict[str, Any]:
    """Alice's password, given by whoever calls; their own for those who have one in Larkfield."""
    person = actor if actor.user_id in world.session_of else world.people.alice
    known = do(proofs.stored, email_of(person))
    return {"proof": proofs.prove(known, PASSWORD)}


def _second_step(world: World, actor: Actor) -> dict[str, Any]:
    """The right password and code of whoever calls, or of Alice."""
    person = actor if actor.user_id in world.session_of else world.people.alice
    forget_step(person.user_id)
    return {"ticket": ticket_of(person), "code": code(world.factor_of[person.user_id])}


def _first_code(_world: World, actor: Actor) -> dict[str, Any]:
    if actor.session_id is None or actor.staff_id is not None:
        return {"code": "000000"}
    return {"code": code(do(factors.begin_app, actor).key.replace(" ", ""))}


def _new_passkey(_world: World, actor: Actor) -> dict[str, Any]:
    if actor.session_id is None or actor.staff_id is not None:
        return {"name": "Laptop", "credential": "{}"}
    return {"name": "Laptop", "credential": Authenticator().make(do(passkeys.register_options, actor))}


def _own_address(_world: World, actor: Actor) -> dict[str, Any]:
    return {"typed": email_of(actor)}


def _claim(world: World, _actor: Actor) -> dict[str, Any]:
    return {"output_id": world.ids["claims"], "version": 2, "claim": 1}


def _new_password(world: World, actor: Actor) -> dict[str, Any]:
    return {**_proof(world, actor), "password_hash": passwords.hash_of("another long password")}


def _own_organization(_world: World, actor: Actor) -> dict[str, Any]:
    from coexai_app.models import Organization

    with db.reading() as session:
        return {"name": session.get_one(Organization, actor.organization_id).name}


def _member(world: World, _actor: Actor) -> dict[str, Any]:
    return {"user_id": world.people.vera.user_id}


def _returned(world: World, actor: Actor, subject: str) -> dict[str, Any]:
    """Back from a provider, in the session that set out, as somebody there."""
    who = Person("google", ISSUER, subject, email="someone@example.org", auth_time=int(now().timestamp()))
    return {"who": who, "flow": flow(actor)}


def _new_identity(world: World, actor: Actor) -> dict[str, Any]:
    """An account there that is connected to nobody; for strangers the one that opens Alice's."""
    return _returned(world, actor, str(new_id()) if actor.user_id in world.identity_of else str(world.people.alice.user_id))


def _own_identity(world: World, actor: Actor) -> dict[str, Any]:
    return _returned(world, actor, str((actor if actor.user_id in world.identity_of else world.people.alice).user_id))


def _profile(world: World, actor: Actor) -> dict[str, Any]:
    """A change of what is there: Larkfield has written its profile once, the others have not."""
    return {"version": int(actor.organization_id == world.organization_id), "data": {"name": "Another name"}}


def _verified(world: World, actor: Actor) -> dict[str, Any]:
    with db.reading() as session:
        assert session.get_one(User, actor.user_id).verified_at is None
    return {}


ARGUMENTS: Final[Mapping[str, Make]] = {
    "account_deletion.delete_account": _own_address,
    "account_deletion.rename": given(name="Another Name"),
    "agents.get": given(slug="maya"),
    "agents.quote": given(**ORDER),
    "api_keys.create": given(name="New", scopes=["jobs:read"]),
    "api_keys_read.make": given(name="New", kind="live", preset="read", scopes=[], life="90", day=""),
    "api_keys_read.turn": own("key_of", "key_id", overlap_hours="24"),
    "api_keys.revoke": own("key_of", "key_id"),
    "api_keys.rotate": own("key_of", "key_id"),
    "audit_export.part": given(after=0, up_to=10_000),
    "audit_purge.purge": given(older_than_days=30),
    "business.save": _profile,
    "business.save_section": lambda world, actor: {**_profile(world, actor), "section": "basics"},
    "client_links.create": lambda world, _: {"output_id": world.ids["draft"], "version": 1, "name": "Carla"},
    "client_links.revoke": row("link_id"),
    "comments.add": row("draft", "output_id", text="Is this so?", part=0),
    "comments.delete": own("comment_of", "comment_id"),
    "comments.edit": own("comment_of", "comment_id", text="Another word"),
    "comments.reopen": own("resolved_of", "comment_id"),
    "comments.resolve": own("comment_of", "comment_id"),
    "calendar.create": given(day=DAY, clock=NINE, title="A post"),
    "calendar.delete": row("entry_id", version=1),
    "calendar.duplicate": row("entry_id"),
    "calendar.move": row("entry_id", version=1, day=DAY),
    "calendar.update": row("entry_id", version=1, title="Another title"),
    "eval_cases.blank": row("draft", "output_id"),
    "eval_cases.delete": row("case_id"),
    "eval_cases.export": row("case_id"),
    "eval_cases.keep": lambda world, _: {"output_id": world.ids["draft"], "name": "A case", "rules": ["fits"]},
    "calendar_export.export": given(first=DAY, last=DAY),
    "calendar_plan.add": row("draft", "output_id", day=DAY, clock=NINE),
    "calendar_plan.blank": row("draft", "output_id"),
    "calendar_plan.plan": row("plan", "output_id"),
    "calendar_read.get": row("entry_id"),
    "dead_letters.discard": lambda world, _: {"job_ids": [world.ids["job_id"]]},
    "dead_letters.requeue": lambda world, _: {"job_ids": [world.ids["job_id"]]},
    "email_address.change": given(email="another@example.org"),
    "email_address.resend": _verified,
    "confirm.with_code": _second_step,
    "confirm.with_passkey": given(credential="{}"),
    "confirm.with_password": _proof,
    "factors.confirm_app": _first_code,
    "factors.require": given(required=True),
    "files.add": lambda _world, _: upload("new.md"),
    "files.check_size": given(size=1),
    "files.described": row("file_id"),
    "files.get": row("file_id"),
    "github_rules.create": given(**RULE),
    "github_rules.delete": row("rule_id"),
    "github_rules.switch": row("rule_id", enabled=False),
    "identities.confirm": _own_identity,
    "identities.connect": _new_identity,
    "identities.disconnect": own("identity_of", "identity_id"),
    "incoming.zapier": given(body=json.dumps({"agent": "maya", "capability": "blog-to-thread", "input": ORDER["data"]}).encode()),
    "incoming_read.retry": row("incoming_id"),
    "invitations.accept": own("link_of", "token"),
    "invitations.invite": given(email="nina@example.org", role="viewer"),
    "invitations.link": row("invitation_id"),
    "invitations.resend": row("invitation_id"),
    "invitations.revoke": row("invitation_id"),
    "jobs.cancel": row("doing", "job_id"),
    "jobs.check": given(**ORDER),
    "jobs.create": fresh(**ORDER),
    "jobs.record": fresh(**ORDER),
    "jobs.retry": row("job_id"),
    "jobs_read.again": row("job_id"),
    "jobs_read.get": row("job_id"),
    "login_sessions.revoke": own("session_of", "session_id"),
    "mail.get": row("mail_id"),
    "mail.retry": row("mail_id"),
    "member_links.open_links": _member,
    "members.change_role": lambda world, _: {"user_id": world.people.vera.user_id, "role": "member"},
    "members.remove": _member,
    "members.transfer": _member,
    "notifications.change": given(wanted=["job_completed"]),
    "organization_export.write": lambda _world, _: {"target": io.BytesIO()},
    "organizations.change": given(name="Another Name", timezone="Europe/Madrid"),
    "organizations.create": given(name="Another house"),
    "organizations.delete": _own_organization,
    "organizations.restore": own("trash_of", "organization_id"),
    "output_versions.get": row("claims", "output_id", version=1),
    "output_versions.restore": row("claims", "output_id", version=2, of_version=1),
    "output_versions.rows": row("claims", "output_id"),
    "outputs.apply_fix": row("draft", "output_id", version=1, check="claims", finding=0),
    "outputs.approve": row("draft", "output_id", version=1),
    "outputs.edit": row("draft", "output_id", version=1, parts=[Words("Marta Ruiz took every order.")]),
    "outputs.export": row("draft", "output_id", format="md"),
    "outputs.override": lambda world, actor: {**_claim(world, actor), "reason": "Said on the phone."},
    "outputs.remove_claim": _claim,
    "outputs.reopen": row("approved", "output_id", version=2),
    "outputs_read.get": row("draft", "output_id"),
    "partner_agents.get": given(agent="maya"),
    "partner_agents.quote": given(**ORDER),
    "partner_calendar.create": given(day=DAY, clock=NINE, title="A post", channel="x", state="draft"),
    "partner_calendar.get": row("entry_id"),
    "partner_calendar.update": row("entry_id", title="Another title"),
    "partner_jobs.cancel": row("doing", "job_id"),
    "partner_jobs.create": fresh(**ORDER),
    "partner_jobs.events": row("job_id"),
    "partner_jobs.formats": row("done", "job_id"),
    "partner_jobs.get": row("job_id"),
    "partner_jobs.output": row("done", "job_id", format="md"),
    "partner_jobs.resume": row("job_id"),
    "partner_comments.add": row("draft", "output_id", text="Is this so?", part=0),
    "partner_comments.delete": _own_comment("comment_of"),
    "partner_comments.edit": _own_comment("comment_of", text="Another word"),
    "partner_comments.page": row("draft", "output_id"),
    "partner_comments.reopen": _own_comment("resolved_of"),
    "partner_comments.resolve": _own_comment("comment_of"),
    "partner_outputs.apply_fix": row("draft", "output_id", version=1, check="claims", finding=0),
    "partner_outputs.approve": row("draft", "output_id", version=1),
    "partner_outputs.edit": row("draft", "output_id", version=1, parts=[Words("Marta Ruiz took every order.")]),
    "partner_outputs.get": row("draft", "output_id"),
    "partner_outputs.override": lambda world, actor: {**_claim(world, actor), "reason": "Said on the phone."},
    "partner_outputs.remove_claim": _claim,
    "partner_outputs.reopen": row("approved", "output_id", version=2),
    "partner_reviews.create_link": lambda world, _: {"output_id": world.ids["draft"], "version": 1, "name": "Carla", "days": 14},
    "partner_reviews.links": row("review", "output_id"),
    "partner_reviews.reject": row("review", "output_id", version=2, reason="Too loud."),
    "partner_reviews.request": row("draft", "output_id", version=1, note="For Tuesday."),
    "partner_reviews.revoke_link": lambda world, _: {"output_id": world.ids["review"], "link_id": world.ids["link_id"]},
    "partner_reviews.steps": row("review", "output_id"),
    "partner_reviews.withdraw": row("review", "output_id", version=2),
    "partner_versions.get": row("claims", "output_id", number=1),
    "partner_versions.page": row("claims", "output_id"),
    "partner_versions.restore": row("claims", "output_id", version=2, number=1),
    "partner_schedules.create": given(**ORDER, **MONDAYS),
    "partner_schedules.get": row("schedule_id"),
    "partner_schedules.pause": row("schedule_id"),
    "partner_schedules.resume": row("paused", "schedule_id"),
    "partner_schedules.run_now": lambda world, _: {"schedule_id": world.ids["schedule_id"], "idempotency_key": str(uuid4())},
    "partner_schedules.update": row("schedule_id", title="Another title"),
    "passkeys.register": _new_passkey,
    "passkeys.remove": own("passkey_of", "passkey_id"),
    "partner_webhooks.change": row("endpoint_id", description="Another one"),
    "partner_webhooks.create": given(**HOOK),
    "partner_webhooks.deliveries": row("endpoint_id"),
    "partner_webhooks.delivery": row("delivery_id"),
    "partner_webhooks.get": row("endpoint_id"),
    "partner_webhooks.redeliver": row("delivery_id"),
    "partner_webhooks.replay": row("endpoint_id", since=now()),
    "partner_webhooks.rotate": row("endpoint_id"),
    "partner_webhooks.subscribe": given(url=HOOK["url"], event="job.completed"),
    "partner_webhooks.test": row("endpoint_id"),
    "password_change.change": _new_password,
    "pictures.avatar": _member,
    "pictures.set_avatar": given(picture=PICTURE),
    "pictures.set_logo": given(picture=PICTURE),
    "preferences.change": given(timezone="Europe/Madrid", language="es"),
    "presigned.begin": given(name="a.md", size=100, content_type="text/markdown"),
    "presigned.complete": given(ticket="bm9uZQ=="),
    "rest_hooks.subscribe": given(url=HOOK["url"], event="job.completed"),
    "rest_hooks.unsubscribe": row("endpoint_id", "hook_id"),
    "reviews.reject": row("review", "output_id", version=2, reason="Too loud."),
    "reviews.request": row("draft", "output_id", version=1, note="For Tuesday."),
    "reviews.withdraw": row("review", "output_id", version=2),
    "reviews_read.around": row("draft", "output_id"),
    "reviews_read.threads": row("draft", "output_id"),
    "schedules.check": given(**ORDER),
    "schedules.create": given(**ORDER, **MONDAYS),
    "schedules.delete": row("schedule_id"),
    "schedules.once": lambda _world, _: {**ORDER, "at": now() + timedelta(days=1), "idempotency_key": str(uuid4())},
    "schedules.pause": row("schedule_id"),
    "schedules.resume": row("paused", "schedule_id"),
    "schedules.run_now": lambda world, _: {"schedule_id": world.ids["schedule_id"], "idempotency_key": str(uuid4())},
    "schedules.update": row("schedule_id", **MONDAYS),
    "schedules_read.get": row("schedule_id"),
    "schedules_read.preview": given(**MONDAYS),
    "search.find": given(query="calls"),
    "sign_in_flows.begin": given(provider="google", purpose=FlowPurpose.CONNECT),
    "webhook_endpoints.change": row("endpoint_id", description="Another one"),
    "webhook_endpoints.create": given(**HOOK),
    "webhook_endpoints.delete": row("endpoint_id"),
    "webhook_endpoints.get": row("endpoint_id"),
    "webhook_endpoints.rotate": row("endpoint_id"),
    "webhook_endpoints.sample": given(event="job.completed"),
    "webhook_endpoints.test": row("endpoint_id"),
    "webhook_log.get": row("delivery_id"),
    "webhook_log.page": row("endpoint_id"),
    "webhook_log.redeliver": row("delivery_id"),
    "webhook_log.replay": row("endpoint_id", since=now()),
}
# What everybody hears who may ask at all: this world keeps its files in a folder, and there nothing is uploaded directly.
HEARS: Final[Mapping[str, type[CoexaiError]]] = {
    "confirm.with_passkey": PasskeyRefused,
    "confirm.with_password": SecondFactorRequired,
    "identities.confirm": SecondFactorRequired,
    "presigned.begin": Conflict,
    "presigned.complete": InvalidInput,
}


def arguments(name: str, world: World, actor: Actor) -> dict[str, Any]:
    return ARGUMENTS.get(name, nothing)(world, actor)
