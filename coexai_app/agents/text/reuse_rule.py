"""The style rule of the reuse guard: a warning with each place that repeats an earlier output, and what repeats on purpose."""

from __future__ import annotations

import itertools
from typing import Final

from coexai_app.agents.report import CheckStatus, Finding
from coexai_app.agents.text import reuse
from coexai_app.agents.text.judging import Judged, Verdict, tail, these
from coexai_app.agents.text.reuse import Earlier, Purpose, Reused

# So many earlier outputs are kept with a report.
MOST_KEPT: Final = 10
_ON_PURPOSE: Final = {
    Purpose.QUOTE: "a quotation",
    Purpose.BRAND: "a line of your brand",
    Purpose.CALL: "the call to action",
}


def unrepeated(judged: Judged) -> Verdict:
    """No post says what an earlier output said. It never fails a text: half of the points go for one place, all for more."""
    found = told(judged)
    meant = list(dict.fromkeys(_ON_PURPOSE[hit.purpose] for hit in found if hit.purpose))
    also = f" On purpose: {', '.join(meant)}." if meant else ""
    again = [hit for hit in found if not hit.purpose]
    if not again:
        return Verdict(
            1, f"Nothing that an earlier result says.{also}" if judged.earlier else "There is no earlier result to compare with."
        )
    posts = list(dict.fromkeys(hit.part for hit in again))
    return Verdict(
        0.5 if len(posts) == 1 else 0.0,
        f"{these(posts, judged)} in the words of an earlier result.{also}",
        f"{judged.name(posts[0])}: “{tail(again[0].shared)}”, said in “{again[0].of.title}”.",
        "Say it in another way, or keep it if you mean to repeat it.",
        CheckStatus.WARN,
        tuple(_finding(hit) for hit in again),
    )


def told(judged: Judged) -> tuple[Reused, ...]:
    """Every passage that an earlier output says too, on purpose or not."""
    return reuse.find(judged.posts, judged.earlier, brand=judged.voice.samples, calls=judged.calls, theirs=judged.theirs)


def met(judged: Judged) -> tuple[Earlier, ...]:
    """The earlier outputs that share words with this one, with only the texts that do: they are kept with the report, so that an edit is
    compared with them again. The brand's own lines may always be said, so they are not kept."""
    texts: dict[str, list[str]] = {}
    for hit in told(judged):
        if hit.purpose is Purpose.BRAND:
            continue
        here = texts.setdefault(hit.of.id, [])
        if hit.of.texts[hit.earlier_part] not in here:
            here.append(hit.of.texts[hit.earlier_part])
    kept = (Earlier(id=one.id, title=one.title, texts=tuple(texts[one.id])) for one in judged.earlier if one.id in texts)
    return tuple(itertools.islice(kept, MOST_KEPT))


def _finding(hit: Reused) -> Finding:
    how = "Said" if hit.similarity < reuse.NEAR else f"{hit.similarity:.0%} of this was said"
    return Finding(part=hit.part, start=hit.start, end=hit.end, message=f"{how} in “{hit.of.title}” already.")
