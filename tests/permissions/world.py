"""Larkfield Studio with a row of everything, and everybody who knocks at its doors. Made once for a module of tests."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from coexai_app import db
from coexai_app.access import Actor
from coexai_app.agents.parts import Words
from coexai_app.extract.picture import Picture
from coexai_app.models import (
    Identity,
    IncomingSource,
    IncomingStatus,
    IncomingWebhook,
    Job,
    JobStatus,
    LoginSession,
    Mail,
    MailStatus,
    Membership,
    Organization,
    Output,
    Passkey,
    PlanName,
    RefreshToken,
    Role,
    Schedule,
    User,
)
from coexai_app.models.base import new_id, now
from coexai_app.scopes import Scope
from coexai_app.services import (
    accounts,
    api_keys,
    business,
    calendar,
    client_links,
    comments,
    eval_cases,
    files,
    github_rules,
    invitations,
    mail,
    outputs,
    outputs_read,
    person,
    pictures,
    reviews,
    schedules,
    webhook_endpoints,
)
from tests.factors import enrol_app
from tests.forge import log_in
from tests.people import PASSWORD, People, actor, do, settle_in
from tests.permissions.table import routes
from tests.work import POST, create, give_up, work_all

MARK: Final = "Larkfield"
INVENTED: Final = "We saved 47,000 euros, says Hubert Falk."
MONDAYS: Final = {"cron_line": "0 9 * * MON", "timezone": "Europe/Madrid"}
ORDER: Final = {"agent": "maya", "capability": "blog-to-thread", "data": {"text": POST}}
HOOK: Final = {"url": "https://hooks.example.org/in", "events": ["job.*"]}
RULE: Final = {"repository": "larkfield/blog", "agent": "maya", "capability": "blog-to-thread"}
ISSUER: Final = "https://accounts.example.org"
# What a door is sent, and a picture as it is made of that.
PNG: Final = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
PICTURE: Final = Picture(webp=b"RIFF....WEBP")
# What a door may write down about a refused call: when a session or a key was last seen, and that somebody tried.
SEEN: Final = frozenset({"last_seen_at", "last_used_at", "last_used_ip"})


@dataclass(frozen=True)
class World:
    """`session_of`, `passkey_of`, `key_of`, `identity_of`, `trash_of` and `link_of` are things of one's own, by the person's id."""

    people: People
    olga: Actor
    tokens: dict[str, str]
    api_keys: dict[str, str]
    ids: dict[str, UUID]
    session_of: dict[UUID, UUID]
    passkey_of: dict[UUID, UUID]
    key_of: dict[UUID, UUID]
    identity_of: dict[UUID, UUID]
    trash_of: dict[UUID, UUID]
    link_of: dict[UUID, str]
    comment_of: dict[UUID, UUID]
    resolved_of: dict[UUID, UUID]
    factor_of: dict[UUID, str]
    family_id: UUID

    @property
    def organization_id(self) -> UUID:
        return self.people.alice.organization_id

    def own(self, things: dict[UUID, Any], person: Actor) -> Any:
        """A thing of this person; of Alice for somebody who has none."""
        return things.get(person.user_id, things[self.people.alice.user_id])

    def person(self, name: str) -> Actor:
        """Everybody of the table's columns. The keys are Alice's: an owner's key may no more than its scopes."""
        alice = self.people.alice
        if name == "token":
            return replace(alice, session_id=None, family_id=self.family_id)
        if name == "acting":
            return replace(alice, staff_id=self.people.sid.user_id)
        return self.olga if name == "olga" else getattr(self.people, name)

    def key(self, scopes: Iterable[Scope]) -> Actor:
        return replace(self.people.alice, session_id=None, scopes=frozenset(scopes), key_id=self.key_of[self.people.alice.user_id])


