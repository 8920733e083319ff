"""What every verdict of Maya's on labelled parts shares: the claims and the brand voice next to a capability's own rules, points that sum
to 100, and a person's decisions kept. `newsletter.review` and `calendar.review` call `judged`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coexai_app.agents.parts import Part
from coexai_app.agents.report import Check, CheckStatus, Claim, ClaimStatus, Review, Score
from coexai_app.agents.text import judging, partwise
from coexai_app.business import EmojiPolicy, Voice
from coexai_app.extract.document import Document

# A rule's id, its label, its points and its verdict.
Row = tuple[str, str, int, judging.Verdict]
WORDS_POINTS, EMOJI_POINTS = 5, 1


def judged(
    rubric: str,
    claim_points: int,
    rows: Sequence[Row],
    parts: Sequence[Part],
    document: Document,
    said: Mapping[str, str],
    earlier: Sequence[Claim],
    voice: Voice,
    form: Sequence[Sequence[tuple[int, int]]] = (),
) -> Review:
    """Claims, checks and score. `said` is what the person typed, by origin ("input.call_to_action"): it supports claims too. `earlier`
    claims that a person overrode stay overridden while their words are unchanged. What a brand voice asks for is checked as well; its
    points are taken from those of the claims, so that the sum stays 100. `form` holds per part the spans that a formatter added."""
    from coexai_app.agents.text.claims import ledger

    claims = _kept_overrides(ledger([part.text for part in parts], document, also=said, ignore=form), earlier)
    asks: list[Row] = []
    if voice.avoid or voice.banned:
        asks.append(("brand_words", "Brand words", WORDS_POINTS, partwise.brand_words(parts, voice)))
    if voice.emoji is not EmojiPolicy.ANY:
        asks.append(("brand_emoji", "Brand emoji", EMOJI_POINTS, partwise.brand_emoji(parts, voice)))
    points = claim_points - sum(row[2] for row in asks)
    checks = (_claims_check(claims, parts, points), *(judging.check(*row) for row in (*rows, *asks)))
    return Review(claims=claims, checks=checks, score=Score.of(checks, f"{rubric}+brand" if asks else rubric))


def _kept_overrides(claims: Sequence[Claim], earlier: Sequence[Claim]) -> tuple[Claim, ...]:
    reasons = {(c.text, c.kind): c.override for c in earlier if c.status is ClaimStatus.OVERRIDDEN}
    return tuple(
        c.model_copy(update={"status": ClaimStatus.OVERRIDDEN, "override": reasons[c.text, c.kind]})
        if c.status is ClaimStatus.UNSUPPORTED and (c.text, c.kind) in reasons
        else c
        for c in claims
    )


def _claims_check(claims: Sequence[Claim], parts: Sequence[Part], points: int) -> Check:
    shared = {"id": "claims", "label": "Claims", "max_points": points}
    if open_ := [c for c in claims if c.status is ClaimStatus.UNSUPPORTED]:
        first = open_[0]
        names = ", ".join(f"“{c.text}”" for c in open_[:3]) + (f" and {len(open_) - 3} more" if len(open_) > 3 else "")
        place = f"{parts[first.part].label}: “{first.text}”"
        return Check(
            **shared,
            status=CheckStatus.FAIL,
            points=0,
            message=f"{len(open_)} of {len(claims)} claims {'has' if len(open_) == 1 else 'have'} no source: {names}.",
            evidence=f"{place}, {first.reason}" if first.reason else place,
            fix="Take it out, correct it, or keep it with a reason.",
        )
    overridden = sum(c.status is ClaimStatus.OVERRIDDEN for c in claims)
    message = f"All {len(claims)} claims have a source." if claims else "Nothing here needs a source."
    if overridden:
        message = f"{len(claims) - overridden} claims have a source, {overridden} kept on your word."
    return Check(**shared, status=CheckStatus.PASS, points=points, message=message)
