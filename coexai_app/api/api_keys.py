"""API keys over the API: for people with a session or a token; a key never makes, lists or ends keys."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from coexai_app.api import deps
from coexai_app.api.deps import CurrentActor
from coexai_app.api.once import Once
from coexai_app.services import api_keys
from coexai_app.views.tokens import CreatedKey, ScopeView

router = APIRouter(prefix="/api/v1/api-keys", tags=["API keys"])


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=400)
    scopes: list[str] = Field(max_length=100)
    expires_in_days: int | None = 90
    expires_on: date | None = None
    live: bool = True


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = 24


@router.get("")
async def list_keys(actor: CurrentActor, page: int = Query(1, ge=1, le=100_000), limit: int = Query(20, ge=1, le=50)) -> dict[str, Any]:
    """The keys that you may see, newest first."""
    found = await deps.call(api_keys.page, actor, page=page, limit=limit)
    return {
        "data": found.rows,
        "pagination": {
            "page": found.page,
            "limit": found.limit,
            "total": found.total,
            "total_pages": found.pages,
            "has_next": found.page < found.pages,
            "has_prev": found.page > 1,
        },
    }


@router.get("/scopes")
async def list_scopes(actor: CurrentActor) -> dict[str, tuple[ScopeView, ...]]:
    """What a key may be allowed to do."""
    return {"data": await deps.call(api_keys.scopes, actor)}


@router.post("", status_code=201)
async def create_key(once: Once, response: Response, body: NewKey) -> CreatedKey:
    """Makes a key. The answer's `secret` is shown this once. Asks for a log-in within the last ten minutes, as rotating and revoking do."""
    response.headers["Cache-Control"] = "no-store"
    return await once(api_keys.create, **body.model_dump())


@router.post("/{key_id}/rotate", status_code=201)
async def rotate_key(once: Once, response: Response, key_id: UUID, body: Rotation | None = None) -> CreatedKey:
    """A new key like this one; the old one still opens for `overlap_hours`."""
    response.headers["Cache-Control"] = "no-store"
    return await once(api_keys.rotate, key_id=key_id, overlap_hours=(body or Rotation()).overlap_hours)


@router.delete("/{key_id}", status_code=204)
async def revoke_key(once: Once, key_id: UUID) -> None:
    """The key opens nothing from now on."""
    await once(api_keys.revoke, key_id=key_id)
