"""Helpers that let a component take plain values and Reflex vars alike. Used by every component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import reflex as rx

Text: TypeAlias = "str | rx.Var[Any]"
Flag: TypeAlias = "bool | rx.Var[Any]"
Number: TypeAlias = "int | float | rx.Var[Any]"
Child: TypeAlias = "rx.Component | rx.Var[Any] | str"


def cx(*parts: Text) -> Any:
    """Class names joined by a space; empty strings fall out. The result is a string when all parts are, else a var."""
    kept = [part for part in parts if not (isinstance(part, str) and not part)]
    if all(isinstance(part, str) for part in kept):
        return " ".join(kept)
    return rx.Var.create(" ".join(f"{part}" for part in kept))


def concat(*parts: Text) -> Any:
    """The parts as one text, without a space between; a var as soon as one part is."""
    text = "".join(f"{part}" for part in parts)
    return text if all(isinstance(part, str) for part in parts) else rx.Var.create(text)


def choose(value: Text, table: Mapping[str, str], default: str = "") -> Any:
    """`table[value]`, decided here for a plain value and in the browser for a var."""
    if isinstance(value, str):
        return table.get(value, default)
    return rx.match(value, *table.items(), default)


def when(condition: Any, shown: Child, otherwise: Child | None = None) -> Child:
    """`shown` if the condition holds, else `otherwise` (nothing by default). A string condition holds when it is not empty."""
    if isinstance(condition, rx.Var):
        return rx.cond(condition, shown, rx.fragment() if otherwise is None else otherwise)
    if condition:
        return shown
    return rx.fragment() if otherwise is None else otherwise


def given(text: Text) -> bool:
    """Whether a text argument was given at all; a var counts as given."""
    return not isinstance(text, str) or bool(text)
