"""A model's text → JSON that meets the prompt's schema; used by `ask`, which asks the model again when this fails.

Small slips (fences, prose around it, trailing commas, single quotes) are mended here without another call. A cut-off answer never
gets here, so mending cannot pass half an answer off as a whole one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from coexai_app.llm.render import clean

_STARTS_TRIED = 20
# The mending library takes quadratic time on some texts: 30,000 characters stay under a second.
_MENDED_LENGTH = 30_000
_PROBLEMS_NAMED = 5

_THINKING = re.compile(r"^\s*<(think|thinking)>.*?</\1>", re.DOTALL)
_FENCE = re.compile(r"```[A-Za-z0-9_-]*[ \t]*\r?\n(.*?)```", re.DOTALL)
# All of it in one fence, whose text may hold such marks itself.
_FENCED = re.compile(r"\A```[\w-]*[ \t]*\n(.*)\n[ \t]*```\Z", re.DOTALL)
_START = re.compile(r"[{\[]")


class NotValid(ValueError):
    """The text holds no JSON, or JSON that does not meet the schema. The message never quotes the text."""


def parse(text: str, schema: Mapping[str, Any]) -> Any:
    """The first JSON value in the text that meets the schema. Raises NotValid, saying what is wrong with the best candidate."""
    problem = ""
    for value in _candidates(_THINKING.sub("", text.removeprefix("\ufeff"), count=1).strip()):
        found = problem_with(value, schema)
        if not found:
            return value
        problem = problem or found
    raise NotValid(problem or "it is not JSON.")


def problem_with(value: Any, schema: Mapping[str, Any]) -> str:
    """What does not meet the schema, in words that only use the schema's own names; empty when everything does."""
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry

    validator = validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())
    try:
        problems = sorted(validator.iter_errors(value), key=lambda e: len(e.absolute_path))
    except RecursionError:
        return "it is nested too deeply."
    known = _names(schema)
    told = [f"{_place(p.absolute_path, known)} does not meet {_rule(p)}" for p in problems[:_PROBLEMS_NAMED]]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "") + "." if told else ""


def _candidates(text: str) -> Iterator[Any]:
    """JSON values in the order of trust: the whole text, without its fence, fenced blocks, the first ones inside prose, mended text."""
    blocks = [text, *_FENCED.findall(text), *_FENCE.findall(text)]
    for block in blocks:
        yield from _loaded(block)
    yield from _inside(text)
    for block in (*blocks[1:][-1:], text):
        start = _START.search(block)
        if start and len(block) <= _MENDED_LENGTH:
            yield from _mended(block[start.start() :])


def _loaded(text: str) -> Iterator[Any]:
    try:
        value = _DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return
    yield _cleaned(value)


def _inside(text: str) -> Iterator[Any]:
    position, tried = 0, 0
    while tried < _STARTS_TRIED and (start := _START.search(text, position)):
        tried += 1
        try:
            value, position = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            position = start.end()
            continue
        yield _cleaned(value)


def _mended(text: str) -> Iterator[Any]:
    from json_repair import repair_json

    try:
        yield from _loaded(repair_json(text, ensure_ascii=False))
    except (ValueError, RecursionError):
        return


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is out of range")
    return value


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def _cleaned(value: Any) -> Any:
    """Strings without what a database cannot store (see `render.clean`); escapes in JSON can hide it from the text."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item) for name, item in value.items()}
    return value


def _names(schema: Any) -> frozenset[str]:
    """Every property name that the schema itself defines: only these may be repeated to the model as ours."""
    if isinstance(schema, Mapping):
        own = schema.get("properties")
        names = frozenset(own) if isinstance(own, Mapping) else frozenset()
        return names.union(*(_names(item) for item in schema.values()))
    if isinstance(schema, list | tuple):
        return frozenset[str]().union(*(_names(item) for item in schema))
    return frozenset()


def _place(path: Any, known: frozenset[str]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" if part in known else ".(a field)" for part in path]
    return "the value at $" + "".join(parts)


def _rule(problem: Any) -> str:
    if problem.validator == "additionalProperties":
        return "the schema: it has fields that are not in the schema"
    if problem.validator in ("anyOf", "oneOf", "allOf", "not", "if", "$ref"):
        return f"the schema's {problem.validator}"
    return f"{problem.validator} {json.dumps(problem.validator_value, ensure_ascii=False)[:200]}"


# fmt: off
_STRICT_KEYWORDS = frozenset({
    "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "description", "title", "$defs",
    "definitions", "pattern", "format", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems",
})
# fmt: on
_STRICT_FORMATS = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})


def is_closed(schema: Mapping[str, Any], *, all_required: bool = False) -> bool:
    """Whether every object of the schema lists its fields and allows no others (and requires them all): what native modes need."""
    if schema.get("type") == "object" or "properties" in schema:
        fields = schema.get("properties")
        if not isinstance(fields, Mapping) or schema.get("additionalProperties") is not False or "patternProperties" in schema:
            return False
        if all_required and set(fields) != set(schema.get("required", ())):
            return False
    return all(is_closed(inner, all_required=all_required) for inner in _subschemas(schema))


def strict(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema in OpenAI's strict subset, without the keywords that it does not know; None when it cannot be said there.

    What is dropped is still checked here afterwards, and stands in the system text.
    """
    if schema.get("type") != "object" or not is_closed(schema, all_required=True) or _uses(schema, ("oneOf", "allOf", "not", "if")):
        return None
    return _strict(schema)


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    kept: dict[str, Any] = {}
    for word, value in schema.items():
        if word not in _STRICT_KEYWORDS or (word == "format" and value not in _STRICT_FORMATS):
            continue
        if word in ("properties", "$defs", "definitions"):
            kept[word] = {name: _strict(inner) for name, inner in value.items()}
        elif word == "items":
            kept[word] = _strict(value)
        elif word == "anyOf":
            kept[word] = [_strict(inner) for inner in value]
        else:
            kept[word] = value
    return kept


def _uses(schema: Mapping[str, Any], words: tuple[str, ...]) -> bool:
    return any(word in schema for word in words) or any(_uses(inner, words) for inner in _subschemas(schema))


def _subschemas(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for word in ("properties", "$defs", "definitions"):
        inner = schema.get(word)
        if isinstance(inner, Mapping):
            yield from (value for value in inner.values() if isinstance(value, Mapping))
    for word in ("anyOf", "oneOf", "allOf", "prefixItems"):
        inner = schema.get(word)
        if isinstance(inner, list | tuple):
            yield from (value for value in inner if isinstance(value, Mapping))
    for word in ("items", "additionalProperties", "not", "if"):
        inner = schema.get(word)
        if isinstance(inner, Mapping):
            yield inner
