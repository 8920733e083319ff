"""The thread's first post: the strongest opening of the source, with its title where that promises something. Called by `thread.write`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from coexai_app.agents.maya.material import Material
from coexai_app.agents.maya.units import Unit, titled_windows
from coexai_app.agents.text import coherence, hooks, limits, words

_SIMILAR = 0.62
_SHORT_HOOK = 90
_LONGEST_TITLE, _WIDEST_TITLE = 25, 110
WORN_OUT = re.compile(
    r"in today['’]s|in this day and age|in a world where|since the dawn|as we all know|it['’]s no secret|let['’]s face it|are you tired "
    r"of|have you ever wondered|welcome to|in the ever[- ]|"
    r"in recent years|en el mundo actual|hoy en día|en un mundo|in der heutigen|in zeiten von|dans le monde d['’]aujourd['’]hui|de nos "
    r"jours|nel mondo di oggi|al giorno d['’]oggi|nos dias de hoje|no mundo atual|"
    r"in de wereld van vandaag|tegenwoordig",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"^(?:how|why|what|when|where|which|the \d|cómo|por qué|qué|wie|warum|was|weshalb|wieso|comment|pourquoi|que|ce que|come|perché|"
    r"cosa|como|por que|o que|hoe|waarom|wat|was wir|"
    r"lo que)\b|^\d|\bfrom \S*\d\S* to \S*\d|\b(?:lessons?|mistakes?|ways|steps|tips|guide|reasons|lines of \w+)\b",
    re.IGNORECASE,
)


def choose(material: Material, candidates: Sequence[Unit], budget: int) -> Unit:
    """The window with the strongest opening sentence, mostly from the beginning of the source."""
    singles = [u for u in candidates if len(u.posts) == 1 and min(u.members) >= 0]
    singles += titled_windows(material, budget)
    if not singles:
        return candidates[0]
    title = set(words.terms(material.title, material.language))
    best = max(singles, key=lambda u: (round(_hook_value(material, u, title), 6), -u.start))
    return _with_title(best, material, budget, known=words.overlap(title, best.terms)) if title else best


def _hook_value(material: Material, unit: Unit, title: set[str]) -> float:
    first = material.pieces[min(unit.members)]
    opening = coherence.bare_opening(first.opening)
    head = " ".join(opening.split()[:12]) if " " in opening else opening[:30]
    length = limits.weighted_length(first.opening)
    rank = min(unit.members) / max(1, len(material.pieces) - 1)
    value = 0.3 * first.score
    intro = first.section == 0 and len(material.parts) > 1
    value += 0.45 if intro or rank < 0.1 else 0.2 if rank < 0.25 else 0.0
    value += 0.45 * (min(unit.members) == 0) + 0.3 * (first.place == 0)
    value += (
        0.34 * bool(hooks.HOOK_NUMBER.search(head))
        + 0.3 * bool(hooks.HOOK_CONTRAST.search(head))
        + 0.22 * (first.question and len(unit.members) > 1)
    )
    value += 0.25 * words.overlap(unit.terms, title) if title else 0.0
    value += 0.2 if 35 <= length <= 150 else 0.0 if length <= 220 else -0.1
    value -= 0.6 * bool(WORN_OUT.match(opening)) + 0.5 * any(material.pieces[i].deictic for i in unit.members)
    # Without sections it is news or an essay: the first sentence is meant to open it. A quotation opens badly: nobody knows who speaks.
    value += 0.2 * (min(unit.members) == 0 and len(material.parts) == 1) - 0.25 * (opening != first.opening)
    value -= 0.25 * first.shortened + 0.4 * bool(first.speaker) + 0.2 * first.bridged
    size = limits.weighted_length(unit.posts[0])
    value -= 0.3 * (size < 60)
    value += 0.1 * (90 <= size <= 230) + 0.25 * unit.value
    return value - (0.15 if size > 250 else 0.0)


def _with_title(unit: Unit, material: Material, budget: int, known: float) -> Unit:
    """The title above the hook, where it adds something: a promise ("How …", "7 …"), a number, a question, or a subject that the hook
    does not name. A title that the hook repeats stays out."""
    title, hook = material.title, unit.posts[0]
    if unit.label or not 3 <= words.word_count(title) <= _LONGEST_TITLE or title.casefold() in hook.casefold():
        return unit
    new_number = any(n not in hook for n in re.findall(r"\d+", title))
    promises = bool(_PROMISE.search(title)) and (known < _SIMILAR or new_number)
    stronger = _has_sign(title) and not _has_sign(" ".join(hook.split()[:12])) and known < _SIMILAR
    short = limits.weighted_length(hook) < _SHORT_HOOK and known < _SIMILAR
    if not (promises or known == 0.0 or stronger or short) or limits.weighted_length(title) > _WIDEST_TITLE:
        return unit
    text = f"{title}\n\n{hook}"
    return replace(unit, posts=(text,), label=title) if limits.fits(text, budget) else unit


def _has_sign(text: str) -> bool:
    return bool(hooks.hook_signs(text)) or text.rstrip().endswith(("?", "？"))
