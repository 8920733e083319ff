"""Syllables of English words by spelling: vowel groups, less the silent e, plus the vowels that are said apart.

The rules and their exceptions were found by comparing with a pronouncing dictionary; `benchmarks/readability.py` measures the outcome.
"""

# ruff: noqa: E501 (expressions are easier to read unbroken)
from __future__ import annotations

import functools
import re
from typing import Final

_GROUP: Final = re.compile(r"[aeiouy]+")
_PARTS: Final = re.compile(r"[-–/_]")
_SIBILANT: Final = re.compile(r"(?:[sxz]|ch|sh|[cgs]e|dge|ze)$")
# "y" before a vowel and behind one is a consonant ("player"); u belongs to q, and to g before a vowel ("guard").
_CONSONANT_Y: Final = re.compile(r"(?<=[aeouw])y(?=[aeiou])|^y(?=[aeiou])")
_NO_VOWEL_U: Final = re.compile(r"(?<=q)u(?=[aeiouy])|(?<=g)(?<!arg)u(?=[ei](?!n)|a[rt])")

# Silent: the e of an ending, and that of a stem in front of an ending or in the seam of a compound.
_SILENT: Final = (
    re.compile(r"(?<=[^aeiouy])e$(?<!le)(?<![bcdfgkptvz]re)|(?<=[lrwu][lr])e$|(?<=[aeiouy]l)e$"),
    re.compile(r"(?<=[^aeiouy])es$(?<![sxz]es)(?<![cs]hes)(?<![cg]es)(?<![^aeiourlw]les)(?<![bcdfgkptvz]res)"),
    re.compile(r"(?<=[^aeiouy])ed$(?<![td]ed)(?<!naked)(?<!hundred)(?<!sacred)(?<!wicked)(?<!crooked)(?<![bcdfgkptz]led)"),
    re.compile(
        r"(?<=[aeiouy][bcdfgklmnprstvz])e(?=(?:ments?|ly|ful(?:ly)?|less(?:ly)?|ness|ty|some|where|times?|thing|body|one|self|selves|land|line|"
        r"ways?|work|works|shots?|house|holder|holders|man|men|woman|ward|wards|store|side|town|wide|keeper|maker|mates?|bo[ao][a-z]+|"
        r"phone|books?|site|sites|while|craft|persons?|people|lines|lined|marks?|casts?|casting|power|worthy|teen|bergs?|ball|boards?|backs?|"
        r"wear|ware|loads?|heads?|points?|stone|rooms?|pool|walk|sphere|print)$)(?<!de(?=ment))(?<!de(?=ly))"
    ),
    re.compile(r"(?<=^som)e(?=[btwhd])|(?<=^mor)e(?=o)|(?<=^ther)e(?=[abfout])|(?<=^wher)e(?=[auv])|(?<=^her)e(?=[bw])|(?<=^sal)e(?=s.)"),
    re.compile(r"(?<=^lif)e(?=.)|(?<=^hom)e(?=[^or])|(?<=^tim)e(?=[^r])|(?<=^fir)e(?=[^s])|(?<=^wid)e(?=[sl])|(?<=^stat)e(?=[hsw])"),
    re.compile(
        r"(?<=[lnr][cgsv])e(?=(?:ments?|ful(?:ly)?|less(?:ly)?|man|men|woman|power|back|berg)$)|(?<=[aeiouy]k)e(?=s(?:person|m[ae]n|wom[ae]n|people)$)"
    ),
    re.compile(r"(?<=\bbus)i(?=ness)|(?<=^w)e(?=dnes)|(?<=ev)e(?=ning)|(?<=int)e(?=rest)|(?<=sev)e(?=ral)|(?<=ic)a(?=lly$)"),
)
# Said apart, though the vowels stand together.
_APART: Final = re.compile(
    r"i(?=a)(?<![ctgs]i)(?<!lli)(?!age)(?<!li(?=ar))|(?<=[aeou]s)i(?=a)(?!an?$)|(?<=[bdfhkmnpruv])i(?=o)(?<!ni(?=o[nr]))(?<!vi(?=or))|(?<=[aeo]l)i(?=o[^n])|(?<=[bdfhklmnprtvz])i(?=u)|"
    r"i(?=ence|ent|eti|ety|et$|ets$|etar|er$|ers$|est$|enc)(?<![ctsg]i)(?<!fri)|(?<=^sc)i(?=en)|(?<=cr)e(?=at)|(?<=soc)i(?=at)|(?<=g)i(?=ant)|(?<=su)i(?=cid)|(?<=r)e(?=al[iy])|(?<=rt)i(?=er)|(?<=th)e(?=at(?:er|re))|(?<=^r)e(?=a(?:ss|pp|ff)|i[nt]|un)|(?<=^c)o(?=operat|ordin)|(?<=th)i(?=er|est)|(?<=[st]t)i(?=er|est)|"
    r"u(?=a)(?<![qg]u)(?<!ssu)(?<!rsu)|u(?=el|en[ct]|ing|ous|o$|er$|est$|it[yi])(?<![qg]u)|"
    r"e(?=o)(?<!p[e])(?!ou?[rsn]?s?$)(?<!^ge(?=or))(?<!^leo)|(?<=[dr])e(?=o$|os$)|(?<=c)e(?=o$)|"
    r"e(?=ing|a$(?<!^.ea)(?<!^..ea)|as$(?<!^.eas)(?<!^..eas)|act|ally$|alit|um)(?<!^t[hr]e)(?<!h[e](?=at))|"
    r"o(?=ing|a$|as$|en[^a]|et|em)(?<![sc]ho)(?<!^d[o](?=e))|a(?=ing|os|o$|el$|ïs|ist)|(?<=[^aeiouq])y(?=i|a$|er$|an)|(?<=[a-z])i(?=re[ds]?$|ring$|rement)"
)
_POSSESSIVE: Final = re.compile(r"(?:['’]s|(?<=[A-Z])s)$")
_LETTER: Final = re.compile(r"[^\W\d_]")
_ADDRESS: Final = re.compile(r"://|@|^www\.")
_OUR: Final = re.compile(r"^(?:h|s|fl)?ours?$")
# Capitals that are said as a word, not letter by letter: small words that shout, and what has a vowel between consonants.
_SMALL: Final = "us it in on an as at or of if is be by we he me my so to up no go do am the you who all and are any our out its she"
_SAID: Final = frozenset(_SMALL.split())
_SAYABLE: Final = re.compile(r"[^aeiouy][aeiou][^aeiou]")
_EXTRA: Final = (
    (re.compile(r"[ds]n['’]t$"), 1),
    (re.compile(r"(?:[^aeiouy]sm|thm)s?$|isms?$"), 1),
    (re.compile(r"^mc(?=[^aeiouy])"), 1),
)
_BY_HEART: Final = {
    "every": 3, "people": 2, "idea": 3, "ideas": 3, "area": 3, "areas": 3, "being": 2, "create": 2, "real": 1, "really": 2, "eye": 1, "eyes": 1,
    "give": 1, "one": 1, "once": 1, "ones": 1, "are": 1, "were": 1, "there": 1, "where": 1, "here": 1, "whole": 1, "while": 1, "business": 2,
    "businesses": 3, "video": 3, "society": 4, "science": 2, "quiet": 2, "via": 2, "yes": 1, "friend": 1, "friends": 1, "view": 1, "cafe": 2,
    "recipe": 3, "recipes": 3, "jr": 2, "mr": 2, "mrs": 2, "dr": 2, "role": 1, "roles": 1, "rule": 1, "rules": 1,
    "sale": 1, "sales": 1, "scale": 1, "mile": 1, "miles": 1, "mobile": 2, "module": 2, "apostrophe": 4, "vehicle": 3, "vehicles": 3, "maybe": 2,
    "somebody": 3, "anyone": 3, "everyone": 3, "everything": 3, "everybody": 4, "something": 2, "someone": 2, "sometimes": 2, "evening": 2,
    "wednesday": 2, "poem": 2, "poems": 2, "usually": 4, "actually": 4, "family": 3, "australia": 3, "california": 4, "beauty": 2, "especially": 4, "fashion": 2, "largely": 2, "vegetable": 3,
    "vegetables": 3, "requirement": 3, "requirements": 3, "easier": 3, "entirely": 4, "michael": 2, "moreover": 3, "everywhere": 3, "ruin": 2, "heroin": 3, "diabetes": 4, "email": 2, "emails": 2, "iowa": 3, "fiery": 3, "europe": 2,
    "european": 4, "awesome": 2, "ourselves": 2, "associate": 4, "associated": 5,
}  # fmt: skip


