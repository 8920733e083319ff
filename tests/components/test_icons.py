"""Every icon that is used exists, and the sprite holds exactly the icons of the table."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from coexai_app.views import jobs, outputs, schedules
from components.avatars import AGENTS
from components.icons import ICONS, icon

ROOT = Path(__file__).parents[2]
SPRITE = (ROOT / "assets" / "icons" / "sprite.svg").read_text()
SHAPES = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))


def test_the_sprite_is_the_table() -> None:
    assert {shape for shape in SHAPES if not shape.startswith("agent-")} == ICONS


def test_every_coworker_has_a_tile() -> None:
    assert {f"agent-{slug}" for slug in AGENTS} == {shape for shape in SHAPES if shape.startswith("agent-")}


def test_a_misspelt_icon_is_an_error() -> None:
    with pytest.raises(ValueError, match="chek"):
        icon("chek")


@pytest.mark.parametrize("module", [jobs, outputs, schedules])
def test_icons_that_views_name(module: object) -> None:
    """Views choose icons by tables of (tone, icon, word); each middle string is a name of the sprite."""
    tree = ast.parse(Path(str(module.__file__)).read_text())  # type: ignore[attr-defined]
    tones = {"idle", "info", "ok", "warn", "bad", "solid", "out", "mark", "dash"}
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) >= 2:
            first, second = node.elts[:2]
            if isinstance(first, ast.Constant) and first.value in tones and isinstance(second, ast.Constant):
                named.add(second.value)
    assert named <= ICONS | {""}