def build() -> World:
    people = settle_in(PlanName.PRO)
    alice, bob = people.alice, people.bob
    with db.transaction() as session:
        for other in (people.mallory, people.sid):
            session.get_one(Organization, other.organization_id).plan = PlanName.PRO
    people = replace(people, mallory=actor(people.tokens["mallory"]), sid=actor(people.tokens["sid"]))
    olga_token = do(accounts.sign_up, name="Olga Oak", email="olga@own.example.org", password=PASSWORD).token
    olga_id = actor(olga_token).user_id
    with db.transaction() as session:
        session.add(Membership(user_id=olga_id, organization_id=alice.organization_id, role=Role.OWNER))
    do(accounts.switch, token=olga_token, organization_id=alice.organization_id)
    olga = actor(olga_token)
    team = (alice, olga, people.adam, bob, people.vera)
    secrets = {name: do(api_keys.create, alice, name=f"{MARK} {name}", scopes=scopes) for name, scopes in _keys().items()}
    ids = {"job_id": give_up(bob, title=f"{MARK} dead")} | {"key_id": UUID(secrets["all"].id)}
    ids |= {name: _thread(bob) for name in ("draft", "approved", "claims", "review")}
    with db.reading() as session:
        ids["done"] = session.exec(select(Output.job_id).where(Output.id == ids["draft"])).one()
    ids |= _calendar(bob)
    ids |= {"doing": UUID(create(bob).id), "file_id": _file(bob, "notes.md"), "mail_id": _mail(alice)}
    _settle_outputs(bob, ids)
    ids["case_id"] = do(eval_cases.keep, bob, output_id=ids["draft"], name=f"{MARK} case", rules=["fits"])
    for name in ("schedule_id", "paused"):
        ids[name] = UUID(do(schedules.create, bob, **ORDER, **MONDAYS, title=f"{MARK} {name}").id)
    do(schedules.pause, bob, schedule_id=ids["paused"])
    ids |= _webhooks(alice)
    do(business.save, alice, version=0, data={"name": MARK})
    do(pictures.set_avatar, people.vera, picture=PICTURE)
    for owner in (alice, people.mallory, people.sid):
        do(pictures.set_logo, owner, picture=PICTURE)
    ids["invitation_id"] = UUID(do(invitations.invite, alice, email="ines@larkfield.example.org", role="member").id)
    world = World(
        people=people,
        olga=olga,
        tokens={**people.tokens, "olga": olga_token},
        api_keys={name: made.secret for name, made in secrets.items()},
        ids=ids,
        session_of={person.user_id: _second_session(person) for person in team},
        passkey_of={person.user_id: _passkey(person) for person in team},
        key_of={person.user_id: _key(person) for person in team if person.role is not Role.VIEWER},
        identity_of={person.user_id: _identity(person) for person in team},
        trash_of={person.user_id: _trash(person) for person in team},
        link_of={person.user_id: _link(people.sid, person) for person in team},
        comment_of={person.user_id: _comment(person, ids) for person in team},
        resolved_of={person.user_id: _comment(person, ids, resolved=True) for person in team},
        factor_of={p.user_id: enrol_app(p)[0] for p in (*team, people.mallory, people.sid)},
        family_id=_family(alice),
    )
    do(api_keys.revoke, alice, key_id=UUID(secrets["revoked"].id))
    with db.transaction() as session:
        for table in (Job, Output, Schedule):
            session.execute(sa.update(table).values(title=f"{MARK} work"))
        _stay_fresh(session)
    return world


def fingerprint(session: Session) -> str:
    """Everything that the database holds, but for when somebody was last seen."""
    digest = sha256()
    for name, table in sorted(SQLModel.metadata.tables.items()):
        if name != "throttles":
            columns = [column for column in table.c if column.name not in SEEN]
            digest.update(name.encode())
            digest.update("\n".join(sorted(repr(tuple(row)) for row in session.execute(sa.select(*columns)))).encode())
    return digest.hexdigest()


def now_holds() -> str:
    with db.reading() as session:
        return fingerprint(session)


def of_organization(session: Session, organization_id: UUID) -> str:
    """Everything of one organisation."""
    digest = sha256()
    for name, table in sorted(SQLModel.metadata.tables.items()):
        mine = table.c.get("organization_id") if name != "organizations" else table.c.id
        if mine is not None:
            columns = [column for column in table.c if column.name not in SEEN]
            found = session.execute(sa.select(*columns).where(mine == organization_id))
            digest.update("\n".join([name, *sorted(repr(tuple(row)) for row in found)]).encode())
    return digest.hexdigest()


def _keys() -> dict[str, list[str]]:
    """API keys: with every scope, with every one but one, and one that is revoked in the end."""
    every = [scope.value for scope in Scope]
    few = {line.key for line in routes().values() if ":" in line.key}
    return {"all": every, "revoked": every, **{f"without {scope}": [s for s in every if s != scope] for scope in few}}


def _thread(person: Actor) -> UUID:
    job_id = UUID(create(person).id)
    work_all()
    with db.reading() as session:
        return session.exec(select(Output.id).where(Output.job_id == job_id)).one()


def _settle_outputs(person: Actor, ids: dict[str, UUID]) -> None:
    do(outputs.approve, person, output_id=ids["approved"], version=1)
    view = do(outputs_read.get, person, output_id=ids["claims"])
    said = [Words(INVENTED), Words("Marta Ruiz took every order by phone.")]
    do(
        outputs.edit,
        person,
        output_id=ids["claims"],
        version=view.version,
        parts=said,
    )
    do(reviews.request, person, output_id=ids["review"], version=1)
    made = do(client_links.create, person, output_id=ids["review"], version=2, name=f"{MARK} client")
    ids["link_id"] = UUID(made.row.id)
    with db.transaction() as session:
        draft = session.get_one(Output, ids["draft"])
        found = {"part": 0, "start": 0, "end": 3, "message": "Begin with who it is about.", "replacement": "She"}
        first, *rest = draft.report["checks"]
        draft.report = {**draft.report, "checks": [{**first, "findings": [found]}, *rest]}
        session.add(draft)
        assert session.get_one(Job, ids["doing"]).status in (JobStatus.PENDING, JobStatus.QUEUED)


def _comment(person: Actor, ids: dict[str, UUID], *, resolved: bool = False) -> UUID:
    found = do(comments.add, person, output_id=ids["draft"], text=f"{MARK} remark")
    if resolved:
        do(comments.resolve, person, comment_id=found)
    return found


