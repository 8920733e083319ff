"""Numbers written as words: "twelve hundred", "dos millones", "einundzwanzig", "quatre-vingt-dix".

Called by `numbers`. English, Spanish, French and Portuguese are composed of words; German, Dutch and Italian write one word up to 999.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .words import JOINTS, Token, fold


class Spelled(NamedTuple):
    """`tokens[first:last]` say `value`; a weak one may be an article or a pronoun ("one", "una", "first")."""

    first: int
    last: int
    value: int
    weak: bool
    ordinal: bool = False


_ATOMS: dict[str, str] = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "it": "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette"
    " diciotto diciannove",
    "pt": "um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien",
}
_TENS: dict[str, str] = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante septante huitante nonante",
    "it": "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
    "pt": "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
    "nl": "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
}
_HUNDREDS_ES = ((2, "dos"), (3, "tres"), (4, "cuatro"), (6, "seis"), (8, "ocho"))
_EXTRA: dict[str, Mapping[str, int]] = {
    "en": {"zero": 0, "dozen": 12, "twice": 2, "thrice": 3},
    "es": {
        "cien": 100, "ciento": 100, "veintiuno": 21, "veintiún": 21, "veintiuna": 21, "veintidós": 22, "veintitrés": 23,
        "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
        "un": 1, "una": 1, "cero": 0, "docena": 12,
        **{f"{stem}cient{end}": n * 100 for n, stem in _HUNDREDS_ES for end in ("os", "as")},
        "quinientos": 500, "quinientas": 500, "setecientos": 700, "setecientas": 700, "novecientos": 900, "novecientas": 900,
    },
    "de": {"ein": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "eines": 1, "zwo": 2, "null": 0, "dutzend": 12},
    "fr": {"une": 1, "zéro": 0, "douzaine": 12},
    "it": {"un": 1, "una": 1, "zero": 0, "dozzina": 12},
    "pt": {
        "uma": 1, "duas": 2, "catorze": 14, "dezasseis": 16, "dezassete": 17, "dezanove": 19, "cem": 100, "cento": 100, "duzentos": 200,
        "duzentas": 200, "trezentos": 300, "trezentas": 300, "quatrocentos": 400, "quinhentos": 500, "quinhentas": 500, "seiscentos": 600,
        "setecentos": 700, "oitocentos": 800, "novecentos": 900, "zero": 0, "meia": 6, "dúzia": 12,
    },
    "nl": {"één": 1, "nul": 0, "dozijn": 12},
}  # fmt: skip
_HUNDRED = {"en": ("hundred",), "fr": ("cent", "cents"), "de": ("hundert",), "nl": ("honderd",), "it": ("cento",)}
_BIG: dict[str, Mapping[str, int]] = {
    "en": {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
    "es": {"mil": 10**3, "millón": 10**6, "millones": 10**6, "billón": 10**12, "billones": 10**12},
    "de": {
        "tausend": 10**3,
        "million": 10**6,
        "millionen": 10**6,
        "milliarde": 10**9,
        "milliarden": 10**9,
        "billion": 10**12,
        "billionen": 10**12,
    },
    "fr": {"mille": 10**3, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9},
    "it": {"mille": 10**3, "mila": 10**3, "milione": 10**6, "milioni": 10**6, "miliardo": 10**9, "miliardi": 10**9},
    "pt": {"mil": 10**3, "milhão": 10**6, "milhões": 10**6, "bilhão": 10**9, "bilhões": 10**9},
    "nl": {"duizend": 10**3, "miljoen": 10**6, "miljard": 10**9},
}
_JOIN = {"en": ("and",), "es": ("y",), "fr": ("et",), "pt": ("e",), "de": ("und",), "nl": ("en",), "it": ()}
# Words that are a number only sometimes: articles, pronouns, "new" in French, "you are" in Italian, idioms with zero.
_WEAK = {
    "en": ("one", "zero", "twice", "thrice"),
    "es": ("uno", "un", "una", "cero"),
    "de": ("eins", "ein", "eine", "einen", "einem", "einer", "eines", "null", "acht"),
    "fr": ("un", "une", "neuf", "zero"),
    "it": ("uno", "un", "una", "sei", "zero"),
    "pt": ("um", "uma", "meia", "zero"),
    "nl": ("een", "nul"),
}
_ORDINALS = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
    "es": "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo",
    "de": "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte elfte zwölfte",
    "fr": "premier deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
}
_ORDINAL_ENDINGS = {"es": ("", "o", "a"), "de": ("", "n", "r", "s", "m"), "fr": ("", "e"), "en": ("",)}


@lru_cache(maxsize=16)
def _small(language: str) -> dict[str, int]:
    """Words worth less than 1,000 that stand as one word."""
    atoms = {fold(w): n for n, w in enumerate(_ATOMS[language].split(), 1)}
    tens = {fold(w): n * 10 for n, w in enumerate(_TENS[language].split(), 2)}
    table = {**atoms, **tens, **{fold(k): v for k, v in _EXTRA[language].items()}}
    if language in ("de", "nl", "it"):
        table.update(_compounds(language, atoms, tens))
    return table


def _compounds(language: str, atoms: Mapping[str, int], tens: Mapping[str, int]) -> dict[str, int]:
    below = {n: w for w, n in atoms.items()} | {n: w for w, n in tens.items()}
    one = {"de": "ein", "nl": "een", "it": "uno"}[language]
    for ten_value, ten in ((v, w) for w, v in tens.items()):
        for n in range(1, 10):
            digit = one if n == 1 else below[n]
            if language == "de":
                below[ten_value + n] = f"{digit}und{ten}"
            elif language == "nl":
                below[ten_value + n] = f"{digit}en{ten}"
            else:
                below[ten_value + n] = (ten[:-1] if n in (1, 8) else ten) + digit
    hundred = _HUNDRED[language][0]
    table = {w: n for n, w in below.items()}
    for h in range(1, 10):
        prefixes = ["", one] if h == 1 else [below[h]]
        for prefix in prefixes:
            table[prefix + hundred] = h * 100
            for n, w in below.items():
                if n < 100:
                    table[prefix + hundred + w] = h * 100 + n
                    if language == "de":
                        table[f"{prefix}{hundred}und{w}"] = h * 100 + n
    return table


def _glued_thousands(key: str, language: str) -> int | None:
    """ "dreitausendfünfhundert", "duemila", "tweeduizend"."""
    word = {"de": "tausend", "nl": "duizend", "it": "mila"}.get(language)
    if not word or word not in key or key == word:
        return None
    left, _, right = key.partition(word)
    small = _small(language)
    low = 0 if not right else small.get(right.removeprefix("und"))
    high = 1 if left in ("ein", "een") else small.get(left)
    return None if low is None or high is None else high * 1000 + low


@lru_cache(maxsize=16)
def _ordinals(language: str) -> dict[str, int]:
    words = enumerate(_ORDINALS.get(language, "").split(), 1)
    return {
        fold(w.removesuffix("o") + end if language == "es" else w + end): n
        for n, w in words
        for end in _ORDINAL_ENDINGS.get(language, ("",))
    }


@lru_cache(maxsize=16)
def _starters(language: str) -> frozenset[str]:
    return (
        frozenset(_small(language))
        | {fold(w) for w in _HUNDRED.get(language, ())}
        | {fold(w) for w in _BIG[language]}
        | frozenset(_ordinals(language))
    )


def _value(key: str, language: str) -> int | None:
    value = _small(language).get(key)
    return _glued_thousands(key, language) if value is None and len(key) > 6 else value


def small_number(word: str, language: str) -> int | None:
    """The value of one word below 1,000, None when it is no number."""
    return _small(language).get(fold(word))


def spelled(words: list[Token], text: str, language: str) -> list[Spelled]:
    """Every number written in words; adjacent words join only when together they say one number."""
    if language not in _ATOMS:
        return []
    found: list[Spelled] = []
    starters, i = _starters(language), 0
    while i < len(words):
        key = words[i].key
        if key in starters or (language in ("de", "nl", "it") and len(key) > 6 and _glued_thousands(key, language) is not None):
            hit = _read(words, i, text, language)
            if hit:
                found.append(hit)
                i = hit.last
                continue
        i += 1
    return found


def _read(words: list[Token], first: int, text: str, language: str) -> Spelled | None:
    ordinal = _ordinals(language).get(words[first].key)
    if ordinal and _value(words[first].key, language) is None:
        return Spelled(first, first + 1, ordinal, weak=True, ordinal=True)
    hundreds = {fold(w) for w in _HUNDRED.get(language, ())}
    big = {fold(w): n for w, n in _BIG[language].items()}
    joins = {fold(w) for w in _JOIN[language]}
    total = current = 0
    room, top, i, last, seen = 10**15, 0, first, first, False
    while i < len(words):
        if i > first and text[words[i - 1].end : words[i].start].strip(JOINTS):
            break
        key = words[i].key
        if (
            key in joins
            and seen
            and i + 1 < len(words)
            and _value(words[i + 1].key, language) is not None
            and text[words[i].end : words[i + 1].start].strip(JOINTS) == ""
        ):
            follower = _value(words[i + 1].key, language) or 0
            if follower >= room or (language == "en" and room > 100) or (language in ("es", "pt", "fr") and room > 1000):
                break
            i += 1
            continue
        value = _value(key, language)
        if language == "fr" and key in ("vingt", "vingts") and current % 100 == 4 and seen:
            current, room = current - 4 + 80, 20
        elif key in hundreds and (seen or language != "en" or _article(words, first, i)):
            if current >= 100 or (seen and room <= 10 and current > 19 and language != "en"):
                break
            current, room = max(current, 1) * 100, 100
        elif key in big and (seen or _article(words, first, i) or (big[key] == 1000 and language != "en")):
            factor = big[key]
            if top and factor >= top and not (language == "es" and factor == 10**6 and top == 10**3):
                break
            if language == "es" and top == 10**3 and factor == 10**6:
                total, current = (total + current) * factor, 0
            else:
                total, current = total + max(current, 1) * factor, 0
            room, top = factor, factor
        elif value is not None and (not seen or value < room) and (value or not seen):
            current += value
            room = 1 if 0 < value < 10 or 10 < value < 20 else 10 if value < 100 else 100
            if language == "fr" and value in (60, 80):
                room = 20
            if value == 10:
                room = 10 if language == "fr" else 1
        else:
            break
        seen, i, last = True, i + 1, i + 1
    if not seen:
        return None
    only = words[first].key if last == first + 1 else ""
    if only in big and only not in ("mil", "mille", "tausend", "duizend"):
        return None
    return Spelled(first, last, total + current, weak=only in {fold(w) for w in _WEAK[language]})


def _article(words: list[Token], first: int, i: int) -> bool:
    """ "a hundred", "a million"."""
    return i == first and i > 0 and words[i - 1].key in ("a", "an", "the")