@functools.lru_cache(maxsize=20_000)
def count(word: str) -> int:
    """Syllables of a word as it is written: "NBA" and "TV" are spelled, "co-owner" is said in parts. At least 1."""
    parts = [part for part in _PARTS.split(word) if part]
    return max(1, sum(_one(part) for part in parts))


def is_sign(word: str, *, shouts: bool = False) -> bool:
    """Whether a word is an abbreviation, a figure, a symbol or an address ("NASA's", "TV", "tbsp", "7%", "4K"), which nobody reads by its
    spelling. Capitals of a text that `shouts` are no abbreviation."""
    bare = _POSSESSIVE.sub("", word)
    if any(c.isdigit() for c in bare) or not _LETTER.search(bare) or _ADDRESS.search(bare):
        return True
    lower = bare.lower()
    if lower in _BY_HEART or lower in _SAID:
        return False
    if not _GROUP.search(lower):
        return bare.isascii()
    return not shouts and len(bare) > 1 and bare.isupper() and not (len(bare) > 3 and _SAYABLE.match(lower))


def _one(word: str) -> int:
    lower = word.lower().replace("’", "'")
    if word.isupper() and 2 <= len(word) <= 3 and lower.isalpha() and lower not in _SAID and not _SAYABLE.fullmatch(lower):
        return sum(3 if c == "w" else 1 for c in lower)
    extra = 0
    if lower.endswith(("'s", "s'")):
        lower = lower[:-2] if lower.endswith("'s") else lower[:-1]
        extra = int(bool(_SIBILANT.search(lower)) and not lower.endswith("es"))
    if lower in _BY_HEART:
        return _BY_HEART[lower] + extra
    extra += sum(more for pattern, more in _EXTRA if pattern.search(lower)) + bool(_OUR.search(lower))
    bare = _NO_VOWEL_U.sub("w", _CONSONANT_Y.sub("j", lower))
    extra += len(_APART.findall(bare))
    for pattern in _SILENT:
        bare = pattern.sub("'", bare)
    groups = len(_GROUP.findall(bare))
    if word.isupper() and lower.isalpha() and len(lower) <= 4 and not _GROUP.search(lower):
        return sum(3 if c == "w" else 1 for c in lower)
    return max(1, groups + extra)
