"""Parts of a whole in words: "half of", "two thirds", "un tercio", "drei Viertel", "half an hour", "half past six".

Called by `numbers`. A part compares with percent: half of the sales are 50% of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from .hedges import hedge
from .mention import Mention, Quantity, Unit
from .number_forms import magnitude_after, number_mention, unit_after
from .number_words import small_number
from .units import CLOCK
from .words import fold

_PART = Unit("part", "percent", Fraction(100))
_TOP: Mapping[str, int] = {
    fold(w): n
    for n, words in {
        1: "a one un une una ein eine einem einen",
        2: "two dos zwei deux",
        3: "three tres drei trois",
        4: "four cuatro vier",
    }.items()
    for w in words.split()
}
_BOTTOM: Mapping[str, int] = {
    fold(w): n
    for n, words in {
        2: "half halves mitad hälfte moitié",
        3: "third thirds tercio tercios drittel tiers",
        4: "quarter quarters cuarto cuartos cuarta cuartas viertel quart quarts",
        5: "fifth fifths quinto quintos quinta quintas fünftel",
        10: "tenth tenths décimo décima zehntel",
    }.items()
    for w in words.split()
}
_PARTS = re.compile(
    rf"(?<![\w-])(?:(?P<top>{'|'.join(_TOP)})[ -](?P<bottom>thirds?|quarters?|fifths?|tenths?|tercios?|cuart[oa]s?|quint[oa]s?|décim[oa]"
    r"|drittel|viertel|fünftel|zehntel|tiers|quarts?)|(?P<half>half(?=[ ](?:of|the|our|their|its|his|her|my|your|all)\b)"
    r"|mitad(?=[ ]del?\b)|hälfte(?=[ ](?:der|des|von|aller)\b)|moitié(?=[ ](?:de|des|du)\b)))(?![\w-])",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[ ](?:of|de|del|der|des|aller|partes de)\b", re.IGNORECASE)
_OF_A = re.compile(r"[ ]of[ ]an?[ ]", re.IGNORECASE)
_HALF_A_UNIT = re.compile(r"(?<![\w-])(?:half[ -](?:an?[ ])?|halbe[nrs]?[ ]|media[ ]|medio[ ]|demi-)(?=[^\W\d_])", re.IGNORECASE)
_CLOCK = re.compile(r"(?<![\w-])(?P<part>half|quarter)[ ](?P<side>past|to)[ ](?P<hour>[a-z]+|\d{1,2})(?![\w-])", re.IGNORECASE)
# How far a rounded part may be from the true share: "a third" stands for 32 to 34%, "about a third" for 30 to 36%.
_EXACT, _ROUNDED = Fraction(1, 50), Fraction(1, 10)


def parts(text: str) -> list[Mention]:
    return [*_clocks(text), *_halves(text), *_shares(text)]


def _shares(text: str) -> list[Mention]:
    """A share is a claim when the whole follows ("a third of"); otherwise it may be a rank or a time ("a third time", "a quarter")."""
    found = []
    for match in _PARTS.finditer(text):
        top, bottom = _TOP[fold(match["top"] or "one")], _BOTTOM[fold(match["bottom"] or match["half"])]
        said = hedge(text, match.start())
        if (group := _OF_A.match(text, match.end())) and (
            counted := _counted(text, match.start(), group.end(), Fraction(top, bottom), said)
        ):
            found.append(counted)
            continue
        quantity = Quantity((Fraction(top, bottom),), (_PART,), step=_ROUNDED if said else _EXACT, hedge=said or "about", spelled=True)
        weak = top == 1 and not match["half"] and not _WHOLE.match(text, match.end())
        found.append(number_mention(text, *match.span(), quantity, weak))
    return found


def _counted(text: str, start: int, end: int, share: Fraction, said: str) -> Mention | None:
    """ "a quarter of a million pounds", "three quarters of an hour"."""
    factor, end = magnitude_after(text, end, "en", money=False)
    units, end = unit_after(text, end, glued=True)
    if factor == 1 and not units:
        return None
    return number_mention(text, start, end, Quantity((share * factor,), units, step=share * factor, hedge=said, spelled=True))


def _halves(text: str) -> list[Mention]:
    found = []
    for match in _HALF_A_UNIT.finditer(text):
        units, end = unit_after(text, match.end(), glued=True)
        if units:
            found.append(number_mention(text, match.start(), end, Quantity((Fraction(1, 2),), units, spelled=True)))
    return found


def _clocks(text: str) -> list[Mention]:
    found = []
    for match in _CLOCK.finditer(text):
        hour = int(match["hour"]) if match["hour"].isdigit() else small_number(match["hour"], "en")
        if hour is None or not 1 <= hour <= 12:
            continue
        minute = 30 if match["part"].casefold() == "half" else 15
        morning = (hour % 12) * 60 + (minute if match["side"].casefold() == "past" else -minute)
        found.append(number_mention(text, *match.span(), Quantity(tuple(Fraction(m % 1440) for m in (morning, morning + 720)), (CLOCK,))))
    return found