def _file(person: Actor, name: str) -> UUID:
    return UUID(do(files.add, person, **upload(name)).id)


def upload(name: str) -> dict[str, Any]:
    path = Path(__file__)
    data = path.read_bytes()
    return {"name": name, "content_type": "text/markdown", "path": path, "sha256": sha256(data).hexdigest(), "size": len(data)}


def _mail(person: Actor) -> UUID:
    values = {"to_address": "alice@larkfield.example.org", "subject": MARK, "text": "A text.", "html": "<p>A text.</p>"}
    row = Mail(**values, organization_id=person.organization_id, kind="notice", once_key=str(uuid4()), status=MailStatus.CAPTURED)
    with db.transaction() as session:
        session.add(row)
    return row.id


def _webhooks(person: Actor) -> dict[str, UUID]:
    """An endpoint with something on its way to it, a rule for pushes, and an order that was given up."""
    endpoint = UUID(do(webhook_endpoints.create, person, **HOOK, description=MARK).id)
    sent = do(webhook_endpoints.test, person, endpoint_id=endpoint)
    rule = UUID(do(github_rules.create, person, **RULE).id)
    values = {"source": IncomingSource.ZAPIER, "external_id": str(uuid4()), "event": MARK, "body": b"{}", "status": IncomingStatus.DEAD}
    row = IncomingWebhook(organization_id=person.organization_id, user_id=person.user_id, **values)
    with db.transaction() as session:
        session.add(row)
    return {"endpoint_id": endpoint, "delivery_id": sent, "rule_id": rule, "incoming_id": row.id}


def _calendar(person: Actor) -> dict[str, UUID]:
    """An entry of the calendar, and a result that is a plan of two more."""
    day = (now() + timedelta(days=30)).date()
    made = do(calendar.create, person, day=day, clock=time(9), title=f"{MARK} post")
    plan = _thread(person)
    with db.transaction() as session:
        row = session.get_one(Output, plan)
        entries = [{"date": day.isoformat(), "time": "09:00", "channel": "x", "title": f"{MARK} plan", "text": "A text."}]
        row.report = {**row.report, "output": {**row.report["output"], "entries": entries}}
        session.add(row)
    return {"entry_id": UUID(made.id), "plan": plan}


def _second_session(person: Actor) -> UUID:
    with db.transaction() as session:
        made = accounts.open_session(session, session.get_one(User, person.user_id), person.organization_id, ip="", user_agent="")
    found = actor(made.token).session_id
    assert found is not None
    return found


def _passkey(person: Actor) -> UUID:
    row = Passkey(user_id=person.user_id, name=f"{MARK} key", credential_id=str(uuid4()), public_key=b"none", sign_count=0)
    with db.transaction() as session:
        session.add(row)
    return row.id


def _key(person: Actor) -> UUID:
    return UUID(do(api_keys.create, person, name=f"{MARK} own", scopes=["jobs:read"]).id)


def _identity(person: Actor) -> UUID:
    """An account at a provider, whose subject there is the person's id here."""
    row = Identity(user_id=person.user_id, provider="google", issuer=ISSUER, subject=str(person.user_id), email=f"{MARK}@example.org")
    with db.transaction() as session:
        session.add(row)
    return row.id


def _family(person: Actor) -> UUID:
    """The log-in of an API client."""
    log_in(person)
    with db.reading() as session:
        return session.exec(select(RefreshToken.family_id).where(RefreshToken.user_id == person.user_id)).one()


def _stay_fresh(session: Session) -> None:
    """Everybody has just given their password, for as long as the tests run; what is stale is tested beside each service."""
    session.execute(sa.update(LoginSession).values(authenticated_at=db.utcnow(3600)))
    session.execute(sa.update(RefreshToken).values(expires_at=db.utcnow(person.FAMILY_SECONDS + 3600)))


def _trash(person: Actor) -> UUID:
    with db.transaction() as session:
        row = Organization(id=new_id(), name=f"{MARK} old", deleted_at=now() - timedelta(days=1))
        session.add(row)
        session.flush()
        session.add(Membership(user_id=person.user_id, organization_id=row.id, role=Role.OWNER))
    return row.id


def _link(host: Actor, guest: Actor) -> str:
    """The token of an invitation to another house."""
    with db.reading() as session:
        email = session.get_one(User, guest.user_id).email
    made = do(invitations.invite, host, email=email, role="viewer")
    found = re.search(r"cxi_[\w-]{43}", do(invitations.link, host, invitation_id=UUID(made.id)))
    assert found is not None
    return found.group()


def rows_of(model: type[Any], organization_id: UUID) -> list[UUID]:
    with db.reading() as session:
        return list(session.exec(select(model.id).where(col(model.organization_id) == organization_id)).all())


def stored_mails() -> list[Mail]:
    with db.reading() as session:
        return list(session.exec(select(Mail)).all())


__all__ = ["INVENTED", "MARK", "MONDAYS", "ORDER", "World", "build", "fingerprint", "mail", "now_holds", "of_organization", "upload"]
