"""What a finder returns: the places in a text that can be checked, and their normalised values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from coexai_app.agents.report import ClaimKind


class Unit(NamedTuple):
    """A unit of measure: quantities of one dimension compare after multiplying by `factor`."""

    name: str
    dimension: str
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is meant.

    `values` holds every reading ("1.200" is 1200 or 1.2), the likeliest first. `units` holds the alternatives of an ambiguous
    unit ("pounds"), empty for a bare number; `inherited` the unit of its neighbour ("from 14 to 6%"). `step` is the place value
    of the last digit that is not a zero. `hedge` is about, over, under, more or less. `literal` is set for versions and telephone
    numbers, which compare as text. `nouns` are the stems counted ("412 customer calls"), `label` the name before ("Python 3.11").
    An `ordinal` is a rank ("third", "3rd") and no count.
    """

    values: tuple[Fraction, ...]
    units: tuple[Unit, ...] = ()
    inherited: tuple[Unit, ...] = ()
    step: Fraction = Fraction(1)
    hedge: str = ""
    literal: str = ""
    nouns: tuple[str, ...] = ()
    label: str = ""
    spelled: bool = False
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is said; 0 is "not said". `weekday` is 1 (Monday) to 7, `decade` its first year."""

    year: int = 0
    month: int = 0
    day: int = 0
    weekday: int = 0
    quarter: int = 0
    decade: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """A checkable place: `text == whole[start:end]`.

    `value` is a Quantity for a number, the possible readings (tuple of Day) for a date, the folded words for a name and a quote,
    the normalised address for a link. A `weak` one ("one", "first") supports claims but is none itself.
    """

    kind: ClaimKind
    start: int
    end: int
    text: str
    value: Quantity | tuple[Day, ...] | tuple[str, ...] | str
    weak: bool = False
