"""What is said around a talk and is no part of it: greetings, sponsors, housekeeping, calls to subscribe, words for a program."""

from __future__ import annotations

import re

from coexai_app.agents.text import words

_SMALL_TALK = re.compile(
    r"\b(?:welcome (?:back )?(?:to|everyone|everybody|all)|welcome,? (?:everyone|everybody|all)|(?:hi|hello|hey)(?:,? (?:and "
    r"welcome|everyone|"
    r"everybody|there|all|folks|guys|friends|again)|,? (?:it['’]s|this is|i['’]m)\b)|good (?:morning|afternoon|evening)(?:,? "
    r"(?:everyone|everybody|all|folks|and "
    r"welcome|ladies)|[.!,]|$)|thanks? (?:you )?(?:so much |very much |a lot |all )*(?:for|to) (?:having|joining|coming|tuning|"
    r"listening|watching|being (?:here|on|with)|"
    r"your (?:time|attention)|inviting|everyone|everybody|the (?:invitation|introduction|kind))|thank you(?: so much| very much| "
    r"all| everyone)?[.!]|i['’]m your host|how are you|nice to (?:see|"
    r"meet|have|be)|(?:great|good|happy|glad|lovely|pleasure|honou?r) (?:to be|to have you|being)|it['’]s (?:a|my) (?:pleasure|"
    r"honou?r)|(?:that['’]s a |"
    r"what a )?(?:great|good|excellent|interesting) question|see you (?:next|soon|in|all|there|again)|until next time|bye|take "
    r"care|have a (?:great|good|nice|lovely)|"
    r"that['’]s (?:it|all) (?:for|from)|that['’]s all|same time (?:next|tomorrow)|i['’]ll send (?:it|you|that|them)|my guest today|"
    r"joining (?:me|us) today|with me today|today['’]s (?:guest|"
    r"episode)|in (?:this|today['’]s) episode|on today['’]s (?:show|episode)|"
    r"bienvenid[oa]s?\b|buen[oa]s (?:días|tardes|noches)|muchas gracias|gracias (?:por|a todos)|hola a todos|¿?qué tal|"
    r"encantad[oa] de|hasta (?:la próxima|luego|pronto)|"
    r"(?:herzlich )?willkommen (?:zu|zur|zum|bei|an|zurück|liebe)|herzlich willkommen|guten (?:morgen|tag|abend)|hallo (?:zusammen|"
    r"und|liebe|an alle|ihr)|(?:vielen|herzlichen) dank|danke,? dass|"
    r"danke (?:fürs?|für die|euch|ihnen|dir)|schön,? dass|bis (?:zum nächsten|bald|nächste)|auf wiedersehen|tschüss|gute frage|"
    r"bienvenue|bonjour (?:à|et|tout)|bonsoir|merci (?:à|de|d['’]|beaucoup|pour)|à (?:bientôt|la prochaine|la semaine)|au revoir|"
    r"bonne question|"
    r"benvenut[iaeo]|buongiorno|buonasera|grazie (?:a|per|mille|di)|arrivederci|alla prossima|bem[- ]vind[oa]s?|bo[am] (?:dia|"
    r"tarde|noite)|obrigad[oa] (?:por|a|pel)|"
    r"até a próxima|welkom (?:bij|terug|allemaal)|goede(?:morgen|middag|navond)|bedankt voor|tot de volgende)",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"\b(?:subscri(?:be|bing)|hit (?:the|that) (?:bell|like)|like button|(?:leave|write|give) (?:us|me)? ?an? (?:\w+[- "
    r"])?(?:review|rating|comment|five)|rate (?:us|the show|this)|"
    r"follow (?:us|me|the show|along) (?:on|at|wherever)|wherever you (?:get|listen)|share (?:this|the) (?:episode|video|show)|"
    r"(?:in|down) the (?:comments|description|show notes)|"
    r"sign up (?:for|at)|join (?:our|my|the) (?:newsletter|patreon|community|mailing)|patreon|our newsletter|check out our|"
    r"suscr[ií]b\w+|dale (?:a )?(?:me gusta|like)|"
    r"déjan?os? (?:un|una)|campanita|abonnier\w+|daumen (?:hoch|nach oben)|glocke|bewert(?:e|et|ung)\b.{0,20}\b(?:uns|podcast)|"
    r"lasst? (?:uns )?(?:ein|gerne)|abonnez|"
    r"cliquez|pouce (?:bleu|en l)|commentaires?\b.{0,20}\bdessous|iscriv\w+ (?:al|alla)|lascia(?:te)? un|inscrev\w+|deixe? (?:um|"
    r"seu) (?:like|comentário)|abonneer)",
    re.IGNORECASE,
)
_HOUSEKEEPING = re.compile(
    r"\b(?:can (?:everybody|everyone|you(?: all| guys)?|people) (?:hear|see) (?:me|us|my|the|this)|(?:am i|you['’]re|you are|i was|"
    r"he['’]s|she['’]s) (?:still )?(?:on |un)?mute|mute (?:your|the)|"
    r"unmute|(?:share|sharing|see) (?:my|your|the) screen|is (?:this|my (?:mic|microphone|screen)|the mic\w*|it) (?:on|working)|"
    r"next slide,? please|(?:this|we['’]re|meeting|session|call) (?:call |meeting |session )?(?:is |are |being )*"
    r"record(?:ed|ing)|recording (?:is|has|now|this)|still joining|(?:another|one more|a few more) minutes?\b.{0,25}\b(?:join|"
    r"start|wait)|let me (?:just )?(?:share|pull up|find|check|see if|start|move)|give me (?:a|one) (?:second|sec|moment|minute)|"
    r"(?:any|are there|do we have) (?:more |other |any )*questions|raise your hand|in the chat|the slides? (?:will|are|is)|"
    r"(?:short|quick|coffee|ten[- ]minute|five[- ]minute) break|(?:good|great|okay|ok|perfect),? (?:i can|we can) (?:hear|see)|"
    r"your (?:audio|video|camera|line|microphone) (?:is|has|keeps)|(?:bad|poor) connection|we['’]re (?:out of|running out of) time|"
    r"before we (?:start|begin|get started|dive)|let['’]s get started|"
    r"me (?:oyen|escuchan|ven|oís)|se (?:oye|escucha|ve) bien|comparto (?:mi )?pantalla|silenci(?:ado|en)|(?:könnt ihr|können sie|"
    r"hört ihr|hören sie) mich|(?:mich|alle) (?:alle )?(?:hören|sehen)|bildschirm teil|teile (?:kurz )?meinen|stumm(?:geschaltet)?|"
    r"nächste folie|gibt es (?:noch )?fragen|(?:vous m['’]|tu m['’])(?:entendez|entends|voyez)|tout le monde m['’]entend|"
    r"partage(?:r)? (?:mon|l['’])\s?écran|micro (?:est )?coupé|mi sentite|condivido lo schermo|estão? me ouvindo|kunnen jullie me)",
    re.IGNORECASE,
)
_SPONSOR = re.compile(
    r"\b(?:brought to you by|sponsor(?:ed|s|ing)?\b|word from our|(?:promo|discount|coupon) code|use (?:the )?code\b|percent off|% "
    r"off|free trial|ad break|"
    r"patrocinad\w+|código (?:de )?(?:descuento|promo)|werbung|gesponsert|präsentiert (?:euch |ihnen )?von|unterstützt (?:wird|"
    r"von)|rabattcode|sponsoris\w+|code promo|partenaire de cet|"
    r"sponsorizzat\w+|codice sconto|patrocínio|cupom|kortingscode|mogelijk gemaakt door)",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\b(?:back to (?:the|our) (?:show|episode|conversation|interview|talk|program)|now,? back to|let['’]s get back|zurück zur? "
    r"(?:folge|sendung|gespräch)|volvemos|retour à l)",
    re.IGNORECASE,
)
_SPONSOR_REACH = 7
_BACKCHANNEL = re.compile(
    r"^\W*(?:(?:yeah|yes|yep|yup|no|nope|right|okay|ok|sure|exactly|absolutely|totally|definitely|true|indeed|wow|oh|ah|great|good|"
    r"nice|cool|perfect|interesting|really|i see|got it|"
    r"of course|fair enough|makes sense|sounds good|agreed|same here|me too|mhm|mm-hmm|uh-huh|amazing|brilliant|thanks|thank you|"
    r"please|sí|claro|vale|exacto|bueno|ya|ja|genau|stimmt|klar|"
    r"nein|doch|gut|super|oui|non|voilà|d'accord|exactement|bien sûr|tout à fait|certo|esatto|sì|va bene|sim|não|pois é|claro|nee|"
    r"precies|zeker|goed|hello|hi|hey|hallo|hola)\W*)+$",
    re.IGNORECASE,
)
# Announces, and says nothing yet; points at what readers cannot see.
_META = re.compile(
    r"\b(?:(?:today|now|next|first|in this (?:video|talk|lecture|session|episode)),? (?:we|i)(?:['’]re|['’]m|['’]ll| are| am| will|"
    r" want| would)\b|(?:we['’]re|i['’]m|we are|i am) (?:going to|gonna) (?:talk|look|cover|discuss|show|go|speak|start|walk|"
    r"explain|tell)|"
    r"(?:let['’]s|let me) (?:talk|look|move|go|start|turn|come|get|take|show|give|tell|explain|ask|say)|i (?:want|wanted|['’]d "
    r"like|would like) to (?:talk|ask|say|start|share|come|go|mention|point|tell|show)|as i (?:said|mentioned)|like i said|"
    r"(?:on|in) (?:this|the next) (?:slide|chart|picture|video)|as you can see|you can see (?:here|on|it)|over here|right here|"
    r"tell (?:me|us) (?:about|more)|(?:so|and) (?:my|the) (?:next|last|first|second) question|"
    r"hoy (?:vamos|voy|quiero)|quiero (?:contar|hablar|explicar|mostrar)|vamos a (?:hablar|ver)|como (?:dije|decía|pueden ver|ven)|"
    r"heute (?:geht es|möchte|wollen|sprechen|"
    r"will|reden)|(?:ich möchte|wir wollen|lasst uns) \w*\s?(?:über|mit|noch)|wie (?:gesagt|ihr seht|sie sehen)|auf dieser folie|"
    r"aujourd['’]hui,? (?:nous|on|je)|on va (?:parler|voir)|je (?:vais|voudrais|veux) (?:vous )?(?:parler|montrer|dire)|comme "
    r"(?:je (?:l['’]ai dit|disais)|vous (?:le )?voyez)|"
    r"oggi (?:parliamo|vi|voglio)|vorrei parlare|come (?:dicevo|vedete)|hoje (?:vamos|vou|quero)|como (?:eu disse|vocês podem ver)|"
    r"vandaag (?:gaan|wil))",
    re.IGNORECASE,
)


# The host says who the guest is.
_INTRODUCES = re.compile(
    r"\b(?:(?:my|our|today['’]s) guest (?:today |this week |for today )?is\b|(?:with|joining) (?:me|us) (?:today|this week|now) is\b|"
    r"i['’]m (?:here with|joined by|talking (?:to|with)|speaking (?:to|with))|(?:mi|nuestr[oa]) invitad[oa] (?:de hoy |hoy )?es\b|"
    r"(?:hoy )?nos acompaña|(?:bei mir|mein gast|zu gast|bei uns) ist (?:heute )?|mein(?:e)? (?:heutiger? )?gast (?:heute )?ist\b|"
    r"je reçois|"
    r"mon invitée? (?:du jour |aujourd['’]hui )?est|nous recevons|(?:il mio|la mia) ospite (?:di oggi )?è|(?:meu|minha|nosso|"
    r"nossa) convidad[oa] "
    r"(?:de hoje )?é|mijn gast (?:vandaag )?is)",
    re.IGNORECASE,
)


def introduces(text: str) -> bool:
    """The sentence says who the guest is, and more than a greeting."""
    return bool(_INTRODUCES.search(text)) and words.word_count(text) >= 6


def is_backchannel(text: str) -> bool:
    """ "Yeah, exactly.": somebody listens."""
    return bool(_BACKCHANNEL.match(text))


def is_noise(text: str) -> bool:
    """Greetings, thanks, calls to subscribe, housekeeping. A long sentence that only begins with a greeting says more than it."""
    count = words.word_count(text)
    if _CALLS.search(text) or _HOUSEKEEPING.search(text):
        return count < 45
    match = _SMALL_TALK.search(text)
    return bool(match) and count < 28


def is_sponsor(text: str) -> bool:
    return bool(_SPONSOR.search(text))


def is_meta(text: str) -> bool:
    """The speaker announces what comes, or points at a slide."""
    return bool(_META.search(text))


def sponsored(texts: list[str]) -> set[int]:
    """The indices of the sentences that belong to sponsor reads: from the naming to the way back, or as far as the name goes on."""
    found: set[int] = set()
    for i, text in enumerate(texts):
        if i in found or not is_sponsor(text):
            continue
        found.add(i)
        names = {token.text for token in words.tokens(text)[1:] if token.text[:1].isupper() and len(token.text) > 3}
        reach = range(i + 1, min(i + 1 + _SPONSOR_REACH, len(texts)))
        end = next((j for j in reach if _BACK.search(texts[j])), None)
        if end is not None:
            found.update(range(i + 1, end + 1))
            continue
        last = max((j for j in reach if is_sponsor(texts[j]) or any(name in texts[j] for name in names)), default=i)
        found.update(range(i + 1, last + 1))
    return found
