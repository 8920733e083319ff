"""Shortens a sentence by deleting what it can do without, and nothing else: the words that stay are the source's, in their order.

Only deletions that leave a full sentence which still says what the source says: leading connectives, bracketed and dashed asides, and
relative
clauses that commas set off. Hedges ("according to…", "about") stay, and nothing inside quotation marks is touched.
"""

from __future__ import annotations

import functools
import re

from coexai_app.agents.text import coherence, words

# Connectives that say how a sentence follows from the one before. They go only with the comma after them.
_CONNECTIVES = {
    "en": (
        "instead|however|in fact|indeed|of course|also|moreover|furthermore|besides|in addition|additionally|therefore|thus|hence|"
        "consequently|"
        "as a result|as such|that said|"
        "meanwhile|nevertheless|nonetheless|similarly|likewise|accordingly|in other words|to be fair|to be honest|honestly|frankly|"
        "basically|essentially|actually|in short|"
        "for example|for instance|first of all|in any case|anyway|needless to say|again|then again|on top of that|on the other hand|still|"
        "yet|plus|sure|well|ok|okay|finally|lastly|"
        "admittedly|naturally|obviously|clearly|interestingly|surprisingly|unsurprisingly|after all|at the same time|in the end|as it "
        "happens|as you can see|as you know|so|now"
    ),
    "es": (
        "mientras tanto|además|sin embargo|no obstante|de hecho|por supuesto|por ejemplo|en realidad|en efecto|por tanto|por lo tanto|"
        "por eso|asimismo|"
        "también|en cambio|por otro lado|por otra parte|aun así|"
        "al mismo tiempo|en definitiva|en resumen|claro|obviamente|naturalmente|sinceramente|eso sí|por último|finalmente|ahora bien|así "
        "pues|entonces|es decir|o sea"
    ),
    "de": (
        "allerdings|außerdem|natürlich|übrigens|kurz gesagt|klar|sicher|nun|zugegeben|ehrlich gesagt|nein|ja|im gegenteil|zum beispiel|"
        "mit anderen worten"
    ),
    "fr": (
        "pendant ce temps|cependant|toutefois|pourtant|en effet|en fait|de plus|en outre|par ailleurs|par exemple|bien sûr|d'ailleurs|"
        "néanmoins|donc|"
        "ainsi|alors|enfin|du coup|au contraire|en revanche|par contre|bref|"
        "évidemment|naturellement|honnêtement|en somme|par conséquent|ensuite|puis|aussi"
    ),
    "it": (
        "inoltre|tuttavia|infatti|in realtà|ad esempio|per esempio|quindi|dunque|perciò|comunque|certo|ovviamente|naturalmente|insomma|"
        "in breve|invece|del resto|d'altra parte|al contrario|infine|però"
    ),
    "pt": (
        "além disso|no entanto|contudo|porém|todavia|de fato|na verdade|por exemplo|portanto|por isso|claro|obviamente|naturalmente|"
        "aliás|ou seja|por outro lado|ao mesmo tempo|em resumo|enfim|finalmente|então|assim"
    ),
    "nl": (
        "bovendien|natuurlijk|kortom|trouwens|overigens|eerlijk gezegd|met andere woorden|bijvoorbeeld|nee|ja|integendeel|aan de andere "
        "kant"
    ),
}
# Conjunctions at the head of a sentence; German and Dutch word order does not change when they go.
_CONJUNCTIONS = {
    "en": "but|and|so",
    "es": "pero|y",
    "de": "aber|und|denn|doch",
    "fr": "mais|et",
    "it": "ma|e",
    "pt": "mas|e",
    "nl": "maar|en|want",
}
# After "so" only a subject makes a full sentence of the rest ("So we bought…", not "So much for…").
_SUBJECT_EN = re.compile(
    r"(?:i|we|you|the|a|an|my|our|your|one|two|three|every|each|most|many|people|customers|nobody|everyone|somebody|there)\b|[A-Z]"
)
_NOT_A_SUBJECT_EN = re.compile(
    r"(?:not|then|much|far|did|do|does|were|was|is|are|if|only|never|yet|no|what|how|why|when|on|so|also|even|still|as|with)\b",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\s*[(\[][^()\[\]]{1,160}[)\]]")
_DASHES = re.compile(r"\s*[—–]\s*(?P<inner>[^—–.!?;:\"“”]{3,120}?)\s*[—–]\s*|\s-{1,2}\s(?P<inner2>[^.!?;:\"“”]{3,120}?)\s-{1,2}\s")
_RELATIVE = {
    "en": r"which|who|whose|where",
    "es": r"que|quien|quienes|donde|lo que|lo cual|el cual|la cual|los cuales|las cuales",
    "fr": r"qui|dont|où|lequel|laquelle|lesquels|lesquelles|ce qui",
    "it": r"che|il quale|la quale|i quali|le quali|dove|il che",
    "pt": r"que|o qual|a qual|os quais|as quais|onde|o que",
}
_QUOTED = re.compile('["“”„«»‘]')
_FINITE_EN = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|do|does|did|can|could|will|would|shall|should|may|might|must|isn't|aren't|wasn't|weren't|"
    r"don't|doesn't|didn't|can't|couldn't|won't|wouldn't|"
    r"i'm|we're|you're|it's|they're|that's|i've|we've|they've|went|came|made|took|got|gave|said|saw|knew|found|kept|began|left|felt|"
    r"told|paid|sold|bought|ran|cost|put|set|let|read|"
    r"needs?|wants?|makes?|takes?|gets?|gives?|goes|comes?|knows?|thinks?|says?|means?|works?|helps?|costs?|keeps?|looks?|starts?|"
    r"stops?|shows?|tells?|brings?|buys?|sells?|\w{3,}ed)\b",
    re.IGNORECASE,
)
_MIN_CLAUSE_WORDS = 5


