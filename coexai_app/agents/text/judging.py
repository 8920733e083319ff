"""What a style rule sees (`Judged`) and says (`Verdict`), and how a post is cut into what is judged. The rules are in `rules`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coexai_app.agents.report import Check, CheckStatus, Finding
from coexai_app.agents.text import limits, sentences
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice

if TYPE_CHECKING:
    from coexai_app.agents.text.habits import Habits

_MOST_NAMED = 3
LIST_LINE = re.compile(r"^(?:[•\-–*]|\d{1,2}[.)])\s")


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged: `posts` as published, `words` without numbers and hashtags, and what is known about source and wishes.

    `labels` are what people call the posts, where they are no posts of a thread; `theirs` are those in somebody else's words (a quote, a
    speaker named beside them), which no brand voice may change. `earlier` are the organisation's outputs of before, `calls` the words
    that the job asked to close with, `habits` what the voice's sample texts have in common.
    """

    posts: tuple[str, ...]
    words: tuple[str, ...]
    language: str = "und"
    labels: tuple[str, ...] = ()
    theirs: frozenset[int] = frozenset()
    titles: frozenset[str] = frozenset()
    sections: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[int, int] | None, ...] = ()
    hashtags: tuple[tuple[str, ...], ...] = ()
    numbered: bool = True
    wanted: int | None = None
    source_words: int = 0
    must_say: str = ""
    link: str = ""
    max_hashtags: int = 3
    fewest: int = 5
    most: int = 12
    keywords: frozenset[str] = field(default_factory=frozenset)
    voice: Voice = field(default_factory=Voice)
    earlier: tuple[Earlier, ...] = ()
    calls: tuple[str, ...] = ()
    habits: Habits | None = None

    def name(self, post: int) -> str:
        """What people call the post with this index."""
        return self.labels[post] if self.labels else f"Post {post + 1}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`share` of the rule's points, 0 to 1."""

    share: float
    message: str
    evidence: str = ""
    fix: str = ""
    status: CheckStatus | None = None
    findings: tuple[Finding, ...] = ()


def check(id_: str, label: str, points: int, verdict: Verdict) -> Check:
    """A verdict as a check: pass with all points, fail with none, else a warning."""
    got = round(points * max(0.0, min(1.0, verdict.share)))
    status = verdict.status or (CheckStatus.PASS if verdict.share >= 1.0 else CheckStatus.FAIL if got == 0 else CheckStatus.WARN)
    return Check(
        id=id_,
        label=label,
        status=status,
        points=got,
        max_points=points,
        message=verdict.message,
        evidence=verdict.evidence,
        fix=verdict.fix,
        findings=verdict.findings,
    )


def is_label(line: str, judged: Judged) -> bool:
    """A line that is a heading or the title of the source, not a sentence."""
    return line.strip().rstrip(":").casefold() in judged.titles


def prose(post: str, judged: Judged) -> list[str]:
    """The sentences of a post: labels, list lines and addresses left out."""
    found: list[str] = []
    for line in post.split("\n"):
        bare = line.strip()
        if not bare or LIST_LINE.match(bare) or is_label(bare, judged):
            continue
        links = limits.urls(bare)
        if links and not bare.replace(links[-1].url, "").strip(" :"):
            continue
        found.extend(s.text for s in sentences.split(bare, judged.language))
    return found


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold().replace("’", "'").strip()


def tail(text: str) -> str:
    return text if len(text) <= 80 else "…" + text[-80:]


def these_posts(numbers: Iterable[int]) -> str:
    listed = [str(n) for n in numbers]
    return f"Post {listed[0]} is" if len(listed) == 1 else f"Posts {', '.join(listed[:-1])} and {listed[-1]} are"


def these(places: Sequence[int], judged: Judged) -> str:
    """ "Posts 2 and 4 are", "Opening is", "Opening, Section 1 and 3 more are"."""
    if not judged.labels:
        return these_posts(place + 1 for place in places)
    names = [judged.name(place) for place in places[:_MOST_NAMED]]
    if more := len(places) - len(names):
        return f"{', '.join(names)} and {more} more are"
    return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"
