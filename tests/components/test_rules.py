"""Rules that keep the bundle small and the look in one place, read from the sources."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "components").glob("*.py"), *(ROOT / "pages").rglob("*.py")])
# Anything of Radix Themes brings 82 KB of CSS; rx.upload an open endpoint; rx.markdown 190 KB; rx.el.form is ours where it must be.
THEMES = re.compile(
    r"\brx\.(?:button|text|box|dialog|heading|flex|hstack|vstack|card|badge|link|input|select|tabs|table|menu|tooltip|popover|icon|callout|grid|"
    r"container|section|avatar|checkbox|switch|radio|slider|spinner|skeleton|separator|upload|markdown|code_block|html|theme|image|form)\b"
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
class TestSource:
    def test_no_radix_themes(self, path: Path) -> None:
        source = path.read_text()
        assert not THEMES.findall(source)
        assert "radix.themes" not in source

    def test_no_colour_but_tokens(self, path: Path) -> None:
        """Scale steps and hex values are for tokens.css; class strings name roles. The browser's own bars are set in the head."""
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if path.name in {"document.py", "__init__.py"}:
                    continue
                assert not re.search(r"#[0-9a-fA-F]{3,8}\b", node.value), node.value
                assert not re.search(r"\b(?:bg|text|border)-(?:gray|slate|zinc|red|blue|green|yellow|amber)-\d", node.value), node.value

    def test_no_dark_prefix(self, path: Path) -> None:
        if path.name == "avatars.py":
            return
        assert "dark:" not in path.read_text()
