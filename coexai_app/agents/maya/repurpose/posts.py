"""One post for one network, as a capability of its own within "one source to everything": made by the steps of the content calendar,
for a calendar with a single post, and judged by those of its rules that a post without a date can keep to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from coexai_app.agents.maya import appendix, calendar, kept, sources, verdicts, writing
from coexai_app.agents.maya.calendar import review as rules
from coexai_app.agents.maya.calendar.inputs import CalendarInput
from coexai_app.agents.maya.calendar.prompts import bare
from coexai_app.agents.maya.calendar.schemas import CalendarOutput, Entry
from coexai_app.agents.maya.calendar.tails import tail_of
from coexai_app.agents.maya.several import Gathered
from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.parts import Part, Parted, PartKind, Words
from coexai_app.agents.pipeline import Capability, Outcome, Step, StepContext
from coexai_app.agents.report import Claim, Report, Review
from coexai_app.agents.text import networks, partwise
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.judging import Judged as Shared
from coexai_app.agents.text.judging import Verdict
from coexai_app.agents.text.networks import NETWORKS, Channel
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice
from coexai_app.extract.document import Document


class PostInput(CalendarInput):
    """A calendar of one post, and what the post says at its end."""

    call_to_action: str | None = Field(default=None, max_length=120)


class PostOutput(Parted):
    """One post; a person may make more of it. `source` are the places of its words."""

    channel: Channel
    texts: tuple[str, ...] = ()
    source: tuple[tuple[int, int], ...] = ()
    language: str = "und"

    def parts(self) -> tuple[Part, ...]:
        row = NETWORKS[self.channel]
        return tuple(
            Part(
                kind=PartKind.POST,
                text=text,
                label=f"{row.label} post {number}" if len(self.texts) > 1 else f"{row.label} post",
                channel=self.channel.value,
                length=networks.length(self.channel, text),
                limit=row.limit,
            )
            for number, text in enumerate(self.texts, 1)
        )

    def rewritten(self, words: Sequence[Words]) -> PostOutput:
        return self.model_copy(update={"texts": tuple(said.text for said in words)})


class _Undated(Entry):
    """A post as the calendar's rules see it, by the name that people read."""

    name: str = ""

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules see: the post as a calendar without a date, and what it has to say."""

    calendar: rules.Judged
    call: str

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.calendar.parts


def length(judged: Judged) -> Verdict:
    """Within the network's limit, counted as the network counts."""
    entries = zip(judged.calendar.calendar.entries, judged.parts, strict=True)
    if long := [part for entry, part in entries if not networks.fits(entry.channel, entry.text)]:
        return Verdict(0, f"{long[0].label} is too long: {long[0].length:,} of {long[0].limit:,}.", "", "Shorten it.")
    fullest = max(judged.parts, key=lambda part: part.length / part.limit)
    return Verdict(1, f"It fits: {fullest.length:,} of {fullest.limit:,} characters.")


def closes(judged: Judged) -> Verdict:
    """What the person asked to say is said."""
    if not judged.call:
        return Verdict(1, "Nothing was asked for.")
    if any(judged.call in part.text for part in judged.parts):
        return Verdict(1, f"It says “{judged.call}”.")
    return Verdict(0, "It does not say what you asked for: there was no room, or it was taken out.", judged.call, "Put it in.")


RUBRIC: Rubric[Judged] = Rubric(
    name="maya.single-post/1",
    rules=(
        ("length", "Length", 16, length),
        ("repeats", "No repeats", 6, lambda j: partwise.repeats(j.calendar.bare, j.calendar.language)),
        ("standing", "Stands alone", 10, lambda j: partwise.standing(j.parts, j.calendar.language)),
        ("sentences", "Whole sentences", 8, lambda j: partwise.whole(j.calendar.bare, j.calendar.language)),
        ("folds", "First sentence", 6, lambda j: rules.folds(j.calendar)),
        ("action", "Your own sentence", 3, closes),
        ("hashtags", "Hashtags", 4, lambda j: rules.hashtags(j.calendar)),
        ("links", "Links", 4, lambda j: rules.links(j.calendar)),
        ("cliches", "Plain words", 3, lambda j: partwise.fresh(j.parts)),
        ("shouting", "Calm", 2, lambda j: partwise.calm(j.parts)),
        ("readability", "Easy to read", 5, lambda j: partwise.easy(j.calendar.bare, j.calendar.language)),
    ),
    reuse=verdicts.REUSE_POINTS,
    brand=verdicts.BRAND,
)


