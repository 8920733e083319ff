"""What a brand voice asks of a long text: no words that it avoids or bans, no more emoji than it wants. `review` adds them to a rubric."""

from __future__ import annotations

from collections.abc import Callable

from coexai_app.agents.maya.longform.judged import LongJudged
from coexai_app.agents.maya.longform.rules import Rule
from coexai_app.agents.text import brand
from coexai_app.agents.text.judging import Verdict, tail
from coexai_app.business import EmojiPolicy, Voice
from coexai_app.business.voice import EMOJI


def banned_words(judged: LongJudged) -> Verdict:
    """One word that the voice avoids costs half of the points; a banned phrase, or more words, all."""
    found = [(part, hit) for part in judged.parts for hit in brand.hits(part.text, judged.voice)]
    if not found:
        return Verdict(1, "Nothing that your brand voice avoids.")
    named = {(part.label, hit.said.casefold(), hit.banned) for part, hit in found}
    part, hit = found[0]
    why = "which your brand voice bans" if hit.banned else "which your brand voice avoids"
    more = f" There {'is' if len(named) == 2 else 'are'} {len(named) - 1} more." if len(named) > 1 else ""
    share = 0.5 if len(named) == 1 and not hit.banned else 0.0
    fix = "Say it in other words, or change the brand voice in the profile."
    return Verdict(share, f"{part.label} uses “{hit.said}”, {why}.{more}", tail(part.text[: hit.end + 40]), fix)


def emoji(judged: LongJudged) -> Verdict:
    """No more emoji in a block than the voice wants."""
    most = EMOJI[judged.voice.emoji]
    for part in judged.parts:
        seen = brand.emoji(part.text)
        if most is not None and len(seen) > most:
            wants = "wants none" if most == 0 else f"wants at most {most}"
            return Verdict(0, f"{part.label} has {len(seen)} emoji, and your brand voice {wants}.", " ".join(seen[:10]), "Take them out.")
    return Verdict(1, "Emoji as your brand voice wants them.")


# Rule, label, points, and whether a voice asks for it.
RULES: tuple[tuple[str, str, int, Rule, Callable[[Voice], bool]], ...] = (
    ("brand_words", "Brand words", 5, banned_words, lambda voice: bool(voice.avoid or voice.banned)),
    ("brand_emoji", "Brand emoji", 1, emoji, lambda voice: voice.emoji is not EmojiPolicy.ANY),
)
