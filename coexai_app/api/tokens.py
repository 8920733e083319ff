"""Log-in for API clients: tokens for a password, new tokens for a refresh token, log-out; the keys to check tokens with; who I am."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from coexai_app.api import conditional, deps, limits, proof
from coexai_app.api.deps import CurrentActor
from coexai_app.api.documented import ALWAYS, Responses, errors, operation
from coexai_app.errors import Unauthenticated
from coexai_app.services import second_step, signing_keys, tokens
from coexai_app.services.tokens import Tokens
from coexai_app.views.tokens import Identity

router = conditional.Router(tags=["Authentication"], route_class=conditional.Route)
# Others keep the keys this long; a key is published longer than that before it signs.
_KEYS_CACHE = f"public, max-age={int(signing_keys.PUBLISHED_FOR.total_seconds())}"

_KEYS: Final[Responses] = {
    **errors(*ALWAYS),
    200: {
        "description": "The keys, as a JSON Web Key Set.",
        "content": {
            "application/jwk-set+json": {
                "schema": {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": {"type": "object"}}}},
                "example": {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "0192f3a4", "n": "…", "e": "AQAB"}]},
            }
        },
    },
    304: {"description": "Your copy is still good: its ETag stands in If-None-Match."},
}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class LogIn(Body):
    email: str = Field(max_length=400, examples=["priya@larkfield.example.org"])
    password: str = Field(max_length=400, examples=["correct horse battery"])
    organization_id: UUID | None = Field(None, description="For people in more than one; default: the one joined first.", examples=[None])
    device: str = Field(
        "", max_length=80, description="How the list of log-ins calls this client; default: its User-Agent.", examples=["Phone"]
    )


class SecondFactor(Body):
    ticket: str = Field(max_length=100, description="`details.ticket` of the first step.", examples=["(the ticket)"])
    code: str = Field(max_length=100, description="Of the authenticator app, or a recovery code.", examples=["123456"])


class Refresh(Body):
    refresh_token: str = Field(max_length=200, examples=["(the refresh token)"])


class LogOut(Body):
    refresh_token: str = Field("", max_length=200, examples=["(the refresh token)"])


class TokenAnswer(BaseModel):
    """As OAuth 2 names them (RFC 6749 §5.1). Keep only the newest refresh token: each use makes a new one."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    refresh_token: str
    refresh_expires_at: datetime


@router.post("/api/v1/auth/token", summary="Log in", dependencies=[Depends(limits.anonymous)])
async def log_in(request: Request, response: Response, body: LogIn) -> TokenAnswer:
    """An access token for 15 minutes and a refresh token for seven days.

    For an account with a second factor the answer is 401 `SECOND_FACTOR_REQUIRED` with `details.ticket`, which is good for five minutes at
    `/api/v1/auth/token/second-factor`.
    """
    ip = deps.client_ip(request)
    made = await deps.call(
        tokens.log_in,
        proof=await proof.of_address(body.email, body.password, ip),
        organization_id=body.organization_id,
        device=body.device or request.headers.get("user-agent", ""),
        ip=ip,
    )
    return _answer(response, made)


@router.post("/api/v1/auth/token/second-factor", summary="Give the second factor", dependencies=[Depends(limits.anonymous)])
async def second_factor(request: Request, response: Response, body: SecondFactor) -> TokenAnswer:
    """The tokens, for a ticket and a code of the authenticator app or a recovery code. Each works once."""
    made = await deps.call(second_step.tokens_with_code, ticket=body.ticket, code=body.code, ip=deps.client_ip(request))
    return _answer(response, made)


@router.post("/api/v1/auth/refresh", summary="Refresh the tokens", dependencies=[Depends(limits.anonymous)])
async def refresh(request: Request, response: Response, body: Refresh) -> TokenAnswer:
    """New tokens for a refresh token, which works once. Using it again later ends the whole log-in."""
    return _answer(response, await deps.call(tokens.refresh, token=body.refresh_token, ip=deps.client_ip(request)))


@router.post("/api/v1/auth/logout", summary="Log out", status_code=204, dependencies=[Depends(limits.anonymous)])
async def log_out(request: Request, body: LogOut | None = None) -> None:
    """Ends the log-in of the access token in the header, of the refresh token in the body, or both."""
    access = deps.bearer(request)
    given = body.refresh_token if body else ""
    if not access and not given:
        raise Unauthenticated("Send the access token, the refresh token, or both.")
    await deps.call(tokens.revoke, access=access, refresh=given, ip=deps.client_ip(request))


@router.get("/api/v1/me", **operation("See who calls"))
async def me(actor: CurrentActor) -> Identity:
    """Who calls, in which organisation, and what this token or key may do."""
    return await deps.call(tokens.whoami, actor)


@router.get("/.well-known/jwks.json", response_class=Response, summary="Get the public keys", responses=_KEYS)
async def keys(if_none_match: Annotated[str, Header(max_length=200)] = "") -> Response:
    """The public keys of our access tokens (RFC 7517)."""
    published = await deps.call(signing_keys.published) or await deps.call(signing_keys.ensure)
    body = json.dumps({"keys": published}, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _KEYS_CACHE}
    if tag in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/jwk-set+json", headers=headers)


def _answer(response: Response, made: Tokens) -> TokenAnswer:
    response.headers["Cache-Control"] = "no-store"
    return TokenAnswer(
        access_token=made.access, expires_in=made.expires_in, refresh_token=made.refresh, refresh_expires_at=made.refresh_until
    )