def judge(
    document: Document,
    options: PostInput,
    post: PostOutput,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    *,
    said: Sequence[Earlier] = (),
    known: Habits | None = None,
) -> Review:
    """Claims, checks and score; the arguments are those of a thread's `review.judge`."""
    parts = post.parts()
    entries = tuple(
        _Undated(date="2001-01-01", time="09:00", channel=post.channel, title="", text=part.text, name=part.label) for part in parts
    )
    form = [[match.span() for match in rules.HASHTAG_LINE.finditer(part.text)] for part in parts]
    given = {f"input.{name}": value for name in ("call_to_action", "url") if (value := getattr(options, name))}
    claims = verdicts.ledger(parts, document, given, form)
    dated = CalendarOutput(entries=entries, planned=len(entries), language=post.language)
    own = Judged(rules.Judged(dated, document, options, parts, voice), options.call_to_action or "")
    return verdicts.judged(RUBRIC, own, _shared(post, options, voice, said, known), claims, earlier)


def review(report: Report, output: Mapping[str, Any]) -> Review:
    """Judges an edited post against the report's source. Raises InvalidInput when the output is none."""
    post, options = kept.parsed(PostOutput, output, "a post"), PostInput.model_validate(report.input)
    return judge(
        *(kept.document(report), options, post, report.claims, kept.voice(report)), said=kept.said(report), known=kept.learnt(report)
    )


def _shared(post: PostOutput, options: PostInput, voice: Voice, said: Sequence[Earlier], known: Habits | None = None) -> Shared:
    found = verdicts.seen(post.parts(), post.language, said=said, calls=[options.call_to_action or ""])
    return verdicts.voiced(found, voice, known)


def _extract(data: PostInput, context: StepContext) -> Gathered:
    """As the calendar does, for which one post is too little."""
    return Gathered.model_validate(dict(sources.read(data, context, fewest=writing.FEWEST_WORDS, wanted="A post")))


def _output(data: PostInput, context: StepContext) -> Outcome:
    """The calendar's only entry as a post, with what the person asked to say."""
    document, voice = context.need(Gathered).document, context.business.voice
    planned = calendar.steps.output(data, context)
    entry = CalendarOutput.model_validate(planned.output).entries[0]
    text = _closed(entry.text, data.call_to_action or "", entry.channel)
    post = PostOutput(channel=entry.channel, texts=(text,), source=entry.source, language=document.language)
    earlier = context.earlier()
    review_, said = verdicts.compared(judge(document, data, post, voice=voice), RUBRIC, _shared(post, data, voice, earlier))
    return planned.model_copy(
        update={
            "output": post.model_dump(mode="json"),
            "review": review_,
            "analysis": kept.analysis(planned.analysis, document, voice, said),
        }
    )


def _closed(text: str, call: str, channel: Channel) -> str:
    """The post with the call before its link and hashtags; without these when it fits only so, and as it was when it does not fit."""
    if not call:
        return text
    words, tail = bare(text), tail_of(text)
    closed = (f"{words}\n\n{call}{end}" for end in dict.fromkeys((tail, "")))
    return next((candidate for candidate in closed if networks.fits(channel, candidate)), text)


def _text(report: Report) -> bytes:
    """The post, ready to paste, as its network shows it."""
    post = PostOutput.model_validate(report.output)
    return ("\n\n---\n\n".join(networks.formatted(post.parts(), post.channel)) + "\n").encode()


def _markdown(report: Report) -> bytes:
    """The post, then claims and checks."""
    parts = PostOutput.model_validate(report.output).parts()
    lines = [f"# {appendix.escaped(report.title)}", ""]
    for part in parts:
        lines += [f"## {part.label}", "", *(f"{appendix.escaped(line)}  " if line else "" for line in part.text.split("\n")), ""]
        lines += [f"{part.length:,} of {part.limit:,} characters", ""]
    return ("\n".join([*lines, *appendix.markdown(report, parts)]) + "\n").encode()


EXPORTS: Mapping[str, Callable[[Report], bytes]] = {"txt": _text, "md": _markdown, "json": appendix.json}


def of_channel(channel: Channel) -> Capability:
    """The capability that makes one post for a network. It stands in no coworker's table: `targets` is where it is used."""
    _, *made, _ = calendar.CAPABILITY.steps
    label = NETWORKS[channel].label
    return Capability(
        slug=f"{channel.value}-post",
        title=f"{label} post",
        description=f"One post for {label} in the source's own words.",
        input=PostInput,
        output=PostOutput,
        steps=(Step("extract", "Read the source", _extract, Gathered), *made, Step("output", "Hand over", _output, Outcome)),
        review=review,
        exports=EXPORTS,
        model_use=calendar.CAPABILITY.model_use,
    )
