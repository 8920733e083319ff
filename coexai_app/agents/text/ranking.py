"""Which sentences carry a text: a graph ranking in the manner of LexRank (Erkan and Radev, 2004), with a position prior.

Pure Python and near-linear: each sentence is linked only through its rarest terms, and a term links at most a fixed number of neighbours.
`material` ranks a thread's pieces with it, `keys` picks a text's key sentences.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

TERMS_PER_SENTENCE = 10
NEIGHBOURS_PER_TERM = 8
DAMPING = 0.85
ROUNDS = 12
_IDEAL_TERMS = (5, 18)


def inverse_frequencies(term_lists: Sequence[Sequence[str]]) -> dict[str, float]:
    """ln(1 + N / df) per term; N is the number of sentences."""
    counts = Counter(term for terms in term_lists for term in set(terms))
    total = len(term_lists)
    return {term: math.log(1 + total / count) for term, count in counts.items()}


def rank(term_lists: Sequence[Sequence[str]], prior: Sequence[float] | None = None) -> list[float]:
    """A score from 0 to 1 per sentence, given each one's terms (`words.terms`); `prior` weighs where the random reader starts."""
    size = len(term_lists)
    if size == 0:
        return []
    if size == 1:
        return [1.0]
    idf = inverse_frequencies(term_lists)
    edges = _edges(term_lists, idf)
    start = _normalised(list(prior) if prior else [1.0] * size)
    scores = start[:]
    totals = [sum(near.values()) for near in edges]
    for _ in range(ROUNDS):
        flow = [(1 - DAMPING) * s for s in start]
        loose = 0.0
        for i, near in enumerate(edges):
            if totals[i] == 0.0:
                loose += scores[i]
                continue
            share = DAMPING * scores[i] / totals[i]
            for j, weight in near.items():
                flow[j] += share * weight
        scores = [f + DAMPING * loose * s for f, s in zip(flow, start, strict=True)]
    weighted = [score * _density(len(terms)) for score, terms in zip(scores, term_lists, strict=True)]
    top = max(weighted) or 1.0
    return [score / top for score in weighted]


def position_prior(places: Sequence[tuple[int, int]]) -> list[float]:
    """A prior per sentence from (its place in its paragraph, its paragraph's place in its section), both from 0: the first ones say what
    follows."""
    return [1.0 + (0.6 if sentence == 0 else 0.0) + (0.5 if paragraph == 0 else 0.0) for sentence, paragraph in places]


def _edges(term_lists: Sequence[Sequence[str]], idf: dict[str, float]) -> list[dict[int, float]]:
    holders: dict[str, list[int]] = defaultdict(list)
    lengths: list[float] = []
    for i, terms in enumerate(term_lists):
        own = sorted(set(terms), key=lambda t: (-idf[t], t))
        # The rarest terms of a sentence link it to nothing if they occur once: keep those that occur again.
        linking = [t for t in own if idf[t] < math.log(1 + len(term_lists)) - 1e-9][:TERMS_PER_SENTENCE]
        for term in linking:
            holders[term].append(i)
        lengths.append(math.sqrt(sum(idf[t] ** 2 for t in own)) or 1.0)
    edges: list[dict[int, float]] = [{} for _ in term_lists]
    for term, members in holders.items():
        weight = idf[term] ** 2
        for place, i in enumerate(members):
            for j in members[place + 1 : place + 1 + NEIGHBOURS_PER_TERM]:
                similarity = weight / (lengths[i] * lengths[j])
                edges[i][j] = edges[i].get(j, 0.0) + similarity
                edges[j][i] = edges[j].get(i, 0.0) + similarity
    return edges


def _density(terms: int) -> float:
    """Very short and very long sentences carry a post badly."""
    low, high = _IDEAL_TERMS
    if terms < low:
        return 0.4 + 0.6 * terms / low
    return 1.0 if terms <= high else max(0.5, high / terms)


def _normalised(values: list[float]) -> list[float]:
    total = sum(values)
    return [v / total for v in values]
