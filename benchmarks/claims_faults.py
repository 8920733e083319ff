"""The faults that `claims_outputs` puts into a thread, made with patterns of their own, never with the ledger's finders.

A fault takes a post, a random source and the names of the source, and returns what it changed, or None when the post has no place for it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

MONTHS = (
    "January February March April May June July August September October November December",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
)
WEEKDAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "lunes martes miércoles jueves viernes sábado domingo",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
)
SPELLED = (
    "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty",
    "dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta",
    "zwei drei vier fünf sechs sieben neun zehn elf zwölf zwanzig dreißig",
)
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth",
    "primera segunda tercera cuarta quinta",
    "ersten zweiten dritten vierten fünften",
)
UNITS = {
    "kg": "g", "g": "kg", "ml": "litres", "km": "metres", "miles": "kilometres", "kilometres": "miles", "kilometers": "miles",
    "metres": "kilometres", "meters": "kilometers", "feet": "metres", "inches": "centimetres", "pounds": "ounces", "ounces": "pounds",
    "tonnes": "kilograms", "tons": "kilograms", "grams": "kilograms", "cups": "tablespoons", "seconds": "minutes", "minutes": "hours",
    "hours": "minutes", "days": "weeks", "weeks": "months", "months": "years", "years": "months", "GB": "MB", "MB": "GB", "TB": "GB",
    "ms": "s", "minute": "hour", "hour": "minute", "day": "week", "week": "month", "month": "year", "year": "month",
    "degrees": "percent", "litros": "metros", "horas": "minutos", "minutos": "horas", "días": "semanas", "semanas": "meses",
    "meses": "años", "años": "meses", "toneladas": "kilos", "kilos": "toneladas", "Minuten": "Stunden", "Stunden": "Minuten",
    "Tage": "Wochen", "Wochen": "Monate", "Monate": "Jahre", "Jahre": "Monate", "Kilometer": "Meter", "Meter": "Kilometer",
}  # fmt: skip
MAGNITUDES = {
    "thousand": "million", "million": "billion", "billion": "million", "trillion": "billion", "hundred": "thousand",
    "mil": "millones de", "millones": "mil millones", "Millionen": "Milliarden", "Milliarden": "Millionen", "Tausend": "Millionen",
}  # fmt: skip
CURRENCIES = {
    "$": "€", "€": "£", "£": "$", "dollars": "euros", "euros": "dólares", "Euro": "Dollar", "pounds": "euros", "cents": "pence",
}  # fmt: skip
HEDGES = {
    "about": "more than", "around": "more than", "roughly": "less than", "nearly": "more than", "almost": "over",
    "approximately": "fewer than", "more than": "less than", "less than": "more than", "over": "under", "under": "over",
    "up to": "at least", "at least": "at most", "fewer than": "more than", "unos": "más de", "más de": "menos de", "casi": "más de",
    "rund": "mehr als", "etwa": "mehr als", "mehr als": "weniger als", "fast": "mehr als", "knapp": "über",
}  # fmt: skip
SURNAMES = "Quentrill Harding Okonjo Fairweather Lindqvist Barrow Tresco Haverford Sinclair Zielke Mendes Castellano Brandt"
FIRST = "Philippa Olivia Desmond Daniel Marguerite Simon Rosalba Rachel Henrike Tobias Carlos Ingrid"
OTHERS = "Northwind Samsung Calderstone Denver Pellucid Portugal Halvorsen Mistral Toyota Nairobi Quanterra Helsinki"
WORDS = "purple entirely gravel monthly never violin harbour sideways"
CAPITAL = r"[A-ZÄÖÜÉÁÍÓÚÑ][a-zäöüßéèáíóúñç]{2,}"
STARTERS = (
    "The This That These Those There They Their Then When What While Where Who Why How And But For His Her Its Our Your You She With Not"
    " Yes Now Here One Two Some Most Many Every Each All Both Even Just Only Also After Before Since From Las Los Una Uno Pero Por Para"
    " Cuando Der Die Das Ein Eine Und Aber Mit Ich Wir Sie"
)
PLAIN = frozenset(word for words in (STARTERS, *MONTHS, *WEEKDAYS) for word in words.split())
LINK = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|#\w+|\b[\w-]+\.(?:com|org|net|example|io)\S*")
QUOTED = re.compile(r"“[^“”]+”|\"[^\"\n]+\"|„[^„“”]+[“”]|«[^«»]+»")


class Changed(NamedTuple):
    """A post with a fault: `text[start:end]` stands where `was` stood."""

    text: str
    start: int
    end: int
    was: str


class Names(NamedTuple):
    """What the source calls people and other things, by the benchmark's own patterns; in German, where every noun has a capital, none."""

    language: int
    first: list[str]
    last: list[str]
    other: list[str]

    @classmethod
    def of(cls, text: str) -> Names:
        counts = [len(re.findall(rf"\b(?:{words})\b", text)) for words in ("the|and|of", "que|los|el", "der|und|die")]
        language = counts.index(max(counts))
        if language == 2:
            return cls(language, [], [], [])
        pairs = [m for m in re.finditer(rf"(?<![\w’'])({CAPITAL}) ({CAPITAL})(?!\w)", text) if not PLAIN & {m[1], m[2]}]
        single = [m[0] for m in re.finditer(rf"(?<=[a-z] ){CAPITAL}(?=[ ,.])", text) if m[0] not in PLAIN]
        return cls(language, *(sorted(set(found)) for found in ([m[1] for m in pairs], [m[2] for m in pairs], single)))


