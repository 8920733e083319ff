"""Every fault that slips into a true output must be found, and a true output must pass.

The sources and their outputs are in tests/data/claims; the outputs are cut, shortened and rephrased by hand. Faults are made with
patterns of their own, seeded, and never use the ledger's finders.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from coexai_app.agents.report import ClaimStatus
from coexai_app.agents.text.claims import ledger
from coexai_app.extract.document import Document, Link

DATA = Path(__file__).parents[3] / "data" / "claims"
MONTHS = (
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
)
WEEKDAYS = (
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
)
UNITS = {
    "kg": "g",
    "g": "kg",
    "ml": "l",
    "km": "m",
    "hours": "minutes",
    "minutes": "hours",
    "weeks": "days",
    "days": "weeks",
    "TB": "GB",
    "ms": "s",
    "tonnes": "kilos",
    "toneladas": "kilos",
    "litros": "metros",
    "Kilometer": "Meter",
    "Stunden": "Minuten",
    "Minuten": "Stunden",
    "Wochen": "Tage",
    "metres": "miles",
    "months": "years",
    "years": "months",
    "GB": "MB",
    "grams": "kilograms",
    "miles": "metres",
}
STRANGERS = ("Quillfeather", "Vandermolen", "Abernethy", "Kostopoulos", "Strandgaard", "Marchetti")
Fault = Callable[[str, random.Random], "str | None"]


def cases() -> list[tuple[str, Document, list[str]]]:
    found = []
    for path in sorted(DATA.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        text = data["text"]
        links = tuple(Link(url=url, start=text.index(words), end=text.index(words) + len(words)) for url, words in data["links"])
        fields = {key: data[key] for key in ("title", "author", "published", "url", "language")}
        found.append((path.stem, Document(kind="text", text=text, blocks=(), links=links, **fields), data["clean"]))
    return found


def _one(pattern: str, text: str, rng: random.Random) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return rng.choice(found) if found else None


def _put(match: re.Match[str] | None, text: str, new: str, group: int = 0) -> str | None:
    return text[: match.start(group)] + new + text[match.end(group) :] if match else None


NUMBER = r"(?<![\w.,/#@-])(?!\d\. )\d[\d.,]*(?<=\d)"


def digit(text: str, rng: random.Random) -> str | None:
    match = _one(NUMBER, text, rng)
    if not match:
        return None
    i = rng.choice([i for i in range(*match.span()) if text[i].isdigit()])
    return text[:i] + rng.choice([d for d in "123456789" if d != text[i]]) + text[i + 1 :]


def percent_dropped(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"(?<=\d)(?:\s?%| percent| por ciento| Prozent)", text, rng), text, " pieces")


def month(text: str, rng: random.Random) -> str | None:
    for names in MONTHS:
        if match := _one(rf"(?<!\w)(?:{'|'.join(names)})(?= \d|,| de \d|\.|$)", text, rng):
            return _put(match, text, rng.choice([n for n in names if n != match.group()]))
    return None


def year(text: str, rng: random.Random) -> str | None:
    match = _one(r"(?<![\w.,£$€-])(?:1[5-9]|20)\d\d(?![\w-]|[.,]\d| \w+s\b)", text, rng)
    return match and _put(match, text, str(int(match.group()) + rng.choice([-9, -2, 3, 13])))


def _pair(text: str, rng: random.Random) -> re.Match[str] | None:
    return _one(
        r"(?<!\w)(?!(?:On|In|At|Am|Im|En|Get|Day|Eine|Die) )([A-ZÁÉÍÓÚÄÖÜ][a-zà-ÿ]+) ([A-ZÁÉÍÓÚÄÖÜ][a-zà-ÿ]+)(?!\w)",
        text.replace("The ", "the "),
        rng,
    )


def surname(text: str, rng: random.Random) -> str | None:
    return _put(_pair(text, rng), text, rng.choice(STRANGERS), 2)


def first_name(text: str, rng: random.Random) -> str | None:
    return _put(_pair(text, rng), text, rng.choice(STRANGERS), 1)


def swapped_name(text: str, rng: random.Random, others: Sequence[str]) -> str | None:
    """The first name or the surname of a person by that of another person of the same source."""
    match, group = _pair(text, rng), rng.choice([1, 2])
    names = [name.split()[group - 1] for name in others if match and match[group] not in name]
    return _put(match, text, rng.choice(names), group) if match and names else None


def weekday(text: str, rng: random.Random) -> str | None:
    for names in WEEKDAYS:
        if match := _one(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", text, rng):
            return _put(match, text, rng.choice([n for n in names if n != match.group()]))
    return None


def percent_added(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"(?<=[ (]\d\d)(?= [a-z]+s\b)", text, rng), text, "%")


def negative(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"(?<= )(?=[£€]?\d+[.,]?\d* )(?!(?:19|20)\d\d)", text, rng), text, "-")


def ordinal(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"(?<!\w)(?:first|second|third|fourth)(?= [a-z])", text, rng), text, "seventh")


def hedge(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"(?<!\w)(?:about|roughly|About|up to)(?= [£€]?\d)", text, rng), text, "more than")


def quote_word(text: str, rng: random.Random) -> str | None:
    quote = _one(r"[“«„\"][^“”«»„\"]+[”»“\"]", text, rng)
    inner = _one(r"(?<= )[a-zà-ÿ]{2,}(?= )", quote.group(), rng) if quote else None
    return text[: quote.start()] + (_put(inner, quote.group(), "velvet") or "") + text[quote.end() :] if quote and inner else None


def quote_cut(text: str, rng: random.Random) -> str | None:
    quote = _one(r"[“«„\"][^“”«»„\"]+[”»“\"]", text, rng)
    inner = _one(r" [a-zà-ÿ]{2,}(?= [a-zà-ÿ]+ )", quote.group(), rng) if quote else None
    return text[: quote.start()] + (_put(inner, quote.group(), "") or "") + text[quote.end() :] if quote and inner else None


def domain(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"([a-z]+)\.(?:example|com)\b", text, rng), text, "otherplace", 1)


def path(text: str, rng: random.Random) -> str | None:
    return _put(_one(r"\.(?:example|com)/[\w/-]*?(\w+)(?![\w/-])", text, rng), text, "elsewhere", 1)


def magnitude(text: str, rng: random.Random) -> str | None:
    match = _one(r"(?<=\d )(?:million|millones|Millionen|billion)\b|(?<=\d)[km](?!\w)", text, rng)
    new = {"million": "billion", "millones": "billones", "Millionen": "Milliarden", "billion": "million", "m": "bn", "k": "m"}
    return match and _put(match, text, new[match.group()])


def currency(text: str, rng: random.Random) -> str | None:
    match = _one(r"[$£€](?=\d)|(?<=\d )€|(?<=\d )(?:euros|Euro|dollars)\b", text, rng)
    new = {"$": "€", "£": "$", "€": "$", "euros": "dólares", "Euro": "Dollar", "dollars": "euros"}
    return match and _put(match, text, new[match.group()])


def unit(text: str, rng: random.Random) -> str | None:
    match = _one(rf"(?<=\d )(?:{'|'.join(UNITS)})(?!\w)", text, rng)
    return match and _put(match, text, UNITS[match.group()])


FAULTS: tuple[Fault, ...] = (
    digit,
    percent_dropped,
    month,
    year,
    surname,
    first_name,
    quote_word,
    quote_cut,
    domain,
    path,
    magnitude,
    currency,
    unit,
    weekday,
    percent_added,
    negative,
    ordinal,
    hedge,
)


def _alarms(parts: list[str], source: Document) -> list[str]:
    return [f"{c.kind.value} {c.text!r}: {c.reason}" for c in ledger(parts, source) if c.status is ClaimStatus.UNSUPPORTED]


def mutants(source: Document, outputs: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Each fault in up to three outputs; a change that makes no difference, or that the source happens to say, is not one."""
    for fault in FAULTS:
        made = 0
        for text in rng.sample(outputs, len(outputs)):
            mutant = fault(text, rng)
            if mutant and mutant != text and made < 3:
                made += 1
                yield fault.__name__, mutant
    people = sorted({m.group() for m in re.finditer(r"(?<=[a-z,] )[A-ZÁÉÍÓÚÄÖÜ][a-zà-ÿ]+ [A-ZÁÉÍÓÚÄÖÜ][a-zà-ÿ]+(?!\w)", source.text)})
    for text in outputs:
        mutant = swapped_name(text, rng, people)
        if mutant and mutant not in source.text:
            yield "swapped_name", mutant


