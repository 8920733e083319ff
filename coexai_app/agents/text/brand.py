"""Brand voice in a text: the words and phrases that it must not hold, and its emoji. Used by every agent that writes.

Words are found whole and whatever their case; in scripts without spaces wherever they stand.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from coexai_app.agents.text.judging import Judged, Verdict, tail
from coexai_app.business import EmojiPolicy, Voice
from coexai_app.business.voice import EMOJI

# What shows as a picture: by itself or with the variation selector, in another skin, joined to others, as a flag or a keycap
# (UTS #51 §1.4).
_ONE = r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)[\p{Emoji_Modifier}\ufe0f]*[\U000E0020-\U000E007F]*"
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d(?:{_ONE}|\p{{Extended_Pictographic}}[\p{{Emoji_Modifier}}\ufe0f]*))*"
)
_NO_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_ANY_APOSTROPHE = "['’ʼ]"


@dataclass(frozen=True, slots=True)
class Hit:
    """What a text holds and must not: `said` as it stands there; `banned` for a phrase, else it is a word to avoid."""

    said: str
    start: int
    end: int
    banned: bool


def rules(voice: Voice) -> Voice:
    """The part of a voice that a text can be judged by. It is kept with a report, so that an edit is judged by the same rules."""
    kept = (
        "avoid",
        "banned",
        "emoji",
        "hashtags",
        "terms",
        "perspective",
        "reading_level",
        "casual",
        "playful",
        "enthusiastic",
        "technical",
    )
    return Voice(**{name: getattr(voice, name) for name in kept})


def hits(text: str, voice: Voice) -> list[Hit]:
    """The words and phrases of `text` that the voice avoids or bans, in their order; positions are those of the text in NFC."""
    text = unicodedata.normalize("NFC", text)
    found = [
        Hit(match[0], match.start(), match.end(), banned)
        for phrases, banned in ((voice.banned, True), (voice.avoid, False))
        for match in (_pattern(phrases).finditer(text) if phrases else ())
    ]
    return sorted(found, key=lambda hit: (hit.start, -hit.end))


def emoji(text: str) -> list[str]:
    """Every emoji of a text, one for each that a reader sees."""
    return [match[0] for match in _EMOJI.finditer(text)]


def emoji_places(text: str) -> list[tuple[int, int]]:
    """Where they stand."""
    return [match.span() for match in _EMOJI.finditer(text)]


def breaks(text: str, voice: Voice) -> bool:
    """Whether a sentence holds what the voice does not want at all."""
    return bool(hits(text, voice)) or (voice.emoji is EmojiPolicy.NONE and bool(emoji(text)))


def words_rule(judged: Judged) -> Verdict:
    """No word that the brand voice avoids, no phrase that it bans. One word costs half of the points, a phrase or more words all."""
    found = [(i, post, hit) for i, post in enumerate(judged.posts) for hit in hits(post, judged.voice)]
    if not found:
        return Verdict(1, "Nothing that your brand voice avoids.")
    named = list(dict.fromkeys((i, hit.said.casefold(), hit.banned) for i, _, hit in found))
    first, post, hit = found[0]
    why = "which your brand voice bans" if hit.banned else "which your brand voice avoids"
    more = f" There {'is' if len(named) == 2 else 'are'} {len(named) - 1} more." if len(named) > 1 else ""
    share = 0.5 if len(named) == 1 and not hit.banned else 0.0
    evidence = _around(unicodedata.normalize("NFC", post), hit)
    fix = "Say it in other words, or change the brand voice in the profile."
    return Verdict(share, f"{judged.name(first)} uses “{hit.said}”, {why}.{more}", evidence, fix)


def emoji_rule(judged: Judged) -> Verdict:
    """No more emoji in a post than the brand voice wants."""
    most = EMOJI[judged.voice.emoji]
    for i, post in enumerate(judged.posts):
        seen = emoji(post)
        if most is not None and len(seen) > most:
            wants = "wants none" if most == 0 else f"wants at most {most} in each"
            told = f"{judged.name(i)} has {len(seen)} emoji, and your brand voice {wants}."
            return Verdict(0, told, " ".join(seen[:10]), "Take them out.")
    return Verdict(1, "Emoji as your brand voice wants them.")


def _around(text: str, hit: Hit) -> str:
    """The line that holds the hit, cut to what one reads at a glance."""
    start, end = text.rfind("\n", 0, hit.start) + 1, text.find("\n", hit.end)
    line = text[start : end if end >= 0 else len(text)].strip()
    if len(line) <= 120:
        return line
    left = max(0, hit.start - start - 50)
    return tail(line[: left + 110]) if left == 0 else f"…{line[left : left + 110]}…"


@functools.lru_cache(maxsize=64)
def _pattern(phrases: Sequence[str]) -> regex.Pattern[str]:
    """One pattern for all, the longest first, so that "best ever" is found before "best"."""
    return regex.compile("|".join(_one(phrase) for phrase in sorted(phrases, key=len, reverse=True)), regex.IGNORECASE | regex.FULLCASE)


def _one(phrase: str) -> str:
    text = unicodedata.normalize("NFC", phrase)
    parts = [_letters(part) for part in text.split()]
    inner = r"\s+".join(parts)
    before = "" if _NO_SPACES.match(text[0]) or not _in_word(text[0]) else r"(?<!\w)"
    after = "" if _NO_SPACES.match(text[-1]) or not _in_word(text[-1]) else r"(?!\w)"
    return f"{before}{inner}{after}"


def _letters(part: str) -> str:
    return "".join(_ANY_APOSTROPHE if c in "'’ʼ" else regex.escape(c) for c in part)


def _in_word(c: str) -> bool:
    return c.isalnum() or c == "_"
