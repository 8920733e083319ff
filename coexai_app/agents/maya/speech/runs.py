"""Paragraphs out of a talk: runs of sentences that were said one after the other, so that every "it" keeps its noun."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from coexai_app.agents.maya.speech.talk import Said, Talk
from coexai_app.agents.text import coherence, words

MOST_SENTENCES = 5
_LONGEST = 95
_FEWEST = 9
_COMFORTABLE = (28, 80)
_SAME = 0.55


@dataclass(frozen=True, slots=True)
class Run:
    """`talk.said[first:last]` as one paragraph."""

    first: int
    last: int
    text: str
    value: float
    terms: frozenset[str]
    words: int


def text_of(talk: Talk, first: int, last: int, *, opening: bool = True) -> str:
    """The sentences as running text, the first one as it may open a paragraph."""
    space = "" if talk.language in ("zh", "ja", "th") else " "
    texts = [s.text for s in talk.said[first:last]]
    if opening and talk.said[first].opening:
        texts[0] = talk.said[first].opening
    return space.join(texts)


def candidates(talk: Talk, first: int, last: int, usable: Callable[[int], bool], *, most: int = MOST_SENTENCES) -> Iterator[Run]:
    """Every run between two sentences that stands alone; sentences that are not `usable` end one."""
    for i in range(first, last):
        head = talk.said[i]
        if not head.opening or not usable(i) or head.question:
            continue
        for j in range(i, min(i + most, last)):
            now = talk.said[j]
            if j > i and (not usable(j) or not now.follows or now.speaker != head.speaker or now.section != head.section):
                break
            count = sum(s.words for s in talk.said[i : j + 1])
            if j > i and count > _LONGEST:
                break
            if now.question or count < _FEWEST:
                continue
            yield Run(
                i,
                j + 1,
                text_of(talk, i, j + 1),
                _value(talk, i, j + 1, count),
                frozenset(t for s in talk.said[i : j + 1] for t in s.terms),
                count,
            )


def _value(talk: Talk, first: int, last: int, count: int) -> float:
    said = talk.said[first:last]
    scores = [s.score for s in said]
    value = 0.5 * max(scores) + 0.3 * sum(scores) / len(scores) + 0.12 * min(2.0, sum(scores))
    low, high = _COMFORTABLE
    value += 0.25 * min(1.0, count / low) - (0.1 if count > high else 0.0)
    value -= 0.2 * (not said[0].alone) + 0.12 * (said[0].opening != said[0].text) + 0.12 * coherence.leans(said[0].opening, talk.language)
    after = talk.said[last] if last < len(talk.said) else None
    if after is not None and after.follows and after.speaker == said[-1].speaker:
        value -= 0.2 * coherence.opens_with_contrast(after.text, talk.language)
    else:
        value += 0.06
    return value


def best(
    talk: Talk, first: int, last: int, budget: int, usable: Callable[[int], bool], known: Collection[frozenset[str]] = ()
) -> list[Run]:
    """The most telling runs of at most `budget` words together, in the order of the talk; at least one where there is any.

    A run that says what another one, or one of `known`, says is left out.
    """
    ranked = sorted(candidates(talk, first, last, usable), key=lambda r: (-r.value, r.first))
    ranked = [run for run in ranked if talk.said[run.first].alone] or ranked
    chosen: list[Run] = []
    texts: set[str] = set()
    spent = 0
    for run in ranked:
        if chosen and spent + run.words > budget:
            continue
        if any(run.first < other.last and other.first < run.last for other in chosen):
            continue
        own = [s.text for s in talk.said[run.first : run.last]]
        if len(set(own)) < len(own) or texts & set(own) or repeats(run.terms, [*known, *(other.terms for other in chosen)]):
            continue
        texts |= set(own)
        chosen.append(run)
        spent += run.words
        if spent >= budget:
            break
    return sorted(chosen, key=lambda r: r.first)


def repeats(terms: frozenset[str], known: Collection[frozenset[str]]) -> bool:
    return any(len(terms) >= 4 and len(other) >= 4 and words.overlap(terms, other) > _SAME for other in known)


def pointed(talk: Talk, i: int) -> bool:
    """One sentence that is a takeaway: it stands alone and says something whole."""
    s = talk.said[i]
    return (
        s.alone
        and not s.question
        and not s.meta
        and not s.weak
        and s.speaker not in talk.askers
        and 7 <= s.words <= 30
        and len(s.terms) >= 4
        and detachable(talk, i)
        and not coherence.leans(s.opening, talk.language)
    )


def detachable(talk: Talk, i: int) -> bool:
    """The sentence can be taken out of where it was said: the one behind it does not lean on it."""
    after = talk.said[i + 1] if i + 1 < len(talk.said) else None
    if after is None or not after.follows or after.speaker != talk.said[i].speaker:
        return True
    return after.alone and words.overlap(after.terms, talk.said[i].terms) < 0.3


def quotable(talk: Talk, i: int, shortest: int = 9, longest: int = 30) -> bool:
    """One sentence that stands alone, in the very words that were said."""
    s: Said = talk.said[i]
    return (
        s.verbatim
        and "unpunctuated" not in talk.notes
        and s.alone
        and s.opening == s.text
        and detachable(talk, i)
        and not s.question
        and not s.meta
        and not s.weak
        and s.speaker not in talk.askers
        and shortest <= s.words <= longest
        and not coherence.leans(s.text, talk.language)
        and not set('“”"«»„') & set(s.text)
    )
