"""Who speaks, from the label ahead of a line ("ANNA: …", "Speaker 2: …", "安娜：…"). Subtitles and transcripts ask it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from coexai_app.extract.spoken import Line

_LONGEST: Final = 48
_MOST_WORDS: Final = 5
_LABEL: Final = re.compile(
    rf"^(?:>>+\s*)?(?P<mark>\*\*|__)?(?P<name>[^:：\n*]{{1,{_LONGEST}}}?)\s?(?:[:：](?P=mark)|(?P=mark)\s?[:：]|(?<!\*)[:：])\s*"
)
_PLAIN: Final = re.compile(rf"^(?:>>+\s*)?(?P<name>[^:：\n*]{{1,{_LONGEST}}}?)\s?[:：]\s*")
_ROLE: Final = re.compile(r"^(?P<name>.+?)\s*[(\[（][^()\[\]（）]{1,30}[)\]）]$")
_PARTICLE_WORDS: Final = """
    de da di du del della der den des van von zu zur la le el al bin ibn ben and und et e y i & of
"""
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
# Who may have a number: "Speaker 2". Any other label with a digit is a step, a day, a chapter.
_NUMBERED_WORDS: Final = """
    speaker participant person guest host interviewer interviewee respondent moderator voice caller panelist panellist audience customer
    agent student patient male female man woman sprecher sprecherin teilnehmer locuteur intervenant hablante orador entrevistador
    participante falante relatore parlante spreker mówca говорящий спикер участник 发言人 说话人 話者 화자 참석자 المتحدث
"""
_NUMBERED: Final = frozenset(_NUMBERED_WORDS.split())
# Words that stand ahead of a colon in texts that nobody speaks.
_OTHER_LABELS: Final = """
    note notes tip tips hint warning caution important attention remember reminder example examples e.g i.e source sources ingredients
    ingredient method instructions directions preparation equipment serves servings yield time date update summary conclusion result
    results definition pros cons advantages disadvantages name email e-mail phone tel fax address website web url link title author
    price cost total step ps p.s p.p.s pps fact myth problem solution cause effect goal goals objective agenda topic subject from to cc
    re fwd location venue where when who what why how category tags tag keywords status version size colour color weight length width
    height input output error usage see also related contents figure table image photo credit copyright disclaimer answer question key
    hinweis tipp achtung wichtig beispiel zutaten zubereitung quelle ergebnis datum preis remarque attention astuce ingrédients
    préparation exemple nota consejo importante ejemplo ingredientes preparación fuente attenzione consiglio esempio ingredienti dica
    atenção exemplo http https before after do don't then now first second third finally ratio rating duration примечание внимание важно
    пример ингредиенты совет 注意 提示 例如 材料 做法 步骤 備考 ヒント 例 作り方
"""
_NOT_NAMES: Final = frozenset(_OTHER_LABELS.split())


def label_of(text: str) -> tuple[str, str] | None:
    """The speaker's name and what is said, when the line begins with what looks like a name and a colon."""
    found = (_LABEL if text.startswith(("**", "__")) else _PLAIN).match(text)
    if not found or text[found.end() : found.end() + 2] == "//":
        return None
    if text[found.end() - 1] in ":：" and text[found.end() - 1] == ":" and found.end() < len(text) and text[found.end()].isdigit():
        return None  # 10:30, 3:1
    name = found["name"].strip()
    return (name, text[found.end() :].strip()) if is_name(name) else None


def is_name(name: str) -> bool:
    """Whether this can be what a person is called, or "Speaker 2": each word of it begins with a capital, where the script has any."""
    role = _ROLE.match(name)
    name = role["name"] if role else name
    words = name.split()
    if not words or len(words) > _MOST_WORDS or len(name) > _LONGEST or name.casefold().strip(".") in _NOT_NAMES:
        return False
    if any(word.casefold().strip(".,") in _NOT_NAMES for word in words[:1]) or not any(c.isalpha() for c in name):
        return False
    if any(c in '?!;,"“”«»/\\<>=+#@|{}…。、' for c in name):
        return False
    if any(c.isdigit() for c in name):
        return words[0].casefold().rstrip("0123456789") in _NUMBERED
    return all(_capital(word) for word in words)


def _capital(word: str) -> bool:
    first = next((c for c in word if c.isalpha()), "")
    return word.casefold() in _PARTICLES or not first.islower()


def known(names: Iterable[str], lines: int) -> frozenset[str]:
    """Of the labels that `lines` lines of speech begin with, those that are speakers: somebody comes back, or most lines have one."""
    counts = Counter(names)
    total = sum(counts.values())
    if total < 2 or (max(counts.values()) < 2 and total < lines / 2):
        return frozenset()
    return frozenset(counts)


def labelled(lines: Sequence[Line]) -> list[Line]:
    """Subtitles whose cues name who speaks ("ANNA: …"): the label becomes the speaker, of the cues after it too until the next label."""
    found = [None if line.speaker else label_of(line.text) for line in lines]
    names = known((label[0] for label in found if label), len(lines))
    if not names:
        return list(lines)
    speaker, told = "", []
    for line, label in zip(lines, found, strict=True):
        if label and label[0] in names:
            speaker = label[0]
            told.append(line.model_copy(update={"speaker": speaker, "text": label[1]}))
        elif line.speaker or not speaker:
            told.append(line)
        else:
            speaker = "" if line.breaks else speaker
            told.append(line.model_copy(update={"speaker": speaker}))
    return told
