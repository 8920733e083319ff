"""Sentences of a turn, also where a recogniser wrote no full stops: then at silences, and before the words that begin sentences."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from coexai_app.agents.maya.speech import fillers
from coexai_app.agents.maya.speech.turns import Turn
from coexai_app.agents.text import sentences, words

_END = re.compile(r"[.!?…。！？؟।]")
# Words that a sentence end stands for; with fewer ends than that nobody wrote punctuation.
_WORDS_PER_END = 60
_SILENCE = 0.6
_SHORT, _FULL, _MOST = 7, 16, 48
_WORD = re.compile(r"\S+")
_HANGING_LIST = (
    "a an the my our your his her its their this that these of to in on at for with from by and or but because if when as than so "
    "very is are "
    "was were be been have has had do does did will would can could should not no i we you they who which what where how der die "
    "das ein eine "
    "und oder aber mit von zu in im am auf für ist war el la los las un una y o pero de en con por para que es le les un une et ou "
    "mais du des "
    "à dans pour avec qui il lo gli e ma di da con per che o os as um uma do da em com por para de het een en maar van op met"
)
_HANGING = frozenset(_HANGING_LIST.split())


def punctuated(all_turns: Sequence[Turn]) -> bool:
    """Whether somebody wrote where sentences end."""
    count = sum(words.word_count(turn.text) for turn in all_turns)
    ends = sum(len(_END.findall(turn.text)) for turn in all_turns)
    # A turn of a few words needs no full stop.
    return count < 25 or ends * _WORDS_PER_END >= count or _unspaced(all_turns)


def _unspaced(all_turns: Sequence[Turn]) -> bool:
    text = all_turns[0].text[:400] if all_turns else ""
    return bool(text) and len(text.split()) * 12 < len(text)


def spans(turn: Turn, language: str, *, marked: bool) -> list[tuple[int, int]]:
    """The sentences of a turn as ranges of its text. `marked`: the text has punctuation."""
    if marked:
        return [(s.start, s.end) for s in sentences.split(turn.text, language)]
    return _guessed(turn, language)


def _guessed(turn: Turn, language: str) -> list[tuple[int, int]]:
    tokens = [(m.start(), m.end()) for m in _WORD.finditer(turn.text)]
    silent = {
        start for start, before, cue in zip(turn.cue_at[1:], turn.cues, turn.cues[1:], strict=False) if cue.at - before.until >= _SILENCE
    }
    strong, weak, subjects = _openers(language)
    found: list[tuple[int, int]] = []
    first = 0
    for i in range(1, len(tokens)):
        count = i - first
        before, rest = turn.text[tokens[i - 1][0] : tokens[i - 1][1]].lower(), turn.text[tokens[i][0] : tokens[i][0] + 30]
        hangs = before in _HANGING
        cut = tokens[i][0] in silent and count >= 3 and not hangs
        cut = cut or (count >= _SHORT and not hangs and bool(strong.match(rest)))
        cut = cut or (count >= _FULL and not hangs and bool(weak.match(rest)))
        cut = cut or (count >= _FULL + 6 and not hangs and rest.split(maxsplit=1)[0].lower() in subjects)
        if cut or (count >= _MOST and not hangs) or before[-1:] in ".!?":
            found.append((tokens[first][0], tokens[i - 1][1]))
            first = i
    if first < len(tokens):
        found.append((tokens[first][0], tokens[-1][1]))
    return found


@functools.cache
def _openers(language: str) -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    def any_of(table: dict[str, str]) -> re.Pattern[str]:
        listed = sorted(table.get(language, "").split("|"), key=len, reverse=True)
        return re.compile(rf"(?:{'|'.join(map(re.escape, listed))})(?!\w)", re.IGNORECASE) if listed[0] else re.compile(r"(?!)")

    return any_of(fillers.STRONG), any_of(fillers.WEAK), frozenset(fillers.SUBJECTS.get(language, "").split())
