"""Words of a text with their places, and the few facts about languages that every finder of claims needs.

Called by all modules of this package. Offsets are code points of the text that was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"(?:[^\W\d_]\.){2,9}(?!\w)|[^\W_]+")
_BREAK = re.compile(r"[.!?…:;|•–—*#>\[\]\"“”«»„\n\r]")
_ABBREVIATION_DOT = re.compile(r"\.[ \u00a0]+")

STOP: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a an the and or but nor so yet if then than that this these those there here it its he she they we you i me him her us them"
        " my your his our their mine who whom whose which what when where why how is are was were be been being am do does did done"
        " doing have has had having will would shall should can could may might must not no yes of in on at by for from to with"
        " without about as into onto over under after before between among during since until till while because though although just"
        " only also too very more most much many some any all each every both either neither one out up down off again once now still"
        " even ever never always often let lets don didn isn aren wasn won s t re ve ll d m per via plus such same other another own"
        " few less least against through across along around behind beyond within",
        "es": "el la los las un una unos unas lo al del de y e o u ni pero sino que si no sí en con sin por para a ante bajo desde hasta"
        " hacia entre sobre tras según como cuando donde cuyo quien quienes cual cuales qué cómo cuándo dónde quién cuál es son era"
        " eran fue fueron ser sido está están estaba ha han había he hay haber tiene tienen tenía su sus mi mis tu tus nuestro nuestra"
        " nuestros nuestras este esta estos estas ese esa esos esas aquel aquella eso esto yo tú él ella ellos ellas nos se le les me"
        " te muy más menos ya también tampoco solo sólo todo toda todos todas cada otro otra otros otras mismo misma así aunque porque"
        " pues mientras luego entonces aún todavía siempre nunca",
        "de": "der die das eure euren eurem euer eurer deine deinen deiner deinem den dem des ein eine einen einem einer"
        " eines kein keine keinen keinem keiner und oder aber doch denn sondern"
        " wenn als ob dass daß weil da wie wo was wer wen wem wann warum nicht auch nur noch schon sehr mehr so zu zum zur im in ins"
        " am an ans auf aus bei beim mit nach von vom vor über unter für gegen ohne um durch bis seit während wegen zwischen ist sind"
        " war waren sein gewesen wird werden wurde wurden worden hat haben hatte hatten kann können konnte muss müssen soll sollen"
        " will wollen darf mag ich du er sie es wir ihr sich mich dich uns euch ihm ihn ihnen mein dein seine seinen seinem seiner"
        " ihre ihren ihrem ihrer unser unsere dieser diese dieses diesen diesem jeder jede jedes alle allen alles man hier dort dann"
        " dabei damit davon dafür darum daher jetzt heute immer wieder etwa rund fast",
        "fr": "le la les un une des du de d l au aux et ou mais donc or ni car que qui quoi dont où si ne pas plus en dans sur sous avec"
        " sans pour par à vers chez entre depuis pendant est sont était étaient être été a ont avait avoir ai il elle ils elles on"
        " nous vous je tu me te se lui leur leurs son sa ses mon ma mes ton ta tes notre nos votre vos ce cet cette ces tout tous"
        " toute toutes très aussi comme quand c s n j m qu y",
        "it": "il lo la i gli le un uno una di a da in con su per tra fra e o ma se che chi cui non più del dello della dei degli delle al"
        " allo alla ai agli alle dal dalla nel nella nei nelle sul sulla è sono era erano essere stato ha hanno aveva avere io tu lui"
        " lei noi voi loro mi ti si ci vi suo sua suoi sue mio mia questo questa questi queste quello quella tutto tutti anche come"
        " quando dove perché l d c un",
        "pt": "o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela para com sem sob sobre e ou mas nem que se não"
        " mais como quando onde é são era eram foi foram ser sido está estão tem têm tinha ter há ele ela eles elas eu tu nós você"
        " vocês seu sua seus suas meu minha este esta esse essa isso isto aquele ao aos à às também já muito todo toda todos todas",
        "nl": "de het een en of maar want dat die dit deze als dan dus in op aan bij met van voor naar uit over onder tot door om te er is"
        " zijn was waren ben wordt worden werd werden heeft hebben had hadden kan kunnen moet zal zou niet geen ook nog wel al meer"
        " zeer ik je jij u hij zij ze wij we hun haar zijn mijn ons onze wat wie waar wanneer hoe",
    }.items()
}
LANGUAGES = tuple(STOP)


def word_set(text: str) -> frozenset[str]:
    """The words of a table, folded; a table reads better as a line of words than as a column of strings."""
    return frozenset(fold(word) for word in text.split())


# What may stand between a number and its word, and between the words of one number.
SPACES = " \u00a0\u202f"
JOINTS = " \u00a0\u202f-‑"


class Token(NamedTuple):
    """A word: `text[start:end]`, its folded form, whether it begins upper case, and whether its place alone explains that (`initial`)."""

    start: int
    end: int
    text: str
    key: str
    upper: bool
    initial: bool


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Case and diacritics folded: "Gómez" and "GOMEZ" are one key."""
    if word.isascii():
        return word.lower().replace(".", "")
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace(".", "")


