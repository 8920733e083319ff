"""Posts as a language model writes them: other formats, shorter names and rounded numbers pass; what it makes up does not.

`tests/data/claims/paraphrased/posts.json` has for each source faithful posts, and invented ones with the words that are not true.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from coexai_app.agents.report import Claim, ClaimStatus
from coexai_app.agents.text.claims import ledger
from coexai_app.extract.document import Document, Link

DATA = Path(__file__).parents[3] / "data" / "claims"
SETS = json.loads((DATA / "paraphrased" / "posts.json").read_text(encoding="utf-8"))


def source_of(name: str) -> Document:
    data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    text = data["text"]
    links = tuple(Link(url=url, start=text.index(words), end=text.index(words) + len(words)) for url, words in data["links"])
    fields = {key: data[key] for key in ("title", "author", "published", "url", "language")}
    return Document(kind="text", text=text, blocks=(), links=links, **fields)


def unsupported(parts: list[str], name: str) -> list[Claim]:
    return [c for c in ledger(parts, source_of(name)) if c.status is ClaimStatus.UNSUPPORTED]


class TestParaphrases:
    def test_faithful_posts_raise_hardly_any_alarm(self, record_property: Callable[[str, object], None]) -> None:
        claims = sum(len(ledger(s["faithful"], source_of(s["source"]))) for s in SETS)
        false = [(s["source"], c.text, c.reason) for s in SETS for c in unsupported(s["faithful"], s["source"])]
        posts = sum(len(s["faithful"]) for s in SETS)
        record_property("figures", f"{posts} faithful posts, {claims} claims, {len(false)} false alarms {false}")
        assert claims >= 250
        assert len(false) <= 0.02 * claims

    def test_invented_words_are_found(self, record_property: Callable[[str, object], None]) -> None:
        posts = [(s["source"], text, words) for s in SETS for text, words in s["invented"]]
        missed = [post for post in posts if not self._found(*post)]
        record_property("figures", f"{len(posts)} invented posts, {len(posts) - len(missed)} found, missed {missed}")
        assert len(posts) >= 90
        assert len(missed) <= 0.03 * len(posts)

    def _found(self, name: str, text: str, words: str) -> bool:
        start = text.index(words)
        return any(c.start < start + len(words) and start < c.end for c in unsupported([text], name))
