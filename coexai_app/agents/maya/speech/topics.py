"""Where a talk turns to something else: valleys of lexical cohesion (TextTiling, Hearst 1997), with silences, questions and turns as hints.

Linear in the number of sentences: each gap compares a fixed number of them.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coexai_app.agents.maya.speech.talk import Said, Talk
from coexai_app.agents.text import ranking

WINDOW = 8
_FEWEST_WORDS = 70
_ANSWER = 25
_MOVES_ON = re.compile(
    r"^(?:(?:okay|so|now|well|and|all right|alright),? )*(?:let['’]s (?:move|talk|turn|go)|moving on|the (?:next|second|third|"
    r"fourth|last|other|final)\b|another|first|second|third|finally|"
    r"next|turning to|what about|how about|my (?:next|second|third|last)|number (?:two|three|four)|pasemos|otro|otra|por último|"
    r"segundo|en segundo|hablemos|kommen wir|zweitens|"
    r"drittens|der (?:nächste|zweite|dritte|letzte)|das (?:nächste|zweite|dritte|letzte)|zum schluss|passons|deuxièmement|le "
    r"(?:deuxième|second|troisième|dernier)|la (?:deuxième|seconde|troisième|dernière)|"
    r"enfin|passiamo|secondo|il secondo|infine|em segundo|por fim|ten tweede|het tweede)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sentences `talk.said[first:last]` are about one thing; `section` is the source's own heading above, -1 where there is none."""

    first: int
    last: int
    section: int = -1


def stretches(talk: Talk, most: int, words_each: int) -> list[Stretch]:
    """The talk in at most `most` topics of some `words_each` words; the source's own headings begin one, if they are few."""
    said = talk.said
    if not said:
        return []
    total = sum(s.words for s in said)
    wanted = max(1, min(most, round(total / words_each)))
    lengths = _running(said)
    floor = min(_FEWEST_WORDS, total // (2 * wanted) + 1)
    given = [i for i in range(1, len(said)) if said[i].section != said[i - 1].section]
    asked = _questions(talk, lengths)
    if given and len(given) < most:
        cuts = [i for i in given if lengths[i] >= 15]
    elif 1 < len(asked) < 2 * most:
        cuts, wanted = asked, len(asked) + 1
    else:
        cuts = []
    gaps = sorted(_valleys(talk), key=lambda pair: (-pair[0], pair[1]))
    for _, i in gaps:
        if len(cuts) + 1 >= wanted:
            break
        edges = [0, *cuts, len(said)]
        if all(abs(lengths[i] - lengths[edge]) >= floor for edge in edges):
            cuts.append(i)
    edges = [0, *sorted(cuts), len(said)]
    return [Stretch(a, b, said[a].section) for a, b in itertools.pairwise(edges) if a < b]


def _questions(talk: Talk, lengths: Sequence[int]) -> list[int]:
    """Where a host asks the next question; questions too close to one another belong together."""
    found: list[int] = []
    for i in range(1, len(talk.said)):
        now, before = talk.said[i], talk.said[i - 1]
        if now.speaker in talk.askers and before.speaker not in talk.askers:
            after = talk.said[i : next((j for j in range(i, len(talk.said)) if talk.said[j].speaker not in talk.askers), len(talk.said))]
            if any(s.question for s in after) and lengths[i] - lengths[found[-1] if found else 0] >= _ANSWER:
                found.append(i)
    return found


def _valleys(talk: Talk) -> list[tuple[float, int]]:
    """How much speaks for a cut before each sentence."""
    said = talk.said
    idf = ranking.inverse_frequencies([s.terms for s in said])
    cohesion = [_cosine(said, i, idf) for i in range(1, len(said))]
    silences = sorted(s.pause for s in said if s.pause > 0)
    usual = silences[len(silences) // 2] if silences else 0.0
    found = []
    for i in range(1, len(said)):
        depth = _depth(cohesion, i - 1)
        found.append((depth + _hints(talk, i, usual), i))
    return found


def _hints(talk: Talk, i: int, usual: float) -> float:
    before, now = talk.said[i - 1], talk.said[i]
    hint = 0.0
    turned = before.speaker != now.speaker
    if turned:
        hint += 0.45 if now.speaker in talk.askers else 0.05
        if now.speaker not in talk.askers and before.question:
            # Nobody parts a question from its answer.
            hint -= 1.0
    elif now.turn != before.turn:
        hint += 0.15
    if now.speaker in talk.askers and not turned:
        hint -= 0.3
    if now.pause > max(1.5, 3 * usual):
        hint += 0.2
    if _MOVES_ON.match(now.text):
        hint += 0.35
    if now.question and now.speaker not in talk.askers:
        hint += 0.1
    if before.question and not turned:
        hint -= 0.3
    if not now.opening and not now.meta:
        hint -= 0.35
    return hint


def _cosine(said: Sequence[Said], i: int, idf: dict[str, float]) -> float:
    left: Counter[str] = Counter(t for s in said[max(0, i - WINDOW) : i] for t in s.terms)
    right: Counter[str] = Counter(t for s in said[i : i + WINDOW] for t in s.terms)
    # Exact sums: a set has another order in each process, and equal valleys must stay equal.
    dot = math.fsum(left[t] * right[t] * idf[t] ** 2 for t in left.keys() & right.keys())
    norm = math.sqrt(math.fsum((n * idf[t]) ** 2 for t, n in left.items()) * math.fsum((n * idf[t]) ** 2 for t, n in right.items()))
    return dot / norm if norm else 0.0


def _depth(values: Sequence[float], i: int) -> float:
    """How far cohesion falls at a gap, seen from the nearest hill on either side."""
    left = right = values[i]
    for j in range(i - 1, max(-1, i - 2 * WINDOW), -1):
        if values[j] < left:
            break
        left = values[j]
    for j in range(i + 1, min(len(values), i + 2 * WINDOW)):
        if values[j] < right:
            break
        right = values[j]
    return left + right - 2 * values[i]


def _running(said: Sequence[Said]) -> list[int]:
    """Words before each sentence, and in all."""
    found = [0]
    for s in said:
        found.append(found[-1] + s.words)
    return found
