"""A push to a repository: every Markdown file that it touches, and that fits a rule, starts a job with that file, once.

Called by `incoming_run.py`. Whose private files may be read: the instance's token is used for organisations that a member of its staff
owns, and for public repositories when GitHub itself said so to the operator's own address. What a customer's address is told can be made
up by that customer, so it never opens a private repository.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import true, update
from sqlmodel import Session, col, select

from coexai_app import db, settings
from coexai_app.errors import CoexaiError, Unavailable
from coexai_app.integrations import github
from coexai_app.models import GithubRule, IncomingWebhook, Job, Membership, Organization, Role, User
from coexai_app.services import dispatch, files, github_rules, jobs
from coexai_app.services.incoming_parts import Outcome, Received, acting_as

MAX_FILES: Final = 20
# Within the lease of an incoming webhook; what is left is done at the next try.
SECONDS: Final = 90.0
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_MAX_PATH: Final = 500


@dataclass(frozen=True, slots=True)
class Push:
    """`files` are Markdown paths in the order of the commits; `public`: GitHub says that everybody may read them."""

    repository: str
    branch: str
    commit: str
    files: tuple[str, ...]
    public: bool


@dataclass(frozen=True, slots=True)
class _Order:
    rule_id: UUID
    organization_id: UUID
    user_id: UUID
    agent: str
    capability: str
    defaults: dict[str, Any]
    path: str
    token: bool


def handle(received: Received) -> Outcome:
    """Starts the jobs of a push. Raises Unavailable when files could not be read now; what was started is not started again."""
    push = parse(received.body)
    if push is None:
        return Outcome(False, "It touches no Markdown file on a branch.")
    with db.reading() as session:
        orders = list(_orders(session, push, received.organization_id))
    if not orders:
        return Outcome(False, f"No rule is for these files of {push.repository}, branch {push.branch}.")
    if received.organization_id is None and len(whose := {order.organization_id for order in orders}) == 1:
        _belongs(received.id, *whose)
    until = time.monotonic() + SECONDS
    started, troubles, later = 0, [], ""
    for order in orders:
        if time.monotonic() > until:
            raise Unavailable("There were more files than could be read at once. The rest follows.")
        try:
            started += _start(order, push)
        except CoexaiError as error:
            if not error.permanent:
                later = error.message
                continue
            troubles.append(f"{order.path}: {error.message}")
            _note_trouble(order, error.message)
    if later:
        raise Unavailable(later)
    words = f"Started {started} of {len(orders)} jobs." if started != 1 or len(orders) != 1 else "Started a job."
    return Outcome(started > 0 or not troubles, " ".join([words, *troubles]))


def parse(body: bytes) -> Push | None:
    """What a push is about; None for one that touches no Markdown file of a branch, or is not to be understood."""
    told = json.loads(body)
    repository, ref, commit = told.get("repository"), told.get("ref"), told.get("after")
    name = repository.get("full_name") if isinstance(repository, dict) else None
    if not isinstance(name, str) or not github_rules.REPOSITORY.fullmatch(name):
        return None
    if not isinstance(ref, str) or not ref.startswith("refs/heads/") or not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
        return None
    if told.get("deleted") or set(commit) == {"0"}:
        return None
    found = _files(told.get("commits"))
    public = isinstance(repository, dict) and repository.get("private") is False
    return Push(name.lower(), ref.removeprefix("refs/heads/"), commit, found, public) if found else None


def _files(commits: object) -> tuple[str, ...]:
    """The Markdown files that are there after all commits, and were added or changed by one of them."""
    there: dict[str, None] = {}
    for commit in commits if isinstance(commits, list) else []:
        if not isinstance(commit, dict):
            continue
        for kind in ("added", "modified", "removed"):
            named = commit.get(kind)
            for path in named if isinstance(named, list) else []:
                if not isinstance(path, str) or not _usable(path):
                    continue
                if kind == "removed":
                    there.pop(path, None)
                else:
                    there[path] = None
    return tuple(there)


def _usable(path: str) -> bool:
    parts = path.split("/")
    return (
        path.lower().endswith(github_rules.MARKDOWN)
        and len(path) <= _MAX_PATH
        and path.isprintable()
        and not any(part in ("", ".", "..") for part in parts)
    )


def _orders(session: Session, push: Push, organization_id: UUID | None) -> Iterator[_Order]:
    wanted = (
        select(GithubRule)
        .join(Organization, col(Organization.id) == GithubRule.organization_id)
        .where(GithubRule.repository == push.repository, GithubRule.branch == push.branch, col(GithubRule.enabled) == true())
        .where(col(Organization.deleted_at).is_(None))
        .order_by(col(GithubRule.id))
    )
    if organization_id is not None:
        wanted = wanted.where(GithubRule.organization_id == organization_id)
    rules = session.exec(wanted).all()
    operators = _of_staff(session, [rule.organization_id for rule in rules])
    for rule in rules:
        vouched = rule.organization_id in operators or (organization_id is None and push.public)
        matching = [path for path in push.files if github_rules.touches(rule.paths, path)]
        for path in matching[:MAX_FILES]:
            yield _Order(rule.id, rule.organization_id, rule.user_id, rule.agent, rule.capability, rule.defaults, path, token=vouched)


def _of_staff(session: Session, organizations: Sequence[UUID]) -> frozenset[UUID]:
    """Those that a member of the instance's staff owns."""
    owned = (
        select(Membership.organization_id)
        .join(User, col(User.id) == Membership.user_id)
        .where(col(Membership.organization_id).in_(organizations), Membership.role == Role.OWNER, col(User.is_staff) == true())
    )
    return frozenset(session.exec(owned))


