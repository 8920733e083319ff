"""The verdict on a thread: claims against the source, then the style rules. Called by the check step, and again after a person edited
it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import ValidationError

from coexai_app.agents.maya import closing, layout, outline
from coexai_app.agents.maya.schemas import Numbering, Post, ThreadInput, ThreadOutput
from coexai_app.agents.report import Analysis, Check, CheckStatus, Claim, ClaimStatus, Report, Review, Score
from coexai_app.agents.text import brand, brand_rules, habits, judging, limits, reuse, rules, words
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.reuse import Earlier, Purpose
from coexai_app.agents.text.reuse_rule import unrepeated
from coexai_app.business import EmojiPolicy, Voice
from coexai_app.business.voice import HASHTAGS
from coexai_app.errors import InvalidInput
from coexai_app.extract.document import Block, BlockKind, Document, Link, SourceKind

# A report keeps the rubric that it was first judged by, so that an edit never changes the scale.
RUBRIC: Final = "maya.thread/2"
CLAIM_POINTS: Final = 30
Row = tuple[str, str, int, rules.Rule]
# Rule, label and points; with the claims they add up to 100.
_FIRST: Final[tuple[Row, ...]] = (
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
)
_REUSE: Final[Row] = ("reuse", "Not said before", 3, unrepeated)
RULES: Final[dict[str, tuple[Row, ...]]] = {
    "maya.thread/1": _FIRST,
    "maya.thread/2": (*((id_, label, 5 if id_ == "duplicates" else points, rule) for id_, label, points, rule in _FIRST), _REUSE),
}
# The same, and whether a voice asks for it.
BrandRow = tuple[str, str, int, rules.Rule, Callable[[Voice, Habits | None], bool]]
_FIRST_BRAND: Final[tuple[BrandRow, ...]] = (
    ("brand_words", "Brand words", 5, brand_rules.words_avoided, lambda voice, known: bool(voice.avoid or voice.banned)),
    ("brand_emoji", "Brand emoji", 1, brand_rules.emoji_wanted, lambda voice, known: voice.emoji is not EmojiPolicy.ANY),
)
BRAND_RULES: Final[dict[str, tuple[BrandRow, ...]]] = {
    "maya.thread/1": _FIRST_BRAND,
    "maya.thread/2": (
        *_FIRST_BRAND,
        ("brand_terms", "Your own words", 2, brand_rules.terms, lambda voice, known: bool(voice.terms)),
        ("brand_person", "Who speaks", 1, brand_rules.perspective, lambda voice, known: bool(voice.perspective)),
        ("brand_level", "Reading level", 1, brand_rules.reading_level, lambda voice, known: voice.reading_level in brand_rules.LEVELS),
        ("brand_tone", "Tone", 1, brand_rules.tone, lambda voice, known: brand_rules.asks_tone(voice)),
        ("brand_habits", "Like your samples", 1, brand_rules.habitual, lambda voice, known: known is not None and known.known),
    ),
}
NO_VOICE = Voice()
# So many earlier outputs are kept with a report.
MOST_KEPT: Final = 10


def judge(
    document: Document,
    options: ThreadInput,
    thread: ThreadOutput,
    earlier: Sequence[Claim] = (),
    voice: Voice = NO_VOICE,
    *,
    rubric: str = RUBRIC,
    said: Sequence[Earlier] = (),
    known: Habits | None = None,
) -> Review:
    """Claims, checks and score of a thread. `earlier` claims that a person overrode stay overridden when their words are unchanged.

    What a brand voice asks for is checked too; its points are taken from those of the claims, so that the sum stays 100. `said` are the
    organisation's earlier outputs, `known` the habits of its sample texts (learnt here from the voice's own, when it has some).
    """
    claims = _kept_overrides(ledger(document, options, thread), earlier)
    known = habits.learn(voice.samples, document.language) if voice.samples else known
    judged = replace(_judged(document, asked(options, voice), thread, voice, said), habits=known)
    asks = tuple(row for row in BRAND_RULES[rubric] if row[4](voice, known))
    rules_ = (*RULES[rubric], *(row[:4] for row in asks))
    claim_points = CLAIM_POINTS - sum(row[2] for row in asks)
    checks = (
        _claims_check(claims, claim_points),
        *(judging.check(id_, label, points, rule(judged)) for id_, label, points, rule in rules_),
    )
    return Review(claims=claims, checks=checks, score=Score.of(checks, f"{rubric}+brand" if asks else rubric))


def compared(
    review_: Review, document: Document, options: ThreadInput, thread: ThreadOutput, voice: Voice, said: Sequence[Earlier]
) -> Review:
    """The review with the thread compared to what the organisation said before; the ledger is not asked again."""
    id_, label, points, rule = _REUSE
    again = judging.check(id_, label, points, rule(_judged(document, asked(options, voice), thread, voice, said)))
    checks = tuple(again if check.id == id_ else check for check in review_.checks)
    return review_.model_copy(update={"checks": checks, "score": Score.of(checks, review_.score.rubric)})


def met(thread: ThreadOutput, voice: Voice, said: Sequence[Earlier]) -> tuple[Earlier, ...]:
    """The earlier outputs that share words with a thread, with only the texts that do: they are kept with the report, so that an edit is
    compared with them again. The brand's own lines may always be said, so they are not kept."""
    texts: dict[str, list[str]] = {}
    for hit in reuse.find([post.text for post in thread.posts], said, brand=voice.samples):
        if hit.purpose is Purpose.BRAND:
            continue
        here = texts.setdefault(hit.of.id, [])
        if hit.of.texts[hit.earlier_part] not in here:
            here.append(hit.of.texts[hit.earlier_part])
    return tuple(Earlier(id=one.id, title=one.title, texts=tuple(texts[one.id])) for one in said if one.id in texts)[:MOST_KEPT]


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
    try:
        thread = ThreadOutput.model_validate(output)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise InvalidInput(f"This is not a thread: {place}: {problem['msg']}.", field=place or None) from None
    thread = ThreadOutput(
        posts=tuple(Post(text=p.text, length=limits.weighted_length(p.text)) for p in thread.posts), hashtags=thread.hashtags
    )
    rubric, extra = report.score.rubric.partition("+")[0], report.analysis.model_extra or {}
    return judge(
        *(rebuilt(report), ThreadInput.model_validate(report.input), thread, report.claims, brand_of(report)),
        rubric=rubric if rubric in RULES else RUBRIC,
        said=[Earlier.model_validate(one) for one in extra.get("said", ())],
        known=Habits.model_validate(extra["habits"]) if "habits" in extra else None,
    )


