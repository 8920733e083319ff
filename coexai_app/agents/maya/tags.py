"""Hashtags: a few of the source's own phrases that somebody would follow or search for. Rather none than a dull one. `writing` asks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from coexai_app.agents.report import KeyPhrase
from coexai_app.agents.text import words
from coexai_app.agents.text.claims.date_patterns import MONTHS, WEEKDAYS
from coexai_app.agents.text.claims.words import fold

_LONGEST, _SHORTEST = 30, 4
_GOOD = 0.25
# Nouns that name no topic by themselves; a phrase that starts or ends with one is none either.
_GENERIC_LIST = (
    "answer answers question questions file files order orders step steps item items part parts way ways list lists line lines change "
    "changes start end top back left right front side day days year years week weeks month months time times hour hours minute "
    "minutes number numbers half quarter result results reason reasons case cases point points idea ideas example examples problem "
    "problems thing things people person man men woman women customer customers user users company group team member members town "
    "city place places street road room rooms house name names word words post posts article page image photo picture video link note "
    "notes version release update issue issues feature output input value row rows table data money price prices cost costs sale "
    "sales work job jobs weekend morning evening night summer winter spring autumn north south east west kind sort type level amount "
    "total rest lot bit piece pieces box boxes sign water window door president minister officials officer police court government "
    "country state world home life news report study plan deal goal game games first second third next last new known lieu route "
    "chose choses gens jour jours année mois ville pays client clients prix fin début cosa cosas año años día días mes cliente "
    "clientes precio precios caja cajas gente ciudad lugar parte tienda venta ventas puerta casa ding dinge tag tage jahr jahre woche "
    "monat kunde kunden preis preise teil laden stadt leute menschen haus ende anfang zeit arbeit seite cose anno anni giorno giorni "
    "clienti prezzo prezzi città negozio coisa coisas dia dias ano anos preço preços cidade loja dag dagen jaar jaren klant klanten "
    "prijs prijzen deel stad huis winkel "
)
_GENERIC = frozenset(_GENERIC_LIST.split())


def choose(phrases: Sequence[KeyPhrase], text: str, title: str, headings: Sequence[str], limit: int, language: str) -> tuple[str, ...]:
    """Up to `limit` hashtags that do not repeat each other's words: names and topics of two words first, then a single word that the title
    holds and the text keeps coming back to."""
    forms = Counter(t.text for t in words.tokens(text))
    lowered = Counter(form.lower() for form in forms.elements())
    marked = {words.stem(t.text.lower(), language) for line in (title, *headings) for t in words.tokens(line)}
    first_names = _first_names(text)
    ranked: list[tuple[float, str]] = []
    for phrase in phrases:
        parts = [p for p in re.split(r"[^\w]+", phrase.text.replace("'s", "").replace("’s", "")) if p]
        if phrase.score <= 0 or not parts or any(p.lower() in _GENERIC for p in parts[-1:]) or parts[0].lower() in _GENERIC:
            continue
        if all(_is_date(p) for p in parts):
            continue
        proper = all(_is_name(p, forms, lowered, language) for p in parts)
        stems = [words.stem(p.lower(), language) for p in parts]
        in_title = sum(s in marked for s in stems) / len(stems)
        count = _count(text, phrase.text)
        if len(parts) > 1:
            if not proper and (count < 2 or not _is_topic(parts, language)):
                continue
            worth = phrase.score + 0.5 + 0.4 * proper + 0.3 * in_title
        else:
            if phrase.text in first_names or count < 3 or len(parts[0]) < 4:
                continue
            if not proper and (in_title == 0 or not _is_topic(parts, language) or not _is_noun(text, phrase.text, language)):
                continue
            worth = phrase.score + 0.3 * proper + 0.3 * in_title
        if worth >= _GOOD:
            ranked.append((worth, " ".join(_calm(p, forms, lowered) for p in parts)))
    return _distinct([name for _, name in sorted(ranked, key=lambda r: -r[0])], limit, language)


def hashtag(phrase: str) -> str:
    """ "bread waste" → "#BreadWaste"; "" when the phrase makes no good hashtag (too long, no letters, more than three words)."""
    parts = [p for p in re.split(r"[^\w]+", unicodedata.normalize("NFC", phrase).replace("'s", "").replace("’s", "")) if p]
    if not parts or len(parts) > 3 or parts[0][0].isdigit():
        return ""
    tag = "#" + "".join(p if any(c.isupper() for c in p[1:]) else p[:1].upper() + p[1:] for p in parts)
    return tag if _SHORTEST <= len(tag) <= _LONGEST and not tag[1:].isdigit() else ""


def _distinct(phrases: Sequence[str], limit: int, language: str) -> tuple[str, ...]:
    found: list[str] = []
    seen: set[str] = set()
    for phrase in phrases:
        terms = set(words.terms(phrase, language))
        tag = hashtag(phrase)
        if tag and terms and not terms & seen and len(found) < limit:
            found.append(tag)
            seen |= terms
    return tuple(found)


def _is_name(part: str, forms: Counter[str], lowered: Counter[str], language: str) -> bool:
    """Written with a capital wherever it stands; German writes all nouns so, which tells nothing."""
    if language == "de":
        return part[1:] != part[1:].lower()
    return part[:1].isupper() and forms[part.lower()] == 0 and lowered[part.lower()] >= 2


def _is_date(part: str) -> bool:
    """A month or a weekday: "Black Friday" is a topic, "Friday" is none."""
    key = fold(part)
    return any(name in names for name in (key, key.removesuffix("s")) for names in (MONTHS, WEEKDAYS))


_VERBAL = {
    "en": re.compile(
        r"(?:\w+(?:ed|ly)|works?|gets?|makes?|needs?|takes?|keeps?|starts?|stops?|comes?|goes|helps?|means?|wants?|asks?|says?)"
    ),
    "es": re.compile(r"\w+(?:ar|er|ir|ando|iendo|mente|aron|ieron)"),
    "fr": re.compile(r"\w+(?:er|ir|ant|ment|aient)"),
    "it": re.compile(r"\w+(?:are|ere|ire|ando|endo|mente)"),
    "pt": re.compile(r"\w+(?:ar|er|ir|ando|endo|indo|mente|ou|ra)"),
    "de": re.compile(r"(?-i:[a-zäöü])\w*"),
    "ru": re.compile(r"\w+(?:ть|ся|ла|ло|ли|ет|ит|ют|ят)"),
}


def _is_topic(parts: Sequence[str], language: str) -> bool:
    """No part looks like a verb or an adverb of the language (in German: like anything but a noun)."""
    pattern = _VERBAL.get(language)
    return pattern is None or not any(pattern.fullmatch(p if language == "de" else p.lower()) for p in parts)


_DETERMINER = (
    r"(?:the|a|an|our|my|your|their|his|her|its|each|every|this|that|of|for|el|la|los|las|un|una|nuestro|nuestra|le|les|l['’]|des|du|il|"
    r"lo|gli|i|o|os|as|"
    r"um|uma|de|het|een|onze)"
)


def _is_noun(text: str, word: str, language: str) -> bool:
    """At least every third time the word follows a determiner; German nouns show by their capital."""
    if language not in words.LANGUAGES or language == "de":
        return True
    hits = len(re.findall(rf"\b{_DETERMINER} ?{re.escape(word)}\b", text, re.IGNORECASE))
    return 3 * hits >= _count(text, word)


_PERSON = re.compile(r"\b([A-ZÀ-Ý][a-zà-ÿ]+) (?:[A-ZÀ-Ý][a-zà-ÿ'’-]+)\b")
_SPEAKS = re.compile(
    r"(?:said|says|told|asked|explained|added|laughed|wrote|sagt|sagte|dice|dijo|explica|dit|explique|raconte|diz|disse|zegt|"
    r"zei)\s+([A-ZÀ-Ý]\w+)|"
    r"\b([A-ZÀ-Ý]\w+)(?: [A-ZÀ-Ý]\w+)? (?:said|says|told|asked|explained|added|laughed|wrote|is \d|"
    r"sagt|sagte|dice|dijo|explica)\b|^([A-ZÀ-Ý]\w+): ",
    re.MULTILINE,
)


def _first_names(text: str) -> frozenset[str]:
    """Words that name a person: the first of a capitalised pair that speaks, and who speaks by one name only."""
    speaking = {name for match in _SPEAKS.finditer(text) for name in match.groups() if name}
    pairs = {match[1] for match in _PERSON.finditer(text)}
    return frozenset(speaking | pairs)


def _count(text: str, phrase: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(phrase[:-1] if phrase[-1:] == 's' else phrase)}", text, re.IGNORECASE))


def _calm(part: str, forms: Counter[str], lowered: Counter[str]) -> str:
    """A word in capitals as the text writes it elsewhere, or with one capital; short ones are names ("NASA")."""
    if not part.isupper() or (len(part) < 5 and forms[part.lower()] + forms[part.capitalize()] == 0):
        return part
    return part.lower() if forms[part.lower()] else part.capitalize()
