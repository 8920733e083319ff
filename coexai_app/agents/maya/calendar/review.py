"""The verdict on a content calendar: claims against the source, then the rules of its rubric. Called by the check
step, and again after a person edited it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coexai_app.agents.maya import kept, origins, verdicts
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, said
from coexai_app.agents.maya.calendar.tails import hashtags_wanted
from coexai_app.agents.maya.origins import Stretch
from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.parts import Part
from coexai_app.agents.report import Claim, Report, Review
from coexai_app.agents.text import limits, networks, partwise, sentences, words
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.judging import Judged as Shared
from coexai_app.agents.text.judging import Verdict
from coexai_app.agents.text.networks import NETWORKS, Links
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice
from coexai_app.extract.document import BlockKind, Document

_HASHTAG = re.compile(r"(?<![\w&/#])[#＃][^\W\d]\w*")
HASHTAG_LINE = re.compile(r"^[ \t]*(?:[#＃]\w+[ \t]*)+$", re.MULTILINE)
_SAME_ANGLE = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules see."""

    calendar: CalendarOutput
    document: Document
    options: CalendarInput
    parts: tuple[Part, ...]
    voice: Voice
    stretches: tuple[Stretch, ...] = ()

    @property
    def bare(self) -> list[Part]:
        """The parts without the lines of hashtags and the source's headings: what is form, not words of a post."""
        titles = {self.document.block_text(b).strip().casefold() for b in self.document.blocks if b.kind is BlockKind.HEADING}
        lines = ((part, [line for line in part.text.split("\n") if line.strip().casefold() not in titles]) for part in self.parts)
        kept = (("\n".join(found), part) for part, found in lines)
        return [part.model_copy(update={"text": HASHTAG_LINE.sub("", text).strip()}) for text, part in kept]

    @property
    def language(self) -> str:
        return self.calendar.language


def length(judged: Judged) -> Verdict:
    """Every post within its network's limit, counted as the network counts."""
    for entry, part in zip(judged.calendar.entries, judged.parts, strict=True):
        if not networks.fits(entry.channel, entry.text):
            return Verdict(0, f"{part.label} is too long: {part.length:,} of {part.limit:,}.", "", "Shorten it.")
    if not judged.parts:
        return Verdict(0, "The calendar is empty.", "", "Add a post.")
    tightest = max(judged.parts, key=lambda part: part.length / part.limit)
    return Verdict(1, f"All posts fit; the fullest is {tightest.label} with {tightest.length:,} of {tightest.limit:,}.")


def count(judged: Judged) -> Verdict:
    """As many posts as wished; fewer when the sources hold no more, which is said, and from all of them."""
    have, wished = len(judged.calendar.entries), judged.calendar.planned
    unused = _unused(judged)
    missing = f" Nothing was taken from {unused}." if unused else ""
    if have >= wished and unused and have >= len(judged.stretches):
        fix = "Plan more posts, or make a calendar of its own from each of these sources."
        return Verdict(0.75, f"{have} {'post' if have == 1 else 'posts'}, as planned.{missing}", "", fix)
    if have >= wished:
        return Verdict(1, f"{have} {'post' if have == 1 else 'posts'}, as planned.{missing}")
    last = max((entry.at.date() for entry in judged.calendar.entries), default=None)
    until = f" after {said(last)}" if last else ""
    size = words.word_count(judged.document.text)
    what = f"the {len(judged.stretches)} sources ({size:,} words) have" if judged.stretches else f"the source ({size:,} words) has"
    return Verdict(
        0.5,
        f"{have} of {wished} posts: {what} no more that stands on its own{until}. Nothing was said twice to fill.{missing}",
        "",
        "Plan fewer weeks, or make another calendar from another source.",
    )


def _unused(judged: Judged) -> str:
    """The sources that no post is from, by name; "" when there is none."""
    used = {origins.at(judged.stretches, start) for entry in judged.calendar.entries for start, _ in entry.source}
    names = [f"“{stretch.label}”" for stretch in judged.stretches if stretch not in used]
    return ", ".join(names[:-1]) + (" and " if names[1:] else "") + names[-1] if names else ""


def dates(judged: Judged) -> Verdict:
    """In order of time, and no two posts of a channel at the same moment."""
    moments = Counter((entry.at, entry.channel) for entry in judged.calendar.entries)
    doubled = [entry.label for entry in judged.calendar.entries if moments[entry.at, entry.channel] > 1]
    if doubled:
        return Verdict(0.25, f"Two posts stand at {doubled[0]}.", "", "Move one of them.")
    times = [entry.at for entry in judged.calendar.entries]
    if times != sorted(times):
        return Verdict(0.5, "The posts are not in order of time.", "", "Sort them.")
    zone = judged.calendar.timezone
    return Verdict(
        1, f"In order, in the time zone {zone}." if zone else "In order, in local time: your business profile names no time zone."
    )


def variety(judged: Judged) -> Verdict:
    """Not the same kind of post over and over on a channel."""
    for channel in judged.options.channels:
        own = [entry for entry in judged.calendar.entries if entry.channel is channel]
        run = 1
        for before, entry in itertools.pairwise(own):
            run = run + 1 if entry.angle is before.angle else 1
            if run > _SAME_ANGLE:
                where = NETWORKS[channel].label
                return Verdict(0.5, f"{run} posts in a row on {where} lead with a {entry.angle.value}.", entry.label, "Swap two of them.")
    kinds = {entry.angle.value for entry in judged.calendar.entries}
    return Verdict(1, f"The posts lead with {len(kinds)} kinds of things: {', '.join(sorted(kinds))}." if kinds else "No posts.")