def document_fields(document: Document) -> dict[str, Any]:
    """What `rebuilt` needs besides the report's source, kept in the report's analysis."""
    return {
        "blocks": [[b.kind.value, b.start, b.end, b.level] for b in document.blocks],
        "links": [[link.url, link.start, link.end] for link in document.links],
    }


def brand_of(report: Report) -> Voice:
    """The rules of the brand voice that the job was given; none in a report from before."""
    return Voice.model_validate((report.analysis.model_extra or {}).get("brand", {}))


def rebuilt(report: Report) -> Document:
    """The document that the report's source was, offsets and all."""
    source, extra = report.source, report.analysis.model_extra or {}
    blocks = tuple(Block(kind=BlockKind(kind), start=start, end=end, level=level) for kind, start, end, level in extra.get("blocks", ()))
    if not blocks and source.text:
        blocks = (Block(kind=BlockKind.PARAGRAPH, start=0, end=len(source.text)),)
    return Document(
        kind=SourceKind(source.kind),
        text=source.text,
        blocks=blocks,
        links=tuple(Link(url=url, start=start, end=end) for url, start, end in extra.get("links", ())),
        title=source.title,
        author=source.author,
        published=source.published,
        language=source.language,
        url=source.url,
        name=source.name,
    )


def source_link(document: Document, options: ThreadInput) -> str:
    """The address that the close names: where the source was found, "" for pasted text and files or when it is switched off."""
    return (options.url or document.url) if options.link else ""


def without_source(review_: Review) -> tuple[Claim, ...]:
    return tuple(c for c in review_.claims if c.status is ClaimStatus.UNSUPPORTED)


def analysis_of(base: Analysis, document: Document, voice: Voice = NO_VOICE, said: Sequence[Earlier] = ()) -> Analysis:
    """The analysis with what an edit is judged by later."""
    rules_ = brand.rules(voice).model_dump(mode="json", exclude_defaults=True)
    known = habits.learn(voice.samples, document.language).model_dump(mode="json") if voice.samples else {}
    kept = {"brand": rules_, "habits": known, "said": [one.model_dump() for one in said]}
    return Analysis.model_validate(
        {**base.model_dump(), **document_fields(document), **{name: value for name, value in kept.items() if value}}
    )


def _kept_overrides(claims: Sequence[Claim], earlier: Sequence[Claim]) -> tuple[Claim, ...]:
    reasons = {(c.text, c.kind): c.override for c in earlier if c.status is ClaimStatus.OVERRIDDEN}
    return tuple(
        c.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": reasons[c.text, c.kind]})
        if c.status is ClaimStatus.UNSUPPORTED and (c.text, c.kind) in reasons
        else c
        for c in claims
    )


def _claims_check(claims: Sequence[Claim], points: int) -> Check:
    open_ = [c for c in claims if c.status is ClaimStatus.UNSUPPORTED]
    if open_:
        first = open_[0]
        names = ", ".join(f"“{c.text}”" for c in open_[:3]) + (f" and {len(open_) - 3} more" if len(open_) > 3 else "")
        return Check(
            id="claims",
            label="Claims",
            status=CheckStatus.FAIL,
            points=0,
            max_points=points,
            message=f"{len(open_)} of {len(claims)} claims {'has' if len(open_) == 1 else 'have'} no source: {names}.",
            evidence=f"Post {first.part + 1}: “{first.text}”, {first.reason}" if first.reason else f"Post {first.part + 1}: “{first.text}”",
            fix="Take it out, correct it, or keep it with a reason.",
        )
    overridden = sum(c.status is ClaimStatus.OVERRIDDEN for c in claims)
    message = f"All {len(claims)} claims have a source." if claims else "Nothing in the thread needs a source."
    if overridden:
        message = f"{len(claims) - overridden} claims have a source, {overridden} kept on your word."
    return Check(id="claims", label="Claims", status=CheckStatus.PASS, points=points, max_points=points, message=message)


def _judged(document: Document, options: ThreadInput, thread: ThreadOutput, voice: Voice, said: Sequence[Earlier] = ()) -> judging.Judged:
    texts = tuple(post.text for post in thread.posts)
    titles = {document.title, *(document.block_text(b) for b in document.blocks if b.kind is BlockKind.HEADING)}
    parts = outline.main_parts(document)
    return judging.Judged(
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
        voice=voice,
        earlier=tuple(said),
        calls=tuple(line for line in (options.call_to_action, *closing.READ_ON.values()) if line),
    )
