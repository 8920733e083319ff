"""Schemas as people read them: a row per field with its type, its limits and its meaning; nested fields follow their object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from coexai_app.api.openapi import Tree

_DEEPEST: Final = 4
_FORMATS: Final = {"uuid": "UUID", "date-time": "timestamp", "date": "date", "binary": "bytes"}
_LISTING: Final = re.compile(r"Listing_(\w+)_")
# What a computer's number can hold at all is nothing to keep in mind.
_NO_LIMIT: Final = 2**53
# Limits by their word in JSON Schema: numbers, texts, lists.
_LIMITS: Final = (
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("exclusiveMinimum", "more than {}"),
    ("exclusiveMaximum", "less than {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} entries"),
    ("maxItems", "at most {} entries"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """`parent` is the dotted path before the name ("input."), `limits` and `text` are sentences or "", `shape` the schema that its type
    links to, by its name."""

    parent: str
    name: str
    kind: str
    required: bool
    limits: str
    text: str
    shape: str = ""


def of_parameter(parameter: Tree, schemas: Tree) -> Field:
    """A parameter of the path, the query or the headers."""
    schema, _ = _plain(parameter["schema"], schemas)
    text = parameter.get("description") or parameter["schema"].get("description", "")
    required = bool(parameter.get("required"))
    return Field("", parameter["name"], kind(schema, schemas), required, limits(parameter["schema"], schemas), text)


def of_body(schema: Tree, schemas: Tree, parent: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of a request's body, with those of the objects within."""
    plain, _ = _plain(schema, schemas)
    for name, part in plain.get("properties", {}).items():
        inner, nullable = _plain(part, schemas)
        required = name in plain.get("required", ())
        yield Field(parent, name, kind(inner, schemas), required, limits(part, schemas, nullable=nullable), _text(part))
        within, _ = _plain(inner.get("items", inner), schemas)
        if depth < _DEEPEST and "properties" in within:
            yield from of_body(within, schemas, f"{parent}{name}{'[]' if 'items' in inner else ''}.", depth + 1)


def of_object(name: str, schemas: Tree) -> Iterator[Field]:
    """The fields of one schema of answers; an object within is linked instead of told."""
    schema = schemas[name]
    for field, part in schema.get("properties", {}).items():
        inner, nullable = _plain(part, schemas)
        named = shown(part)
        shape = "" if _is_choice(named, schemas) else named
        what = label(shape, listed="items" in inner) if shape else kind(inner, schemas)
        told = limits(part, schemas, nullable=nullable, default=False)
        yield Field("", field, what, field in schema.get("required", ()), told, _text(part), shape)


def shown(schema: Tree) -> str:
    """The name of the schema that this one is, holds, or lists; "" for none."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    inner: list[Tree] = [*schema.get("anyOf", ()), *schema.get("allOf", ()), *([schema["items"]] if schema.get("items") else [])]
    return next((found for one in inner if (found := shown(one))), "")


def label(name: str, *, listed: bool = False) -> str:
    """How people call a schema: PartnerJob is a Job, and a listing of them is a list."""
    if (listing := _LISTING.fullmatch(name)) is not None:
        return f"list of {label(listing[1])}, paged"
    plain = name.replace("Partner", "")
    return f"list of {plain}" if listed else plain


def objects(names: list[str], schemas: Tree) -> list[str]:
    """The schemas that answers are made of, each once: those named, and whatever they hold. Choices are told where they stand."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen and not _is_choice(name, schemas):
            seen.add(name)
            waiting += [inner for part in schemas[name].get("properties", {}).values() if (inner := shown(part))]
    return sorted((name for name in seen if not _LISTING.fullmatch(name)), key=label)


def kind(schema: Tree, schemas: Tree) -> str:
    """The type in words: "string", "list of UUID", "timestamp"."""
    plain, _ = _plain(schema, schemas)
    if choices := plain.get("anyOf") or plain.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(choice, schemas) for choice in choices))
    if "const" in plain:
        return f"“{plain['const']}”"
    found = str(plain.get("type", "anything"))
    if found == "array":
        return f"list of {kind(plain.get('items') or {}, schemas)}"
    return _FORMATS.get(plain.get("format", ""), found)


def limits(schema: Tree, schemas: Tree, *, nullable: bool = False, default: bool = True) -> str:
    """What a value has to keep to, what it is without being given, and whether it may be null."""
    plain, _ = _plain(schema, schemas)
    inner = _plain(plain["items"], schemas)[0] if plain.get("items") else {}
    parts = []
    if values := plain.get("enum") or inner.get("enum"):
        parts.append("one of " + ", ".join(f"`{value}`" for value in values if value != ""))
    for one, prefix in ((plain, ""), (inner, "each ")):
        told = [sentence.format(f"{one[word]:,}") for word, sentence in _LIMITS if abs(one.get(word, _NO_LIMIT)) < _NO_LIMIT]
        parts += [prefix + ", ".join(told)] if told else []
    if default and schema.get("default") not in (None, "") and not isinstance(schema["default"], dict | list):
        given = schema["default"]
        parts.append(f"default `{given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)}`")
    return "; ".join([*parts, *(["may be null"] if nullable else [])])


def _plain(schema: Tree, schemas: Tree) -> tuple[Tree, bool]:
    """The schema itself, its reference followed, and whether null is allowed besides."""
    if "$ref" in schema:
        return _plain(schemas[str(schema["$ref"]).rpartition("/")[2]], schemas)
    if len(schema.get("allOf", ())) == 1:
        return _plain(schema["allOf"][0], schemas)
    choices: list[Tree] = schema.get("anyOf", [])
    real = [choice for choice in choices if choice.get("type") != "null"]
    if choices and len(real) < len(choices):
        return (_plain(real[0], schemas)[0] if len(real) == 1 else {**schema, "anyOf": real}), True
    return schema, False


def _is_choice(name: str, schemas: Tree) -> bool:
    return bool(name) and "enum" in schemas.get(name, {})


def _text(schema: Tree) -> str:
    text: Any = schema.get("description", "")
    return str(text)