Fault = Callable[[str, random.Random, Names], "Changed | None"]


def put(text: str, start: int, end: int, new: str) -> Changed:
    return Changed(text[:start] + new + text[end:], start, start + len(new), text[start:end])


def one(pattern: str, text: str, rng: random.Random, flags: int = 0) -> re.Match[str] | None:
    """A random match outside links and hashtags."""
    links = [m.span() for m in LINK.finditer(text)]
    found = [m for m in re.finditer(pattern, text, flags) if not any(s < m.end() and m.start() < e for s, e in links)]
    return rng.choice(found) if found else None


def other(words: Iterable[str], than: str, rng: random.Random) -> str | None:
    pool = [w for w in words if w.casefold() != than.casefold()]
    return rng.choice(pool) if pool else None


def swap(pattern: str, table: dict[str, str]) -> Fault:
    def fault(text: str, rng: random.Random, known: Names) -> Changed | None:
        m = one(pattern.format("|".join(sorted(map(re.escape, table), key=len, reverse=True))), text, rng)
        return m and put(text, *m.span(), table[m.group()])

    return fault


def listed(tables: tuple[str, ...], pattern: str) -> Fault:
    """Replaces a word of one of the tables by another of the same table."""

    def fault(text: str, rng: random.Random, known: Names) -> Changed | None:
        table = tables[known.language]
        m = one(pattern.format(table.replace(" ", "|")), text, rng)
        new = other(table.split(), m.group(), rng) if m else None
        return put(text, *m.span(), new) if m and new else None

    return fault


NUMBER = r"(?<![\w/#-])\d(?:[\d.,:]*\d)?"


def digit(text: str, rng: random.Random, known: Names) -> Changed | None:
    m = one(NUMBER, text, rng)
    if not m:
        return None
    i = rng.choice([i for i in range(*m.span()) if text[i].isdigit()])
    new = rng.choice([d for d in "123456789" if d != text[i]])
    return put(text, *m.span(), text[m.start() : i] + new + text[i + 1 : m.end()])


def whole_number(text: str, rng: random.Random, known: Names) -> Changed | None:
    m = one(NUMBER, text, rng)
    return m and put(text, *m.span(), re.sub(r"\d", lambda d: rng.choice("123456789"), m.group()))


