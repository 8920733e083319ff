"""The contrast table at the end of tokens.css holds, in both themes (WCAG 2.2: text 4.5, parts and large text 3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "assets" / "tokens.css").read_text()


def values(selector: str) -> dict[str, str]:
    body = re.search(re.escape(selector) + r" \{(.*?)\n\}", CSS, re.S)
    assert body
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body.group(1)))


LIGHT = values(":root")
DARK = LIGHT | values(".dark")
PAIRS = re.findall(r"^   ([\w-]+) on ([\w-]+) +([\d.]+) +([\d.]+) +([\d.]+)$", CSS, re.M)


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_table_is_there() -> None:
    assert len(PAIRS) >= 60


@pytest.mark.parametrize(("front", "back", "need", "light", "dark"), PAIRS)
def test_contrast(front: str, back: str, need: str, light: str, dark: str) -> None:
    for theme, promised in ((LIGHT, light), (DARK, dark)):
        measured = contrast(theme[front], theme[back])
        assert measured >= float(need)
        assert measured == pytest.approx(float(promised), abs=0.01)


class TestTheLandingBand:
    """The dark band and the log-in panel use scale steps, which the table does not list."""

    @pytest.mark.parametrize(
        ("front", "back"),
        [
            ("paper-0", "petrol-900"),
            ("petrol-50", "petrol-900"),
            ("petrol-200", "petrol-900"),
            ("marker-900", "marker-400"),
            ("marker-900", "marker-300"),
        ],
    )
    def test_contrast(self, front: str, back: str) -> None:
        assert contrast(LIGHT[front], LIGHT[back]) >= 4.5
