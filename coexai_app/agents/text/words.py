"""Words: tokens, stop words and stems, for ranking, phrases and similarity in every agent.

Scripts without spaces (Chinese, Japanese, Thai …) are cut into overlapping pairs of characters, the usual stand-in for words in retrieval.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "es", "de", "fr", "it", "pt", "nl")
_SNOWBALL = {
    "en": "english",
    "es": "spanish",
    "de": "german",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "sv": "swedish",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
    "ru": "russian",
    "ro": "romanian",
    "hu": "hungarian",
    "tr": "turkish",
}
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]+|[^\W_](?:[^\W_{_UNSPACED}]|[.,](?=\d)|['’\-](?=[^\W_]))*")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]")

_STOPWORDS = {
    "en": """a about above after again against all almost along already also although always am among an and another any anybody anyone
    anything are aren't around
as at away back be became because become been before being below between both but by came can can't cannot come could couldn't did didn't
do does doesn't doing
don't done down during each either else enough even ever every everybody everyone everything far few for from further get gets getting
give given go goes going gone got
had hadn't has hasn't have haven't having he he's her here here's hers herself him himself his how however i i'd i'll i'm i've if in
indeed instead into is isn't it it's its
itself just keep kept know least less let let's like likely made make makes making many may maybe me might mine more most much must my
myself near need never no nobody none nor not
nothing now of off often on once one only onto or other others our ours ourselves out over own per perhaps please put quite rather really
said same saw say says see seem seems
several shall she she's should shouldn't since so some somebody someone something sometimes soon still such take taken takes tell than
that that's the their theirs them
themselves then there there's therefore these they they'll they're they've thing things think this those though through thus to together
too took toward towards
tried try turn two under until up upon us use used using very want wants was wasn't way we we'd we'll we're we've well went were weren't
what what's whatever when where whether which
while who who's whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours
yourself""",
    "es": """a al algo algunas algunos alguien alguna alguno ante antes aquel aquella aquellas aquello aquellos aquí así aun aunque aún
    bajo bien cada casi como con contra cosa
cosas cual cuales cualquier cuando cuanto cuándo cómo da de debe deben decir del desde después donde dos durante e el ella ellas ello
ellos en entonces entre era eran eras eres es esa
esas ese eso esos esta estaba estaban estado estamos estar estas este esto estos está están estoy fue fueron fui ha haber había habían
hace hacen hacer hacia han hasta hay haya he hemos
incluso ir jamás junto la las le les lo los luego mal mas me menos mi mis mientras mismo misma mismos mucha muchas mucho muchos muy más
mí nada nadie ni ningún ninguna ninguno no nos
nosotros nuestra nuestras nuestro nuestros nunca o os otra otras otro otros para parte pero poco por porque primero pues que quien
quienes qué se sea sean según ser si sido siempre sin sino
sobre sois solo somos son su sus suya sí también tampoco tan tanto te tener tenemos tenía tenían tiene tienen toda todas todavía todo
todos tras tu tus tuvo tú un una unas uno unos va vamos van
vez veces y ya yo""",
    "de": """aber alle allem allen aller alles als also am an ander andere anderen anderer anderes auch auf aus bei beim bereits bin bis
    bist da dabei dadurch dafür dagegen daher damit
danach dann daran darauf daraus darf darum das dass dasselbe davon dazu dein deine dem den denen denn der deren des deshalb dessen dich
die dies diese diesem diesen dieser dieses dir doch
dort du durch ebenso ein eine einem einen einer eines einfach einige einmal er es etwa etwas euch euer für ganz gar gegen genau gerade
gibt ging hab habe haben hat hatte hatten her hier hin
hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jener jetzt kam kann
kein keine keinem keinen keiner können könnte konnte
lassen machen macht man manche mehr mein meine meinem meinen meiner mich mir mit muss musste müssen nach nachdem nein nicht nichts noch
nun nur ob oder ohne schon sehr sein seine seinem seinen seiner
seit selbst sich sie sind so sogar solche soll sollen sollte sollten sondern sonst über um und uns unser unsere unserem unseren unserer
unter viel viele vielen vom von vor während war waren warum was
weil weiter welche welcher wenn wer werden weshalb wie wieder will wir wird wirklich wo wollen worden wurde wurden zu zum zur zwar zwei
zwischen""",
    "fr": """a ai ainsi alors après as au aucun aucune aujourd'hui aussi autre autres aux avant avec avez avoir avons avait avaient
    beaucoup bien bon c c'est c'était ça car ce ceci cela celle
celles celui cependant ces cet cette ceux chaque chez comme comment contre d dans de depuis des deux devait doit doivent donc dont du
elle elles en encore entre es est et étaient était étant
été être eu eux fait faire faut fois font grâce hors ici il ils j j'ai je jusqu jusque l la là le lequel les leur leurs lors lorsque lui
m ma mais malgré me même mêmes mes mieux mis moi moins
mon n ne ni non nos notre nous nouveau on ont ou où par parce parfois parmi pas pendant peu peut peuvent plus plusieurs plutôt pour
pourquoi pourtant près puis qu quand que quel quelle quelles
quelque quelques quels qui quoi rien s sa sans se sera serait ses seulement si sien soi soit son sont sous souvent suis sur t ta tandis
te tel telle tes toi ton toujours tous tout toute toutes très trop
tu un une va vers voici voilà vont vos votre vous vraiment y""",
    "it": """a abbiamo ad adesso agli ai al alcuna alcune alcuni alla alle allo allora altra altre altri altro anche ancora anni appena
    assai avere aveva avevano avuto ben bene c c'è c'era che chi ci