def hashtags(judged: Judged) -> Verdict:
    """No more hashtags than wished, and than the network takes."""
    wished = hashtags_wanted(judged.options, judged.voice)
    for entry in judged.calendar.entries:
        found, most = _HASHTAG.findall(entry.text), min(wished, NETWORKS[entry.channel].hashtags)
        if len(found) > most:
            return Verdict(0, f"{entry.label} has {len(found)} hashtags; at most {most} belong there.", " ".join(found), "Take some out.")
    return Verdict(1, "Hashtags as wished, and as each network takes them.")


def links(judged: Judged) -> Verdict:
    """No address where it cannot be clicked."""
    for entry in judged.calendar.entries:
        row = NETWORKS[entry.channel]
        found = [link.url for link in limits.urls(entry.text) if link.url.startswith("http")]
        if found and row.links is not Links.LIVE:
            why = "cannot be clicked there" if row.links is Links.DEAD else "belongs into the button there"
            return Verdict(0, f"{entry.label} has an address, which {why}.", found[0], "Take it out.")
        if row.most_links and len(set(found)) > row.most_links:
            return Verdict(0, f"{entry.label} has {len(set(found))} links; {row.label} takes {row.most_links}.", "", "Take some out.")
    return Verdict(1, "Links only where they can be clicked.")


def folds(judged: Judged) -> Verdict:
    """On networks that hide the rest behind "more", the first sentence is shown whole on a desktop; a phone may show less."""
    late = []
    for entry in judged.calendar.entries:
        fold = max((at for _, at in NETWORKS[entry.channel].folds), default=0)
        first = next(iter(sentences.split(entry.text.split("\n")[0], judged.language)), None)
        if fold and first and len(first.text) > fold:
            late.append((entry, len(first.text), fold))
    if not late:
        return Verdict(1, "First sentences are shown before “more”, as far as the networks tell.")
    entry, size, fold = late[0]
    message = f"The first sentence of {entry.label} has {size} characters; some {fold} are shown before “more”."
    return Verdict(max(0.25, 1 - len(late) / len(judged.calendar.entries)), message, "", "Open with a shorter sentence.")


FIRST_RUBRIC: Rubric[Judged] = Rubric(
    name="maya.calendar/1",
    rules=(
        ("length", "Length", 14, length),
        ("count", "Number of posts", 8, count),
        ("dates", "Dates and times", 8, dates),
        ("repeats", "No repeats", 10, lambda j: partwise.repeats(j.bare, j.language)),
        ("standing", "Stands alone", 8, lambda j: partwise.standing(j.parts, j.language)),
        ("sentences", "Whole sentences", 6, lambda j: partwise.whole(j.bare, j.language)),
        ("variety", "Variety", 4, variety),
        ("hashtags", "Hashtags", 2, hashtags),
        ("links", "Links", 2, links),
        ("folds", "First sentences", 2, folds),
        ("cliches", "Plain words", 2, lambda j: partwise.fresh(j.parts)),
        ("shouting", "Calm", 1, lambda j: partwise.calm(j.parts)),
        ("readability", "Easy to read", 3, lambda j: partwise.easy(j.bare, j.language)),
    ),
)
RUBRIC = verdicts.grown(FIRST_RUBRIC, "maya.calendar/2", less="repeats")


def judge(
    document: Document,
    options: CalendarInput,
    calendar: CalendarOutput,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    *,
    rubric: Rubric[Judged] = RUBRIC,
    said: Sequence[Earlier] = (),
    known: Habits | None = None,
    stretches: Sequence[Stretch] = (),
) -> Review:
    """Claims, checks and score; the arguments are those of a thread's `review.judge`. `stretches` are those of several sources."""
    parts = calendar.parts()
    form = [[match.span() for match in HASHTAG_LINE.finditer(part.text)] for part in parts]
    claims = verdicts.ledger(parts, document, _beside(options, stretches), form)
    shared = verdicts.voiced(_shared(calendar, said), voice, known)
    return verdicts.judged(rubric, Judged(calendar, document, options, parts, voice, _many(stretches)), shared, claims, earlier)


def _many(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    return tuple(stretches) if len(stretches) > 1 else ()


def _beside(options: CalendarInput, stretches: Sequence[Stretch]) -> dict[str, str]:
    """What supports claims beside the text, by its origin: the addresses, and who wrote each of several sources."""
    many = _many(stretches)
    found = {
        "input.url": options.url or "",
        "input.more_urls": "\n".join(options.more_urls),
        "source.urls": "\n".join(stretch.url for stretch in many if stretch.url not in ("", options.url, *options.more_urls)),
        "source.authors": "\n".join(stretch.author for stretch in many if stretch.author),
        "source.dates": "\n".join(stretch.published for stretch in many if stretch.published),
    }
    return {origin: text for origin, text in found.items() if text}


def compared(review_: Review, calendar: CalendarOutput, voice: Voice, said: Sequence[Earlier]) -> tuple[Review, tuple[Earlier, ...]]:
    """As `verdicts.compared`."""
    return verdicts.compared(review_, RUBRIC, verdicts.voiced(_shared(calendar, said), voice))


def review(report: Report, output: Mapping[str, Any]) -> Review:
    """Judges an edited calendar against the report's source. Raises InvalidInput when the output is none."""
    calendar, options = kept.parsed(CalendarOutput, output, "a calendar"), CalendarInput.model_validate(report.input)
    return judge(
        *(kept.document(report), options, calendar, report.claims, kept.voice(report)),
        rubric=kept.rubric(report, FIRST_RUBRIC, RUBRIC),
        said=kept.said(report),
        known=kept.learnt(report),
        stretches=origins.of_report(report),
    )


def _shared(calendar: CalendarOutput, said: Sequence[Earlier]) -> Shared:
    return verdicts.seen(calendar.parts(), calendar.language, said=said)
