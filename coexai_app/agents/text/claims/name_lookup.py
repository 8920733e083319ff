"""Looks a name up: the same words in one mention of the source, an acronym, a spelling variant; and finds names that changed places.

Called by `verdicts` and `ledger`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from coexai_app.agents.report import SourceSpan

from .gazetteer import KNOWN, PLACE_CUES, ROLES, SAME
from .mention import Mention
from .slots import agreement
from .source import SourceIndex, Text
from .words import EVERY_STOP_WORD, fold

_ENDINGS = ("s", "es", "n", "en", "er", "ers", "ern", "an", "ian", "ans", "ians", "i", "is")
# Words of a capitalised sequence that are looked at; a longer one is a list.
_LONGEST_NAME = 40
# Another name is a rival when so many words around it agree, and so many more than around the claimed one.
_ENOUGH, _LEAD = 4, 3


def judge_name(mention: Mention, claim: Text, sources: Sequence[SourceIndex]) -> tuple[SourceSpan | None, str]:
    """(place, reason); the place is None when no source has the name."""
    keys: tuple[str, ...] = mention.value  # type: ignore[assignment]
    if mention.text.startswith("@"):
        return _handle(mention, sources)
    fault = ""
    near = claim.stems_near(mention.start)
    for source in sources:
        for find, reason in ((_places, "exact match"), (_variants, "same name, other form")):
            places = find(keys, source)
            if not places:
                continue
            if source is sources[0] and (other := _rival(mention, claim, source)):
                fault = fault or f"the source has {other} here, not {mention.text}"
                break
            a, b = max(places, key=lambda p: (len(source.stems_near(source.words[p[0]].start) & near), -p[0]))
            start, end = source.words[a].start, source.words[b - 1].end
            return source.span(start, end), reason if source.text[start:end] == mention.text or reason != "exact match" else _reason(
                keys, b - a
            )
        if not fault and (pair := _joined(keys, source) or _abbreviated(keys, source)):
            return source.span(source.words[pair[0]].start, source.words[pair[1] - 1].end), "same name, other form"
        if not fault and (place := _acronym(keys, source)):
            return source.span(*place), "short for the same name" if len(keys) == 1 else "the full name of an acronym"
    return None, fault or _missing(mention, keys, sources[0])


def _reason(keys: Sequence[str], length: int) -> str:
    return "part of a longer name" if length > len(keys) else "same name, other case"


def _handle(mention: Mention, sources: Sequence[SourceIndex]) -> tuple[SourceSpan | None, str]:
    for source in sources:
        place = source.folded.find(mention.text.casefold())
        if place >= 0 and not source.text[place + len(mention.text) : place + len(mention.text) + 1].isalnum():
            return source.span(place, place + len(mention.text)), "exact match"
        bare = mention.text[1:].casefold()
        for _, start, end, url in source.linked:
            if url.rstrip("/").casefold().endswith(("/" + bare, "/@" + bare)) and start < end:
                return source.span(start, end), "a profile that the source links"
    return None, "no such account in the source"


def _places(keys: Sequence[str], source: SourceIndex) -> list[tuple[int, int]]:
    """Word ranges of one capitalised mention that has all the words: adjacent, or with up to two others (a middle name) between."""
    rarest = min(keys, key=lambda k: len(source.places.get(k, ())))
    found: list[tuple[int, int]] = []
    offset = keys.index(rarest)
    for i in source.places.get(rarest, ()):
        begin = i - offset
        if begin >= 0 and source.keys(begin, begin + len(keys)) == list(keys) and _fits(source, begin, len(keys)):
            found.append((begin, begin + len(keys)))
        elif len(keys) > 1 and (inside := _inside(keys, i, source)):
            found.append(inside)
        if len(found) >= 200:
            break
    return found


def _fits(source: SourceIndex, begin: int, count: int) -> bool:
    """Adjacent in one sentence, and written as a name at least at its first or last word."""
    words = source.words[begin : begin + count]
    if not (words[0].upper or words[-1].upper or any(c.isupper() for c in words[0].text)):
        return False
    return count == 1 or all(not set(source.text[a.end : b.start]) & set(".!?\n,;:") or len(a.text) < 4 for a, b in pairwise(words))


def _inside(keys: Sequence[str], i: int, source: SourceIndex) -> tuple[int, int] | None:
    run = source.run_of.get(i)
    if not run:
        return None
    wanted = [k for k in keys if k not in EVERY_STOP_WORD or len(k) == 1] or list(keys)
    at: list[int] = []
    for key in wanted:
        place = next((j for j in range(at[-1] + 1 if at else run[0], run[1]) if source.words[j].key == key), -1)
        if place < 0:
            return None
        at.append(place)
    low, high = at[0], at[-1] + 1
    return (low, high) if high - low <= len(wanted) + 2 else None


def _forms(key: str) -> Iterator[str]:
    for ending in _ENDINGS:
        if len(key) >= 4:
            yield key + ending
        if key.endswith(ending) and len(key) - len(ending) >= 4:
            yield key[: -len(ending)]
    if key.endswith("y") and len(key) >= 5:
        yield key[:-1]
    if len(key) >= 5:
        yield key + "y"


def _variants(keys: Sequence[str], source: SourceIndex) -> list[tuple[int, int]]:
    """Inflected forms (Berlins, Berliner, Germany and German), one word changed, and two ways to write one country."""
    if len(keys) == 1:
        forms = [f for f in _forms(keys[0]) if f in source.places and not (f in KNOWN and keys[0] in KNOWN)]
        if hits := [p for f in forms for p in _places((f,), source)] or _clipped(keys[0], source):
            return hits
    else:
        last = keys[-1]
        for form in (last + "s", last.removesuffix("s")):
            if form != last and (hits := _places((*keys[:-1], form), source)):
                return hits
    canonical = SAME.get(" ".join(keys))
    if canonical:
        for other, name in SAME.items():
            if name == canonical and (hits := _places(tuple(other.split()), source)):
                return hits
    joined = "".join(keys)
    if joined in source.places and len(keys) > 1:
        return _places((joined,), source)
    return _parted(keys[0], source) if len(keys) == 1 and len(joined) > 6 else []


def _clipped(key: str, source: SourceIndex) -> list[tuple[int, int]]:
    """ "Postgres" for "PostgreSQL": the beginning of a name with a capital inside."""
    if len(key) < 6:
        return []
    longer = [k for k in source.beginning(key) if 0 < len(k) - len(key) <= 4]
    return [p for k in longer for p in _places((k,), source) if any(c.isupper() for c in source.words[p[0]].text[1:])]


def _parted(key: str, source: SourceIndex) -> list[tuple[int, int]]:
    """ "LinkedIn" for "Linked In": one word that the source writes as two."""
    for cut in range(3, len(key) - 2):
        if key[:cut] in source.places and key[cut:] in source.places and (hits := _places((key[:cut], key[cut:]), source)):
            return hits
    return []


def _acronym(keys: Sequence[str], source: SourceIndex) -> tuple[int, int] | None:
    """The run whose initials are the acronym, or the acronym whose letters are the initials of the name."""
    if len(keys) == 1:
        key = keys[0]
        run = source.initials.get(key) if 2 <= len(key) <= 8 else None
        return (source.words[run[0]].start, source.words[run[1] - 1].end) if run else None
    for letters in ("".join(k[0] for k in keys), "".join(k[0] for k in keys if k not in EVERY_STOP_WORD)):
        if len(letters) >= 3 and letters not in source.initials:
            for i in source.places.get(letters, ()):
                if source.words[i].text.replace(".", "").isupper():
                    return source.words[i].start, source.words[i].end
    return None


def same_body(keys: Sequence[str], others: Sequence[str]) -> bool:
    """Two ways to write one name: "EU" and "European Union"."""
    a, b = " ".join(keys), " ".join(others)
    if a in SAME and SAME[a] == SAME.get(b):
        return True
    return a in ("".join(k[0] for k in others), "".join(k[0] for k in others if k not in EVERY_STOP_WORD))


def _joined(keys: Sequence[str], source: SourceIndex) -> tuple[int, int] | None:
    """Two whole names of the source joined by a particle: "Bib Gourmand de la Guía Michelin". The place of the first."""
    inner = [i for i in range(2, len(keys) - 2) if keys[i] in EVERY_STOP_WORD]
    if not inner:
        return None
    first, second = _places(keys[: inner[0]], source), _places(keys[inner[-1] + 1 :], source)
    return first[0] if first and second else None


def _abbreviated(keys: Sequence[str], source: SourceIndex) -> tuple[int, int] | None:
    """ "TU München" for "Technische Universität München": an acronym of the words before the rest of the name."""
    for i in source.places.get(keys[1], ()) if len(keys) > 1 and 2 <= len(keys[0]) <= 5 else ():
        begin = i - len(keys[0])
        before = source.words[max(0, begin) : i]
        spelt = begin >= 0 and all(w.upper for w in before) and "".join(w.key[0] for w in before) == keys[0]
        if spelt and source.keys(i, i + len(keys) - 1) == list(keys[1:]):
            return begin, i + len(keys) - 1
    return None


def _rival(mention: Mention, claim: Text, source: SourceIndex) -> str:
    """The name that the source has between the same words, when the claimed name never stands there."""
    first, last = claim.words_of(mention.start, mention.end)
    keys = claim.keys(first, last)
    same = _same_runs(keys, source)
    words, run = _other_between(claim, first, last, source, frozenset(same))
    if run is None:
        return ""
    other = source.text[source.words[run[0]].start : source.words[run[1] - 1].end]
    if {fold(w) for w in other.split()} <= claim.stated(mention.start):
        return ""
    return "" if any(found > words - _LEAD for found in _standings(claim, first, last, source, same)) else other


def _same_runs(keys: Sequence[str], source: SourceIndex) -> list[int]:
    """The capitalised sequences that share a word with a name or are another way to write it, by their index."""
    name = " ".join(keys)
    found = {i for key in keys for i in source.runs_with.get(key, ())}
    found.update(source.aliases.get(name, ()))
    found.update(i for other, body in SAME.items() if body == SAME.get(name) for i in source.aliases.get(other, ()))
    return sorted(found)


def _other_between(claim: Text, first: int, last: int, source: SourceIndex, same: frozenset[int]) -> tuple[int, tuple[int, int] | None]:
    """Of the source's other names the one with most of the claim's words around it, the first of equals, and how many those are."""
    before, behind = claim.before(first), claim.behind(last)
    left = [source.runs_behind(before[:n]) if n else set() for n in range(len(before) + 1)]
    right = [source.runs_before(behind[:n]) if n else set() for n in range(len(behind) + 1)]
    seen: set[int] = set(same)
    for total in range(len(before) + len(behind), _ENOUGH - 1, -1):
        found = set[int]()
        for n in range(max(0, total - len(behind)), min(total, len(before)) + 1):
            m = total - n
            found |= left[n] & right[m] if n and m else left[n] or right[m]
        for i in sorted(found - seen):
            run = source.runs[i]
            content = agreement(claim, first, last, source, *run)[1]
            if content >= 2 and any(not source.words[j].initial or source.words[j].key in KNOWN for j in range(*run)):
                return total, run
        seen |= found
    return 0, None


def _standings(claim: Text, first: int, last: int, source: SourceIndex, same: Sequence[int]) -> Iterator[int]:
    """How many of the claim's words stand around the claimed name, wherever the source has it."""
    keys = claim.keys(first, last)
    for i in source.places.get(keys[0], ()):
        yield agreement(claim, first, last, source, i, i + len(keys))[0]
    left = claim.words[first - 1].key if first else None
    right = claim.words[last].key if last < len(claim.words) else None
    for run in (source.runs[i] for i in same):
        if left in source.keys(run[0] - 1, run[1] - 1) or right in source.keys(run[0] + 1, run[1] + 1):
            yield agreement(claim, first, last, source, *run)[0]
            for i in range(run[0], min(run[1], run[0] + _LONGEST_NAME)):
                yield agreement(claim, first, last, source, i, i + len(keys))[0]


