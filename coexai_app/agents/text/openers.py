"""How a sentence can point back at the one before it, in tables per language: lower-case openers, separated by bars. `coherence` reads
them."""

from __future__ import annotations

# Conjunctions and connectives that tie a sentence to the one before it.
TIES: dict[str, str] = {
    "en": """but|and|so|because|also|or|nor|yet|then|however|therefore|thus|hence|moreover|furthermore|besides|instead|otherwise|
meanwhile|nevertheless|
nonetheless|similarly|likewise|consequently|accordingly|additionally|conversely|still|even so|even then|even better|even worse|in
addition|in contrast|in that case|in turn|
in other words|in fact|indeed|as a result|as such|as well|for example|for instance|for this reason|for that reason|that said|that is why|
that's why|that way|on the other hand|
on the contrary|on top of|to that end|worse|better still|after that|after this|before that|since then|until then|by then|from there|at
that point|at the same time|afterwards|which|who|whom|whose|
plus|not anymore|same here|same goes|the same|the former|the latter|of course|of course not|then again|again|next|second|secondly|third|
thirdly|fourth|lastly|too|rather|whereas|although not|
at least|at most|more importantly|most importantly|what's more|the rest|the other|the others|the result|the reason|the opposite|the
difference is|like that|like this|such|neither|either way|anyway|in short|
hence|too often not|because of that|because of this|with that|with this|with these|in doing so|doing so|doing this|doing that|to do so|to
do this|to do that|if so|if not|thereafter|thereby|elsewhere|except|
apart from that|apart from this|unlike them|unlike that|instead of that|only then|not so|no longer|none of|some of them|some of these|
most of them|all of them|one of them|both of them|each of them|all of this|
all of that|all of these|all that|all this|none of this|much of this|part of this|one of these|one of those|some of those|two of them|
many of them|most of these|the two|the three|the first one|the second|
the third|first of all, though|nor did|nor do|nor is|given this|given that|despite this|despite that|beyond that|beyond this|against that|
as for|as of that|alas, not|until that|back then|exactly|right|wrong|
indeed|absolutely|certainly not|hardly|not only that|not that|not just that|perhaps that|maybe that|here's why|here is why|here's how|
here is how|sure|nope|no|yes|well|ok|okay""",
    "es": """y|e|pero|o|u|sino|pues|porque|además|también|sin embargo|entonces|así|así que|por eso|por ello|por esto|por lo tanto|por
tanto|por consiguiente|aun así|no obstante|en cambio|por ejemplo|
de hecho|asimismo|tampoco|luego|después|allí|ahí|allá|lo mismo|en consecuencia|de ahí|de esta manera|de este modo|de esa manera|de ese
modo|en otras palabras|es decir|o sea|mientras tanto|a pesar de ello|a pesar de eso|
al contrario|por el contrario|por otra parte|por otro lado|a su vez|desde entonces|hasta entonces|para ello|para eso|con ello|con eso|con
esto|gracias a ello|gracias a eso|incluso así|ni|ni siquiera|
lo cual|el cual|la cual|los cuales|las cuales|cuyo|cuya|el resto|el otro|la otra|los demás|las demás|el resultado|la razón|en ese caso|en
ese momento|a partir de ahí|a partir de entonces|mejor aún|peor aún|encima|
fue|era|eran|fueron|tenía|tenían|había sido|son|será|está|están|estaba|estaban|tiene|tienen|hizo|hicieron|dijo|dice|dicen""",
    "de": """und|aber|oder|denn|doch|sondern|auch|außerdem|allerdings|jedoch|trotzdem|dennoch|stattdessen|deshalb|deswegen|daher|darum|
also|somit|folglich|zudem|ferner|dabei|dadurch|danach|dann|dafür|
dagegen|damit|daneben|daran|darauf|daraus|darin|darüber|darunter|davon|davor|dazu|dazwischen|demnach|dementsprechend|ebenso|genauso|
hingegen|indessen|inzwischen|nämlich|nichtsdestotrotz|schließlich nicht|
so|sonst|übrigens|vielmehr|weil|währenddessen|zum beispiel|im gegenteil|im gegensatz dazu|aus diesem grund|trotz allem|seitdem|bis dahin|
von da an|dort|da|daraufhin|anschließend|gleichzeitig|hierzu|hierfür|hierbei|
beide|beides|beiden|solche|solches|solcher|letztere|letzterer|letzteres|erstere|ersterer|welche|welcher|welches|noch besser|noch
schlimmer|das heißt|das gleiche|dasselbe|das ergebnis|der grund|der rest|die anderen|der andere|
der zweite|die zweite|das zweite|zweitens|drittens|zuletzt aber|ebenfalls|und zwar|andererseits|einerseits nicht|weder noch|genau|stimmt|
nein|ja|klar""",
    "fr": """et|mais|ou|donc|car|or|ni|puis|ensuite|alors|ainsi|aussi|cependant|pourtant|toutefois|néanmoins|par exemple|en revanche|en
effet|de plus|en outre|du coup|c'est pourquoi|par conséquent|en conséquence|
de même|d'ailleurs|sinon|malgré cela|malgré tout|au contraire|par contre|en fait|autrement dit|dès lors|depuis lors|parce que|parce qu'|
lequel|laquelle|lesquels|lesquelles|dont|le même|la même|les mêmes|le reste|l'autre|
les autres|le résultat|la raison|dans ce cas|à ce moment-là|après cela|après ça|pour cela|pour ça|avec cela|grâce à cela|pire|mieux
encore|là|y compris|non plus|deuxièmement|troisièmement|d'où|ce faisant|pendant ce temps|
à l'inverse|l'inverse|de là|oui|non""",
    "it": """e|ed|ma|o|oppure|però|quindi|perciò|dunque|allora|così|anche|inoltre|tuttavia|eppure|infatti|invece|poi|per esempio|ad
esempio|di conseguenza|per questo|per questo motivo|nemmeno|neppure|né|lì|là|
lo stesso|la stessa|gli stessi|in questo modo|in tal modo|in questo caso|in tal caso|nel frattempo|al contrario|d'altra parte|del resto|
ossia|cioè|pertanto|ciononostante|nonostante ciò|da allora|dopo di che|a sua volta|
il quale|la quale|i quali|le quali|cui|il resto|l'altro|l'altra|gli altri|il risultato|il motivo|peggio|meglio ancora|altrimenti|era|
erano|fu|furono|sono|aveva|avevano|sì|no""",
    "pt": """e|mas|é por isso|ou|porém|contudo|todavia|entretanto|então|assim|portanto|por isso|além disso|também|logo|pois|
porque|por exemplo|na
verdade|aí|ali|lá|nem|daí|mesmo assim|no entanto|por outro lado|ao contrário|pelo contrário|
ou seja|isto é|em contrapartida|por conseguinte|consequentemente|dessa forma|desse modo|desta forma|deste modo|enquanto isso|desde então|
até então|para isso|com isso|apesar disso|depois disso|nesse caso|naquele momento|o mesmo|
a mesma|os mesmos|o qual|a qual|os quais|cujo|cuja|o resto|o outro|a outra|os outros|o resultado|o motivo|a razão|pior|melhor ainda|senão|
foi|era|eram|foram|são|tinha|tinham|sim|não só isso""",
    "nl": """en|maar|of|want|dus|daarom|daardoor|daarna|toch|ook|bovendien|echter|toen|dan|zo|hierdoor|daarbij|daar|bijvoorbeeld|zulke|
vervolgens|omdat|daarnaast|desondanks|niettemin|intussen|ondertussen|
integendeel|daarentegen|namelijk|immers|anders|evenmin|evenzo|sindsdien|tot dan|daarmee|daarvoor|daarvan|daarop|hiervoor|hiermee|hierbij|
hetzelfde|dezelfde|beide|beiden|welke|de rest|de andere|de anderen|het resultaat|
de reden|in dat geval|op dat moment|om die reden|met andere woorden|aan de andere kant|nog beter|nog erger|ten tweede|ten derde|ja|nee""",
}
# Third-person pronouns and demonstratives: nobody knows who or what, without the sentence before.
POINTERS: dict[str, str] = {
    "en": """he|she|it|they|him|her|them|his|their|its|this|that|these|those|it's|he's|she's|they're|they've|they'd|they'll|he'd|she'd|
it'd|it'll|he'll|she'll|that's|that'd|that'll|there lies|there went|both|another|others|
theirs|hers|himself|herself|themselves|itself|one of which|some|most did|most do|none|neither|each one|the one|the ones|one is|one was|
one reason|another reason|so did|so do|so does""",
    "es": """él|ella|ello|ellos|ellas|esto|eso|aquello|este|esta|estos|estas|ese|esa|esos|esas|aquel|aquella|aquellos|aquellas|su|sus|
ambos|ambas|otro|otra|otros|otras""",
    "de": """er|sie|es|ihm|ihn|ihnen|ihr|ihre|ihrem|ihren|ihrer|ihres|sein|seine|seinem|seinen|seiner|dies|diese|dieser|dieses|diesem|
diesen|jener|jene|jenes|deren|dessen|derselbe|dieselbe|dasselbe|ein anderer|eine andere|andere""",
    "fr": """il|elle|ils|elles|ce|c'|c'est|c'était|cela|ça|ceci|cet|cette|ces|celui|celle|ceux|celles|son|sa|ses|leur|leurs|lui|eux|y|en|
un autre|une autre|d'autres""",
    "it": """lui|lei|loro|egli|ella|esso|essa|essi|esse|questo|questa|questi|queste|quest'|quello|quella|quelli|quelle|quel|quei|quegli|
ciò|suo|sua|suoi|sue|entrambi|entrambe|un altro|un'altra|altri|altre""",
    "pt": """ele|ela|eles|elas|isto|isso|aquilo|este|esta|estes|estas|esse|essa|esses|essas|aquele|aquela|aqueles|aquelas|seu|seus|sua|
suas|ambos|ambas|outro|outra|outros|outras""",
    "nl": """hij|zij|ze|het is|het was|het werd|het werkt|het werkte|het heeft|het had|het kan|het kon|het kost|het gaat|het ging|dit|dat|
deze|die|hem|haar|hun|hen|zijn|diens|beide|een ander|een andere|anderen""",
}
# What looks like a pointer and is none: dates ("this year"), and the empty subjects ("it takes two days to…", "es gibt", "il faut").
TIME = {
    "en": (
        "(?:this|that|these) (?:(?:past|coming|last|very) )?(?:year|month|week|spring|summer|autumn|fall|winter|morning|afternoon|"
        "evening|weekend|days|quarter|season|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|"
        "june|july|august|september|october|november|december)"
    ),
    "es": (
        "est[ea]s? (?:año|mes|semana|primavera|verano|otoño|invierno|mañana|tarde|noche|fin de semana|lunes|martes|miércoles|jueves|"
        "viernes|sábado|domingo)"
    ),
    "de": (
        "diese[rsnm]? (?:jahr|monat|woche|frühling|frühjahr|sommer|herbst|winter|wochenende|saison|montag|dienstag|mittwoch|donnerstag|"
        "freitag|samstag|sonntag)"
    ),
    "fr": (
        "(?:ce|cet|cette) (?:année|mois|semaine|printemps|été|automne|hiver|matin|soir|week-end|lundi|mardi|mercredi|jeudi|vendredi|"
        "samedi|dimanche)"
    ),
    "it": "quest[oa'] ?(?:anno|mese|settimana|primavera|estate|autunno|inverno|mattina|sera|weekend)",
    "pt": "est[ea] (?:ano|mês|semana|primavera|verão|outono|inverno|manhã|tarde|noite|fim de semana)",
    "nl": "de(?:ze|n) (?:jaar|maand|week|lente|zomer|herfst|winter|ochtend|avond|weekend)|dit (?:jaar|weekend|voorjaar|seizoen)",
}
EMPTY_SUBJECT = {
    "en": (
        r"instead of (?!it\b|this|that|them|these|those)|(?:one|some|most|all|both|many|each|none) of (?:my|our|your|the|us|\d|life)|"
        r"it(?:'s| is| was| takes| took| may be| can be| would be| will be| has been| seems| helps| pays| costs| cost| turns out| "
        r"turned out| used to be) (?:[\w'’$€£%,.-]+ ){0,7}(?:to|that|when|if|who|how|what|where|since)\b|it(?:'s| is| was) (?:(?:only|"
        r"just|already|now|nearly|almost|about) )?(?:a |an )?(?:cold |warm |hot |quiet |rainy |sunny |early |late )?(?:\d+|january|"
        r"february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|"
        r"saturday|sunday|spring|summer|autumn|winter|morning|midnight|noon|time|raining|snowing|dark|cold|late)\b|those (?:who|of us|"
        r"of you)|that (?:[\w'’-]+ ){1,6}(?:is|was|are|were) (?:a|the|no|not|what|why|how)\b|so (?:many|much|few|little|far)\b|yes,? "
        r"(?:you|we)|no (?:one|\w+ (?:can|is|was|will|has|should|ever|wants|likes|needs)\b)|no \w+,|still (?:life|water)|then and now|"
        r"better \w+ (?:is|are)|second-hand|right (?:now|after|before|away)|well-|third-party|exactly \d|rather than|both (?:of us|my|"
        r"our|[A-Z])|(?:some|none) (?:people|of (?:the|my|our|us)|\w+s\b)|others? (?:people|than)|either (?:you|we|i)\b|except (?:for|"
        r"when)|again and again|in fact-|such (?:is|as)|who(?:ever)? (?:is|are|was|wants|needs|will|would|has|does|owns|pays|knows|"
        r"decides|should|can|could|says|said|do|did)\b|which (?:\w+ )*\w+\?"
    ),
    "es": (
        r"era (?:una?|el|la|martes|lunes|jueves|viernes|invierno|verano|de noche) |est[ea]s? (?:artículo|guía|entrada|receta|historia)|"
        r"otr[oa] (?:día|vez)|su \w+ (?:de|tiene|necesita) usted|tiene sentido|son (?:las|muchos|muchas|pocos|pocas) |así (?:es como|"
        r"empezó|funciona|se )|ni (?:un|una|siquiera un)"
    ),
    "de": (
        r"es (?:gibt|gab|ist|war|dauert|dauerte|braucht|brauchte|lohnt|geht|ging|reicht|genügt|kostet|hilft|wird|wurde|sind|waren|heißt|"
        r"bedarf|bleibt|kommt|kam|fehlt|stimmt)\b[^.]{3,}|so (?:viel|viele|wenig|einfach|geht|machen|funktioniert|gelingt)|da (?:sein)|"
        r"also,|andere (?:leute|menschen|länder|betriebe|bäcker|kunden)|denn?er|(?:dies)e[rsnm]? (?:artikel|beitrag|text|leitfaden|"
        r"anleitung)|ja zu|nein zu|genau \d|dort, wo|weil (?:wir|ich)\b"
    ),
    "fr": (
        r"il (?:faut|fallait|y a|y avait|existe|suffit|suffisait|reste|manque|s'agit|convient|vaut|a fallu|m'a fallu|nous a fallu)\b|"
        r"il (?:est|était|fait|faisait) (?:[\w'-]+ ){1,4}(?:de|que|qu'|d')|il (?:fait|faisait) (?:froid|chaud|beau|nuit|jour)|"
        r"c'(?:est|était) (?:en|à|au|un|une|le|la|l'|dans|quand|parce|lors|chez|pendant|souvent|toujours|"
        r"ainsi) ?[^.]*\bqu[e'i]|(?:ce|cet|cette) (?:article|billet|guide|recette)|ceux qui|celles qui|celui qui|celle qui|ce qu[e'i]|"
        r"en (?:\d|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|france|moyenne|\w+ ans|\w+ant|"
        r"été|hiver|automne|général|deux|trois|quatre|cinq|six|dix|une?)|d'autres (?:gens|personnes|boulangers|commerces)|ou bien|la "
        r"raison pour|non (?:seulement)|ni (?:le|la|les|un)"
    ),
    "it": (
        r"sono (?:le|molti|molte|pochi|poche|un|una|stato|stata|andato|partito|cresciut[oa]|nat[oa])|era (?:un|una|il|la) |quest[oa] "
        r"(?:articolo|guida|ricetta)|quell[oi] che|altr[ie] (?:persone|negozi|volte)|così (?:come|si)|no,"
    ),
    "pt": (
        r"est[ea] (?:artigo|guia|receita|texto)|era (?:uma?|o|a) |outr[ao]s? (?:dia|vez|pessoas)|foi (?:em|no|na|assim|quando|preciso|"
        r"necessário) |são (?:as|muitos|muitas|poucos) |assim (?:como|que)|aquil[oe] que|aqueles? que|logo (?:no|na|depois|após|cedo)|à"
    ),
    "nl": (
        r"het (?:is|was|kost|kan|duurt) [^.]*\b(?:om|dat|te)\b|zo (?:veel|weinig|maak|doe|werkt)|dit (?:artikel|stuk|recept)|"
        r"die(?:genen)? die|of je|dat wat"
    ),
}
CJK = {
    "zh": (
        "他|她|它|他们|她们|它们|这|那|但|但是|而|而且|所以|因此|因为|然而|此外|不过|于是|也|还|并且|其|其中|另外|同时|例如|比如|结果|"
        "后来|然后"
    ),
    "ja": (
        "しかし|だから|そして|でも|また|それ|これ|その|この|あの|あれ|彼|彼女|つまり|例えば|たとえば|なので|ただし|さらに|すると|"
        "それで|そこで|けれども|ところが|ですから|したがって|そのため|一方|次に|もちろん"
    ),
}
CONTRAST = {
    "en": (
        "but|however|yet|still|then again|except|nevertheless|nonetheless|that said|unfortunately|not so|wrong|not anymore|instead|in "
        "reality|on the other hand|only it|or so"
    ),
    "es": "pero|sin embargo|no obstante|aun así|en cambio|por desgracia|desgraciadamente|al contrario",
    "de": "aber|doch|allerdings|jedoch|trotzdem|dennoch|leider|stattdessen|im gegenteil",
    "fr": "mais|cependant|pourtant|toutefois|néanmoins|en revanche|malheureusement|au contraire",
    "it": "ma|però|tuttavia|eppure|invece|purtroppo|al contrario",
    "pt": "mas|porém|contudo|todavia|no entanto|infelizmente|pelo contrário",
    "nl": "maar|echter|toch|helaas|integendeel|daarentegen",
}
SOFT = {
    "en": (
        r"^the (?:\w+ )?(?:company|firm|startup|organi[sz]ation|automaker|carmaker|retailer|agency|duo|couple|pair|group|study|report|"
        r"researchers|authors|bill|measure|deal|decision|"
        r"proposal|incident|suspect|man|woman|boy|girl|map|device|move|change|article)\b|\b(?:also|however|therefore|"
        r"meanwhile|too|another|likewise|as well|otherwise|"
        r"instead|either|the other|others|again|in turn)\b"
    ),
    "es": r"\b(?:también|tampoco|otr[oa]s?|además|en cambio)\b",
    "de": r"\b(?:auch|ebenfalls|außerdem|dagegen|jedoch|allerdings|stattdessen|trotzdem|dafür|dazu|deshalb)\b",
    "fr": r"\b(?:aussi|également|non plus|une? autre|d['’]autres|en revanche)\b",
    "it": r"\b(?:anche|inoltre|invece|pure|un['’]?altr[oa]|altr[ie])\b",
    "pt": r"\b(?:também|tampouco|outr[oa]s?|além disso)\b",
    "nl": r"\b(?:ook|eveneens|daarentegen|echter|een ander[e]?)\b",
}

