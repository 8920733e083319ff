"""The API app: what is mounted under the pages, how errors become the envelope, and the edge around all of it."""

from __future__ import annotations

import re
import secrets
import time
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coexai_app import db, log, metrics, origin
from coexai_app.api import (
    account,
    api_keys,
    audit,
    business,
    files,
    health,
    hooks,
    incoming,
    invitations,
    oidc,
    organizations,
    outputs,
    pictures,
    second_step,
    session,
    tokens,
    unsubscribe,
    webhooks,
)
from coexai_app.errors import CoexaiError, InvalidToken

_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "TOO_LARGE"}
RETRY_SECONDS = "5"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def build() -> FastAPI:
    """The API app with every route, errors in one envelope (founding document §12.3), and JSON for what is not there."""
    api = FastAPI(title="CoExAI", version="1", docs_url=None, openapi_url="/api/openapi.json", redoc_url=None)
    signing_in = (session, second_step, oidc, account, invitations, tokens, api_keys)
    of_people = (organizations, business, pictures, unsubscribe)
    for module in (health, *signing_in, files, outputs, audit, *of_people, webhooks, hooks, incoming):
        api.include_router(module.router)

    @api.api_route("/api", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    @api.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def nothing(path: str = "") -> JSONResponse:
        return envelope(404, "NOT_FOUND", f"There is no endpoint /api/{path[:200]}.")

    @api.exception_handler(CoexaiError)
    async def domain_error(_request: Request, error: CoexaiError) -> JSONResponse:
        answer = envelope(error.status, error.code, error.message, error.details)
        if wait := error.details.get("retry_after"):
            answer.headers["Retry-After"] = str(wait)
        if error.status == 401:  # RFC 6750 §3: the error is only named to somebody who sent a token
            answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"' if isinstance(error, InvalidToken) else "Bearer"
        if error.status == 503:
            answer.headers["Retry-After"] = RETRY_SECONDS
        return answer

    @api.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        fields = {".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]): e["msg"] for e in error.errors()}
        return envelope(422, "INVALID_INPUT", "Some values are not right: " + ", ".join(fields), {"fields": fields})

    @api.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        return envelope(error.status_code, _CODES.get(error.status_code, "BAD_REQUEST"), str(error.detail))

    async def database_away(_request: Request, error: Exception) -> JSONResponse:
        log.get(__name__).error("the database did not take it", exc_info=error)
        message = "The database is away or full for the moment. Send the same request again, with the same Idempotency-Key."
        return envelope(503, "UNAVAILABLE", message, headers={"Retry-After": RETRY_SECONDS})

    for kind in db.AWAY:
        api.add_exception_handler(kind, database_away)

    @api.exception_handler(Exception)
    async def unknown(_request: Request, error: Exception) -> JSONResponse:
        log.get(__name__).error("request failed", exc_info=error)
        return envelope(500, "INTERNAL_ERROR", "Something went wrong on our side. Nothing was changed. Tell support this request id.")

    return api


def envelope(
    status: int, code: str, message: str, details: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The error answer; the request id is the one in X-Request-Id and in the logs."""
    error = {
        "code": code,
        "message": message,
        "details": jsonable_encoder(details or {}),
        "request_id": log.context().get("request_id", ""),
    }
    return JSONResponse({"error": error}, status, headers)


class RequestScope:
    """Outermost of our ASGI layers: a request id for logs and answer, where the request comes from, and the metrics."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        ip = (scope.get("client") or ("",))[0]
        user_agent = headers.get(b"user-agent", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else f"req_{secrets.token_hex(8)}"
        started = time.perf_counter()
        status = 500

        async def tagged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            await send(message)

        with log.bound(request_id=request_id), origin.bound(ip=ip, user_agent=user_agent):
            try:
                await self.app(scope, receive, tagged)
            finally:
                route = getattr(scope.get("route"), "path", "page")
                metrics.REQUESTS.labels(scope["method"], route, str(status)).inc()
                metrics.LATENCY.labels(scope["method"], route).observe(time.perf_counter() - started)
        return None
