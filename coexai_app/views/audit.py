"""The audit log as its page shows it: each row a sentence, where it came from, what changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from coexai_app.models import AuditLog, AuditOutcome
from coexai_app.views.audit_actions import GROUPS, known
from coexai_app.views.base import Page, View, exact, moment, zone
from coexai_app.views.device import device

NOBODY: Final = "Somebody who was not signed in"
_OUTCOMES: Final[Mapping[AuditOutcome, tuple[str, str, str]]] = {
    AuditOutcome.DONE: ("", "", ""),
    AuditOutcome.FAILED: ("warn", "triangle-alert", "Failed"),
    AuditOutcome.REFUSED: ("bad", "ban", "Refused"),
}
_HOLE: Final = re.compile(r"\{(\w+)\}")


class Fact(View):
    label: str
    value: str


class Change(View):
    label: str
    before: str
    after: str


class AuditRow(View):
    """One thing that somebody did. `at` is the exact time in the viewer's zone, `when` the short one."""

    id: str
    seq: int
    sentence: str
    icon: str
    tone: str
    outcome_icon: str
    outcome: str
    when: str
    at: str
    place: str
    changes: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    hash: str
    short: str


class Option(View):
    value: str
    label: str


class Verified(View):
    """How far the chain was checked the last time. `text` is the line that says it."""

    text: str
    tone: str
    icon: str


class AuditPage(View):
    """A page of the log, the people in it, and what is known of its chain."""

    found: Page[AuditRow] = Page[AuditRow]()
    people: tuple[Option, ...] = ()
    groups: tuple[Option, ...] = (Option(value="", label="All actions"), *(Option(value=v, label=t) for v, t in GROUPS.items()))
    verified: Verified


def from_row(row: AuditLog, tz: str) -> AuditRow:
    action, outcome = known(row.action), _OUTCOMES[row.outcome]
    local = row.created_at.astimezone(zone(tz))
    words = device(row.user_agent)
    return AuditRow(
        id=str(row.id),
        seq=row.seq,
        sentence=sentence(row),
        icon=action.icon,
        tone=outcome[0],
        outcome_icon=outcome[1],
        outcome=outcome[2],
        when=moment(row.created_at, tz),
        at=exact(row.created_at, tz),
        place=", ".join(part for part in (words, row.ip) if part),
        changes=tuple(
            Change(label=label(name), before=text(row.before.get(name)), after=text(row.after.get(name)))
            for name in {**row.before, **row.after}
        ),
        facts=tuple(Fact(label=name, value=value) for name, value in _facts(row, local.isoformat(timespec="milliseconds")) if value),
        hash=row.hash,
        short=row.hash[:10],
    )


def sentence(row: AuditLog) -> str:
    """What happened, in words: names instead of ids, every hole filled."""
    holes = {
        **{name: text(value) for name, value in row.data.items()},
        "actor": actor(row),
        "target": row.target_name or _short_id(row.target),
        "before": _joined(row.before),
        "after": _joined(row.after),
        "action": row.action,
    }
    if "agent" in holes:
        holes["agent"] = holes["agent"].capitalize()
    return _HOLE.sub(lambda hole: holes.get(hole[1], "something"), known(row.action).sentence)


def actor(row: AuditLog) -> str:
    """The name of who acted; staff that acted as somebody say so."""
    name = row.user_name or (f"A person ({_short_id(str(row.user_id))})" if row.user_id else NOBODY)
    return f"{name}, acting for {row.on_behalf_of_name or 'a customer'}," if row.on_behalf_of else name


def label(name: str) -> str:
    """ "up_to" → "Up to"."""
    return name.replace("_", " ").capitalize()


def text(value: Any) -> str:
    """A stored value as people read it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _facts(row: AuditLog, at: str) -> list[tuple[str, str]]:
    return [
        *((label(name), text(value)) for name, value in row.data.items() if value is not None),
        ("Time", at),
        ("Address", row.ip),
        ("Device", row.user_agent),
        ("Action", row.action),
        ("Target", row.target),
        ("Person", str(row.user_id or "")),
        ("For", str(row.on_behalf_of or "")),
        ("Session", str(row.session_id or "")),
        ("API key", str(row.api_key_id or "")),
        ("Request", row.request_id),
        ("Row", f"{row.seq:,}"),
    ]


def _joined(values: Mapping[str, Any]) -> str:
    """One value alone, several with their names."""
    if len(values) == 1:
        return text(next(iter(values.values())))
    return ", ".join(f"{label(name).lower()} {text(value)}" for name, value in values.items()) or "nothing"


def _short_id(ident: str) -> str:
    return ident if len(ident) <= 12 else f"…{ident[-6:]}"