def year(text: str, rng: random.Random, known: Names) -> Changed | None:
    m = one(r"(?<![\w.,$£€-])(?:1[5-9]|20)\d\d(?![\w,-]|\.\d)", text, rng)
    return m and put(text, *m.span(), str(int(m.group()) + rng.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])))


def day(text: str, rng: random.Random, known: Names) -> Changed | None:
    names = "|".join(" ".join(MONTHS).split())
    m = one(
        rf"(?<=\W)[0-3]?\d(?=(?:st|nd|rd|th|\.)?(?: de| of)? (?:{names}))|(?<=(?:ne|ly|er|ry|ch|il|ay|st) )[0-3]?\d(?=, \d{{4}})", text, rng
    )
    return m and put(text, *m.span(), str(int(m.group()) % 27 + rng.choice([1, 2])))


def pair(text: str, rng: random.Random) -> re.Match[str] | None:
    found = [m for m in re.finditer(rf"(?:(?<=[a-z,] )|(?<=[a-z,] “))({CAPITAL}) ({CAPITAL})(?!\w)", text) if not PLAIN & {m[1], m[2]}]
    return rng.choice(found) if found else None


def part_of_name(group: int, strangers: str = "") -> Fault:
    """Replaces the first or the last word of a two-word name, by a stranger or by what the source calls another."""

    def fault(text: str, rng: random.Random, known: Names) -> Changed | None:
        m = pair(text, rng) if known.first else None
        new = other(strangers.split() or known[group], m[group], rng) if m else None
        return put(text, *m.span(group), new) if m and new else None

    return fault


def whole_name(text: str, rng: random.Random, known: Names) -> Changed | None:
    """One two-word name by another of the source."""
    m = pair(text, rng) if known.first else None
    places = [i for i, (a, b) in enumerate(zip(known.first, known.last, strict=False)) if m and a != m[1] and b != m[2]]
    return put(text, *m.span(), f"{known.first[i]} {known.last[i]}") if m and places and (i := rng.choice(places)) >= 0 else None


def single(strangers: str = "") -> Fault:
    def fault(text: str, rng: random.Random, known: Names) -> Changed | None:
        found = [m for m in re.finditer(rf"(?<=[a-z] )(?<!the ){CAPITAL}(?=[ ,.](?![A-Z]))", text) if m[0] in known.other]
        if not found:
            return None
        m = rng.choice(found)
        new = other(strangers.split() or known.other, m.group(), rng)
        return new and put(text, *m.span(), new)

    return fault


def misspelt(text: str, rng: random.Random, known: Names) -> Changed | None:
    found = [m for m in re.finditer(rf"(?<=[a-z] ){CAPITAL}(?!\w)", text) if m[0] in known.other and len(m[0]) > 4]
    if not found:
        return None
    m = rng.choice(found)
    i = rng.randrange(1, len(m[0]) - 1)
    return put(text, *m.span(), m[0][:i] + rng.choice([c for c in "aeioulmnrst" if c != m[0][i]]) + m[0][i + 1 :])


def quoted(change: Callable[[str, random.Random], str]) -> Fault:
    """Changes one lower-case word inside a quotation of four words or more."""

    def fault(text: str, rng: random.Random, known: Names) -> Changed | None:
        quotes = [m for m in QUOTED.finditer(text) if len(m[0].split()) >= 4]
        words = [w for m in quotes for w in re.finditer(r"(?<= )[^\W\d_]{2,}(?= )", text) if m.start() < w.start() and w.end() < m.end()]
        words = [w for w in words if w[0].islower()]
        if not words:
            return None
        w = rng.choice(words)
        new = change(w[0], rng)
        return put(text, w.start(), w.end() + (not new), new)

    return fault


def invented_quote(text: str, rng: random.Random, known: Names) -> Changed | None:
    """Quotation marks around words of the writer's own that are nearly the source's."""
    if QUOTED.search(text):
        return None
    m = one(r"(?<=[a-z] )[a-z]+(?: [a-z]+){4,8}", text, rng)
    if not m:
        return None
    words = m[0].split()
    words[rng.randrange(1, len(words) - 1)] = rng.choice(WORDS.split())
    return put(text, *m.span(), "“" + " ".join(words) + "”")