# Words that answer or order only when a pause follows: "No, …" points back, "No customer …" does not.
WITH_PAUSE_LIST = (
    "no yes yeah nope right wrong well sure exactly absolutely indeed ok okay second third fourth secondly thirdly next better worse "
    "rather plus still yet again lastly too elsewhere except "
    "sí oui non sì sim não ja nein nee klar genau stimmt oder encima peor pior pire peggio"
)
WITH_PAUSE = frozenset(WITH_PAUSE_LIST.split()) | {"at least", "at most", "better still", "in short", "first of all"}
# What a preposition before a pointer points at: "In it, …", "Aside from those, …".
POINTING_PHRASE = {
    "en": (
        r"(?:in|on|at|with|from|for|by|of|under|before|behind|among|between|about|unlike|like|besides|aside from|apart from|because of|"
        r"thanks "
        r"to|according to|based on|as for|instead of|in addition to|due to|both of|some of|most of|all of|one of|none of|each of|"
        r"many of|few of|"
        r"two of|three of|half of) (?:it|them|this|that|these|those|him|her|which|whom)\b(?! (?:year|month|week|day|time|season|morning|"
        r"summer|winter|spring|autumn)\b)|(?:in|under|during|at|for|on|by|after|before|over|within) (?:this|that|these|those|the same|"
        r"such) "
        r"(?!(?:past |last |very )?(?:year|month|week|day|morning|season|summer|winter|spring|autumn|article|post|guide))"
    ),
    "es": (
        r"(?:en|con|de|por|para|sin|sobre|tras|ante|entre|gracias a|debido a) (?:ell[oa]s?|él|es[eo]s?|esas?|est[eo]s?|estas?|aquel\w*|"
        r"dich[oa]s?)\b"
        r"(?! (?:año|mes|semana|verano|invierno|otoño|primavera|mañana|tarde|artículo))"
    ),
    "de": (
        r"(?:in|an|auf|mit|von|bei|für|durch|nach|vor|unter|über|um|aus|zu|trotz|wegen|ohne|zwischen|während) (?:diese[rmsn]?|"
        r"jene[rmsn]?|ihm|ihr|ihnen|"
        r"ihn|dessen|deren|solche[rnm]?)\b(?! (?:jahr|monat|woche|sommer|winter|herbst|frühjahr|frühling|artikel|beitrag|text))|"
        r"(?:einer|eine|eines|"
        r"keiner|jeder|viele|einige|manche|drei|zwei) (?:von ihnen|davon|dieser)\b"
    ),
    "fr": (
        r"(?:dans|avec|pour|par|sans|sur|sous|chez|après|avant|malgré|grâce à|selon|d'après|parmi|à cause de) (?:eux|elles?|lui|cela|ça|"
        r"ceci|ce|cet|cette|"
        r"ces)\b(?! (?:année|mois|semaine|été|hiver|printemps|automne|article|billet))|(?:l'un|l'une|certains|certaines|la plupart|"
        r"beaucoup) d'entre"
    ),
    "it": (
        r"(?:in|con|da|per|su|di|tra|senza|grazie a) (?:ess[oaie]|quest[oaie]|quell[oaie]|quel|lui|lei|loro|ciò)\b(?! (?:anno|mese|"
        r"settimana|estate|inverno))"
    ),
    "pt": (
        r"(?:n|d|com |por |para |sem |sobre |em |de )(?:ele|ela|eles|elas|isso|isto|esse|essa|esses|essas|aquele|aquela)\b(?! (?:ano|"
        r"mês|semana|verão))"
    ),
    "nl": (
        r"(?:in|op|met|van|bij|voor|door|na|onder|over|uit|zonder|tussen) (?:deze|dit|die|dat|hem|haar|hen|hun)\b(?! (?:jaar|maand|week|"
        r"zomer|winter))"
    ),
}
# A definite noun of the kind that stands for somebody or something named before, when nothing behind it says which.
STANDINS = {
    "en": (
        r"(?:the|each|either|another) (?:\w+ )?(?:company|firm|start-?up|organi[sz]ation|automaker|carmaker|retailer|agency|duo|couple|"
        r"pair|trio|group|study|"
        r"report|researchers?|authors?|bill|measure|deal|decision|proposal|incident|suspects?|victims?|man|men|woman|women|boy|girl|"
        r"device|move|change|"
        r"latter|former|result|reason|idea|problem|project|event|plan|case|statement|announcement|lawsuit|couple|defendants?|officers?|"
        r"officials?|attack|"
        r"accident|ruling|vote|move|approach|method|trick|difference|same|rest|others?|one|ones|first|second|third|two|three|"
        r"four)(?!['’]s? )"
        r"(?! (?:of|that|who|which|whom|where|when|why|behind|to|for|in|on|with|at|between|from|by|i|we|you|my|our|is that|was that|\w+ing|"
        r"\d+|(?-i:[A-Z])\w*)\b)"
        r"(?=[ ,'’])"
    ),
    "es": (
        r"(?:la|el|los|las) (?:empresa|compañía|firma|pareja|estudio|informe|autores|autor|investigadores|medida|decisión|propuesta|"
        r"incidente|hombre|mujer|"
        r"joven|niño|niña|grupo|proyecto|resultado|idea|caso|acuerdo|primero|primera|segundo|segunda)(?! (?:de|del|que|para|a|en|con|\d|"
        r"(?-i:[A-Z])\w*)\b)\b"
    ),
    "de": (
        r"(?:der|die|das) (?:unternehmen|firma|konzern|studie|bericht|autoren|autor|forscher|maßnahme|entscheidung|vorschlag|vorfall|"
        r"mann|frau|junge|"
        r"mädchen|gruppe|paar|projekt|ergebnis|idee|erste|zweite|dritte|beiden)(?!,? (?:der|die|das|des|von|vom|für|aus|mit|zu|zum|zur|"
        r"in|im|am|\d|"
        r"(?-i:[A-ZÄÖÜ])\w*)\b)\b"
    ),
    "fr": (
        r"(?:l'|la |le |les )(?:entreprise|société|firme|groupe|étude|rapport|auteurs?|chercheurs|mesure|décision|proposition|incident|"
        r"homme|femme|"
        r"garçon|fille|couple|projet|résultat|idée|accord|premier|première|second|seconde|deuxième)(?! (?:de|du|des|d'|qui|que|pour|à|"
        r"en|avec|\d|"
        r"(?-i:[A-ZÉ])\w*)\b)\b"
    ),
    "it": (
        r"(?:l'|la |il |lo |gli |i )(?:azienda|società|ditta|gruppo|studio|rapporto|autori|ricercatori|misura|decisione|proposta|"
        r"incidente|uomo|donna|"
        r"ragazzo|ragazza|coppia|progetto|risultato|idea|accordo|primo|prima|secondo|seconda)(?! (?:di|del|della|che|per|a|in|con|\d|"
        r"(?-i:[A-Z])\w*)\b)\b"
    ),
    "pt": (
        r"(?:a|o|os|as) (?:empresa|companhia|firma|grupo|estudo|relatório|autores|pesquisadores|medida|decisão|proposta|incidente|homem|"
        r"mulher|menino|"
        r"menina|casal|projeto|resultado|ideia|acordo|primeiro|primeira|segundo|segunda)(?! (?:de|do|da|que|para|a|em|com|\d|"
        r"(?-i:[A-Z])\w*)\b)\b"
    ),
    "nl": (
        r"(?:de|het) (?:bedrijf|firma|concern|studie|rapport|auteurs|onderzoekers|maatregel|besluit|voorstel|incident|man|vrouw|jongen|"
        r"meisje|groep|"
        r"stel|project|resultaat|idee|eerste|tweede)(?! (?:van|die|dat|voor|met|in|om|te|\d|(?-i:[A-Z])\w*)\b)\b"
    ),
}
# Languages that leave the subject out: a past form at the head of a sentence has its subject in the one before, unless a name follows, or
# the verb is one that goes before its subject ("Llegó el verano").
DROPPED_SUBJECT = {
    "es": (
        r"(?!(?:lleg|nac|empez|comenz|ocurri|pas|surgi|apareci|mur|murió|ca[yí]|falt|bast|qued|vin|hab|hubo|hac|exist|ocurr|suced|sobr|"
        r"sali|entr|faltab|cost|"
        r"tod|medio)\w*)(?:\w{2,}(?:aba|aban|ían|ió|ó|aron|ieron)|"
        r"(?:vend|ten|dec|sab|pon|viv|serv|ped|conoc|quer|pod|pertenec|escrib)ía)\b(?! (?-i:[A-ZÁÉÍÓÚ]))"
    ),
    "it": (
        r"(?!(?:arriv|nac|nacq|cominci|accad|success|bast|manc|rest|rimas|esist|serv|cost|però|ciò|perciò)\w*)\w{2,}(?:ava|avano|evano|"
        r"ivano|arono|irono)\b(?! (?-i:[A-Z]))"
    ),
    "pt": (
        r"(?!(?:cheg|nasc|começ|acontec|bast|falt|fic|exist|surgi|sobr|cust|houve|hav)\w*)\w{2,}(?:ou|iu|ava|avam|aram|eram|iram|"
        r"iam)\b(?! (?-i:[A-Z]))"
    ),
}
# A quotation whose speaker is a pronoun or left out.
SAID_BY_NOBODY = {
    "en": (
        r"[,.!?][\"”]\s*(?:(?P<who>he|she|they)\s+(?:said|says|added|adds|told|tells|explained|explains|asked|asks|wrote|writes|"
        r"recalled|recalls|"
        r"noted|notes|continued|laughed|replied)\b|(?:said|says|added|adds|explains|explained|asked|wrote) (?P<who2>he|she|they)\b)"
    ),
    "es": (
        r"[»”\"],?\s*(?P<who>dijo|dice|explic[aó]|añad[eió]+|cuenta|contó|asegur[aó]|señal[aó]|afirm[aó]|record[aó]|recuerda|resume|"
        r"concluy[eó])(?=[.,;:])"
    ),
    "de": r"[“”«\"],?\s*(?:sagt|sagte|erzählt|erzählte|erklärt|erklärte|meint|meinte|fügt|berichtet|erinnert) (?P<who>er|sie)\b",
    "fr": (
        r"[»”\"],?\s*(?:dit|explique|raconte|ajoute|assure|confie|précise|affirme|souligne|sourit|répond|"
        r"se souvient)-(?:t-)?(?P<who>ils?|elles?)\b"
    ),
    "it": r"[»”\"],?\s*(?P<who>dice|disse|spiega|racconta|aggiunge|ricorda|conclude|afferma)(?=[.,;:])",
    "pt": r"[»”\"],?\s*(?P<who>diz|disse|explica|conta|acrescenta|afirma|lembra|conclui)(?=[.,;:])",
    "nl": r"[”’\"],?\s*(?:zegt|zei|vertelt|vertelde|legt|voegt) (?P<who>hij|zij|ze)\b",
}
