"""Rules for pushes: which repository, branch and files start which job. Admins keep them; `github_push.py` goes by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from coexai_app import access, agents, db, live
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput, QuotaExceeded
from coexai_app.models import GithubRule, User
from coexai_app.models.base import new_id
from coexai_app.services import audit, jobs, webhook_endpoints
from coexai_app.views import webhooks as view
from coexai_app.views.agents import Option
from coexai_app.views.webhooks import RuleView

MAX_RULES: Final = 50
MAX_PATHS: Final = 200
MARKDOWN: Final = (".md", ".markdown")
# What names the source of a job; a rule's source is the file of the push.
SOURCES: Final = frozenset({"file", "url", "text"})
REPOSITORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_BRANCH: Final = re.compile(r"[^\s~^:?*\[\\\x00-\x1f\x7f]{1,255}")


def create(
    session: Session,
    actor: Actor,
    *,
    repository: str,
    branch: str = "main",
    paths: str = "**/*.md",
    agent: str,
    capability: str,
    defaults: Mapping[str, Any] | None = None,
) -> RuleView:
    """A rule that runs as the actor. `paths` is a glob (`*` within a folder, `**` across folders), `defaults` the other fields of the job.

    Raises InvalidInput, NotFound for a capability that does not exist, Forbidden, QuotaExceeded above MAX_RULES.
    """
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    webhook_endpoints.require_plan(actor)
    values = _checked(repository, branch, paths, agent, capability, defaults or {})
    db.serialize(session, f"github-rules:{actor.organization_id}")
    if session.exec(select(func.count()).where(GithubRule.organization_id == actor.organization_id)).one() >= MAX_RULES:
        raise QuotaExceeded(f"An organisation has at most {MAX_RULES} rules. Delete one that is not needed any more.", limit=MAX_RULES)
    row = GithubRule(organization_id=actor.organization_id, user_id=actor.user_id, **values)
    session.add(row)
    session.flush()
    audit.record(session, "github_rule.created", actor=actor, target=str(row.id), target_name=row.repository, **_said(row))
    live.publish(session, actor.organization_id, "github_rule.changed", row.id)
    return _view(session, actor, row)


def switch(session: Session, actor: Actor, *, rule_id: UUID, enabled: bool) -> RuleView:
    """Switches a rule on, from now on as the actor, or off. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = _one(session, actor, rule_id)
    if enabled:
        webhook_endpoints.require_plan(actor)
        row.user_id, row.trouble = actor.user_id, ""
    row.enabled, row.updated_at = enabled, db.now(session)
    session.flush()
    audit.record(
        session, "github_rule.switched", actor=actor, target=str(row.id), target_name=row.repository, state="on" if enabled else "off"
    )
    live.publish(session, actor.organization_id, "github_rule.changed", row.id)
    return _view(session, actor, row)


def delete(session: Session, actor: Actor, *, rule_id: UUID) -> None:
    """Removes a rule; its jobs stay. Raises NotFound."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    row = _one(session, actor, rule_id)
    audit.record(session, "github_rule.deleted", actor=actor, target=str(row.id), target_name=row.repository)
    live.publish(session, actor.organization_id, "github_rule.changed", row.id)
    session.delete(row)
    session.flush()


@db.reads
def all_of(session: Session, actor: Actor) -> tuple[RuleView, ...]:
    """The organisation's rules, newest first; there are at most MAX_RULES."""
    access.require(actor, Permission.MANAGE_WEBHOOKS)
    rows = session.exec(access.scoped(select(GithubRule), actor).order_by(col(GithubRule.id).desc())).all()
    return tuple(_view(session, actor, row) for row in rows)


def choices() -> tuple[Option, ...]:
    """The capabilities that take a file, for the form."""
    return tuple(
        Option(value=f"{coworker.slug}/{skill.slug}", label=f"{coworker.name}: {skill.title}")
        for coworker in agents.AGENTS.values()
        for skill in coworker.capabilities.values()
        if "file" in skill.input.model_fields
    )


def touches(paths: str, path: str) -> bool:
    """Whether a file is Markdown and its path fits the glob. Time grows with the lengths only, whatever the glob is."""
    if not path.lower().endswith(MARKDOWN):
        return False
    want, have = tuple(paths.strip("/").split("/")), tuple(path.split("/"))

    @cache
    def fits(i: int, j: int) -> bool:
        if i == len(want):
            return j == len(have)
        if want[i] == "**":
            return fits(i + 1, j) or (j < len(have) and fits(i, j + 1))
        return j < len(have) and fnmatchcase(have[j], want[i]) and fits(i + 1, j + 1)

    return fits(0, 0)


def _checked(repository: str, branch: str, paths: str, agent: str, capability: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    name = repository.strip().removeprefix("https://github.com/").removesuffix(".git").strip("/")
    if not REPOSITORY.fullmatch(name):
        raise InvalidInput("Give the repository as owner/name, such as larkfield/blog.", field="repository")
    if not _BRANCH.fullmatch(branch.strip()):
        raise InvalidInput("Give the name of one branch, such as main.", field="branch")
    glob = paths.strip().strip("/")
    if not glob or len(glob) > MAX_PATHS or not glob.isprintable() or glob.count("/") > 20 or not glob.lower().endswith((*MARKDOWN, "*")):
        raise InvalidInput("Give the files as a pattern that ends with .md, such as blog/**/*.md.", field="paths")
    _, skill = jobs.find(agent, capability)
    if "file" not in skill.input.model_fields:
        raise InvalidInput(f"{skill.title} does not take a file.", field="capability")
    rest = {field: value for field, value in defaults.items() if field not in SOURCES}
    skill.parse({**rest, "file": str(new_id())})
    return {
        "repository": name.lower(),
        "branch": branch.strip(),
        "paths": glob,
        "agent": agent,
        "capability": capability,
        "defaults": rest,
    }


def _said(row: GithubRule) -> dict[str, Any]:
    return {"branch": row.branch, "paths": row.paths, "agent": row.agent, "capability": row.capability}


def _one(session: Session, actor: Actor, rule_id: UUID) -> GithubRule:
    return access.one(session, select(GithubRule).where(GithubRule.id == rule_id).with_for_update(key_share=True), actor, "rule")


def _view(session: Session, actor: Actor, row: GithubRule) -> RuleView:
    user = session.get(User, row.user_id)
    return view.rule(row, by=user.name if user else "", title=agents.names(row.agent, row.capability)[1], timezone=actor.timezone)
