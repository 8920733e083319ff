"""Whether this process can serve: database at the newest migration, queue and cache reachable."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import text
from sqlmodel import Session

from coexai_app import db, settings


@lru_cache(maxsize=1)
def head() -> str:
    """The newest migration of this version of the program."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(settings.ROOT / "alembic")).get_current_head() or ""


def checks() -> dict[str, str]:
    """Each part with "ok" or what is wrong, in a word."""
    return {"db": _database(), "cache": _cache()}


def _database() -> str:
    try:
        with db.reading() as session:
            return "ok" if _version(session) == head() else "migrate"
    except Exception:
        return "down"


def _version(session: Session) -> str:
    return str(session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar())


def _cache() -> str:
    """Redis when there is one; the embedded queue file otherwise."""
    from coexai_app import live, queue

    try:
        if settings.get().redis_url:
            live.redis().ping()
        else:
            queue.huey.pending_count()
    except Exception:
        return "down"
    return "ok"
