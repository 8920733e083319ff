"""What makes people stop at an opening, and what makes them scroll on. The `hook` rule and the builtin writer read it."""

from __future__ import annotations

import re

WORN_OUT = re.compile(
    r"\b(?:in today['’]s (?:fast-paced|digital|modern|ever)|in this day and age|fast-paced world|game[- ]changer|unlock the (?:power|"
    r"secret|potential)|take .{0,20}to the next level|let['’]s dive in|dive deep into|"
    r"buckle up|delve into|in a world where|it['’]s no secret that|look no further|secret sauce|revolutioni[sz]e your|supercharge|"
    r"mind-blowing|you won['’]t believe|here['’]s the kicker|at the end of the day|"
    r"think outside the box|low-hanging fruit|synergy|en el mundo actual|in der heutigen (?:schnelllebigen|digitalen)|dans le monde "
    r"d['’]aujourd['’]hui|nel mondo di oggi|no mundo de hoje)\b",
    re.IGNORECASE,
)
HOOK_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|half|hundred|thousand|million|twice|first|second|"
    r"third|quarter|every other|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|mitad|cien|mil|zwei|drei|vier|fünf|"
    r"sechs|sieben|acht|neun|zehn|zwölf|zweite[rns]?|dritte[rns]?|hälfte|hundert|tausend|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|"
    r"moitié|cent|mille|due|tre|quattro|cinque|metà|cento|dois|três|quatro|metade|twee|drie|vijf|helft|tien)\b|[一二三四五六七八九十百千万两]",
    re.IGNORECASE,
)
HOOK_CONTRAST = re.compile(
    r"\b(?:but|not|never|no|almost|nearly|nobody|nothing|without|instead|until|yet|than|only|although|despite|stop|stopped|wrong|"
    r"mistake|more|less|worst|best|most|pero|no|nunca|casi|nadie|sin|hasta|solo|menos|más|peor|mejor|aber|nicht|nie|fast|beinahe|"
    r"niemand|kein|keine|keinen|ohne|statt|bis|nur|trotz|mehr|weniger|mais|pas|jamais|presque|personne|sans|seulement|malgré|plus|moins|"
    r"ma|non|mai|quasi|nessuno|senza|invece|più|meno|mas|não|ninguém|sem|mais|menos|maar|niet|nooit|"
    r"niemand|geen|zonder|alleen|meer|minder)\b|\w+n['’]t\b|不|没|但|却|ない|しかし",
    re.IGNORECASE,
)


def hook_signs(head: str) -> list[str]:
    """What makes the first words of a thread worth stopping for: a number, a contrast."""
    return [name for name, found in (("a number", HOOK_NUMBER.search(head)), ("a contrast", HOOK_CONTRAST.search(head))) if found]
