"""The key sentences of a text: the few passages that together tell most of it. Articles, reports, talks and meetings, in any language.

A passage is worth the weights of its terms (frequent in the text, rare among its passages), times its rank in the graph of `ranking`, its
place, its length, and how little of it is talk about nothing. The best is taken, its terms lose weight, and so on (the greedy answer to
maximum coverage, Lin and Bilmes 2011), so that no two picks say the same. `benchmarks/key_sentences.py` measures it.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from coexai_app.agents.text import ranking, words

# A summary's sentence has some 20 to 45 words; a longer turn of a talk is worth its words no more than once.
SHORTEST: Final = 8
LONGEST: Final = 45
# How steeply what is longer loses, and how much length alone counts less than in full.
STEEP: Final = 2.0
BY_LENGTH: Final = 0.25
BY_GRAPH: Final = 0.3
BY_TALK: Final = 3.0
# What is left of a term's weight when a pick has it.
REPEATED: Final = 0.5
# Passages that share so much of the smaller one's terms say the same.
SAME: Final = 0.75
# How much more the first passage counts, and the share of the text after which that is over. An article says at its head what it is
# about; a conversation warms up.
HEAD_OF_PROSE: Final = (1.5, 0.2)
HEAD_OF_TALK: Final = (0.75, 0.1)
# People who talk answer in a word or two: when this share of the passages has so few words, the text is a conversation.
TURN_WORDS: Final = 4
TURN_SHARE: Final = 0.12

# What speakers fill their time with, and say of themselves and to each other.
_TALK: Final = {
    "en": "um uh uhm er erm ah yeah yep okay ok mm mmm hmm huh oh well like actually basically gonna wanna kinda sorta right i i'm i'd "
    "i've i'll me my you you're your sure guess mean anyway",
    "de": "äh ähm öh hm mhm ja nee na naja okay ok also halt eben eigentlich genau sozusagen quasi ich mich mir mein du dich dir dein",
    "es": "eh em este mm ajá sí ya bueno pues vale okay ok digamos sabes yo me mí mi tú te ti tu",
    "fr": "euh heu hum ben bah bon ouais oui ok okay voilà quoi enfin donc genre hein je j'ai moi me mon tu toi te ton",
    "it": "eh ehm mm sì allora cioè insomma beh boh okay ok ecco praticamente io mi me mio tu ti te tuo",
    "pt": "hã ahn hum sim pois então tipo né bom okay ok olha eu me mim meu tu te ti teu você",
    "nl": "eh euh uhm hm ja nee nou oké ok okay dus eigenlijk gewoon zeg ik me mij mijn jij je jou jouw",
}


def key_passages(passages: Sequence[str], language: str = "und", count: int = 5, prior: Sequence[float] | None = None) -> list[int]:
    """The indexes of the `count` passages (sentences, or the turns of a conversation, in the text's order) that tell most, in order.

    `prior` weighs each passage by what else is known of it; 1 is neutral. Passages without words are never taken.
    """
    picked = [index for index, _ in scored(passages, language, count, prior)]
    return sorted(picked)


def scored(passages: Sequence[str], language: str = "und", count: int = 5, prior: Sequence[float] | None = None) -> list[tuple[int, float]]:
    """The same, best first, each with its score: its gain as a share of the first one's."""
    lengths = [words.word_count(passage) for passage in passages]
    talk = _is_talk(lengths)
    fillers = _fillers(language) if talk else frozenset()
    terms = [words.terms(passage, language) for passage in passages]
    weights = _weights(terms)
    sets = [set(own) for own in terms]
    worth = _worth(passages, terms, lengths, talk, fillers, prior)
    left = dict(weights)
    open_ = [i for i, value in enumerate(worth) if value > 0]
    found: list[tuple[int, float]] = []
    while open_ and len(found) < count:
        # A text of few words repeats none: then place, length and graph decide.
        gain, place = max(((_EPSILON + sum(left.get(t, 0.0) for t in sets[i])) * worth[i], -i) for i in open_)
        best = -place
        found.append((best, gain))
        # Its echoes wait until nothing else is there: they are worth next to nothing, but a short text may have only them.
        open_.remove(best)
        for i in open_:
            if words.overlap(sets[i], sets[best]) >= SAME:
                worth[i] *= _ECHO
        for term in sets[best]:
            left[term] = weights.get(term, 0.0) * REPEATED
    top = found[0][1] if found else 1.0
    return [(index, round(gain / top, 4)) for index, gain in found]


_EPSILON: Final = 1e-6
_ECHO: Final = 1e-3


def _weights(terms: Sequence[Sequence[str]]) -> dict[str, float]:
    """ln(tf) · ln(N / df) of the terms that more than one passage has."""
    frequency = Counter(term for own in terms for term in own)
    held = Counter(term for own in terms for term in set(own))
    return {t: math.log(frequency[t]) * math.log(len(terms) / count) for t, count in held.items() if 1 < count < len(terms)}


def _worth(
    passages: Sequence[str],
    terms: Sequence[Sequence[str]],
    lengths: Sequence[int],
    talk: bool,
    fillers: frozenset[str],
    prior: Sequence[float] | None,
) -> list[float]:
    """What multiplies the weights of a passage's terms."""
    strength, share = HEAD_OF_TALK if talk else HEAD_OF_PROSE
    reach = max(3.0, share * len(passages))
    found: list[float] = []
    for i, graph in enumerate(ranking.rank(terms)):
        if not terms[i]:
            found.append(0.0)
            continue
        value = graph**BY_GRAPH * _size(lengths[i]) * (1 + strength * max(0.0, 1 - i / reach))
        if fillers:
            value *= (1 - _share(passages[i], fillers)) ** BY_TALK
        found.append(value * (prior[i] if prior else 1.0))
    return found


def _share(passage: str, fillers: frozenset[str]) -> float:
    """The share of a passage's words that are fillers."""
    own = [token.text.lower().replace("’", "'") for token in words.tokens(passage)]
    return sum(word in fillers for word in own) / max(1, len(own))


def _size(length: int) -> float:
    if length < SHORTEST:
        return float(length / SHORTEST / SHORTEST**BY_LENGTH)
    return float(min(1.0, LONGEST / length) ** STEEP / length**BY_LENGTH)


def _is_talk(lengths: Sequence[int]) -> bool:
    turns = sum(0 < length <= TURN_WORDS for length in lengths)
    return turns >= max(3, TURN_SHARE * len(lengths))


@functools.cache
def _fillers(language: str) -> frozenset[str]:
    return frozenset((_TALK.get(language) or "").split())
