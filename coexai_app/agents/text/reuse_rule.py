"""The style rule of the reuse guard: a warning with each place that repeats an earlier output, and what repeats on purpose."""

from __future__ import annotations

from typing import Final

from coexai_app.agents.report import CheckStatus, Finding
from coexai_app.agents.text import reuse
from coexai_app.agents.text.judging import Judged, Verdict, tail, these_posts
from coexai_app.agents.text.reuse import Purpose, Reused

_ON_PURPOSE: Final = {
    Purpose.QUOTE: "a quotation",
    Purpose.BRAND: "a line of your brand",
    Purpose.CALL: "the call to action",
}


def unrepeated(judged: Judged) -> Verdict:
    """No post says what an earlier output said. It never fails a text: half of the points go for one place, all for more."""
    found = reuse.find(judged.posts, judged.earlier, brand=judged.voice.samples, calls=judged.calls)
    meant = list(dict.fromkeys(_ON_PURPOSE[hit.purpose] for hit in found if hit.purpose))
    also = f" On purpose: {', '.join(meant)}." if meant else ""
    again = [hit for hit in found if not hit.purpose]
    if not again:
        return Verdict(
            1, f"Nothing that an earlier result says.{also}" if judged.earlier else "There is no earlier result to compare with."
        )
    posts = list(dict.fromkeys(hit.part + 1 for hit in again))
    return Verdict(
        0.5 if len(posts) == 1 else 0.0,
        f"{these_posts(posts)} in the words of an earlier result.{also}",
        f"Post {posts[0]}: “{tail(again[0].shared)}”, said in “{again[0].of.title}”.",
        "Say it in another way, or keep it if you mean to repeat it.",
        CheckStatus.WARN,
        tuple(_finding(hit) for hit in again),
    )


def _finding(hit: Reused) -> Finding:
    how = "Said" if hit.similarity < reuse.NEAR else f"{hit.similarity:.0%} of this post was said"
    return Finding(part=hit.part, start=hit.start, end=hit.end, message=f"{how} in “{hit.of.title}” already.")
