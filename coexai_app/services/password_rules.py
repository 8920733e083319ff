"""What makes a password good enough: length, and not one of those that are guessed first (NIST SP 800-63B §5.1.1.2).

How many guesses a password stands is what zxcvbn says (Wheeler, USENIX Security 2016): it knows tens of thousands of leaked passwords,
names and words, the ways people bend them, runs of the keyboard, dates and repetitions. Whether a password has leaked as it stands is
another question, which `integrations/leaked_passwords.py` asks where the instance is set up for it.
"""

from __future__ import annotations

import re
from typing import Final

from coexai_app.errors import InvalidInput

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 200
# Ten times zxcvbn's "safely unguessable", so that a rarer word with a year is refused, too; log-in is throttled and the hash slow besides.
LEAST_GUESSES: Final = 10**9
# zxcvbn's time grows with the square of the length: a tenth of a second for the most hostile hundred signs.
_JUDGED: Final = 100
# zxcvbn knows leaked passwords of the whole world, but words only of English. These are what its list has bent or not at all.
_SPOKEN: Final = """
    coexai passwort kennwort geheim willkommen fruehling frühling sommer herbst montag dienstag mittwoch donnerstag freitag samstag sonntag
    schatz liebling fussball motdepasse bienvenue bonjour soleil printemps automne lundi mardi mercredi jeudi vendredi samedi dimanche
    contraseña contrasena bienvenido hola mariposa verano invierno primavera otoño lunes martes miercoles jueves viernes sabado domingo
    password welkom wachtwoord zomer lente senha bemvindo benvenuto estate parola haslo witaj parool salasana lösenord
"""
_WORDS: Final = tuple(_SPOKEN.split())
# A run of the digits' row with the shift key held is the same run.
_SHIFTED: Final = str.maketrans("!@#$%^&*()", "1234567890")


def check_strength(password: str, *, email: str = "", name: str = "") -> None:
    """Length over composition rules. Takes up to a fifth of a second. Raises InvalidInput with the field."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(f"Use at least {MIN_LENGTH} characters.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidInput(f"Use at most {MAX_LENGTH} characters.", field="password")
    if guesses(password, own=_own(email, name)) < LEAST_GUESSES:
        raise InvalidInput("This password is too easy to guess. Use a few unrelated words.", field="password")


def guesses(password: str, *, own: tuple[str, ...] = ()) -> float:
    """After how many tries somebody who knows `own` of the person would have the password."""
    from zxcvbn import zxcvbn

    judged = password[:_JUDGED]
    typed = {judged, judged.translate(_SHIFTED)}
    return min(float(zxcvbn(text, user_inputs=[*own, *_WORDS], max_length=_JUDGED)["guesses"]) for text in typed)


def _own(email: str, name: str) -> tuple[str, ...]:
    """What anybody who knows the person would try: the address and its parts, the name and its parts."""
    parts = (email.lower(), *re.split(r"[^a-z0-9]+", email.lower()), *name.lower().split(), "".join(name.lower().split()))
    return tuple(dict.fromkeys(part for part in parts if len(part) > 2))
