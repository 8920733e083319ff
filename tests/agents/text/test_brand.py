"""The brand voice in a text: whole words in any case and script, emoji as readers count them, and a thread that keeps to it."""

from __future__ import annotations

import pytest

from coexai_app.agents.maya import AGENT, BLOG_TO_THREAD
from coexai_app.agents.pipeline import StepContext, run
from coexai_app.agents.report import Report
from coexai_app.agents.text import brand
from coexai_app.business import BusinessProfile, Voice

SOURCE = """# What a year of counting taught our bakery

Marta Ruiz took every order by phone for eleven years. In March 2024 she counted 412 calls in one week.

The first form was cheap and asked for fourteen fields. Only 9% of visitors finished it in the first month.

The second form asked three questions. The share of visitors who finished rose to 61% within a month.

Waste fell from 14% of production to 5%. The bakery sells 1,200 loaves a week, and two people share the count.

Every evening the team writes down what was left. The clipboard cost £4 and hangs beside the oven door.

If you run a small shop, remove every field that does not help you bake the bread.
"""


def written(**voice: object) -> Report:
    context = StepContext(business=BusinessProfile.parse({"voice": voice}))
    return run(AGENT, BLOG_TO_THREAD, BLOG_TO_THREAD.parse({"text": SOURCE}), context)


@pytest.mark.parametrize(
    ("text", "phrase", "said"),
    [
        ("A CHEAP bread.", "cheap", ["CHEAP"]),
        ("Cheaper, cheapest, uncheap.", "cheap", []),
        ("It’s  world\nclass!", "world class", ["world\nclass"]),
        ("Don’t wait.", "don't", ["Don’t"]),
        ("The STRASSE is long.", "straße", ["STRASSE"]),
        ("We are #1 here.", "#1", ["#1"]),
        ("本日は最安値です。", "最安値", ["最安値"]),
        ("Cafe\u0301 au lait", "café", ["Café"]),
        ("a.c", "a c", []),
        ("abc", ".", []),
    ],
)
def test_words_are_found_whole(text: str, phrase: str, said: list[str]) -> None:
    assert [hit.said for hit in brand.hits(text, Voice(avoid=(phrase,)))] == said


@pytest.mark.parametrize(
    ("text", "count"),
    [("Bread 1/9 © ™ #bread * 24", 0), ("🍞", 1), ("👩‍🍳👍🏽", 2), ("🇪🇸 🇬🇧", 2), ("☀️ ✔ ❤️", 2), ("1️⃣", 1), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1)],
)
def test_emoji_are_counted_as_readers_see_them(text: str, count: int) -> None:
    assert len(brand.emoji(text)) == count


class TestThread:
    def test_the_builtin_writer_leaves_out_what_the_voice_avoids(self) -> None:
        plain, kept = written(), written(avoid=["cheap"])
        assert "cheap" not in " ".join(post["text"] for post in kept.output["posts"])
        assert plain.score.rubric == "maya.thread/2"
        assert (kept.score.rubric, kept.score.max_points) == ("maya.thread/2+brand", 100)
        assert next(check.status for check in kept.checks if check.id == "brand_words") == "pass"

    def test_what_cannot_be_left_out_is_named(self) -> None:
        found = written(banned=["the", "of", "a", "in", "and", "every"])
        check = next(check for check in found.checks if check.id == "brand_words")
        assert (check.status, check.points) == ("fail", 0)
        assert "which your brand voice bans" in check.message

    def test_hashtags_as_the_voice_wants_them(self) -> None:
        assert written(hashtags="none").output["hashtags"] == []

    def test_an_edit_with_emoji_and_hashtags_is_told(self) -> None:
        report = written(hashtags="none", emoji="none")
        checks = {c.id: c for c in BLOG_TO_THREAD.review(report, {"posts": [{"text": "Bread 🍞 is back.\n\n#Bread"}]}).checks}
        assert checks["brand_emoji"].message == "Post 1 has 1 emoji, and your brand voice wants none."
        assert "your brand voice wants at most 0" in checks["hashtags"].message
