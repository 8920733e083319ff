"""What people say without saying anything, in tables per language. `cleaning` takes it out of sentences, `cutting` reads the markers."""

from __future__ import annotations

# Sounds; a language's own only, since "um" and "er" are words of German.
SOUNDS = {
    "en": "u+m+|u+h+m*|e+r+m*|h+m+|m+h+m+|mm+|mm-hmm|uh-huh|uh-oh",
    "es": "e+h+m*|e+m+|m{2,}|a+h+",
    "de": "ä+h+m*|ö+h+m*|h+m+|m+h+m*|tja",
    "fr": "e+u+h+|h+e+u+|h+u+m+|bah|hein",
    "it": "e+h+m*|m{2,}|beh|mah",
    "pt": "h+m+|a+h*n+|hã+|e+h+",
    "nl": "e+h+m*|u+h+m*|h+m+",
}
ANY_SOUNDS = "u+h+m*|h+m+|mm+|ä+hm+|e+u+h+|e+h+m+"
# Between commas, or before the first comma of a sentence.
ASIDES = {
    "en": (
        "you know|i mean|like|sort of|kind of|basically|well|so|okay|ok|right|yeah|look|see|you see|i guess|let's see|let me see|"
        "how do i "
        "say|as it were|if you will|you know what i mean|okay so|so yeah|yeah so|and yeah|i think|anyway|now|oh|ah|honestly|"
        "obviously|alright"
        "|all right|so basically|and so|you know what|listen|my god|gosh"
    ),
    "es": "este|o sea|pues|bueno|digamos|a ver|vale|mira|sabes|la verdad|como que|es decir|bueno pues|pues nada|vamos|oye|claro|eso|no sé",
    "de": (
        "weißt du|wissen sie|sozusagen|also|ja|na ja|naja|sag ich mal|sage ich mal|ich sag mal|quasi|halt|genau|gut|okay|ok|ne|"
        "gell|nun|ja also|"
        "also ja|ach|ehrlich gesagt|so"
    ),
    "fr": "tu vois|vous voyez|tu sais|vous savez|ben|bon|bah|quoi|enfin|disons|genre|en fait|du coup|voilà|bon ben|alors|donc|"
    "écoutez|ouais|oui bon",
    "it": "cioè|diciamo|insomma|allora|ecco|sai|vedi|guarda|tipo|praticamente|beh|dunque|bene|va bene|comunque",
    "pt": "tipo|tipo assim|sabe|né|bom|então|olha|digamos|quer dizer|é|pois|ou seja|assim",
    "nl": "zeg maar|weet je|nou|nou ja|eigenlijk|toch|ja|kijk|dus|oké|gewoon|goed",
}
# Questions hung on the end, to which nobody answers.
TAGS = {
    "en": "right|you know|okay|ok|yeah|you see|isn't it|you know what i mean|does that make sense|make sense|huh|eh",
    "es": "no|verdad|sabes|vale|eh|me explico|entiendes",
    "de": "ne|oder|ja|gell|nicht wahr|nicht|weißt du|verstehen sie",
    "fr": "hein|non|quoi|tu vois|vous voyez|n'est-ce pas|d'accord",
    "it": "no|giusto|vero|eh|capito|sai",
    "pt": "né|não é|certo|sabe|tá|entende",
    "nl": "toch|hè|weet je|snap je|ja",
}
# The word said twice means more, or is two words.
DOUBLES = {
    "en": "that had very really so no many long far more bye ha",
    "es": "muy no ya bien",
    "de": "die der das den sie sehr ganz nein ja dass wir",
    "fr": "nous vous très bien non",
    "it": "molto no piano poi così",
    "pt": "muito não bem logo",
    "nl": "dat die heel zij ze",
}
# Where a new sentence may begin in words without punctuation: `STRONG` soon, `WEAK` only in a long run.
STRONG = {
    "en": "so|now|but|and then|and so|okay|ok|first|second|third|finally|the next|another|for example|then",
    "es": "entonces|pero|así que|y entonces|y luego|ahora|primero|segundo|finalmente|por ejemplo|otra cosa",
    "de": "also|aber|und dann|und deshalb|jetzt|erstens|zweitens|zum beispiel|deshalb|dann|außerdem",
    "fr": "alors|mais|donc|et puis|et donc|maintenant|d'abord|ensuite|enfin|par exemple",
    "it": "allora|ma|quindi|e poi|adesso|prima|per esempio|infine",
    "pt": "então|mas|e depois|agora|primeiro|por exemplo|por isso",
    "nl": "dus|maar|en toen|nu|eerst|bijvoorbeeld|daarom",
}
WEAK = {
    "en": (
        "and i|and we|and you|and they|and he|and she|and it|and the|and there|and my|and people|and that|and every|when i|when we|"
        "if you|if i"
    ),
    "es": "y yo|y nosotros|y el|y la|y los|y las|y en|y cuando|y si|y hay|cuando|si",
    "de": "und ich|und wir|und der|und die|und das|und er|und sie|und es|und wenn|wenn ich|wenn man|wenn wir",
    "fr": "et je|et nous|et on|et le|et la|et les|et il|et elle|et c'est|et quand|quand on|quand je|si on",
    "it": "e io|e noi|e il|e la|e i|e le|e quando|quando|se",
    "pt": "e eu|e nós|e a gente|e o|e a|e quando|quando|se",
    "nl": "en ik|en we|en de|en het|en toen|als je|als we",
}
# Subjects that often open a clause; a cut before one is the last resort.
SUBJECTS = {
    "en": "i we you they he she it there this these the my our it's we're i'm that's",
    "es": "yo nosotros ellos él ella",
    "de": "ich wir man",
    "fr": "je nous on ils",
    "it": "io noi loro",
    "pt": "eu nós eles",
    "nl": "ik we wij",
}
