"""Key phrases of a text: runs of content words between stop words and punctuation, scored as RAKE does (Rose et al., 2010), weighted by where and
how often they occur. Used for hashtags, planning and the analysis that people see.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from coexai_app.agents.report import KeyPhrase
from coexai_app.agents.text import words

MAX_WORDS = 3
_BREAK = re.compile(r"[^\w\s'’\-]|\n|\s[-–—]\s")
_NUMBER = re.compile(r"^[\d.,:%]+$")


def key_phrases(text: str, language: str = "und", *, emphasised: Iterable[str] = (), limit: int = 12) -> tuple[KeyPhrase, ...]:
    """The phrases a text is about, best first, scores from 0 to 1. Those in `emphasised` texts (title, headings) count more."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    degree: Counter[str] = Counter()
    frequency: Counter[str] = Counter()
    for position, run in enumerate(_runs(text, language)):
        stems = [words.stem(w.lower(), language) for w in run]
        for s in stems:
            frequency[s] += 1
            degree[s] += len(stems)
        for phrase, key in _parts(run, stems):
            found[key].append((phrase, position))
    if not found:
        return ()
    marked = {words.stem(t.text.lower(), language) for line in emphasised for t in words.tokens(line)}
    scores = {key: _score(key, places, degree, frequency, marked) for key, places in found.items()}
    ranked = sorted(scores, key=lambda key: (-scores[key], found[key][0][1]))
    kept: list[tuple[str, float]] = []
    seen: list[set[str]] = []
    for key in ranked:
        parts = set(key.split())
        if any(parts <= other or len(parts & other) >= 2 or (len(parts & other) == 1 and len(parts) == len(other)) for other in seen):
            continue
        seen.append(parts)
        kept.append((_casing([phrase for phrase, _ in found[key]]), scores[key]))
        if len(kept) == limit:
            break
    top = kept[0][1] or 1.0
    return tuple(KeyPhrase(text=phrase, score=round(score / top, 4)) for phrase, score in kept)


def _runs(text: str, language: str) -> list[list[str]]:
    stops = words.stopwords(language)
    runs: list[list[str]] = []
    for piece in _BREAK.split(text):
        run: list[str] = []
        for token in words.tokens(piece):
            word = token.text
            if word.lower().replace("’", "'") in stops or len(word) < 3 or _NUMBER.match(word):
                if run:
                    runs.append(run)
                run = []
            else:
                run.append(word.removesuffix("'s").removesuffix("’s"))
        if run:
            runs.append(run)
    return runs


def _parts(run: list[str], stems: list[str]) -> list[tuple[str, str]]:
    found = []
    for size in range(1, MAX_WORDS + 1):
        for i in range(len(run) - size + 1):
            found.append((" ".join(run[i : i + size]), " ".join(stems[i : i + size])))
    return found


def _score(key: str, places: list[tuple[str, int]], degree: Counter[str], frequency: Counter[str], marked: set[str]) -> float:
    parts = key.split()
    count = len(places)
    if len(parts) > 1 and count < 2 and not all(p in marked for p in parts):
        return 0.0
    strength = sum(degree[p] / frequency[p] for p in parts) / len(parts)
    boost = 1.0 + 0.8 * sum(p in marked for p in parts) / len(parts) + (0.25 if len(parts) == 2 else 0.0)
    proper = sum(phrase[:1].isupper() for phrase, _ in places) / count
    return math.log(1 + count) * math.sqrt(strength) * boost * (1.0 + 0.2 * proper) * (1.15 if min(p for _, p in places) < 40 else 1.0)


def _casing(forms: list[str]) -> str:
    """The commonest spelling; a lower-case one wins over a capital that only opens sentences."""
    counts = Counter(forms)
    lower = [form for form in counts if form == form.lower()]
    if lower and sum(counts[f] for f in lower) * 3 >= len(forms):
        return max(lower, key=lambda form: counts[form])
    return counts.most_common(1)[0][0]
