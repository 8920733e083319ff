"""What a profile does not say yet, and what each part is used for. No score: nobody needs all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coexai_app.business.profile import BusinessProfile


@dataclass(frozen=True, slots=True)
class Gap:
    """A part that is missing. `section` is where it is filled in."""

    section: str
    label: str
    use: str


_Said = Callable[[BusinessProfile], object]
# Section, what is missing, what it is used for, and whether a profile says it. Only what a coworker does today is said to be done today.
_PARTS: Final[tuple[tuple[str, str, str, _Said], ...]] = (
    ("basics", "A short description", "Maya: tells a language model whom it writes for.", lambda p: p.description),
    ("basics", "Your audience", "Maya: the readers of a thread when a run names none.", lambda p: p.audience),
    ("voice", "Words and phrases to avoid", "Maya: leaves them out, and the checks name each one that is left.", lambda p: _banned(p)),
    ("voice", "Your tone, and what to do and not to do", "Maya: goes to the language model with every run.", lambda p: _manner(p)),
    ("voice", "Hashtags and emoji", "Maya: how many a thread may have.", lambda p: p.voice.hashtags or p.voice.emoji),
    ("voice", "A sample text", "Maya: shows a language model how you sound.", lambda p: p.voice.samples),
    ("basics", "Name, phone and site", "Kept for Sam, who compares them with your listings. Sam is not here yet.", lambda p: _contact(p)),
    ("places", "An address", "Kept for Sam, for local search. Sam is not here yet.", lambda p: any(x.line() for x in p.places)),
    ("places", "Opening hours", "Kept for Sam, for your listings. Sam is not here yet.", lambda p: any(x.hours.said() for x in p.places)),
    ("products", "Products and services", "Kept for Jordan and Sam, who write about them. They are not here yet.", lambda p: p.products),
    ("people", "Your people", "Kept for Jordan, who works with their LinkedIn profiles. Jordan is not here yet.", lambda p: p.people),
)


def gaps(profile: BusinessProfile) -> tuple[Gap, ...]:
    """The parts that are missing, those first that a coworker uses today."""
    return tuple(Gap(section, label, use) for section, label, use, said in _PARTS if not said(profile))


def _banned(profile: BusinessProfile) -> object:
    return profile.voice.avoid or profile.voice.banned


def _manner(profile: BusinessProfile) -> object:
    return profile.voice.tone or profile.voice.do or profile.voice.dont


def _contact(profile: BusinessProfile) -> bool:
    return bool(profile.name and profile.phone and profile.site)
