"""A document that is written down for a case reads back as the same: words, headings, lists, links, who speaks and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from coexai_app import extract
from coexai_app.evals import sources
from coexai_app.extract.document import Document
from tests.evals.made import FOLDER

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(path for path in (*FOLDER.iterdir(), *(DATA / "posts").iterdir(), *(DATA / "talks").iterdir()) if path.suffix != ".toml")

PAGE = """<!doctype html><html lang="en"><head><title>How we bake</title></head><body><article><h1>How we bake</h1>
<p>Nora Whitlock bakes <a href="https://example.com/bread">640 loaves</a> a day and sells most of them before noon.</p>
<h2>What is left</h2><ul><li>Bread for the food bank</li><li>Crumbs in bags of 500 grams</li></ul>
<blockquote>We thought that rainy days were the problem.</blockquote>
<p>Count for three weeks before you change anything at all in a shop like this one.</p></article></body></html>"""


def again(document: Document) -> Document:
    return extract.read_text(sources.written(document))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_its_words_come_back(path: Path) -> None:
    first = extract.read(path.read_bytes(), name=path.name)
    found = again(first)
    assert " ".join(found.text.split()) == " ".join(first.text.split())
    assert found.language == first.language
    assert [(cue.at, cue.speaker) for cue in found.cues] == [(cue.at, cue.speaker) for cue in first.cues]


def test_a_page_keeps_its_structure() -> None:
    first = extract.read(PAGE.encode(), url="https://example.com/bake", content_type="text/html")
    found = again(first)
    assert [(b.kind, b.level, found.block_text(b)) for b in found.blocks] == [(b.kind, b.level, first.block_text(b)) for b in first.blocks]
    assert [(link.url, found.text[link.start : link.end]) for link in found.links] == [("https://example.com/bread", "640 loaves")]
    assert found.title == first.title
