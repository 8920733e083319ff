"""The verdict on a thread: claims against the source, then the style rules. Called by the check step, and again after a person edited
it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from coexai_app.agents.maya import closing, kept, layout, outline, verdicts
from coexai_app.agents.maya.schemas import Numbering, Post, ThreadInput, ThreadOutput
from coexai_app.agents.maya.verdicts import NO_VOICE, Rubric
from coexai_app.agents.report import Claim, Report, Review
from coexai_app.agents.text import limits, rules, words
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.judging import Judged
from coexai_app.agents.text.reuse import Earlier
from coexai_app.business import Voice
from coexai_app.business.voice import HASHTAGS
from coexai_app.extract.document import BlockKind, Document

FIRST_RUBRIC: Final = Rubric(
    name="maya.thread/1",
    rules=(
        ("hook", "Hook", 10, rules.hook),
        ("openers", "Stands alone", 8, rules.openers),
        ("sentences", "Whole sentences", 8, rules.full_sentences),
        ("duplicates", "No repeats", 8, rules.duplicates),
        ("length", "Length", 10, rules.length),
        ("numbering", "Numbering", 4, rules.numbering),
        ("count", "Number of posts", 4, rules.count),
        ("coverage", "Covers the source", 6, rules.coverage),
        ("close", "Close", 3, rules.close),
        ("hashtags", "Hashtags", 2, rules.hashtags),
        ("links", "Links", 1, rules.links),
        ("shouting", "Calm", 1, rules.shouting),
        ("cliches", "Plain words", 2, rules.cliches),
        ("readability", "Easy to read", 3, rules.easy),
    ),
)
RUBRIC: Final = verdicts.grown(FIRST_RUBRIC, "maya.thread/2", less="duplicates")


def judge(
    document: Document,
    options: ThreadInput,
    thread: ThreadOutput,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    *,
    rubric: Rubric[Judged] = RUBRIC,
    said: Sequence[Earlier] = (),
    known: Habits | None = None,
) -> Review:
    """Claims, checks and score of a thread. `earlier` claims that a person overrode stay overridden when their words are unchanged.

    `said` are the organisation's earlier outputs, `known` the habits of the voice's sample texts when it comes without them.
    """
    seen = _seen(document, options, thread, voice, said, known)
    return verdicts.judged(rubric, seen, seen, ledger(document, options, thread), earlier)


def compared(
    review_: Review, document: Document, options: ThreadInput, thread: ThreadOutput, voice: Voice, said: Sequence[Earlier]
) -> tuple[Review, tuple[Earlier, ...]]:
    """As `verdicts.compared`."""
    return verdicts.compared(review_, RUBRIC, _seen(document, options, thread, voice, said))


def asked(options: ThreadInput, voice: Voice) -> ThreadInput:
    """The input with no more hashtags than the brand voice wants."""
    most = HASHTAGS[voice.hashtags]
    return options if most is None or options.hashtags <= most else options.model_copy(update={"hashtags": most})


def ledger(document: Document, options: ThreadInput, thread: ThreadOutput) -> tuple[Claim, ...]:
    """Every number, date, name, quote and link of the thread, with its place in the source or in the input."""
    from coexai_app.agents.text.claims import ledger as claims_of

    also = {f"input.{name}": value for name in ("call_to_action", "url") if (value := getattr(options, name))}
    return claims_of([layout.words_of(post.text) for post in thread.posts], document, also=also)


def review(report: Report, output: Mapping[str, Any]) -> Review:
    """Judges an edited output against the report's source. Raises InvalidInput when the output is not a thread."""
    thread = kept.parsed(ThreadOutput, output, "a thread")
    thread = ThreadOutput(
        posts=tuple(Post(text=p.text, length=limits.weighted_length(p.text)) for p in thread.posts), hashtags=thread.hashtags
    )
    return judge(
        *(kept.document(report), ThreadInput.model_validate(report.input), thread, report.claims, kept.voice(report)),
        rubric=kept.rubric(report, FIRST_RUBRIC, RUBRIC),
        said=kept.said(report),
        known=kept.learnt(report),
    )


def source_link(document: Document, options: ThreadInput) -> str:
    """The address that the close names: where the source was found, "" for pasted text and files or when it is switched off."""
    return (options.url or document.url) if options.link else ""


def _seen(
    document: Document,
    options: ThreadInput,
    thread: ThreadOutput,
    voice: Voice,
    said: Sequence[Earlier] = (),
    known: Habits | None = None,
) -> Judged:
    options = asked(options, voice)
    texts = tuple(post.text for post in thread.posts)
    titles = {document.title, *(document.block_text(b) for b in document.blocks if b.kind is BlockKind.HEADING)}
    parts = outline.main_parts(document)
    found = Judged(
        posts=texts,
        words=tuple(layout.words_of(text) for text in texts),
        language=document.language,
        titles=frozenset(t.strip().rstrip(":").casefold() for t in titles if t.strip()),
        sections=tuple((part.title, document.text[part.start : part.end]) for part in parts),
        numbers=tuple(layout.number_of(text) for text in texts),
        hashtags=tuple(tuple(layout.hashtags_of(text)) for text in texts),
        numbered=options.numbering is Numbering.FRACTION,
        wanted=options.posts,
        source_words=words.word_count(document.text),
        must_say=options.call_to_action or "",
        link=source_link(document, options),
        max_hashtags=options.hashtags,
        earlier=tuple(said),
        calls=tuple(line for line in (options.call_to_action, *closing.READ_ON.values()) if line),
    )
    return verdicts.voiced(found, voice, known)