ciò circa come con contro cosa così cui d da dagli dai dal dalla dalle davanti degli dei del della delle dello dentro di dire dopo dove
due due e è ecco ed era erano essa esse essere essi fa faceva fare
fatto fin fino fra fu fuori già gli ha hai hanno ho i il in infatti infine insieme invece io l la le lei li lo loro lui ma mai me meglio
meno mentre mi mia mie miei mio molta molte molti molto ne
né negli nei nel nella nelle nessun nessuna nessuno niente no noi non nostra nostre nostri nostro nulla o ogni oggi ora oppure ovvero per
perché perciò però più poca poche pochi poco poi possono prima
proprio può qua quale quali qualche qualcosa qualcuno quando quanto quasi quei quel quella quelle quelli quello questa queste questi
questo qui quindi sa sarà se sei sempre senza si sia siamo sì so solo sono
sopra sotto sta stata state stati stato stesso su sua sue sugli sui sul sulla suo suoi tale tanto te ti tra troppo tu tua tutta tutte
tutti tutto un una uno va verso vi voi vostro""",
    "pt": """a à agora ainda algo alguém algum alguma algumas alguns ali antes ao aos apenas após aquela aquelas aquele aqueles aquilo
    aqui as às assim até bem cada com como contra contudo cuja
cujo da das de dela delas dele deles demais depois desde dessa desse desta deste devem deve dia disso disto do dois dos e é ela elas ele
eles em embora enquanto então entre era eram essa essas esse esses
esta está estamos estão estar estas estava estavam este estes estou eu faz fazer fez foi foram for fosse há isso isto já lá lhe lhes logo
mais mas me mesma mesmo meu meus minha minhas muita muitas muito
muitos na nada não nas nem nenhum nenhuma nessa nesse nesta neste ninguém no nos nós nossa nossas nosso nossos num numa nunca o onde os
ou outra outras outro outros para parte pela pelas pelo pelos perto
pode podem pois por porém porque pouco primeiro qual quais qualquer quando quanto que quem quê se seja sem sempre sendo ser será seu seus
si sido sim só sob sobre sua suas também tanto te tem têm temos tenho
ter teu tinha tinham toda todas todo todos tudo tu um uma umas uns vai vamos vão vez você vocês vos""",
    "nl": """aan achter af al alle alleen alles als altijd ander andere anders ben bij bijna binnen boven buiten daar daarbij daarna
    daarom dag dan dat de deed der deze die dit doch doe doen door
dus dit echt een eens eerst elk elke en er erg ergens ging gaan gaat geen geweest gewoon haar had hadden heb hebben hebt heeft heel hem
het hier hij hoe hun iemand iets ik in is ja je jij jou jouw jullie kan
kon konden kunnen krijgen later liever maar maakt maken man me meer meest men met mij mijn moest moet moeten mogen na naar nadat net niet
niets nog nooit nu of om omdat onder ons onze ook op over samen
sinds te tegen ten ter terwijl toch toen tot tussen twee u uit uw van vaak vanaf veel veer verder via vol volgens voor vooral want waar
waarom wanneer waren was wat we wel welke werd werden weer weinig wie
wij wil worden wordt zal ze zei zelf zelfs zich zij zijn zo zoals zonder zou zouden zullen""",
}


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]` as it stands."""

    text: str
    start: int
    end: int


@functools.cache
def stopwords(language: str) -> frozenset[str]:
    """The function words of a language; for an unknown one the union of all that are known."""
    if language in _STOPWORDS:
        return frozenset(_STOPWORDS[language].split())
    return frozenset(word for words in _STOPWORDS.values() for word in words.split())


def tokens(text: str) -> list[Token]:
    """Words and numbers with their places; a run of an unspaced script is one token per overlapping pair of characters."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        if _UNSPACED_RUN.match(match[0]) and len(match[0]) > 2:
            found.extend(Token(match[0][i : i + 2], match.start() + i, match.start() + i + 2) for i in range(len(match[0]) - 1))
        else:
            found.append(Token(match[0], match.start(), match.end()))
    return found


def word_count(text: str) -> int:
    """Words as a reader counts them; two characters of an unspaced script count as one word."""
    spaced = unspaced = 0
    for match in _TOKEN.finditer(text):
        if _UNSPACED_RUN.match(match[0]):
            unspaced += len(match[0])
        else:
            spaced += 1
    return spaced + (unspaced + 1) // 2


@functools.cache
def _stemmer(language: str) -> Any:
    name = _SNOWBALL.get(language)
    if name is None:
        return None
    import snowballstemmer

    return snowballstemmer.stemmer(name)


@functools.lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem of a lower-case word, or the word itself in a language without a stemmer."""
    stemmer = _stemmer(language)
    return str(stemmer.stemWord(word)) if stemmer is not None else word


def terms(text: str, language: str = "und") -> list[str]:
    """The stems of a text's content words, in order: what ranking and similarity compare."""
    stops = stopwords(language)
    found: list[str] = []
    for token in tokens(text):
        word = token.text.lower().replace("’", "'")
        if word in stops or (len(word) < 2 and not word.isdigit()):
            continue
        found.append(stem(word.removesuffix("'s"), language))
    return found


def overlap(first: Iterable[str], second: Iterable[str]) -> float:
    """Share of the smaller set's terms that the other has too, 0 to 1."""
    a = first if isinstance(first, (set, frozenset)) else set(first)
    b = second if isinstance(second, (set, frozenset)) else set(second)
    if not a or not b:
        return 0.0
    return len(a & b) / min(len(a), len(b))
