"""What every verdict of Maya's shares, whatever she made: the claims, the reuse guard and the brand voice next to a capability's own rules,
points that sum to 100, and a person's decisions kept. Each capability's `review` calls `judged`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from coexai_app.agents.parts import Part, PartKind
from coexai_app.agents.report import Check, CheckStatus, Claim, ClaimStatus, Review, Score
from coexai_app.agents.text import brand_rules, habits, judging
from coexai_app.agents.text.habits import Habits
from coexai_app.agents.text.judging import Judged, Verdict, tail
from coexai_app.agents.text.reuse import Earlier
from coexai_app.agents.text.reuse_rule import met, unrepeated
from coexai_app.business import EmojiPolicy, Voice
from coexai_app.extract.document import Document

J = TypeVar("J")
NO_VOICE: Final = Voice()
CLAIM_POINTS: Final = 30
REUSE_POINTS: Final = 3
# What a brand voice asks for: rule, label, points, verdict, and whether this voice asks for it.
BrandRow = tuple[str, str, int, Callable[[Judged], Verdict], Callable[[Judged], bool]]
FIRST_BRAND: Final[tuple[BrandRow, ...]] = (
    ("brand_words", "Brand words", 5, brand_rules.words_avoided, lambda j: bool(j.voice.avoid or j.voice.banned)),
    ("brand_emoji", "Brand emoji", 1, brand_rules.emoji_wanted, lambda j: j.voice.emoji is not EmojiPolicy.ANY),
)
BRAND: Final[tuple[BrandRow, ...]] = (
    *FIRST_BRAND,
    ("brand_terms", "Your own words", 2, brand_rules.terms, lambda j: bool(j.voice.terms)),
    ("brand_person", "Who speaks", 1, brand_rules.perspective, lambda j: bool(j.voice.perspective)),
    ("brand_level", "Reading level", 1, brand_rules.reading_level, lambda j: j.voice.reading_level in brand_rules.LEVELS),
    ("brand_tone", "Tone", 1, brand_rules.tone, lambda j: brand_rules.asks_tone(j.voice)),
    ("brand_habits", "Like your samples", 1, brand_rules.habitual, lambda j: j.habits is not None and j.habits.known),
)
# Parts that are no sentences: nothing there is measured for its reading level.
_NAMES: Final = frozenset({PartKind.TITLE, PartKind.HEADING, PartKind.SUBJECT, PartKind.PREHEADER})


@dataclass(frozen=True, slots=True)
class Rubric(Generic[J]):
    """How an output is judged, by name: a report keeps the rubric that it was first judged by, so that an edit never changes the scale.

    `rules` are a rule's id, label, points and verdict; with those of the claims and of the reuse guard their points add up to 100. What a
    brand voice asks for takes its points from those of the claims.
    """

    name: str
    rules: tuple[tuple[str, str, int, Callable[[J], Verdict]], ...]
    claims: int = CLAIM_POINTS
    reuse: int = 0
    brand: tuple[BrandRow, ...] = FIRST_BRAND


def grown(first: Rubric[J], name: str, *, less: str) -> Rubric[J]:
    """The rubric with the reuse guard, whose points the rule `less` gives, and with all that a brand voice can ask for."""
    rules = tuple((id_, label, points - REUSE_POINTS if id_ == less else points, rule) for id_, label, points, rule in first.rules)
    return replace(first, name=name, rules=rules, reuse=REUSE_POINTS, brand=BRAND)


def voiced(seen: Judged, voice: Voice, known: Habits | None = None) -> Judged:
    """The same with a brand voice. `known` are the habits of its sample texts; they are learnt here when the voice has its samples."""
    learnt = habits.learn(voice.samples, seen.language) if voice.samples else known
    return replace(seen, voice=voice, habits=learnt)


def seen(
    parts: Sequence[Part], language: str, *, theirs: frozenset[int] = frozenset(), said: Sequence[Earlier] = (), calls: Sequence[str] = ()
) -> Judged:
    """Labelled parts as the rules of the brand voice and the reuse guard see them; `theirs` and `calls` as in `Judged`."""
    return Judged(
        posts=tuple(part.text for part in parts),
        words=tuple("" if part.kind in _NAMES or i in theirs else part.text for i, part in enumerate(parts)),
        language=language,
        labels=tuple(part.label for part in parts),
        theirs=theirs,
        earlier=tuple(said),
        calls=tuple(call for call in calls if call),
    )


def judged(rubric: Rubric[J], own: J, shared: Judged, claims: Sequence[Claim], earlier: Sequence[Claim] = ()) -> Review:
    """Claims, checks and score. The rubric's rules see `own`, the reuse guard and the brand voice's `shared`.

    `earlier` claims that a person overrode stay overridden while their words are unchanged.
    """
    ledger = _kept_overrides(claims, earlier)
    asks = [row[:4] for row in rubric.brand if row[4](shared)]
    checks = [judging.check(id_, label, points, rule(own)) for id_, label, points, rule in rubric.rules]
    if rubric.reuse:
        checks.append(_reuse(rubric, shared))
    checks += [judging.check(id_, label, points, rule(shared)) for id_, label, points, rule in asks]
    names = [shared.name(i) for i in range(len(shared.posts))]
    whole = (claims_check(ledger, names, rubric.claims - sum(row[2] for row in asks)), *checks)
    return Review(claims=ledger, checks=whole, score=Score.of(whole, f"{rubric.name}+brand" if asks else rubric.name))


def compared(review: Review, rubric: Rubric[J], shared: Judged) -> tuple[Review, tuple[Earlier, ...]]:
    """The review with the output compared to what the organisation said before (`shared.earlier`), and what of that to keep with the
    report. Nothing else is judged again."""
    again = _reuse(rubric, shared)
    checks = tuple(again if check.id == again.id else check for check in review.checks)
    return review.model_copy(update={"checks": checks, "score": Score.of(checks, review.score.rubric)}), met(shared)


def ledger(
    parts: Sequence[Part], document: Document, said: Mapping[str, str], form: Sequence[Sequence[tuple[int, int]]] = ()
) -> tuple[Claim, ...]:
    """Every number, date, name, quote and link of the parts, with its place. `said` is what the person typed, by origin
    ("input.call_to_action"): it supports claims too. `form` holds per part the spans that a formatter added."""
    from coexai_app.agents.text.claims import ledger as claims_of

    return claims_of([part.text for part in parts], document, also=said, ignore=form)


def without_source(review: Review) -> tuple[Claim, ...]:
    return tuple(c for c in review.claims if c.status is ClaimStatus.UNSUPPORTED)


def _reuse(rubric: Rubric[J], shared: Judged) -> Check:
    return judging.check("reuse", "Not said before", rubric.reuse, unrepeated(shared))


def _kept_overrides(claims: Sequence[Claim], earlier: Sequence[Claim]) -> tuple[Claim, ...]:
    reasons = {(c.text, c.kind): c.override for c in earlier if c.status is ClaimStatus.OVERRIDDEN}
    return tuple(
        c.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": reasons[c.text, c.kind]})
        if c.status is ClaimStatus.UNSUPPORTED and (c.text, c.kind) in reasons
        else c
        for c in claims
    )


def claims_check(claims: Sequence[Claim], names: Sequence[str], points: int) -> Check:
    """All points when every claim has a source or a person's word, else none. `names` are what people call the parts."""
    base = Check(id="claims", label="Claims", status=CheckStatus.PASS, points=points, max_points=points, message="")
    if open_ := [c for c in claims if c.status is ClaimStatus.UNSUPPORTED]:
        first = open_[0]
        which = ", ".join(f"“{tail(c.text)}”" for c in open_[:3]) + (f" and {len(open_) - 3} more" if len(open_) > 3 else "")
        place = f"{names[first.part]}: “{tail(first.text)}”"
        return base.model_copy(
            update={
                "status": CheckStatus.FAIL,
                "points": 0,
                "message": f"{len(open_)} of {len(claims)} claims {'has' if len(open_) == 1 else 'have'} no source: {which}.",
                "evidence": f"{place}, {first.reason}" if first.reason else place,
                "fix": "Take it out, correct it, or keep it with a reason.",
            }
        )
    overridden = sum(c.status is ClaimStatus.OVERRIDDEN for c in claims)
    message = f"All {len(claims)} claims have a source." if claims else "Nothing in it needs a source."
    if overridden:
        message = f"{len(claims) - overridden} claims have a source, {overridden} kept on your word."
    return base.model_copy(update={"message": message})
