"""Tables of wordings per language for the brand's tone and perspective: what to look for, and what may safely stand there instead."""

# ruff: noqa: E501 (tables)
from __future__ import annotations

import functools
import re
from typing import Final

# Stiff words and what people say.
STIFF: Final = {
    "en": "utilise=use|utilize=use|utilised=used|utilized=used|commence=start|commenced=started|purchase=|purchased=bought|assist=help|"
    "assistance=help|regarding=about|concerning=|prior to=before|subsequent to=after|in order to=to|additionally=also|furthermore=also|"
    "therefore=so|however=|numerous=many|sufficient=enough|endeavour=try|endeavor=try|obtain=get|obtained=got|require=need|requires=needs|"
    "required=|inform=tell|informed=told|approximately=about|in the event that=if|due to the fact that=because|at this point in time=now",
    "de": "diesbezüglich=dazu|hinsichtlich=|bezüglich=|mittels=mit|des Weiteren=außerdem|ferner=außerdem|zwecks=|seitens=|anlässlich=|etwaige=",
    "fr": "néanmoins=|concernant=|afin de=pour|préalablement=avant|ultérieurement=plus tard",
    "es": "asimismo=también|no obstante=|con el fin de=para|adquirir=comprar|posteriormente=después",
}
# Loose words and what stands in a formal text.
LOOSE: Final = {
    "en": "gonna=going to|wanna=want to|gotta=have to|kinda=|sorta=|kids=children|guys=|stuff=|awesome=|cool=|hey=|yeah=yes|ok=|okay=|"
    "lots of=|a lot of=|super=|pretty=",
    "de": "kriegen=|super=|cool=|klasse=|echt=wirklich|bisschen=wenig|mega=|okay=|mal=",
    "fr": "super=|cool=|sympa=|bosser=travailler|boulot=travail|truc=|ok=",
    "es": "genial=|guay=|súper=|vale=|chulo=|ok=",
}
JARGON: Final = {
    "en": "leverage=|leveraging=using|synergy=|synergies=|scalable=|stakeholder=|stakeholders=|paradigm=|holistic=|granular=detailed|ecosystem=|"
    "bandwidth=|deliverables=|actionable=useful|best-in-class=|end-to-end=|omnichannel=|onboarding=|touchpoint=|learnings=lessons|ideate=",
    "de": "Synergien=|skalierbar=|ganzheitlich=|Stakeholder=|Touchpoint=|Learnings=|committen=|performant=schnell|proaktiv=",
}
LOUD: Final = {
    "en": "amazing|incredible|unbelievable|awesome|fantastic|revolutionary|game-changing|mind-blowing|insane|epic|stunning|best ever|the best",
    "de": "unglaublich|fantastisch|sensationell|revolutionär|mega|genial|einzigartig|unfassbar",
    "fr": "incroyable|fantastique|révolutionnaire|sensationnel|extraordinaire|génial",
    "es": "increíble|fantástico|revolucionario|sensacional|extraordinario|genial",
}
# Words to the reader: the familiar ones, and the polite ones.
FAMILIAR: Final = {
    "de": "du|dich|dir|dein|deine|deinen|deinem|deiner|euch|euer|eure",
    "fr": "tu|te|toi|ton|ta|tes",
    "es": "tú|tu|tus|contigo|vosotros|vuestro|vuestra",
    "it": "tu|ti|tuo|tua|tuoi|tue",
    "nl": "jij|je|jou|jouw|jullie",
    "pt": "tu|teu|tua|teus|tuas",
}
POLITE: Final = {"es": "usted|ustedes", "nl": "u|uw", "pt": "o senhor|a senhora", "fr": "vous|votre|vos"}
SINGULAR: Final = {
    "en": "I|I'm=we're|I've=we've|I'll=we'll|I'd=we'd|my=our|me|mine=ours|myself=ourselves",
    "de": "ich|mich|mir|mein|meine|meinen|meinem|meiner",
    "fr": "je|j'|moi|mon|ma|mes",
    "es": "yo|mi|mis|conmigo",
    "it": "io|mio|mia|miei|mie",
    "nl": "ik|mij|mijn",
    "pt": "eu|meu|minha|meus|minhas|comigo",
}
PLURAL: Final = {
    "en": "we|we're=I'm|we've=I've|we'll=I'll|we'd=I'd|our=my|us|ours=mine|ourselves=myself",
    "de": "wir|uns|unser|unsere|unseren|unserem|unserer",
    "fr": "nous|notre|nos",
    "es": "nosotros|nuestro|nuestra|nuestros|nuestras",
    "it": "noi|nostro|nostra|nostri|nostre",
    "nl": "wij|we|ons|onze",
    "pt": "nós|nosso|nossa|nossos|nossas",
}
_CONTRACTED: Final = (
    "can't=cannot|won't=will not|shan't=shall not|let's=let us|i'm=I am|we're=we are|you're=you are|they're=they are|i've=I have|we've=we have|"
    "you've=you have|they've=they have|i'll=I will|we'll=we will|you'll=you will|they'll=they will|it'll=it will|he'll=he will|she'll=she will|"
    "don't=do not|doesn't=does not|didn't=did not|isn't=is not|aren't=are not|wasn't=was not|weren't=were not|haven't=have not|hasn't=has not|"
    "hadn't=had not|couldn't=could not|wouldn't=would not|shouldn't=should not|mustn't=must not|needn't=need not"
)
CONTRACTED: Final = {"en": _CONTRACTED}


@functools.cache
def entries(table: str, language: str) -> dict[str, str | None]:
    """What to look for, in small letters, with its replacement; None where a person must decide."""
    source = globals()[table].get(language, "")
    found: dict[str, str | None] = {}
    for entry in filter(None, source.split("|")):
        said, _, instead = entry.partition("=")
        found[said.lower()] = instead or None
    return found


@functools.cache
def pattern(table: str, language: str) -> re.Pattern[str] | None:
    """All entries of a table, the longest first, as whole words."""
    found = sorted(entries(table, language), key=len, reverse=True)
    if not found:
        return None
    inner = "|".join(re.escape(entry).replace("'", "['’]") for entry in found)
    return re.compile(rf"(?<![\w'’])(?:{inner})(?![\w])(?!['’]\w)", re.IGNORECASE)