_ENDINGS = ("ungen", "ings", "ing", "ies", "ern", "ers", "ed", "es", "en", "em", "er", "s", "e", "n", "y", "o", "a")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A crude stem that joins the forms of one noun or verb (calls, called, calling); never shorter than three letters."""
    key = fold(word)
    for ending in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= 3:
            return key[: -len(ending)]
    return key


@lru_cache(maxsize=32)
def stop_words(language: str) -> frozenset[str]:
    """Folded function words of a language; of English when the language has no table."""
    return frozenset(fold(w) for w in STOP.get(language, STOP["en"]))


EVERY_STOP_WORD = frozenset(fold(w) for words in STOP.values() for w in words)


def _abbreviates(text: str, gap: str, before: str) -> bool:
    """True for the dot of an initial ("J. Smith") or of a title ("Dr. Ruiz"), which ends no sentence."""
    return bool(_ABBREVIATION_DOT.fullmatch(gap)) and (len(before) == 1 or before.casefold() in ABBREVIATIONS)


ABBREVIATIONS = word_set(
    "dr mr mrs ms prof st sr sra srta dra d herr fr hr dipl ing rev hon gen col lt sgt capt gov sen rep no vs approx ca bzw nr"
    " jan feb mar apr jun jul aug sep sept oct okt nov dec dez dic"
)


def tokens(text: str) -> list[Token]:
    """All words in order. A newline, a full stop, a colon, a quote mark or a bullet before a word makes it `initial`."""
    found: list[Token] = []
    end, before = 0, ""
    for match in _WORD.finditer(text):
        word, start = match.group(), match.start()
        gap = text[end:start]
        initial = not found or bool(_BREAK.search(gap) and not _abbreviates(text, gap, before)) or _has_symbol(gap)
        if before.endswith(".") and gap[:1] == " " and not initial:
            initial = False
        found.append(Token(start, match.end(), word, fold(word), word[0].isupper(), initial))
        end, before = match.end(), word
    return found


def _has_symbol(gap: str) -> bool:
    return not gap.isascii() and any(unicodedata.category(c) in ("So", "Sk") for c in gap)


_SENTENCE_END = re.compile(r"[.!?…]+[\"”’»)\]]*\s+(?=[^\W_a-z]|[\"“«„(\[])|\n+|(?<=[。！？])")


def sentence_starts(text: str) -> list[int]:
    """Where sentences (or lines) begin, ascending, the first at 0."""
    starts = [0]
    for match in _SENTENCE_END.finditer(text):
        head = text[max(0, match.start() - 6) : match.start()]
        word = re.search(r"([^\W_]+)$", head)
        if (
            word
            and text[match.start()] == "."
            and "\n" not in match.group()
            and (
                (len(word.group()) == 1 and word.group().isupper())
                or word.group().casefold() in ABBREVIATIONS
                or (word.group().isdigit() and len(word.group()) < 3)
            )
        ):
            continue
        if match.end() > starts[-1]:
            starts.append(match.end())
    return starts


def guess_language(texts: Sequence[str], *, otherwise: str = "en") -> str:
    """The language whose function words cover most of the first 2,000 words; `otherwise` when fewer than three or no clear lead."""
    words = [w.casefold() for text in texts for w in re.findall(r"[^\W\d_]+", text[:15_000])][:2_000]
    counts = sorted(((sum(w in STOP[language] for w in words), language) for language in LANGUAGES), reverse=True)
    (best, language), (second, _) = counts[0], counts[1]
    if best < 3 or best * 10 < second * 11:
        return otherwise if otherwise in STOP else "en"
    return language