def _missing(mention: Mention, keys: Sequence[str], source: SourceIndex) -> str:
    if len(keys) == 1:
        return "name not in the source"
    absent = [k for k in keys if k not in source.places and k not in EVERY_STOP_WORD]
    present = [k for k in keys if k in source.places and k not in EVERY_STOP_WORD]
    if absent and present:
        for i in source.places[present[0]]:
            run = source.run_of.get(i)
            if run and run[1] - run[0] > 1:
                return f"the source has {source.text[source.words[run[0]].start : source.words[run[1] - 1].end]}, not {mention.text}"
        return "name not in the source"
    return "name not in the source" if absent else "the source has these names, but not together"


def _headline(claim: Text, i: int) -> bool:
    """A capital inside a line where all words have one."""
    return i > 0 and claim.words[i].initial and claim.text[claim.words[i - 1].end : claim.words[i].start] in (" ", "-", ", ")


def replaced(claim: Text, source: SourceIndex, i: int) -> bool:
    """True when the source has another name between the words around word i of the claim, which the source itself does not have."""
    key = claim.words[i].key
    if key in source.places or key in ROLES:
        return False
    left = claim.words[i - 1].key if i else ""
    right = claim.words[i + 1].key if i + 1 < len(claim.words) else ""
    for j in chain(source.capitals_behind.get(left, ()), source.capitals_before.get(right, ())):
        words, content = agreement(claim, i, i + 1, source, j, j + 1)
        if left in PLACE_CUES and words >= 2 and content >= 1 and source.is_name(j):
            return True
        if words >= 3 and content >= 1 and (source.is_name(j) or (_headline(claim, i) and source.words[j].initial and words >= 4)):
            return True
    return False