def _start(order: _Order, push: Push) -> int:
    """Reads the file and starts the job: 1, or 0 when this commit, path and rule had one already."""
    key = "github:" + hashlib.sha256(f"{order.rule_id}:{push.commit}:{order.path}".encode()).hexdigest()
    with db.reading() as session:
        if _known(session, order, key):
            return 0
    config = settings.get()
    token = config.github_token.get_secret_value() if order.token and config.github_token else ""
    data = github.read_file(push.repository, order.path, push.commit, api_url=config.github_api_url, token=token)
    with db.transaction() as session, tempfile.NamedTemporaryFile() as part:
        part.write(data)
        part.flush()
        dispatch.lock(session, order.organization_id)
        if _known(session, order, key):
            return 0
        actor = acting_as(session, order.user_id, order.organization_id)
        file = files.add(
            session,
            actor,
            name=order.path.rpartition("/")[2],
            content_type="text/markdown",
            path=Path(part.name),
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
        )
        job = jobs.create(
            session,
            actor,
            agent=order.agent,
            capability=order.capability,
            data={**order.defaults, "file": file.id},
            idempotency_key=key,
        )
        done = {"last_at": db.utcnow(), "last_job_id": UUID(job.id), "trouble": ""}
        session.execute(update(GithubRule).where(col(GithubRule.id) == order.rule_id).values(**done))
    return 1


def _known(session: Session, order: _Order, key: str) -> bool:
    made = select(Job.id).where(Job.organization_id == order.organization_id, Job.idempotency_key == key)
    return session.exec(made).first() is not None


def _belongs(incoming_id: UUID, organization_id: UUID) -> None:
    """What came to the operator's address is shown to the one organisation that it is for."""
    with db.transaction() as session:
        session.execute(update(IncomingWebhook).where(col(IncomingWebhook.id) == incoming_id).values(organization_id=organization_id))


def _note_trouble(order: _Order, words: str) -> None:
    with db.transaction() as session:
        trouble = f"{order.path}: {words}"[:500]
        session.execute(update(GithubRule).where(col(GithubRule.id) == order.rule_id).values(trouble=trouble, last_at=db.utcnow()))
