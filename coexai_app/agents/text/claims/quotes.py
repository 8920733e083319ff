"""Finds quotations and looks them up word for word.

Called by the package's `find` and by `verdicts`. Who said it is not checked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from difflib import SequenceMatcher

from coexai_app.agents.report import ClaimKind

from .mention import Mention
from .words import fold

_QUOTED = re.compile(
    "|".join(
        (
            "“[^“”\n]+”",
            "„[^„“”\n]+[“”]",
            "«[^«»\n]+»",
            "(?<!\\w)»[^«»\n]+«",
            "‹[^‹›\n]+›",
            "「[^」\n]+」",
            r'(?<![\w"])"(?=[^\s"])[^"\n]*[^\s"]"(?![\w"])',
            r"(?<![\w’'])‘(?=[^\s‘])[^‘\n]{2,}?(?:[^\s‘]’)(?!\w)",
            r"(?<![\w’'])‚(?=\S)[^‚‘\n]{2,}?‘(?!\w)",
            r"(?<![\w’'])'(?=[^\s'])[^\n]{2,}?[^\s']'(?![\w'])",
        )
    )
)
_ELISION = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.|\[[^\]\n\d]*\]")
_QWORD = re.compile(r"[^\W_]+|[%$£€]|(?<![\w-])[-−](?=[$£€]?\d)")
# What stands between two halves of a quotation: a closing mark, who said it, an opening mark.
_ATTRIBUTION = re.compile(r"[,.;:!?…—–-]*[\"”»“’][^\n\"“”«»„]*[\"“«»„‘]\s*")
CHECKED_FROM = 3


def quote_words(text: str, base: int = 0) -> list[tuple[str, int, int]]:
    """Folded words of a quotation with their places; signs that change a meaning (%, $, a minus) are words."""
    return [(fold(m.group()), base + m.start(), base + m.end()) for m in _QWORD.finditer(text)]


def find_quotes(text: str) -> list[Mention]:
    """Quotations of three words or more, and shorter ones as they stand; nested marks belong to the outer one."""
    found: list[Mention] = []
    for match in _QUOTED.finditer(text):
        inner = match.group()[1:-1]
        words = tuple(w for w, _, _ in quote_words(inner))
        if words and not (match.group()[0] in "'‘" and len(words) == 1 and match.group()[-1] == "'" and len(words[0]) < 3):
            found.append(Mention(ClaimKind.QUOTE, match.start(), match.end(), match.group(), words))
    return found


class QuoteIndex:
    """The words of a source as one string, so that a quotation is found by one substring search."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = quote_words(text)
        self._joined = " " + " ".join(w for w, _, _ in self.words) + " "
        self._starts: list[int] = []
        position = 1
        for word, _, _ in self.words:
            self._starts.append(position)
            position += len(word) + 1

    def _find(self, wanted: list[str], after: int = 0) -> int:
        """Index of the first word of `wanted` at or behind word `after`; -1 when it is not there."""
        offset = self._starts[after] - 1 if after < len(self._starts) else len(self._joined)
        place = self._joined.find(" " + " ".join(wanted) + " ", offset)
        while place >= 0:
            begin = bisect_left(self._starts, place + 1)
            if self._whole(begin, begin + len(wanted)):
                return begin
            place = self._joined.find(" " + " ".join(wanted) + " ", place + 1)
        return -1

    def _whole(self, begin: int, end: int) -> bool:
        """False when the found words cut a sign off its number ("5" of "5%", "9,000" of "$9,000")."""
        if end < len(self.words) and self.words[end][0] == "%" and self.words[end - 1][0].isdigit():
            return False
        return not (begin > 0 and self.words[begin - 1][0] in "$£€" and self.words[begin][0].isdigit())

    def place(self, quote: str) -> tuple[int, int] | None:
        """The span that holds the quotation: its pieces between elisions, verbatim and in order, at most 300 words apart."""
        pieces = [[w for w, _, _ in quote_words(piece)] for piece in _ELISION.split(quote)]
        pieces = [p for p in pieces if p]
        if not pieces:
            return None
        begin = self._find(pieces[0])
        while begin >= 0:
            end, place = begin + len(pieces[0]), begin
            for piece in pieces[1:]:
                place = self._find(piece, end)
                if place < 0 or place - end > 300:
                    break
                end = place + len(piece)
            if place >= 0 and (
                len(pieces) == 1 or (place >= begin and end > begin + len(pieces[0]) - 1 and place - begin <= 300 * len(pieces))
            ):
                return self.words[begin][1], self.words[end - 1][2]
            begin = self._find(pieces[0], begin + 1)
        return self._interrupted(pieces[0]) if len(pieces) == 1 else None

    def _interrupted(self, wanted: list[str]) -> tuple[int, int] | None:
        """ "I was tired," she said, "and hungry": the words of the quotation with one attribution of up to 12 words between its marks."""
        for cut in range(len(wanted) - 1, 0, -1):
            begin = self._find(wanted[:cut])
            while begin >= 0:
                end = begin + cut
                for place in range(end + 1, min(end + 13, len(self.words) - (len(wanted) - cut) + 1)):
                    if (
                        self.words[place][0] == wanted[cut]
                        and [w for w, _, _ in self.words[place : place + len(wanted) - cut]] == wanted[cut:]
                    ):
                        between = self.text[self.words[end - 1][2] : self.words[place][1]]
                        if _ATTRIBUTION.fullmatch(between):
                            return self.words[begin][1], self.words[place + len(wanted) - cut - 1][2]
                begin = self._find(wanted[:cut], begin + 1)
        return None

    def nearest(self, quote: str) -> str:
        """The passage most like a quotation that is not verbatim, "" when nothing is like it."""
        wanted = [w for w, _, _ in quote_words(quote)]
        best, place = 0.0, -1
        for i, word in enumerate(wanted[:6]):
            begin = self._find([word])
            tries = 0
            while begin >= 0 and tries < 60:
                low = max(0, begin - i)
                window = [w for w, _, _ in self.words[low : low + len(wanted)]]
                match = SequenceMatcher(None, wanted, window, autojunk=False)
                # The quick ratios are upper bounds.
                if match.real_quick_ratio() > best and match.quick_ratio() > best and (ratio := match.ratio()) > best:
                    best, place = ratio, low
                begin, tries = self._find([word], begin + 1), tries + 1
        if best < 0.5:
            return ""
        last = min(place + len(wanted), len(self.words)) - 1
        return self.text[self.words[place][1] : self.words[last][2]]
