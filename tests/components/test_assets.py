"""The files that the browser gets as they are: complete, self-contained, and small."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
REMOTE = re.compile(r"(?:https?:)?//(?!www\.w3\.org)[\w.-]+\.\w+")


def kilobytes(name: str) -> float:
    return len(gzip.compress((ASSETS / name).read_bytes(), 9)) / 1000


@pytest.mark.asvs("V14.2.3", "V3.6.1")
class TestNothingIsLoadedFromElsewhere:
    @pytest.mark.parametrize("name", ["app.css", "tokens.css", "sw.js", "offline.html", "manifest.webmanifest", "icons/sprite.svg"])
    def test_no_address_of_another_site(self, name: str) -> None:
        assert not REMOTE.findall((ASSETS / name).read_text())

    def test_the_script_calls_only_our_own_paths(self) -> None:
        script = "".join((ASSETS / name).read_text() for name in ("app.js", "calendar.js"))
        assert "eval(" not in script
        assert "new Function" not in script
        assert "innerHTML" not in script
        assert not re.findall(r"[\"'`]https?://[^\"'`]", script)


class TestEverythingThatIsNamedExists:
    def test_fonts_of_the_stylesheet(self) -> None:
        for url in re.findall(r'url\("([^"]+)"\)', (ASSETS / "app.css").read_text()):
            assert (ASSETS / url.lstrip("/")).is_file(), url

    def test_icons_of_the_manifest(self) -> None:
        for icon in json.loads((ASSETS / "manifest.webmanifest").read_text())["icons"]:
            assert (ASSETS / icon["src"].lstrip("/")).is_file(), icon

    def test_each_font_comes_with_its_licence(self) -> None:
        for font in (ASSETS / "fonts").glob("*-latin.woff2"):
            licence = ASSETS / "fonts" / f"LICENSE-{font.name.removesuffix('-latin.woff2')}.txt"
            assert "SIL Open Font License" in licence.read_text()


class TestBudget:
    def test_script(self) -> None:
        assert kilobytes("app.js") <= 11

    def test_script_of_the_calendar(self) -> None:
        assert kilobytes("calendar.js") <= 4.5

    def test_styles_before_the_utilities(self) -> None:
        assert kilobytes("tokens.css") + kilobytes("app.css") <= 10

    def test_sprite(self) -> None:
        assert kilobytes("icons/sprite.svg") <= 6

    def test_the_font_that_is_preloaded(self) -> None:
        assert (ASSETS / "fonts" / "instrument-sans-latin.woff2").stat().st_size <= 32_000


class TestOffline:
    def test_only_the_offline_page_is_ever_cached(self) -> None:
        worker = (ASSETS / "sw.js").read_text()
        assert re.findall(r"cache\.(?:add|put|addAll)\(", worker) == ["cache.add("]
        assert 'mode !== "navigate"' in worker
