"""The example of an operation as curl and as Python, made from its description. The page shows them, and the tests run all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from coexai_app.api.openapi import Tree, sample

# Where the shell and Python find what opens the door: a key, or the access token of a person where no key may.
KEY: Final = "COEXAI_KEY"
TOKEN: Final = "COEXAI_TOKEN"
# How a download is called on disk, by its content type; what is not here is printed.
_SAVED: Final[Mapping[str, str]] = MappingProxyType(
    {"image/webp": "picture.webp", "application/zip": "export.zip", "text/csv": "audit.csv"}
)
_UPLOADED: Final[Mapping[str, str]] = MappingProxyType({"image/png": "picture.png"})
# These page through a list: the example shows what is special about it instead.
_PAGING: Final = frozenset({"page", "limit", "sort"})
_SHOWN_FILTERS: Final = 2
_STREAM: Final = "text/event-stream"
_WIDTH: Final = 76


@dataclass(frozen=True, slots=True)
class Request:
    """A request that can be sent as it is, but for the NAMES in capitals that stand for ids.

    `body` None: no JSON. `file`: the name of the one file of a form. `saved`: where the answer's bytes go. `answer`: its content type, ""
    for none. `secret`: the environment variable with the key or token, "" for nobody in particular.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    file: str = ""
    answer: str = ""
    secret: str = KEY

    @property
    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def saved(self) -> str:
        return _SAVED.get(self.answer, "")


def request(path: str, method: str, operation: Tree, schemas: Tree) -> Request:
    """The example of one operation of the description."""
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    shown = 0
    for parameter in operation.get("parameters", ()):
        name, where = parameter["name"], parameter["in"]
        value = _value(parameter, schemas)
        if where == "path":
            path = path.replace(f"{{{name}}}", name.upper() if _is_id(parameter["schema"]) else str(value))
        elif where == "query" and (parameter.get("required") or (name not in _PAGING and shown < _SHOWN_FILTERS and value is not None)):
            shown += 1
            query += [(name, _text(one)) for one in (value if isinstance(value, list) else [value])]
        elif where == "header" and (parameter.get("required") or (name == "Idempotency-Key" and method == "post")):
            headers[name] = str(value)
    content = operation.get("requestBody", {}).get("content", {})
    form = content.get("multipart/form-data", {})
    return Request(
        method=method.upper(),
        path=path,
        query=tuple(query),
        headers=headers,
        body=_without_nulls(content["application/json"].get("example")) if "application/json" in content else None,
        file=_UPLOADED.get(_media_type(form), "post.md") if form else "",
        answer=answer_type(operation),
        secret="" if not operation.get("security", True) else KEY if operation.get("x-callers", "keys") == "keys" else TOKEN,
    )


def answer_type(operation: Tree) -> str:
    """The content type of the answer when all went well: JSON where it has a choice, "" where nothing comes."""
    kinds = [kind for status, answer in operation["responses"].items() if status[0] == "2" for kind in answer.get("content", {})]
    return next((kind for kind in kinds if kind.endswith("json")), kinds[0] if kinds else "")


def curl(asked: Request, base: str) -> str:
    """The command for a POSIX shell."""
    flags = [] if asked.method == "GET" or (asked.method == "POST" and (asked.body is not None or asked.file)) else [f"-X {asked.method}"]
    flags += ["-N"] if asked.answer == _STREAM else []
    lines = [" ".join(["curl", *flags, f'"{base}{asked.target}"'])]
    if asked.secret:
        lines.append(f'-H "Authorization: Bearer ${asked.secret}"')
    given = {**asked.headers, **({"Content-Type": "application/json"} if asked.body is not None else {})}
    lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in given.items()]
    if asked.file:
        lines.append(f"-F file=@{asked.file}")
    if asked.body is not None:
        lines.append(f"-d {_single(notation(asked.body, python=False))}".replace("\n", "\n  "))
    if asked.saved:
        lines.append(f"-o {asked.saved}")
    return " \\\n  ".join(lines)


