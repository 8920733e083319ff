"""The rule that only texts made of speech need."""

from __future__ import annotations

import functools
import re

from coexai_app.agents.maya.longform.judged import LongJudged
from coexai_app.agents.maya.speech import fillers, noise
from coexai_app.agents.text import strangers
from coexai_app.agents.text.judging import Verdict, tail


def fillers_left(text: str, language: str) -> str:
    """The first sound or doubled word that somebody said without meaning it; "" without any."""
    match = _sounds(language).search(text)
    return match[0] if match else ""


def fillers_of(judged: LongJudged) -> Verdict:
    """No "um", no greeting, no advert, nothing that talks to a program."""
    for part, sentence in judged.sentences(*{block.kind for block in judged.blocks}):
        if sound := fillers_left(sentence, judged.language):
            return Verdict(0.25, f"{part.label} still has a “{sound}”.", tail(sentence), "Take it out.")
        if strangers.is_order(sentence):
            return Verdict(0, f"{part.label} talks to a program.", tail(sentence), "Take the sentence out.")
        if noise.is_sponsor(sentence) and sentence in judged.document.text:
            return Verdict(0.5, f"{part.label} sounds like an advert.", tail(sentence), "Take it out if it is one.")
    return Verdict(1, "No ums, no greetings, no adverts.")


@functools.cache
def _sounds(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'’-])(?:{fillers.SOUNDS.get(language, fillers.ANY_SOUNDS)})(?![\w'’-])", re.IGNORECASE)
