"""A capability's form, made from its input's JSON Schema (components.md §5), so that page, API and CLI have one source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from coexai_app.agents.pipeline import AgentInput, Capability
from coexai_app.views.agents import CapabilityView, FieldView, Option

_FORMATS: Final[Mapping[str, str]] = {"uri": "url", "email": "email", "date": "date", "file": "file", "textarea": "textarea"}
_LISTS: Final[Mapping[str, str]] = {"lines": "lines", "files": "files"}
FILE_KINDS: Final = frozenset({"file", "files"})
SEGMENTED_UP_TO: Final = 3
CARDS_UP_TO: Final = 5


def capability(skill: Capability) -> CapabilityView:
    return CapabilityView(
        slug=skill.slug,
        title=skill.title,
        description=skill.description,
        fields=fields(skill.input),
        example=filled(skill.input, skill.example),
        steps=tuple(step.label for step in skill.steps),
    )


@lru_cache(maxsize=64)
def fields(schema: type[AgentInput]) -> tuple[FieldView, ...]:
    """One field per property, in the schema's order. `json_schema_extra={"advanced": True}` puts it behind "More settings"."""
    tree = schema.model_json_schema()
    required = set(tree.get("required", ()))
    definitions = tree.get("$defs", {})
    return tuple(_field(name, _plain(spec, definitions), name in required) for name, spec in tree["properties"].items())


def filled(schema: type[AgentInput], data: Mapping[str, Any]) -> dict[str, str]:
    """An input as its form's fields hold it; what is None is left out. Addresses stand on lines of their own, for they may hold commas."""
    kinds = {field.name: field.kind for field in fields(schema)}
    return {
        name: "\n".join(map(str, value)) if kinds.get(name) == "lines" and not isinstance(value, str) else in_words(value)
        for name, value in data.items()
        if value is not None
    }


def references(data: AgentInput) -> tuple[tuple[str, str], ...]:
    """The files that an input names: field and id, in the form's order."""
    values = data.model_dump(mode="json")
    files = [field.name for field in fields(type(data)) if field.kind in FILE_KINDS]
    return tuple((name, str(ref)) for name in files for ref in _listed(values.get(name)))


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) if value else ()


def in_words(value: object) -> str:
    """A value of an input as its form field holds it: a tick as "true" or "false", several choices with commas between them."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _field(name: str, spec: Mapping[str, Any], required: bool) -> FieldView:
    options = _options(spec)
    examples = spec.get("examples") or [""]
    default = spec.get("default")
    return FieldView(
        name=name,
        label=spec.get("title", name.replace("_", " ").capitalize()),
        kind=_kind(spec, options),
        help=spec.get("description", ""),
        placeholder=str(spec.get("placeholder", examples[0] if _kind(spec, options) in ("text", "url", "email") else "")),
        value="" if default is None else in_words(default),
        optional=not required and not options and spec.get("type") != "boolean",
        advanced=bool(spec.get("advanced", False)),
        options=options,
        minimum=str(spec.get("minimum", "")),
        maximum=str(spec.get("maximum", "")),
    )


def _kind(spec: Mapping[str, Any], options: tuple[Option, ...]) -> str:
    if spec.get("type") == "array":
        return "checks" if options else _LISTS.get(str(spec.get("format", "")), "text")
    if options:
        return "segmented" if len(options) <= SEGMENTED_UP_TO else "cards" if len(options) <= CARDS_UP_TO else "select"
    if (named := _FORMATS.get(str(spec.get("format", "")))) is not None:
        return named
    return {"boolean": "checkbox", "integer": "number", "number": "number"}.get(str(spec.get("type")), "text")


def _options(spec: Mapping[str, Any]) -> tuple[Option, ...]:
    labels = spec.get("labels", {})
    values = spec.get("items", {}).get("enum", ()) if spec.get("type") == "array" else spec.get("enum", ())
    return tuple(Option(value=str(value), label=str(labels.get(str(value), str(value)))) for value in values if value is not None)


def _plain(spec: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Resolves a reference and drops the null of an optional field."""
    merged = dict(spec)
    if reference := merged.pop("$ref", None):
        merged = {**definitions[reference.rpartition("/")[2]], **merged}
    for choice in merged.pop("anyOf", ()):
        if choice.get("type") != "null":
            merged = {**_plain(choice, definitions), **merged}
    if isinstance(items := merged.get("items"), Mapping):
        merged["items"] = _plain(items, definitions)
    return merged
