"""The API app: what is mounted under the pages, how errors become the envelope, and the edge around all of it."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coexai_app import db, log, metrics, origin, refusals
from coexai_app.api import (
    access_log,
    account,
    agents,
    api_keys,
    audit,
    audit_logs,
    business,
    calendar,
    calendar_entries,
    client_reviews,
    confirm,
    docs_page,
    documented,
    eval_cases,
    files,
    health,
    hooks,
    incoming,
    invitations,
    job_events,
    job_output,
    jobs,
    jobs_v2,
    limits,
    members,
    oidc,
    openapi,
    organizations,
    output_comments,
    output_reviews,
    output_versions,
    outputs,
    partner,
    partner_outputs,
    pictures,
    quotes,
    schedules,
    search,
    second_step,
    session,
    tokens,
    unsubscribe,
    usage,
    versions,
    webhooks,
)
from coexai_app.errors import BadRequest, CoexaiError, Conflict, InvalidToken, MethodNotAllowed, NotFound, TooLarge, UnsupportedMedia

_HTTP: Final = {kind.status: kind.code for kind in (NotFound, MethodNotAllowed, TooLarge, UnsupportedMedia)}
_ANY: Final = documented.errors(*documented.CALLER, *documented.BODY, NotFound, Conflict, *documented.ALWAYS)
# Of our own pages; of the partner API; and what says less of itself, so that its errors are told in general.
_OWN: Final = (health, session, second_step, oidc, confirm, account, invitations, client_reviews, unsubscribe)
_PARTNER: Final = (
    agents,
    jobs,
    jobs_v2,
    job_events,
    job_output,
    quotes,
    files,
    partner_outputs,
    output_versions,
    output_comments,
    output_reviews,
    schedules,
    calendar_entries,
    search,
    usage,
    members,
    audit_logs,
)
_OLDER: Final = (outputs, eval_cases, calendar, audit, organizations, business, pictures, tokens, api_keys, webhooks, hooks, incoming)
# Whatever may come in by another method is answered here too: the pages behind us would say that they take GET.
_ALL: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "PROPFIND", "PURGE")
RETRY_SECONDS = "5"
# An answer tells of so many wrong fields, and never repeats a name that is a text.
_MOST: Final = 20
_LONGEST_NAME: Final = 60
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def build() -> FastAPI:
    """The API app with every route, errors in one envelope (founding document §12.3), and JSON for what is not there."""
    api = FastAPI(title="CoExAI", version="1", docs_url=None, openapi_url=None, redoc_url=None)
    for module in (*_OWN, *_PARTNER):
        api.include_router(module.router)
    for module in _OLDER:
        api.include_router(module.router, responses=_ANY)
    api.openapi = lru_cache(maxsize=1)(lambda: openapi.describe(api))  # type: ignore[method-assign]
    described = _described(api)
    reference = docs_page.router(lambda: api.openapi())
    for router in (described, reference):
        api.include_router(router)
    there = [*described.routes, *reference.routes]
    there += [route for module in (*_OWN, *_PARTNER, *_OLDER) for route in module.router.routes]
    api.include_router(_rest(there))

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
        fields = {
            ".".join(str(part)[:_LONGEST_NAME] for part in e["loc"][1:]) or str(e["loc"][0]): e["msg"] for e in error.errors()[:_MOST]
        }
        return envelope(422, "INVALID_INPUT", "Some values are not right: " + ", ".join(fields), {"fields": fields})

    @api.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:  # the framework knows the methods of one route only
            return not_here(there, request)
        code = _HTTP.get(error.status_code, BadRequest.code)
        return envelope(error.status_code, code, str(error.detail), headers=dict(error.headers or {}))

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


def _described(api: FastAPI) -> APIRouter:
    """The description of the API, for programs and for people."""
    described = APIRouter(include_in_schema=False)

    @described.get("/api/openapi.json")
    async def description() -> JSONResponse:
        return JSONResponse(api.openapi(), headers={"Cache-Control": "public, max-age=300"})

    return described


def _rest(there: Sequence[BaseRoute]) -> APIRouter:
    """JSON for whatever is not there below /api."""
    rest = APIRouter(include_in_schema=False)

    @rest.api_route("/api", methods=list(_ALL))
    @rest.api_route("/api/{path:path}", methods=list(_ALL))
    @rest.api_route("/webhooks/{path:path}", methods=list(_ALL))
    async def nothing(request: Request) -> JSONResponse:
        answer = not_here(there, request)
        if answer.status_code == 404 and versions.of(request.url.path):
            await limits.anonymous(request)
        return answer

    return rest


def not_here(there: Sequence[BaseRoute], request: Request) -> JSONResponse:
    """The answer where nothing is: 405 with every method that this address takes, 404 where it takes none."""
    path = request.url.path
    if allowed := _takes(there, request, path):
        message = f"This address takes {', '.join(allowed)}, not {request.method[:20]}."
        return envelope(405, MethodNotAllowed.code, message, {"allowed": allowed}, {"Allow": ", ".join(allowed)})
    older = path.replace("/api/v2/", f"{partner.API}/", 1)
    if older != path and _takes(there, request, older):
        return envelope(404, NotFound.code, f"Version 2 does not have this. Use {older[:200]}.", {"use": older[:200]})
    return envelope(404, NotFound.code, versions.elsewhere(path) or f"There is no endpoint {path[:200]}.")


def _takes(there: Sequence[BaseRoute], request: Request, path: str) -> list[str]:
    """The methods that an address takes, by the routes that name it most exactly: /api-keys/scopes before /api-keys/{key_id}."""
    found: dict[int, set[str]] = {}
    for route in there:
        match, child = route.matches({**request.scope, "path": path, "path_params": {}})
        if match is not Match.NONE:
            found.setdefault(len(child.get("path_params", {})), set()).update(getattr(route, "methods", None) or ())
    methods = found[min(found)] if found else set()
    return [method for method in _ALL if method in methods]


def envelope(
    status: int, code: str, message: str, details: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The error answer; the request id is the one in X-Request-Id and in the logs."""
    refusals.note(status, code)
    error = {
        "code": code,
        "message": message,
        "details": jsonable_encoder(details or {}),
        "request_id": log.context().get("request_id", ""),
    }
    return JSONResponse({"error": error}, status, headers)


class RequestScope:
    """Outermost of our ASGI layers: a request id for logs and answer, where it comes from, the metrics and the lines of the logs."""

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
        status, size = 500, 0

        async def tagged(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                told = state.get("answer_headers", {})
                retiring = versions.headers(scope["method"], scope["path"], access_log.route(scope), told.get("Link", ""))
                more = {**told, **retiring, "X-Request-Id": request_id}
                sent = {name for name, _ in message["headers"]}
                added = [(k.lower().encode(), v.encode("latin-1")) for k, v in more.items() if k.lower().encode() not in sent]
                message = {**message, "headers": [*message["headers"], *added]}
            else:
                size += len(message.get("body", b""))
            await send(message)

        state = scope.setdefault("state", {})
        with log.bound(request_id=request_id), origin.bound(ip=ip, user_agent=user_agent), refusals.noted() as refused:
            try:
                await self.app(scope, receive, tagged)
            finally:
                seconds, route = time.perf_counter() - started, access_log.route(scope)
                metrics.REQUESTS.labels(scope["method"], route, str(status)).inc()
                metrics.LATENCY.labels(scope["method"], route).observe(seconds)
                access_log.write(scope, status=status, seconds=seconds, sent=size)
                if refused:
                    access_log.refused(scope, refused[-1], ip=ip)
        return None
