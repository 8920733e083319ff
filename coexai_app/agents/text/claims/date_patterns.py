"""The formats of dates in seven languages, longest first, and the words around years and months that make them dates.

Called by `dates`; `names` skips months and weekdays.
"""

from __future__ import annotations

import re

from .words import fold

_MONTHS = (
    "january|enero|januar|jänner|janvier|gennaio|janeiro|januari",
    "february|febrero|februar|février|febbraio|fevereiro|februari",
    "march|marzo|märz|mars|março|maart",
    "april|abril|avril|aprile",
    "may|mayo|mai|maggio|maio|mei",
    "june|junio|juni|juin|giugno|junho",
    "july|julio|juli|juillet|luglio|julho",
    "august|agosto|août|augustus",
    "september|septiembre|setiembre|septembre|settembre|setembro",
    "october|octubre|oktober|octobre|ottobre|outubro",
    "november|noviembre|novembre|novembro",
    "december|diciembre|dezember|décembre|dicembre|dezembro",
)
_SHORT = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|ene|abr|ago|dic|fév|févr|avr|juil|déc|gen|mag|giu|lug|set|ott|fev|out|mrz"
)
_SHORT_NUMBERS = "1|2|3|4|5|6|7|8|9|9|10|10|11|12|12|1|4|8|12|2|2|4|7|12|1|5|6|7|9|10|2|10|3"
_WEEKDAYS = (
    "monday|lunes|montag|lundi|lunedì|segunda-feira|maandag",
    "tuesday|martes|dienstag|mardi|martedì|terça-feira|dinsdag",
    "wednesday|miércoles|mittwoch|mercredi|mercoledì|quarta-feira|woensdag",
    "thursday|jueves|donnerstag|jeudi|giovedì|quinta-feira|donderdag",
    "friday|viernes|freitag|vendredi|venerdì|sexta-feira|vrijdag",
    "saturday|sábado|samstag|sonnabend|samedi|sabato|zaterdag",
    "sunday|domingo|sonntag|dimanche|domenica|zondag",
)
MONTHS = {fold(name): n for n, names in enumerate(_MONTHS, 1) for name in names.split("|")}
ABBREVIATED_MONTHS = {fold(a): int(n) for a, n in zip(_SHORT.split("|"), _SHORT_NUMBERS.split("|"), strict=True)}
WEEKDAYS = {fold(name): n for n, names in enumerate(_WEEKDAYS, 1) for name in names.split("|")}
# Month names that are also ordinary words need a date around them.
DOUBTFUL_MONTHS = frozenset({"may", "march", "mars", "mai", "mei", "mayo"})
_FULL = "|".join(sorted((m for names in _MONTHS for m in names.split("|")), key=len, reverse=True))
_M = rf"(?P<month>{_FULL}|(?:{_SHORT.replace('|', '|')})\b\.?)"
_WD_NAMES = "|".join(sorted((w for names in _WEEKDAYS for w in names.split("|")), key=len, reverse=True))
_WD = (
    rf"(?:(?P<weekday>(?:{_WD_NAMES})|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|mo|di|mi|do|fr|sa|so)"
    r"\.?,?[ \u00a0]+(?:(?:the|den|dem|el|le|il|de)[ \u00a0]+)?)?"
)
_D = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_Y = r"(?P<year>[12]\d{3})(?![\d%])(?![.,]\d)"
_S = r"[ \u00a0\u202f]+"
_OF = rf"(?:{_S}|\.{_S}?|{_S}(?:of|de|del|di|d['’]){_S}?|-)"
_SPAN = r"(?:(?P<from>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.)?\s?(?:[–—-]|to|and|bis|und|al|a|y|au|et|/)\s?)?"
PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w./-])(?P<year>[12]\d{3})[-/.](?P<month>0[1-9]|1[0-2])[-/.](?P<day>0[1-9]|[12]\d|3[01])(?:T[\d:.]+(?:Z"
        r"|[+-]\d\d:?\d\d)?)?(?![\w/-]|\.\d)",
        rf"(?<![\w.,/])(?<!\s[-−]){_WD}{_SPAN}{_D}(?:st|nd|rd|th|º|er|\.)?{_OF}{_M}(?!\w)(?:,?(?:{_S}(?:of|de|del|di){_S}|{_S}|-){_Y})?",
        rf"(?<![\w]){_WD}{_M}{_S}(?:the{_S})?{_SPAN}{_D}(?:st|nd|rd|th)?(?![\d%:]|[.,]\d|{_S}(?:percent|million"
        rf"|billion))(?:,?{_S}{_Y})?(?!\w)",
        rf"(?<![\w.,/-]){_WD}(?P<a>\d{{1,2}})(?P<sep>[./-])(?P<b>\d{{1,2}})(?P=sep)(?P<year>[12]\d{{3}}|\d{{2}})(?![\w/-]|[.,]\d)",
        rf"(?<![\w.,/]){_WD}{_D}\.{_S}?(?P<month>0?[1-9]|1[0-2])\.(?!\d|\s?(?:uhr|h\b|%))",
        rf"(?<!\w){_M},?(?:{_S}(?:of|de|del|di){_S}|{_S}){_Y}",
        rf"(?<!\w)(?P<quarter>[1-4])(?:st|nd|rd|th|\.|er|º)?{_S}(?:quarter|quartal|trimestre|trimester|kwartaal)(?:{_S}(?:of"
        rf"|de|del|von|des\s+Jahres))?(?:{_S}{_Y})?",
        rf"(?<!\w)(?P<quarter_word>first|second|third|fourth|primer|segundo|tercer|cuarto|erste[ns]?|zweite[ns]?|dritte[ns]?"
        rf"|vierte[ns]?|premier|deuxième|troisième"
        rf"|quatrième){_S}(?:quarter|quartal|trimestre)(?:{_S}(?:of|de|del|von))?(?:{_S}{_Y})?",
        r"(?<!\w)(?:[QT](?P<quarter>[1-4])(?:[ /'’-]?\s?(?P<year>(?:19|20)\d\d|\d\d(?!\d)))?|(?P<year2>(?:19"
        r"|20)\d\d)[ -]?[QT](?P<quarter2>[1-4]))(?!\w)",
        r"(?<![\w.,$£€/-])(?:the |los |las |les |die |der |den |gli |anni |años |années )?['’]?(?P<decade>(?:1[0-9]"
        r"|20)?\d0)(?:['’]?s|er(?:n)?(?:[ -]?Jahren?)?)(?!\w)",
        r"(?<![\w)])['’](?P<year>\d\d)(?![\w'’%]|[.,]\d)",
        r"(?<!\w)(?:años|anni|années|anos)[ \u00a0](?P<decade>(?:1[0-9]|20)?\d0)(?![\w%]|[.,]\d)",
        r"(?<!\w)(?P<weekday>" + _WD_NAMES + r")(?!\w)(?!-)",
        rf"(?<!\w)(?P<month>{_FULL}|(?:{_SHORT})\b\.?)(?!\w)",
    )
)
# Which patterns need the name of a month, a weekday or a quarter; the others need a digit.
NAMED = tuple("quarter_word" in p.pattern or _FULL in p.pattern or p.pattern.startswith(r"(?<!\w)(?P<weekday>") for p in PATTERNS)
SECOND_YEAR = re.compile(r"(?P<year>(?:1[0-9]|20)\d\d)\s?[–—/-]\s?(?P<short>\d\d)(?![\w/-]|[.,]\d|\s?%)")
YEAR_CUE = re.compile(
    r"(?:\b(?:in|since|by|until|till|from|to|between|after|before|during|circa|around|of|and|year|spring|summer|autumn|fall"
    r"|winter|early|late|mid|en|desde|hasta|año|entre|y"
    r"|del?|im|seit|bis|von|jahr|jahre|jahres|ende|anfang|mitte|sommer|winter|frühjahr|herbst|und|nach|vor|ab|depuis"
    r"|jusqu['’]en|dal|nel|em|sinds|tot|van|mid-)[ \u00a0]?|[(–—-]\s?)$",
    re.IGNORECASE,
)
MONTH_CUE = re.compile(
    r"\b(?:in|since|until|till|by|of|from|to|last|next|this|early|late|mid|through|during|before|after|every|each|and|im|seit"
    r"|bis|ab|ende|anfang|mitte|nächsten|letzten"
    r"|en|de|desde|hasta|a|y|depuis|fin|début|em|di|da|sinds|eind|begin|on)[ \u00a0-]$",
    re.IGNORECASE,
)
QUARTERS = {fold(w): n for n, words in enumerate(
    ("first primer erste ersten erstes premier", "second segundo zweite zweiten zweites deuxième", "third tercer dritte"
    " dritten drittes troisième",
     "fourth cuarto vierte vierten viertes quatrième"), 1) for w in words.split()}  # fmt: skip
NAMED_DAYS = re.compile(
    r"\b(?:black|good|cyber|super|ash|easter|bloody|giving|taco|casual|palm|fat|holy|shrove|maundy)[ \u00a0]$", re.IGNORECASE
)
