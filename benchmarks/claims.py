"""Measures the claim ledger on text that nobody here wrote: `python benchmarks/claims.py DATA_FOLDER [SEED]`.

DATA_FOLDER holds `article-extraction/ground-truth.json`. Sentences of an article are the output and the article is the source, so
every unsupported claim is a false alarm; then each sentence gets one seeded fault, and a fault that raises no alarm is a miss.
The faults are made with patterns of their own, not with the ledger's finders.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coexai_app.agents.report import ClaimStatus
from coexai_app.agents.text.claims import ledger
from coexai_app.extract.document import Document

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
SURNAMES = ["Quentrill", "Vasterby", "Okonjo", "Fairweather", "Lindqvist", "Barrowman", "Tresco", "Haverford", "Nkemelu", "Zielke"]
FIRST = ["Philippa", "Ottoline", "Desmond", "Thaddeus", "Marguerite", "Cyprian", "Rosalba", "Anselm", "Henrike", "Tobiah"]
ORGANISATIONS = ["Northwind", "Calderstone", "Pellucid", "Brackenridge", "Halvorsen", "Mistral", "Quanterra", "Overbrook"]
WORDS = ["purple", "entirely", "gravel", "monthly", "never", "violin", "harbour", "sideways"]
CAPS = r"[A-ZÄÖÜÉ][a-zäöüßéèáíóúñç]{2,}"
NO_NAMES = {
    *MONTHS,
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "The",
    "This",
    "That",
    "These",
    "Those",
    "There",
    "They",
    "When",
    "What",
    "While",
    "And",
    "But",
    "For",
    "His",
    "Her",
    "Its",
    "Our",
}


def swap(match: re.Match[str] | None, text: str, new: str) -> str | None:
    return text[: match.start()] + new + text[match.end() :] if match else None


def pick(pattern: str, text: str, rng: random.Random, flags: int = 0) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text, flags))
    return rng.choice(found) if found else None


def digit(text: str, rng: random.Random) -> str | None:
    m = pick(r"(?<![\w.,/-])\d[\d,.]*\d|(?<![\w.,/-])\d(?!\w)", text, rng)
    if not m:
        return None
    places = [i for i in range(m.start(), m.end()) if text[i].isdigit()]
    i = rng.choice(places)
    return text[:i] + rng.choice([d for d in "123456789" if d != text[i]]) + text[i + 1 :]


def percent_dropped(text: str, rng: random.Random) -> str | None:
    return swap(pick(r"(?<=\d)(?:\s?%|\s(?:percent|per cent|Prozent|por ciento))", text, rng), text, "")


def month(text: str, rng: random.Random) -> str | None:
    m = pick(rf"\b(?:{'|'.join(MONTHS)})\b(?=\s\d)|(?<=\d\s)(?:{'|'.join(MONTHS)})\b|(?<=\bin\s)(?:{'|'.join(MONTHS)})\b", text, rng)
    return m and swap(m, text, rng.choice([n for n in MONTHS if n != m.group()]))


def year(text: str, rng: random.Random) -> str | None:
    m = pick(r"(?<![\w.,$£€-])(?:19|20)\d\d(?![\w,-]|\.\d)", text, rng)
    return m and swap(m, text, str(int(m.group()) + rng.choice([-7, -3, -1, 1, 2, 4, 11])))


def surname(text: str, rng: random.Random) -> str | None:
    m = name_pair(text, rng)
    return m and text[: m.start(2)] + rng.choice(SURNAMES) + text[m.end(2) :]


def first_name(text: str, rng: random.Random) -> str | None:
    m = name_pair(text, rng)
    return m and text[: m.start(1)] + rng.choice(FIRST) + text[m.end(1) :]


def name_pair(text: str, rng: random.Random) -> re.Match[str] | None:
    found = [m for m in re.finditer(rf"(?<=[a-z,] )({CAPS}) ({CAPS})", text) if not {m[1], m[2]} & NO_NAMES]
    return rng.choice(found) if found else None


def single_name(text: str, rng: random.Random) -> str | None:
    found = [m for m in re.finditer(rf"(?<=[a-z] ){CAPS}(?=[ ,.](?![A-Z]))", text) if m.group() not in NO_NAMES]
    return swap(rng.choice(found), text, rng.choice(ORGANISATIONS)) if found else None


def quoted(text: str, rng: random.Random) -> tuple[re.Match[str], list[re.Match[str]]] | None:
    found = [m for m in re.finditer(r'“[^“”]+”|"[^"]+"', text) if len(m.group().split()) >= 4]
    if not found:
        return None
    m = rng.choice(found)
    return m, [w for w in re.finditer(r"[a-z]{3,}", text) if m.start() < w.start() and w.end() < m.end()]


def quote_word(text: str, rng: random.Random) -> str | None:
    hit = quoted(text, rng)
    return swap(rng.choice(hit[1]), text, rng.choice(WORDS)) if hit and hit[1] else None


def quote_cut(text: str, rng: random.Random) -> str | None:
    hit = quoted(text, rng)
    inner = [w for w in hit[1] if text[w.start() - 1] == " "][1:-1] if hit else []
    if not inner:
        return None
    w = rng.choice(inner)
    return text[: w.start() - 1] + text[w.end() :]


def domain(text: str, rng: random.Random) -> str | None:
    m = pick(r"(?:https?://(?:www\.)?|www\.|(?<=\s))([a-z0-9-]+)(?=\.(?:com|org|net|de|es|io|co))", text, rng)
    return m and text[: m.start(1)] + m.group(1) + "-shop" + text[m.end(1) :]


def magnitude(text: str, rng: random.Random) -> str | None:
    m = pick(r"(?<=\d\s)(?:million|billion)\b", text, rng)
    return m and swap(m, text, "billion" if m.group() == "million" else "million")


def currency(text: str, rng: random.Random) -> str | None:
    m = pick(r"[$£€](?=\d)", text, rng)
    return m and swap(m, text, rng.choice([c for c in "$£€" if c != m.group()]))


UNITS = {
    "kg": "g",
    "km": "m",
    "miles": "kilometres",
    "hours": "minutes",
    "minutes": "hours",
    "days": "weeks",
    "weeks": "months",
    "months": "years",
    "years": "months",
    "percent": "dollars",
    "metres": "miles",
    "GB": "MB",
    "hour": "minute",
    "year": "month",
}


def unit(text: str, rng: random.Random) -> str | None:
    m = pick(rf"(?<=\d\s)(?:{'|'.join(UNITS)})\b", text, rng)
    return m and swap(m, text, UNITS[m.group()])


FAULTS: dict[str, Callable[[str, random.Random], str | None]] = {
    f.__name__: f
    for f in (
        digit,
        percent_dropped,
        month,
        year,
        surname,
        first_name,
        single_name,
        quote_word,
        quote_cut,
        domain,
        magnitude,
        currency,
        unit,
    )
}


def sentences(text: str) -> list[str]:
    return [s.strip() for s in re.split(r"(?<=[.!?”\"])\s+(?=[A-ZÄÖÜ¿¡“\"])|\n+", text) if 30 <= len(s.strip()) <= 400]


def alarms(text: str, source: Document) -> list[str]:
    return [f"{c.kind.value} “{c.text}” ({c.reason})" for c in ledger([text], source) if c.status is ClaimStatus.UNSUPPORTED]


def main(folder: str, seed: int = 1, verbose: bool = False) -> None:
    articles = json.loads((Path(folder) / "article-extraction" / "ground-truth.json").read_text(encoding="utf-8"))
    rng = random.Random(seed)
    claims = false = outputs = 0
    made, missed, easy = Counter[str](), Counter[str](), Counter[str]()
    began = time.perf_counter()
    for article in articles.values():
        source = Document(kind="text", text=article["articleBody"], blocks=())
        pool = sentences(source.text)
        chosen = rng.sample(pool, min(12, len(pool)))
        for sentence, found in ((s, ledger([s], source)) for s in chosen):
            outputs += 1
            claims += len(found)
            wrong = [c for c in found if c.status is ClaimStatus.UNSUPPORTED]
            false += len(wrong)
            for c in wrong if verbose else ():
                print(f"FALSE {c.kind.value} “{c.text}” {c.reason} | {sentence[:160]}")
        for kind, fault in FAULTS.items():
            mutants = [(s, m) for s in rng.sample(pool, len(pool)) if (m := fault(s, rng))][:3]
            for sentence, mutant in mutants:
                made[kind] += 1
                if not alarms(mutant, source):
                    missed[kind] += 1
                    changed = set(re.findall(r"[\w%$£€]+", mutant)) - set(re.findall(r"[\w%$£€]+", sentence))
                    easy[kind] += not all(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", source.text) for w in changed)
                    if verbose:
                        print(f"MISS {kind} {changed} | {mutant[:200]}")
    print(
        f"{outputs} clean sentences of {len(articles)} articles: {claims} claims,"
        f" {false} false alarms ({false / max(claims, 1):.2%} of claims)"
    )
    print(f"{'fault':16} {'made':>5} {'found':>6} {'rate':>7}   missed although the changed word is nowhere in the source")
    for kind in FAULTS:
        if made[kind]:
            print(f"{kind:16} {made[kind]:5} {made[kind] - missed[kind]:6} {1 - missed[kind] / made[kind]:7.1%}   {easy[kind]}")
    total, lost = sum(made.values()), sum(missed.values())
    rate = 1 - lost / max(total, 1)
    print(f"{'all':16} {total:5} {total - lost:6} {rate:7.1%}   {sum(easy.values())}    {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1, verbose="-v" in sys.argv)
