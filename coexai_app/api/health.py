"""Probes and metrics."""

from __future__ import annotations

import secrets

import anyio
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from coexai_app import db, metrics, settings
from coexai_app.errors import NotFound
from coexai_app.services import health

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/health/ready")
async def ready() -> Response:
    checks = await anyio.to_thread.run_sync(health.checks)
    fine = all(state == "ok" for state in checks.values())
    return JSONResponse({"status": "ready" if fine else "not ready", "checks": checks}, 200 if fine else 503)


@router.get("/metrics")
async def read_metrics(request: Request) -> Response:
    """For this machine, or with the bearer token of METRICS_TOKEN; everybody else sees nothing here."""
    token = settings.get().metrics_token
    if token is not None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        allowed = secrets.compare_digest(given.encode(), token.get_secret_value().encode())
    else:
        allowed = request.client is not None and request.client.host in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers
    if not allowed:
        raise NotFound("There is nothing here.")

    def render() -> bytes:
        with db.reading() as session:
            return metrics.render(session)

    return Response(await anyio.to_thread.run_sync(render), media_type="text/plain; version=0.0.4; charset=utf-8")
