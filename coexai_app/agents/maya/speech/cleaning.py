"""A spoken sentence as one writes it down: without sounds, asides, false starts and repeated words. Words only go; none comes."""

from __future__ import annotations

import functools
import re

from coexai_app.agents.maya.speech import fillers
from coexai_app.agents.text import coherence

_STAGE = re.compile(
    r"\s*[\[(](?:[^\])]{0,30}\b)?(?:laugh\w*|applause|music|cheer\w*|cough\w*|sigh\w*|silence|pause|noise|crosstalk|risas|aplausos|"
    r"música|"
    r"lachen|gelächter|applaus|musik|rires?|applaudissements|musique|risate|applausi|risos|gelach)\b[^\])]{0,30}[\])]|[♪♫]+",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"[\[(](?:inaudible|unintelligible|indistinct|inaudible\W.*?|ininteligible|unverständlich|incompréhensible|"
    r"incomprensibile)[^\])]{0,20}[\])]|\?{3,}|_{3,}",
    re.IGNORECASE,
)
# The speaker takes the sentence back: nobody may quote what was wrong.
_TAKEN_BACK = re.compile(
    r"\b(?:no,? (?:wait|sorry)|sorry,? (?:i mean|no|not)|scratch that|let me (?:rephrase|start (?:over|again)|correct)|i misspoke|"
    r"correction|actually no|perdón,? (?:quiero|quise) decir|digo,|me equivoqué|quatsch|nein,? (?:moment|warte|stimmt nicht)|"
    r"entschuldigung,? ich mein\w*|pardon,? je veux dire|non,? pardon|scusate,? volevo dire|desculpa,? quer\w* dizer|nee,? wacht)\b",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(r"(?:[-–—]{1,3}|\b(?:and|but|or|so|because|the|a|to|of|und|aber|oder|y|pero|et|mais|e|ma))[.…]*$", re.IGNORECASE)
# "I wan- I wanted", "the sh— the shop": a word broken off, and begun again.
_RESTART = re.compile(r"\b((?:[^\W\d_]+ ){0,3})[^\W\d_]{1,12}(?:-|—|–)+,?\s+(?=\1[^\W\d_])", re.IGNORECASE)
_STUMP = re.compile(r"(?<![\w'’-])([^\W\d_]{1,4})(?:-|—|–),?\s+(?=\1)", re.IGNORECASE)
_REPEAT = re.compile(r"(?<![\w'’-])([^\W\d_][\w'’]*(?: [^\W\d_][\w'’]*){0,3})((?:,?(?: \.\.\.|…)? +\1(?![\w'’-]))+)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_ENDED = re.compile(r"[.!?…:。！？][\"'”’»›)\]]*$")


def cleaned(text: str, language: str, *, punctuated: bool = True) -> str:
    """The sentence without fillers, with a capital and an end; "" when nothing is left, or when it is lost or taken back."""
    if _LOST.search(text) or _TAKEN_BACK.search(text):
        return ""
    text = _SPACES.sub(" ", _STAGE.sub(" ", text)).strip(" \t-–—")
    text = _sounds(language).sub(" ", text)
    if not punctuated and language == "en":
        text = _LOOSE_ASIDES.sub(" ", text)
        text = re.sub(r"\bi(?=['’]|\b)", "I", text)
    text = _tidy(text)
    for _ in range(3):
        shorter = _tidy(_asides(language).sub(_closed, text))
        if shorter == text:
            break
        text = shorter
    text = _tags(language).sub(lambda m: "." if m["mark"] != "!" else "!", text)
    text = _STUMP.sub("", _RESTART.sub("", text))
    text = _REPEAT.sub(functools.partial(_once, language), text)
    text = _tidy(text)
    if not text or not any(c.isalnum() for c in text) or _BROKEN_OFF.search(text):
        return ""
    text = coherence.capitalised(text)
    return text if _ENDED.search(text) else text.rstrip(" ,;:-–—") + "."


# Without commas: "you know" and "i mean" only where they have no object.
_LOOSE_ASIDES = re.compile(
    r"(?<!do )(?<!did )(?<!if )(?<!that )(?<!what )(?<!as )(?<!should )(?<!would )(?<!let )(?<!don't )\b(?:you know|i mean)\b"
    r"(?! (?:what|how|that|who|why|where|if|when|about|it|this|the|my|your|by|to)\b)",
    re.IGNORECASE,
)


def _tidy(text: str) -> str:
    text = _SPACES.sub(" ", text)
    text = (
        re.sub(r"\s+(?=[,.;:!?…](?:\s|$))", "", text) if "« " not in text and " ?" not in text else re.sub(r"\s+(?=[,.](?:\s|$))", "", text)
    )
    text = re.sub(r"(?:,\s*){2,}", ", ", text)
    text = re.sub(r",\s*(?=[.!?…])", "", text)
    return text.strip(" ,;")


def _closed(match: re.Match[str]) -> str:
    """An aside at the start goes with its comma, one in the middle with both."""
    return "" if match.start() == 0 else " "


def _once(language: str, match: re.Match[str]) -> str:
    """What was repeated, once; pairs that mean something stay."""
    word = match[1].casefold()
    doubles = fillers.DOUBLES.get(language, "").split()
    return match[0] if word in doubles or (language in ("de", "nl") and "," in match[2]) else match[1]


@functools.cache
def _sounds(language: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:,\s*)?(?<![\w'’-])(?:{fillers.SOUNDS.get(language, fillers.ANY_SOUNDS)})(?![\w'’-])(?:\.\.\.|…)?,?", re.IGNORECASE
    )


@functools.cache
def _asides(language: str) -> re.Pattern[str]:
    table = fillers.ASIDES.get(language)
    if not table:
        return re.compile(r"(?!)")
    listed = "|".join(sorted(map(re.escape, table.split("|")), key=len, reverse=True)).replace("'", "['’]")
    return re.compile(rf"^(?:{listed}),\s+(?=\S)|,\s+(?:{listed}),(?=\s)", re.IGNORECASE)


@functools.cache
def _tags(language: str) -> re.Pattern[str]:
    table = fillers.TAGS.get(language)
    if not table:
        return re.compile(r"(?!)(?P<mark>)")
    listed = "|".join(sorted(map(re.escape, table.split("|")), key=len, reverse=True)).replace("'", "['’]")
    return re.compile(rf",\s+¿?(?:{listed})\s?(?P<mark>[?!.])$", re.IGNORECASE)
