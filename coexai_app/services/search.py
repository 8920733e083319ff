"""Search over the titles and texts of an organisation's jobs and results, with what both databases have: substrings in any case.

Inputs and results are JSON; `texts` is every string in one, as it reads and not as it is escaped.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, and_, cast, func, literal, or_, union_all
from sqlalchemy import select as sql_select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, col

from coexai_app import access, db
from coexai_app.access import Actor, Permission
from coexai_app.errors import InvalidInput
from coexai_app.models import Job, Output
from coexai_app.views.listing import Listing
from coexai_app.views.search import Hit, snippet

LONGEST: Final = 100
MOST_WORDS: Final = 8
# A snippet is looked for in so much of a text.
_READ: Final = 200_000


class texts(FunctionElement[str]):  # noqa: N801  (reads as SQL)
    """All strings of a JSON column, with spaces between."""

    inherit_cache = True
    type = Text()


@compiles(texts, "sqlite")
def _sqlite_texts(element: texts, compiler: Any, **kw: Any) -> str:
    inner = compiler.process(element.clauses, **kw)
    return f"(SELECT group_concat(tree.value, ' ') FROM json_tree({inner}) AS tree WHERE tree.type = 'text')"  # noqa: S608  (a column)


@compiles(texts)
def _postgres_texts(element: texts, compiler: Any, **kw: Any) -> str:
    inner = compiler.process(element.clauses, **kw)
    strings = f"jsonb_path_query({inner}, 'strict $.** ? (@.type() == \"string\")')"
    return f"(SELECT string_agg(found.value #>> '{{}}', ' ') FROM {strings} AS found(value))"  # noqa: S608  (a column)


@db.reads
def find(session: Session, actor: Actor, *, query: str, page: int = 1, limit: int = 20) -> Listing[Hit]:
    """Jobs and results that hold every word of `query`, newest first. Results only for those who may see them. Raises InvalidInput."""
    access.require(actor, Permission.VIEW_WORK)
    words = query[:LONGEST].split()[:MOST_WORDS]
    if not words:
        raise InvalidInput("Say what to look for.", field="q", fields={"q": "Say what to look for."})
    found = [_matching(Job, "job", col(Job.id), col(Job.input), actor, words)]
    if actor.may(Permission.VIEW_OUTPUT):
        found.append(_matching(Output, "output", col(Output.job_id), col(Output.report)["output"], actor, words))
    hits = union_all(*found).subquery()
    total = session.execute(sql_select(func.count()).select_from(hits)).scalar_one()
    newest = sql_select(hits.c.kind, hits.c.id, hits.c.job_id, hits.c.title, hits.c.created_at).order_by(
        hits.c.created_at.desc(), hits.c.id
    )
    rows = session.execute(newest.offset((page - 1) * limit).limit(limit)).all()
    bodies = _bodies(session, [row.id for row in rows])
    shown = [
        Hit(
            type=row.kind,
            id=row.id,
            job_id=row.job_id,
            title=row.title,
            snippet=snippet(bodies.get(row.id, ""), words[0]),
            created_at=row.created_at,
        )
        for row in rows
    ]
    return Listing[Hit].of(shown, page=page, limit=limit, total=total)


def _matching(table: Any, kind: str, job_id: Any, body: Any, actor: Actor, words: list[str]) -> Any:
    within = [or_(table.title.icontains(word, autoescape=True), texts(body).icontains(word, autoescape=True)) for word in words]
    columns = (literal(kind).label("kind"), table.id.label("id"), job_id.label("job_id"), table.title.label("title"), table.created_at)
    return sql_select(*columns).where(table.organization_id == actor.organization_id, and_(*within))


def _bodies(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    """The texts of the jobs and results on one page."""
    jobs = sql_select(col(Job.id), func.substr(cast(texts(col(Job.input)), Text), 1, _READ)).where(col(Job.id).in_(ids))
    outputs = sql_select(col(Output.id), func.substr(cast(texts(col(Output.report)["output"]), Text), 1, _READ)).where(
        col(Output.id).in_(ids)
    )
    return {key: body or "" for statement in (jobs, outputs) for key, body in session.execute(statement).all()}
