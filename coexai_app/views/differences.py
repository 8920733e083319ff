"""What differs between two texts, word by word, as pages show it: runs that stayed, were added, or were taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from coexai_app.agents.parts import Part
from coexai_app.views.base import View

# Words, white space and single signs: their sum is the text again.
_TOKENS: Final = re.compile(r"\s+|\w+(?:['’]\w+)*|[^\w\s]")
# Comparing takes time with the product of both lengths; above this a part counts as written anew.
_MOST_PAIRS: Final = 4_000_000


class Run(View):
    """A run of text. `kind` is same, added or removed."""

    text: str
    kind: str


class PartDifference(View):
    """A part before and after. `kind` is same, changed, added or removed."""

    name: str
    group: str
    kind: str
    runs: tuple[Run, ...]


def words(before: str, after: str) -> tuple[Run, ...]:
    """The runs from `before` to `after`: same and removed make up the first, same and added the second."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if before == after or len(old) * len(new) > _MOST_PAIRS:
        steps = [("same", before)] if before == after else [("removed", before), ("added", after)]
        return tuple(Run(text=text, kind=kind) for kind, text in steps if text)
    runs: list[Run] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        told = [("same", old[i1:i2])] if tag == "equal" else [("removed", old[i1:i2]), ("added", new[j1:j2])]
        runs += [Run(text="".join(tokens), kind=kind) for kind, tokens in told if tokens]
    return tuple(runs)


def parts(before: Sequence[Part], after: Sequence[Part]) -> tuple[PartDifference, ...]:
    """Part by part, in the order of the second; parts that only moved count as taken out and put in."""
    matched = SequenceMatcher(None, [(p.group, p.text) for p in before], [(p.group, p.text) for p in after], autojunk=False)
    found: list[PartDifference] = []
    for tag, i1, i2, j1, j2 in matched.get_opcodes():
        if tag == "equal":
            found += [_difference(part, part.text, part.text) for part in after[j1:j2]]
            continue
        pairs = min(i2 - i1, j2 - j1)
        found += [_difference(new, old.text, new.text) for old, new in zip(before[i1:], after[j1 : j1 + pairs], strict=False)]
        found += [_difference(old, old.text, "") for old in before[i1 + pairs : i2]]
        found += [_difference(new, "", new.text) for new in after[j1 + pairs : j2]]
    return tuple(found)


def _difference(part: Part, before: str, after: str) -> PartDifference:
    kind = "same" if before == after else "added" if not before else "removed" if not after else "changed"
    return PartDifference(name=part.label, group=part.group, kind=kind, runs=words(before, after))