Report = Callable[[str, "list[tuple[str, str, str]]"], None]


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """The figures, and each miss below them, for the summary at the end of the run."""

    def show(figures: str, details: list[tuple[str, str, str]]) -> None:
        record_property("figures", "\n  ".join([figures, *(" | ".join(d) for d in details)]))

    return show


@pytest.fixture(scope="module")
def sources() -> list[tuple[str, Document, list[str]]]:
    return cases()


class TestMutations:
    def test_true_outputs_raise_hardly_any_alarm(self, sources: list[tuple[str, Document, list[str]]], report: Report) -> None:
        claims = sum(len(ledger([text], source)) for _, source, outputs in sources for text in outputs)
        false = [(name, text, a) for name, source, outputs in sources for text in outputs for a in _alarms([text], source)]
        report(f"{sum(len(o) for *_, o in sources)} true outputs, {claims} claims, {len(false)} false alarms", false)
        assert len(sources) >= 12
        assert len(false) <= 0.01 * claims

    def test_faults_are_found(self, sources: list[tuple[str, Document, list[str]]], report: Report) -> None:
        rng = random.Random(20240408)
        made, missed = Counter[str](), []
        for name, source, outputs in sources:
            for fault, mutant in mutants(source, outputs, rng):
                made[fault] += 1
                if not _alarms([mutant], source):
                    missed.append((name, fault, mutant))
        total = made.total()
        report(f"{total} faults ({dict(made)}), {total - len(missed)} found, {1 - len(missed) / total:.1%}", missed)
        assert total >= 240
        assert len(missed) <= 0.03 * total
