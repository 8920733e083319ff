"""Words before a number that say how exact it is: "about", "nearly", "over", "more than", "rund", "casi".

Called by `numbers`; `quantities` decides what each allows.
"""

from __future__ import annotations

import re

_ABOUT = re.compile(
    r"(?:\b(?P<about>about|around|roughly|approximately|approx\.?|circa|ca\.?|some|an estimated|estimated|or so|rund|etwa"
    r"|ungefähr|zirka|circa|unos|unas"
    r"|cerca de|alrededor de|aproximadamente|en torno a|environ|près de|autour de|circa|quasi|ongeveer|rond|perto de|in the"
    r" region of|upwards? of|close to)"
    r"|\b(?P<under>nearly|almost|just under|up to|fast|knapp|beinahe|annähernd|casi|presque|bijna|quase)"
    r"|\b(?P<over>over|above|at least|über|mindestens|al menos|por lo menos|plus|exceed(?:ed|ing|s)?|topped|surpass(?:ed|ing"
    r"|es)?|beyond|passed|superó|supera|superan"
    r"|superaron|überstieg|übertraf|überschritt|dépassé|oltre|meer dan|au moins|well over)"
    r"|\b(?P<more>more than|greater than|mehr als|más de|por encima(?: del?)?|oberhalb von"
    r"|plus de|più di|mais de|no fewer than|no less than)"
    r"|\b(?P<less>less than|fewer than|below|under|weniger als|unter|menos de|por debajo(?: del?)?|unterhalb von|shy of|short of"
    r"|moins de|meno di|minder dan|not even|no more"
    r" than|at most|höchstens|como máximo)"
    r"|(?P<tilde>[~≈∼])|(?P<gt>[>≥])|(?P<lt>[<≤]))"
    r"[ \u00a0]?(?:a |an |the |de |del |los |las |el |la |die |der |den )?(?:only )?[$£€¥₹]?$",
    re.IGNORECASE,
)
_HEDGES = {"about": "about", "tilde": "about", "under": "under", "over": "over", "more": "more", "gt": "more", "less": "less", "lt": "less"}


def hedge(text: str, start: int) -> str:
    match = _ABOUT.search(text[max(0, start - 32) : start])
    return _HEDGES[match.lastgroup] if match and match.lastgroup else ""