@functools.cache
def _connective(language: str) -> re.Pattern[str] | None:
    if language not in _CONNECTIVES:
        return None
    entries = "|".join(re.escape(e) for e in sorted(_CONNECTIVES[language].split("|"), key=len, reverse=True))
    return re.compile(rf"^(?:{entries})\s*,\s+(?=\S)", re.IGNORECASE)


@functools.cache
def _conjunction(language: str) -> re.Pattern[str] | None:
    if language not in _CONJUNCTIONS:
        return None
    return re.compile(rf"^(?:{_CONJUNCTIONS[language]})\s+(?=\S)", re.IGNORECASE)


@functools.cache
def _relative(language: str) -> re.Pattern[str] | None:
    if language not in _RELATIVE:
        return None
    return re.compile(rf",\s+(?:{_RELATIVE[language]})\s+[^,;:.!?—–()\"“”]{{4,110}}(?P<end>,(?=\s)|(?=[.!?]$))", re.IGNORECASE)


_DATELINE = re.compile(
    r"^(?:[A-ZÀ-Ý][\w.,’' -]{1,40})?\((?:AP|AFP|Reuters|CNN|UPI|dpa|EFE|ANSA|Bloomberg|PTI|IANS)\)\s*[—–-]+\s*|^[A-ZÀ-Ý]{3}[A-ZÀ-Ý "
    r",.]{0,30}\s*[—–]\s*"
)


def without_dateline(sentence: str) -> str:
    """A news agency's first sentence without its place and name: "NEW YORK (AP) — "."""
    return _DATELINE.sub("", sentence)


def without_opener(sentence: str, language: str) -> str:
    """The sentence without its leading connective or conjunction, when what stays can open a post; otherwise unchanged."""
    pattern = _connective(language)
    shorter = sentence
    for _ in range(2):
        if pattern and (match := pattern.match(shorter)):
            shorter = shorter[match.end() :]
            continue
        conjunction = _conjunction(language)
        if conjunction and (match := conjunction.match(shorter)) and _stands(shorter[match.end() :], language, match[0].strip().lower()):
            shorter = shorter[match.end() :]
            continue
        break
    if shorter == sentence or not shorter:
        return sentence
    shorter = coherence.capitalised(shorter)
    return sentence if coherence.dangling(shorter, language) or words.word_count(shorter) < _MIN_CLAUSE_WORDS else shorter


def _stands(rest: str, language: str, conjunction: str) -> bool:
    if language != "en":
        return True
    if _NOT_A_SUBJECT_EN.match(rest):
        return False
    return conjunction != "so" or bool(_SUBJECT_EN.match(rest))


def variants(sentence: str, language: str) -> list[str]:
    """The sentence in shorter forms, longest first, itself excluded. Empty when nothing can safely go."""
    if language not in words.LANGUAGES or _QUOTED.search(sentence):
        return []
    found: list[str] = []
    current = sentence
    for shorten in (_without_parentheses, _without_asides, functools.partial(_without_relatives, language=language)):
        shorter = shorten(current)
        if shorter != current and _sound(shorter, sentence):
            found.append(shorter)
            current = shorter
    return found


def _without_parentheses(sentence: str) -> str:
    return _PARENTHESIS.sub("", sentence)


def _without_asides(sentence: str) -> str:
    return _DASHES.sub(lambda m: " ", sentence)


def _without_relatives(sentence: str, language: str) -> str:
    pattern = _relative(language)
    if pattern is None or (
        language == "en" and re.match(r"(?:when|if|where|who|which|while|since|after|before|because|although)\b", sentence, re.IGNORECASE)
    ):
        return sentence
    match = pattern.search(sentence)
    if match is None or sentence[match.end() :].lstrip().lower().startswith(("and ", "or ", "y ", "o ", "et ", "ou ", "e ")):
        # A comma list: the clause may belong to its last member only.
        return sentence
    if sentence[match.end() :].lstrip()[:1].isupper():
        # "…, which begins in Miami, Florida, and ends …": the comma was one of the clause's own.
        return sentence
    return sentence[: match.start()] + sentence[match.end() :]


def _sound(shorter: str, original: str) -> bool:
    """Still a sentence: the same end mark, balanced, not a stump."""
    return (
        shorter[-1:] == original[-1:]
        and coherence.balanced(shorter)
        and words.word_count(shorter) >= max(_MIN_CLAUSE_WORDS, words.word_count(original) // 3)
        and "  " not in shorter
        and not re.search(r"\s[,.;:!?]", shorter)
    )


def clauses(sentence: str, language: str) -> list[str]:
    """A long English sentence cut at its semicolons into full sentences; one element when it cannot be cut safely."""
    if language != "en" or _QUOTED.search(sentence) or sentence[-1:] != "." or not coherence.balanced(sentence):
        return [sentence]
    parts = [part.strip() for part in sentence[:-1].split("; ")]
    if len(parts) < 2 or not all(words.word_count(p) >= _MIN_CLAUSE_WORDS and _FINITE_EN.search(p) for p in parts):
        return [sentence]
    if re.match(r"(?:if|when|while|although|though|since|because|after|before|unless|as|once|whether)\b", sentence, re.IGNORECASE):
        return [sentence]
    return [coherence.capitalised(part) + "." for part in parts]
