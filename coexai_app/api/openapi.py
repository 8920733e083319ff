"""The API's description of itself, OpenAPI 3.1: security, examples, and one table of error codes, put around what the routes say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from coexai_app import errors
from coexai_app.api import versions
from coexai_app.api.documented import says
from coexai_app.scopes import SCOPES
from coexai_app.settings import get as settings

Tree = dict[str, Any]
_NO_NULL: Final = r"^[^\u0000]*$"
METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_STRINGS: Final[Mapping[str, str]] = {
    "uuid": "0192f3a4-5b6c-7d8e-9f01-23456789abcd",
    "date-time": "2026-11-23T09:00:00Z",
    "date": "2026-11-23",
    "binary": "(bytes)",
}
_PLAIN: Final[Mapping[str, Any]] = {"integer": 1, "number": 1.0, "boolean": False, "null": None}
_SECURITY: Final[Tree] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key, made under Settings, API keys."},
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or an access token of POST /api/v1/auth/token."},
}
_HEADERS: Final[Tree] = {
    "X-Request-Id": ("Names this request in our logs; yours when you sent one.", "req_0123456789abcdef"),
    "RateLimit-Policy": ("The limit in force: q calls in w seconds.", '"pro";q=600;w=60'),
    "RateLimit": ("What is left: r calls; in t seconds one more is free.", '"pro";r=599;t=60'),
}
_OPEN: Final = "/api/v1/auth/"


def describe(api: FastAPI) -> Tree:
    """The whole description, as it is served under /api/openapi.json."""
    made = get_openapi(
        title="CoExAI API",
        version="1",
        openapi_version="3.1.0",
        routes=api.routes,
        description=_text(),
        servers=[{"url": settings().origin}],
    )
    parts = made.setdefault("components", {})
    parts["securitySchemes"] = _SECURITY
    named = {**_HEADERS, "ETag": ("Names these very bytes; send it in If-None-Match.", '"Zm9ydHktZWlnaHQtYnl0ZXM"')}
    parts["headers"] = {name: {"description": text, "schema": {"type": "string"}, "example": e} for name, (text, e) in named.items()}
    for path, method, operation in operations(made):
        if versions.retirement(method.upper(), path, path):
            operation["deprecated"] = True
        _finish(operation, parts.get("schemas", {}))
        if method == "get" and versions.of(path):
            _conditional(operation)
        operation.setdefault("security", [] if path.startswith((_OPEN, "/.well-known")) else [{name: []} for name in _SECURITY])
        operation["operationId"] = f"{method}_{path.strip('/').replace('/', '_').replace('{', '').replace('}', '').replace('-', '_')}"
    _storable(made)
    for unused in ("HTTPValidationError", "ValidationError"):
        parts.get("schemas", {}).pop(unused, None)
    return made


def operations(made: Tree) -> Iterator[tuple[str, str, Tree]]:
    """Path, method and description of every operation."""
    for path, item in made["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield path, method, operation


def sample(schema: Tree, schemas: Tree) -> Any:
    """A value that the schema allows, from its examples where it has some."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for name in ("example", "const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return sample(choices[0], schemas)
    return _of_type(schema, schemas)


def _of_type(schema: Tree, schemas: Tree) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return {name: sample(part, schemas) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        fixed = [sample(part, schemas) for part in schema.get("prefixItems", ())]
        return fixed or ([sample(schema["items"], schemas)] if schema.get("items") else [])
    if kind == "string":
        return _STRINGS.get(schema.get("format", ""), "text")
    return _PLAIN.get(str(kind))


def _finish(operation: Tree, schemas: Tree) -> None:
    """Examples wherever JSON goes in or comes out, and the headers that every answer has."""
    bodies = list(operation.get("requestBody", {}).get("content", {}).values())
    if "HTTPValidationError" in str(operation["responses"].get("422", "")):  # what a framework would answer, and we never do
        operation["responses"]["422"]["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
    for answer in operation["responses"].values():
        answer.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS})
        bodies += answer.get("content", {}).values()
    for body in bodies:
        if "schema" in body and not {"example", "examples"} & set(body):
            body["example"] = sample(body["schema"], schemas)


def _storable(made: Tree) -> None:
    """Says of every text that is sent what `bodies.check` asks of it: it holds no null character."""
    parameters = [parameter for _, _, operation in operations(made) for parameter in operation.get("parameters", ())]
    sent = [parameter["schema"] for parameter in parameters if parameter["in"] == "query"]
    for _, _, operation in operations(made):
        sent += [content["schema"] for content in operation.get("requestBody", {}).get("content", {}).values() if "schema" in content]
    seen: set[str] = set()
    while sent:
        part = sent.pop()
        if isinstance(part, list):
            sent += part
            continue
        if not isinstance(part, dict):
            continue
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            sent.append(made["components"]["schemas"][name])
        if part.get("type") == "string" and not {"pattern", "format", "enum", "const"} & part.keys():
            part["pattern"] = _NO_NULL
        sent += [part[key] for key in ("items", "anyOf", "oneOf", "allOf", "prefixItems", "additionalProperties") if key in part]
        sent += part.get("properties", {}).values()


def _conditional(operation: Tree) -> None:
    """A read of JSON has an ETag, and answers 304 to who names it."""
    good = operation["responses"].get("200", {})
    if "application/json" not in good.get("content", {}):
        return
    good["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
    operation["responses"]["304"] = {
        "description": "Your copy is still good: its ETag stands in If-None-Match. There is no body.",
        "headers": dict(good["headers"]),
    }


def _text() -> str:
    rows = [f"| `{code}` | {kind.status} | {says(kind)} |" for code, kind in errors.table().items()]
    scopes = [f"| `{scope.value}` | {grant.sentence} |" for scope, grant in SCOPES.items()]
    return "\n".join(
        (
            "Send an API key as `Authorization: Bearer …` or `X-API-Key: …`. A test key (`cxa_test_…`) runs the builtin model and is never",
            "charged. Lists come as `data` and `pagination`, errors as `error` with `code`, `message`, `details` and `request_id`.",
            "",
            "| scope | allows |",
            "|---|---|",
            *scopes,
            "",
            "| error code | status | meaning |",
            "|---|---|---|",
            *rows,
        )
    )