def python(asked: Request, base: str) -> str:
    """A script that needs nothing but httpx."""
    headers = {"Authorization": f"f\"Bearer {{os.environ['{asked.secret}']}}\""} if asked.secret else {}
    headers |= {name: json.dumps(value) for name, value in asked.headers.items()}
    arguments = [f'"{base}{asked.path}"']
    if asked.query:
        repeated = len({name for name, _ in asked.query}) < len(asked.query)
        arguments.append(f"params={notation([list(pair) for pair in asked.query] if repeated else dict(asked.query), 1)}")
    if headers:
        inside = [f'"{name}": {value}' for name, value in headers.items()]
        line = f"headers={{{', '.join(inside)}}}"
        arguments.append(line if len(line) < _WIDTH else "headers={\n        " + ",\n        ".join(inside) + ",\n    }")
    if asked.file:
        arguments.append('files={"file": file}')
    if asked.body is not None:
        arguments.append(f"json={notation(asked.body, 1)}")
    imports = [*(["import os", ""] if asked.secret else []), "import httpx", ""]
    return "\n".join([*imports, *_sent(asked, arguments)])


def _sent(asked: Request, arguments: list[str]) -> list[str]:
    verb = asked.method.lower()
    if asked.answer == _STREAM:
        call = _call("httpx.stream", [f'"{asked.method}"', *arguments, "timeout=30"])
        return [f"with {call} as answer:", "    answer.raise_for_status()", "    for line in answer.iter_lines():", "        print(line)"]
    if verb == "delete" and asked.body is not None:  # httpx.delete takes no body
        call = _call("httpx.request", ['"DELETE"', *arguments])
    else:
        call = _call(f"httpx.{verb}", arguments)
    lines = [f"answer = {call}"]
    if asked.file:
        lines = [f'with open("{asked.file}", "rb") as file:', *(f"    {line}" for line in lines[0].split("\n"))]
    lines.append("answer.raise_for_status()")
    if asked.saved:
        return [*lines, f'with open("{asked.saved}", "wb") as file:', "    file.write(answer.content)"]
    if not asked.answer:
        return lines
    return [*lines, "print(answer.json())" if asked.answer.endswith("json") else "print(answer.text)"]


def _call(function: str, arguments: list[str]) -> str:
    flat = f"{function}({', '.join(arguments)})"
    if len(flat) < _WIDTH and "\n" not in flat:
        return flat
    return f"{function}(\n    " + ",\n    ".join(arguments) + ",\n)"


def notation(value: Any, depth: int = 0, *, python: bool = True) -> str:
    """A JSON value as Python or JSON writes it, broken over lines only where it is long. JSON's strings are Python's as well."""
    if isinstance(value, dict | list) and value:
        step = 4 if python else 2
        pairs = (
            [f"{json.dumps(key)}: {notation(one, depth + 1, python=python)}" for key, one in value.items()]
            if isinstance(value, dict)
            else []
        )
        inside = pairs or [notation(one, depth + 1, python=python) for one in value]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        flat = f"{opening}{', '.join(inside)}{closing}"
        if len(flat) + step * depth < _WIDTH and "\n" not in flat:
            return flat
        indent = " " * step * (depth + 1)
        return f"{opening}\n{indent}" + f",\n{indent}".join(inside) + f"{',' if python else ''}\n{' ' * step * depth}{closing}"
    if python and not isinstance(value, str):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def _value(parameter: Tree, schemas: Tree) -> Any:
    if "example" in parameter:
        return parameter["example"]
    schema = parameter["schema"]
    if "examples" in schema or parameter.get("required"):
        return sample(schema, schemas)
    return None


def _media_type(form: Tree) -> str:
    return str(form.get("encoding", {}).get("file", {}).get("contentType", "")).partition(",")[0]


def _is_id(schema: Tree) -> bool:
    return bool(schema.get("format") == "uuid")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _without_nulls(value: Any) -> Any:
    return {name: one for name, one in value.items() if one is not None} if isinstance(value, dict) else value


def _quoted(text: str) -> str:
    return _single(text) if '"' in text else f'"{text}"'


def _single(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