def link(pattern: str, new: Callable[[re.Match[str]], str]) -> Fault:
    def fault(text: str, rng: random.Random, known: Names) -> Changed | None:
        found = list(re.finditer(pattern, text))
        return put(text, *m.span(1), new(m)) if found and (m := rng.choice(found)) else None

    return fault


def percent_dropped(text: str, rng: random.Random, known: Names) -> Changed | None:
    m = one(r"(?<=\d)(?:\s?%|\s(?:percent|per cent|Prozent|por ciento))", text, rng)
    return m and put(text, *m.span(), "")


def percent_added(text: str, rng: random.Random, known: Names) -> Changed | None:
    m = one(r"(?<![\w$£€.,/:-])\d{1,3}(?= [a-zA-Z])(?! percent| per cent| Prozent| por ciento| million| billion)", text, rng)
    return m and put(text, m.end(), m.end(), "%")


def negative(text: str, rng: random.Random, known: Names) -> Changed | None:
    m = one(r"(?<= )[$£€]?(?=\d)(?!(?:19|20)\d\d)", text, rng)
    return m and put(text, m.start(), m.start(), "-")


ANY = r"(?<=\d )(?:{0})(?!\w)"
FAULTS: dict[str, Fault] = {
    "digit": digit,
    "whole number": whole_number,
    "spelled number": listed(SPELLED, r"(?<![\w-])(?:{0})(?![\w-])"),
    "ordinal": listed(ORDINALS, r"(?<![\w-])(?:{0})(?![\w-])"),
    "negative": negative,
    "percent dropped": percent_dropped,
    "percent added": percent_added,
    "magnitude": swap(r"(?<=[\da-zé] )(?:{0})(?!\w)", MAGNITUDES),
    "currency": swap(r"(?<!\w)(?:{0})(?=\d)|(?<=\d )(?:{0})(?!\w)", CURRENCIES),
    "unit": swap(r"(?:(?<=\d )|(?<=\d)|(?<=two )|(?<=three )|(?<=five )|(?<=ten )|(?<=dos )|(?<=zwei ))(?:{0})(?!\w)", UNITS),
    "hedge": swap(r"(?<!\w)(?:{0})(?= [$£€]?\d)", HEDGES),
    "month": listed(MONTHS, r"(?<!\w)(?:{0})(?= \d|,| de \d|\.| \w)(?<!May)(?<!March)"),
    "weekday": listed(WEEKDAYS, r"(?<!\w)(?:{0})(?!\w)"),
    "day": day,
    "year": year,
    "first name": part_of_name(1, FIRST),
    "first name, swapped": part_of_name(1),
    "surname": part_of_name(2, SURNAMES),
    "surname, swapped": part_of_name(2),
    "name, swapped": whole_name,
    "single name": single(OTHERS),
    "single, swapped": single(),
    "misspelt": misspelt,
    "quote word": quoted(lambda word, rng: rng.choice(WORDS.split())),
    "quote cut": quoted(lambda word, rng: ""),
    "quote longer": quoted(lambda word, rng: f"{word} {rng.choice(WORDS.split())}"),
    "invented quote": invented_quote,
    "link: domain": link(r"(?:https?://(?:www\.)?)([\w-]+)", lambda m: m[1] + "news"),
    "link: ending": link(r"https?://[\w.-]+\.([a-z]+)(?![\w.])", lambda m: "biz" if m[1] != "biz" else "com"),
    "link: path": link(r"https?://[^/\s]+/\S*?([\w]+)(?=[\s.]|$)", lambda m: m[1] + "s"),
    "link: query": link(r"https?://[^\s?]+\?[\w-]+=([\w-]+)", lambda m: "9" + m[1]),
}
