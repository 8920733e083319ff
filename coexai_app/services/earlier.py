"""What an organisation's coworker wrote before, for the reuse guard: the texts of its last outputs. Called by `runs` while a job runs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from coexai_app import agents
from coexai_app.agents.text.reuse import Earlier
from coexai_app.errors import CoexaiError
from coexai_app.models import Job, Output

MOST: Final = 200
# Texts of outputs that this process has read: reports are long, and nothing of them changes without a new version.
_KEPT: Final = 4_000
_read: OrderedDict[tuple[UUID, int], Earlier] = OrderedDict()
_lock = threading.Lock()


def of_agent(session: Session, *, organization_id: UUID, agent: str, job_id: UUID, test: bool) -> tuple[Earlier, ...]:
    """The last 200 outputs of one organisation's coworker, the newest first, without the job's own; real ones know no test ones."""
    mine = (
        select(Output.id, Output.version, Output.title, Output.capability)
        .join(Job, col(Job.id) == col(Output.job_id))
        .where(Output.organization_id == organization_id, Output.agent == agent, Output.job_id != job_id, col(Job.test).is_(test))
        .order_by(col(Output.id).desc())
        .limit(MOST)
    )
    rows = session.exec(mine).all()
    with _lock:
        known = {row[0]: _read[row[0], row[1]] for row in rows if (row[0], row[1]) in _read}
    if missing := [row for row in rows if row[0] not in known]:
        texts = select(Output.id, col(Output.report)["output"]).where(
            Output.organization_id == organization_id, col(Output.id).in_([row[0] for row in missing])
        )
        stored: dict[UUID, Any] = {row[0]: row[1] for row in session.exec(texts).all()}
        new = {(id_, version): _earlier(agent, id_, title, capability, stored.get(id_)) for id_, version, title, capability in missing}
        known |= {id_: one for (id_, _), one in new.items()}
        with _lock:
            _read.update(new)
            while len(_read) > _KEPT:
                _read.popitem(last=False)
    return tuple(known[row[0]] for row in rows)


def _earlier(agent: str, id_: UUID, title: str, capability: str, output: Any) -> Earlier:
    """An output of a capability that is not here any more has no texts."""
    try:
        texts = tuple(part.text for part in agents.parted(agent, capability, output).parts())
    except (CoexaiError, ValueError):
        texts = ()
    return Earlier(id=str(id_), title=title, texts=texts)
