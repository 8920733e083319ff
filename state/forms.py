"""What the browser sends with a form. Handlers take `Form` and read it through `texts`, so nothing but text gets any further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

# Reflex wraps the entries of a form on the wire and unwraps them after the guard, so their types are checked here.
Form: TypeAlias = dict[str, Any]


def texts(form: Mapping[str, Any]) -> dict[str, str]:
    """The fields that hold text, as text."""
    return {name: value for name, value in form.items() if isinstance(value, str)}
