"""API keys over the API: for people with a session or a token; a key never makes, lists or ends keys."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query as QueryParameter
from fastapi import Request, Response
from pydantic import Field

from coexai_app.access import Permission
from coexai_app.api import conditional, deps, partner
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import CHANGE_ONE, changing, operation
from coexai_app.api.once import Once
from coexai_app.api.partner import Body, PageQuery
from coexai_app.errors import FreshLoginNeeded, NotFound, QuotaExceeded
from coexai_app.services import api_keys
from coexai_app.views.listing import Listing
from coexai_app.views.tokens import CreatedKey, KeyView, ScopeView

router = conditional.Router(prefix="/api/v1/api-keys", tags=["API keys"], route_class=conditional.Route)
MANAGE: Final = Permission.MANAGE_KEYS


class NewKey(Body):
    name: str = Field(max_length=400, examples=["Website"])
    scopes: list[str] = Field(max_length=100, examples=[["jobs:read", "jobs:write"]])
    expires_in_days: int | None = Field(90, ge=1, le=api_keys.MAX_DAYS, examples=[90])
    expires_on: date | None = Field(
        None, description="Instead of `expires_in_days`: its last day, by the organisation's clock.", examples=[None]
    )
    live: bool = True


class Rotation(Body):
    overlap_hours: int = Field(24, ge=0, le=api_keys.MAX_OVERLAP_HOURS, examples=[24])


class KeyQuery(PageQuery):
    limit: int = Field(20, ge=1, le=50, description="Rows on a page.", examples=[20])


@router.get("", **operation("List API keys", permission=MANAGE))
async def list_keys(request: Request, actor: CurrentActor, query: Annotated[KeyQuery, QueryParameter()]) -> Listing[KeyView]:
    """The keys that you may see, newest first."""
    found = await deps.call(api_keys.page, actor, page=query.page, limit=query.limit)
    listed = Listing[KeyView].from_page(found, found.rows, asked=query.page)
    partner.linked(request, listed)
    return listed


@router.get("/scopes", **operation("List the scopes", permission=MANAGE))
async def list_scopes(actor: CurrentActor) -> dict[str, tuple[ScopeView, ...]]:
    """What a key may be allowed to do."""
    return {"data": await deps.call(api_keys.scopes, actor)}


@router.post("", status_code=201, **changing("Create an API key", FreshLoginNeeded, QuotaExceeded, permission=MANAGE))
async def create_key(once: Once, response: Response, body: NewKey) -> CreatedKey:
    """Makes a key. The answer's `secret` is shown this once. Asks for a log-in within the last ten minutes, as rotating and revoking do."""
    response.headers["Cache-Control"] = "no-store"
    return await once(api_keys.create, **body.model_dump())


@router.post("/{key_id}/rotate", status_code=201, **changing("Rotate an API key", FreshLoginNeeded, *CHANGE_ONE, permission=MANAGE))
async def rotate_key(once: Once, response: Response, key_id: UUID, body: Rotation | None = None) -> CreatedKey:
    """A new key like this one; the old one still opens for `overlap_hours`."""
    response.headers["Cache-Control"] = "no-store"
    return await once(api_keys.rotate, key_id=key_id, overlap_hours=(body or Rotation()).overlap_hours)


@router.delete("/{key_id}", status_code=204, **changing("Revoke an API key", FreshLoginNeeded, NotFound, permission=MANAGE, body=False))
async def revoke_key(once: Once, key_id: UUID) -> None:
    """The key opens nothing from now on."""
    await once(api_keys.revoke, key_id=key_id)
