"""The audit log: every sensitive action leaves a row in the same transaction. Every service calls `record`.

Rows are written last in the transaction, so that the lock on a chain's head is never held while another one is waited for. Reading is in
`audit_read.py`, exporting in `audit_export.py`, checking in `audit_verify.py`, forgetting in `audit_purge.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from coexai_app import log, origin
from coexai_app.access import Actor
from coexai_app.models import AuditOutcome, User
from coexai_app.services import audit_chain
from coexai_app.services.audit_values import changed, fields, plain
from coexai_app.views.audit_actions import ACTIONS

_PENDING: Final = "coexai_audit"
_LONGEST_WORDS: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row that waits for the end of the transaction; `within` is the savepoint that it is rolled back with."""

    organization_id: UUID | None
    values: Mapping[str, Any]
    within: SessionTransaction | None


def record(
    session: Session,
    action: str,
    *,
    actor: Actor | None = None,
    user_id: UUID | None = None,
    user_name: str = "",
    organization_id: UUID | None = None,
    target: str = "",
    target_name: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
    ip: str = "",
    user_agent: str = "",
    **data: Any,
) -> None:
    """Adds a row about what is done in this transaction; a rollback takes it away again.

    `action` is a dotted verb of `views.audit_actions.ACTIONS` ("session.login"), `target` the id of what it was done to, `target_name`
    what people call it. Of `before` and `after` only the fields that differ are kept; all other keywords are details. Secrets are
    redacted. `organization_id` is the actor's unless given; without any the row is the instance's. Who acts without an `actor` (nobody is
    signed in yet) is `user_id`. Where it came from is known from the door; `ip` and `user_agent` say it where no door does.
    """
    if session.get_bind().get_execution_options().get("coexai_reads"):
        raise RuntimeError("a service marked @reads tried to write")
    if not session.in_transaction():
        session.begin()  # a rollback must know of the row
    here = origin.current()
    was, is_now = changed(before, after)
    details = fields(data)
    values = {
        "action": plain(action, 64),
        "outcome": outcome,
        **_who(session, actor, user_id, user_name),
        "target": plain(target, 128),
        "target_name": plain(target_name, 200),
        "ip": plain(ip or here.ip, 64),
        "user_agent": plain(user_agent or here.user_agent, 256),
        "request_id": plain(log.context().get("request_id", ""), 64),
        "before": was,
        "after": is_now,
        "data": details,
    }
    values["words"] = words(values)
    of = organization_id or (actor.organization_id if actor else None)
    session.info.setdefault(_PENDING, []).append(_Entry(of, values, session.get_nested_transaction()))


def _who(session: Session, actor: Actor | None, user_id: UUID | None, user_name: str) -> dict[str, Any]:
    """The person, with the name that they have now. Staff who act as somebody stand first, and for whom they act beside them."""
    acting, held_for = (actor.user_id if actor else user_id), None
    name = user_name or (actor.name if actor else "")
    for_name = ""
    if actor is not None and actor.staff_id is not None:
        acting, held_for, for_name, name = actor.staff_id, actor.user_id, actor.name, user_name
    if acting is not None and not name:
        user = session.get(User, acting)
        name = user.name if user else ""
    return {
        "user_id": acting,
        "user_name": plain(name, 120),
        "session_id": actor.session_id if actor else None,
        "api_key_id": actor.key_id if actor else None,
        "on_behalf_of": held_for,
        "on_behalf_of_name": plain(for_name, 120),
    }


def words(values: Mapping[str, Any]) -> str:
    """What a search looks through, in folded case: the names, the action, the address, every value."""
    found: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                found.append(name)
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)
        elif value is not None and not isinstance(value, bool):
            found.append(str(value))

    known = ACTIONS.get(values["action"])
    found += [known.sentence.replace("{", "").replace("}", "")] if known else []
    for name in ("action", "user_name", "on_behalf_of_name", "target_name", "target", "ip", "request_id", "before", "after", "data"):
        collect(values[name])
    return " ".join(word for word in found if word).casefold()[:_LONGEST_WORDS]


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Everything else goes to the database first, then the rows of each chain, chain by chain in the order of their ids."""
    pending: list[_Entry] = session.info.get(_PENDING, [])
    if not pending or session.in_nested_transaction():
        return
    session.flush()
    chains: dict[UUID | None, list[Mapping[str, Any]]] = {}
    for entry in pending:
        chains.setdefault(entry.organization_id, []).append(entry.values)
    for organization_id in sorted(chains, key=audit_chain.chain_of):
        audit_chain.append(session, organization_id, chains[organization_id])
    session.info.pop(_PENDING)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was rolled back did not happen: all of it, or what a savepoint held."""
    pending: list[_Entry] = session.info.pop(_PENDING, [])
    if ended.nested and (kept := [entry for entry in pending if not _inside(entry.within, ended)]):
        session.info[_PENDING] = kept


def _inside(within: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while within is not None:
        if within is ended:
            return True
        within = within.parent
    return False
