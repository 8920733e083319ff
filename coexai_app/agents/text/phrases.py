"""Key phrases of a text: runs of content words between stop words and punctuation, scored as RAKE does (Rose et al., 2010), weighted by
where and how often they occur. Used for hashtags, planning and the analysis that people see.
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
# A word after one of these is a noun (or its adjective) in the languages without capital nouns.
_DETERMINERS = {
    "en": "the a an our my your his her their its this that these those every each no some any of for with per",
    "es": "el la los las un una nuestro nuestra nuestros nuestras mi su cada este esta estos estas de del al",
    "fr": "le la les un une des du de notre nos mon ma mes son sa ses chaque ce cet cette ces",
    "it": "il la lo gli i le un uno una nostro nostra mio mia ogni questo questa di del della dei delle",
    "pt": "o a os as um uma nosso nossa meu minha cada este esta do da dos das de",
    "nl": "de het een onze mijn elke deze die dit dat geen van",
}
_NUMBER_WORDS_LIST = (
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million first second "
    "third half dozen percent per cent uno dos tres cuatro "
    "cinco seis siete ocho nueve diez catorce quince veinte cien mil zwei drei vier fünf sechs sieben acht neun zehn zwölf hundert "
    "tausend prozent deux trois quatre cinq six sept huit neuf "
    "dix vingt cent mille due quattro cinque sei sette otto nove dieci cento dois três quatro sete oito nove dez vinte twee drie vijf "
    "zes zeven acht negen tien honderd euro euros pounds "
    "year years month months week weeks day days hour hours minute minutes time times monday tuesday wednesday thursday friday "
    "saturday sunday january february march april june july august "
    "september october november december jahr jahre jahren monat woche wochen tag tage stunden minuten mal año años mes meses semana "
    "semanas día días horas minutos an ans année années mois "
    "semaine semaines jour jours heures minutes anno anni mese mesi settimana settimane giorno giorni ore ano anos mês semana dias "
    "jaar jaren maand maanden weken dagen uur people person "
    "morning evening afternoon old new good bad big small great little last next long short man woman men women thing things way lot "
    "kind line part place number hoy ayer today yesterday tomorrow heute aujourd'hui leute menschen gente gens persone pessoas mensen"
)
_NUMBER_WORDS = frozenset(_NUMBER_WORDS_LIST.split())


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
    nouns = _nouns(text, language)
    marked = {words.stem(t.text.lower(), language) for line in emphasised for t in words.tokens(line)}
    scores = {
        key: _score(key, places, degree, frequency, marked) * _nounness(places[0][0], len(places), nouns, language)
        for key, places in found.items()
    }
    scores = {key: score for key, score in scores.items() if score > 0}
    if not scores:
        return ()
    longer = [key for key in scores if " " in key]
    for key in [key for key in scores if " " not in key]:
        # A word that a good longer phrase holds gives way to it.
        if any(key in other.split() and scores[other] >= 0.45 * scores[key] for other in longer):
            del scores[key]
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
    stops = words.stopwords(language) | words.stopwords("en")
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
                bare = word.removesuffix("'s").removesuffix("’s")
                run.append(bare)
                if bare != word:
                    runs.append(run)
                    run = []
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
    if len(parts) > 1 and count < 2 and not (len(parts) == 2 and all(p in marked and frequency[p] > 1 for p in parts)):
        return 0.0
    if len(parts) > 2 and count < 3:
        return 0.0
    strength = sum(degree[p] / frequency[p] for p in parts) / len(parts)
    boost = 1.0 + 0.8 * (1 + (len(parts) == 2)) * sum(p in marked for p in parts) / len(parts) + (0.25 if len(parts) == 2 else 0.0)
    proper = sum(phrase[:1].isupper() for phrase, _ in places) / count
    return math.log(1 + count) * math.sqrt(strength) * boost * (1.0 + 0.2 * proper) * (1.15 if min(p for _, p in places) < 40 else 1.0)


def _nouns(text: str, language: str) -> dict[str, float]:
    """How often a word stands where a noun stands, 0 to 1, by its lower-case form: after a determiner, in German with a capital."""
    total: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    determiners = frozenset(_DETERMINERS.get(language, "").split())
    before = ""
    for token in words.tokens(text):
        word = token.text.lower()
        total[word] += 1
        if language == "de":
            hits[word] += token.text[:1].isupper() and before != "."
        else:
            hits[word] += before in determiners or before.isdigit()
        before = "." if text[token.end : token.end + 1] in (".", "!", "?", ":") else word
    return {word: hits[word] / count for word, count in total.items()}


def _nounness(phrase: str, count: int, nouns: dict[str, float], language: str) -> float:
    parts = [p.lower() for p in phrase.split()]
    proper = all(p[:1].isupper() for p in phrase.split())
    if any(p in _NUMBER_WORDS for p in parts) and not (proper and len(parts) > 1 and parts[-1] not in _NUMBER_WORDS):
        return 0.0
    if language != "de" and proper:
        return 1.6 if len(parts) > 1 else 1.0
    if language not in _DETERMINERS and language != "de":
        return 1.0
    shares = [nouns.get(p, 0.0) for p in parts]
    if language == "en" and any(p.endswith(("ed", "ing", "ly")) and share < 0.4 for p, share in zip(parts, shares, strict=True)):
        return 0.0
    strength = max(shares)
    if len(parts) > 1 and count < 2 and shares[-1] == 0.0:
        return 0.0
    return 0.1 + min(1.0, 2.0 * strength)


def _casing(forms: list[str]) -> str:
    """The commonest spelling; a lower-case one wins over a capital that only opens sentences."""
    counts = Counter(forms)
    lower = [form for form in counts if form == form.lower()]
    if lower and sum(counts[f] for f in lower) * 3 >= len(forms):
        return max(lower, key=lambda form: counts[form])
    return counts.most_common(1)[0][0]
