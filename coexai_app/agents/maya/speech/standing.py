"""Can a spoken sentence stand alone? Not with a connective or pronoun whose other half was said before. `talk` asks for every sentence."""

from __future__ import annotations

import re

from coexai_app.agents.text import coherence, compress, words


def opening(text: str, language: str) -> str:
    """The sentence as it may open a paragraph: itself, or without its connective; "" when it needs what was said before."""
    for candidate in (text, compress.without_opener(text, language), _plain_start(text, language)):
        if candidate and not coherence.dangling(candidate, language) and not coherence.refers(candidate, language):
            return candidate
    return ""


# A pronoun in the middle of a sentence, whose noun may have been in the one before.
_POINTS = {
    "en": r"^(?:two|three|four|five|six|seven|eight|nine|ten|\d+|some|most|many|others) "
    r"(?:of (?:them|these|those)|were|are|had|have|did|do|don['’]t|went|said|left|came|would|will)\b"
    r"|\b(?:of|in|on|at|for|with|to|about|from) (?:that|those|these) [a-z]+\b"
    r"|^(?:every|each|no|another) \w+, "
    r"|\b(?:of|like|than|with|about|after|before|from|by|for|since|without) (?:those|these|them|it|that|this)\b"
    r"(?! (?:\w+ )?[a-z]{3})|\b(?:after|before|since) that\b"
    r"(?! (?:day|week|month|year|evening|morning|summer|winter|time))|\b(?:those|these|that|this) "
    r"(?:\d+|two|three|four|five|six|number|sentence|one|thing|way|problem|line|list|change|question)\b"
    r"|\bthe (?:same|other|others|second one|first one|rest)\b|\bthere(?= (?:and|but|or|too)\b|[.,])|\bthen\b(?=[.,])",
    "de": r"^(?:zwei|drei|vier|fünf|sechs|sieben|acht|einer|eine|eines|manche|viele|alle) (?:sind|waren|haben|hatten|ist|hat|war|"
    r"wurden|kamen|gingen)\b|"
    r"\b(?:damit|dafür|davon|dazu|dabei|darin|darüber|dagegen|dadurch|danach|daran)\b(?!,? (?:dass|wie|ob|wer|was))|\b(?:ihn|"
    r"ihm|ihnen)\b",
    "es": r"^(?:dos|tres|cuatro|cinco|uno|una|algunos|algunas) (?:son|eran|fueron|han|habían|tienen|tenían|se)\b|"
    r"\b(?:eso|esto|ello)\b|\b(?:de|con|a) (?:ellos|ellas|él|ella)\b",
    "fr": r"^(?:deux|trois|quatre|cinq|l['’]une?|certains|vingt-\w+) (?:sont|ont|étaient|avaient|m['’]ont|se)\b|"
    r"\b(?:ça|cela|eux|celui-ci|celle-ci)\b",
}
_POINTS |= {
    "it": r"^(?:ne|li|lo) \w+|\b(?:di|in|a|con|su|tra) (?:quei|quegli|quelle|quel|quella)\b",
    "nl": r"^(?:twee|drie|vier|vijf|een|sommige) (?:zijn|waren|hebben|hadden|gingen|kwamen)\b|\b(?:ermee|erover|daarvan|daarmee|ervan)\b",
    "pt": r"^(?:dois|duas|três|quatro|um|uma|alguns) (?:são|eram|foram|têm|tinham)\b|\b(?:disso|nisso|com isso|deles|delas)\b",
}
_OBJECTS = {
    "en": r"\b(?:it|them|him|her|they|he|she|his|their|its)\b(?! (?:is|was|takes|took|costs) (?:\w+ ){0,4}(?:to|that)\b)",
    "de": r"^(?:im|in|am|nach|vor|seit|heute|dann|jetzt|später|früher)\b[^,.]{0,30} (?:er|sie|ihn|ihm)\b"
    r"|\b(?:wissen|weiß|wusste|sagt|sagen|glaubt|macht|machen) "
    r"(?:das|es)\b|\bhabe? es\b",
    "fr": r"\b(?:il|elle|ils|elles)\b(?! (?:y|faut|fallait|s['’]agit|suffit|est \w+ de|pleut|vaut))",
}


def hangs(text: str, language: str) -> bool:
    """A pronoun inside the sentence has nothing in it to stand for: fewer than two content words come before."""
    points = _POINTS.get(language)
    if points and re.search(points, text, re.IGNORECASE):
        return True
    objects = _OBJECTS.get(language)
    match = re.search(objects, text, re.IGNORECASE) if objects else None
    return match is not None and len(words.terms(text[: match.start()], language)) < 2


_START = {
    "en": r"(?:and|but|so|then|now|yes|yeah|also|because|well|or)(?:,| then| so)?\s+(?=(?:i|we|you|my|our|your|the|people|most|"
    r"every|nobody|if|when|in|at|there|\d)\b)",
    "es": r"(?:y|pero|entonces|así que|pues|sí)(?:,)?\s+(?=(?:yo|nosotros|el|la|los|las|en|cuando|si|hay|mi|nuestro|nuestra|un|una|"
    r"lo)\b)",
    "de": r"(?:und|aber|ja|denn|doch),?\s+(?=(?:ich|wir|der|die|das|ein|eine|mein|unser|unsere|wer|jeder|viele|niemand)\b)",
    "fr": r"(?:et|mais|oui|donc),?\s+(?=(?:je|j'|nous|on|le|la|les|un|une|mon|notre|si|quand|il y a|il faut)\b)",
    "it": r"(?:e|ma|sì|quindi),?\s+(?=(?:io|noi|il|la|i|le|un|una|se|quando|c'è|nel)\b)",
    "pt": r"(?:e|mas|sim|então),?\s+(?=(?:eu|nós|a gente|o|os|as|um|uma|se|quando|há)\b)",
    "nl": r"(?:en|maar|ja|dus),?\s+(?=(?:ik|we|wij|een|als|wie|iedereen|mijn|onze)\b)",
}


def _plain_start(text: str, language: str) -> str:
    """ "And we sold …": the conjunction goes where a whole clause with its own subject follows."""
    pattern = _START.get(language)
    match = re.match(pattern, text, re.IGNORECASE) if pattern else None
    return coherence.capitalised(text[match.end() :]) if match else ""
