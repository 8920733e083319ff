"""What makes a password good enough: length, and not one of those that are guessed first (NIST SP 800-63B §5.1.1.2).

No list is shipped: almost all of the commonest passwords are shorter than the least length, and the longer ones are made of the same
few parts. So a password is taken apart: known words, runs of the keyboard or the alphabet, repetitions, years, and the person's own
name and address count as one sign each. What is left must be long enough to be a guess of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from coexai_app.errors import InvalidInput

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 200
# Signs that are left when everything that a guesser tries first counts as one. Two unrelated rare words reach it with ease.
LEAST_LEFT: Final = 6
# So many different words, even common ones, are a passphrase.
ENOUGH_WORDS: Final = 4
_WORDS: Final = """
    password passwort passw0rd passwd pass word admin administrator root user guest login logon welcome willkommen bienvenue letmein
    secret geheim hello hallo iloveyou love loveyou lovely baby babygirl princess sunshine shadow master monkey dragon football soccer
    baseball basketball hockey superman batman spiderman pokemon starwars minecraft naruto michael michelle jessica jennifer ashley
    daniel andrew thomas robert charlie jordan george william maria anthony matthew nicole samsung google facebook microsoft apple
    android internet computer laptop mustang ferrari porsche mercedes harley yamaha corvette trustno whatever freedom forever killer
    hunter ranger buster tigger pepper ginger cookie chocolate cheese banana orange summer winter spring autumn fall sommer herbst
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november
    december qwerty qwertz azerty asdf asdfgh zxcvbn qazwsx wsxedc changeme change default test testing temp temporary demo sample
    liverpool chelsea arsenal barcelona realmadrid juventus london paris berlin america flower butterfly angel angels jesus christ
    heaven blessed family mother father happy lucky purple yellow silver golden black white green blue money business company office
    access server system oracle database security private coexai strong please enter mine the my is and new this your for you
    tinkerbell spongebob manchester sweetheart volleyball strawberry hollywood undertaker metallica bubblegum candy candyland lollipop
    snowflake newcastle australia cheerleader skateboard playstation christopher elizabeth alexander alexandra alexandre sebastian
    watermelon blink fuckyou fuck asshole bitch joshua ilovegod godisgood god mom dad mommy daddy myspace linkedin dropbox photoshop adobe
    macromedia thunderbird thunder bird bigdaddy sexy manutd ronaldo messi slipknot greenday nirvana eminem rockyou rockstar
    harleydavidson davidson kawasaki suzuki swordfish mickey minnie mouse pinkfloyd pink floyd butthead badboy gangster thuglife weed
    marijuana stephanie anastasia valentina gabriella isabella nathaniel maximilian konstantin schatz sonnenschein fussball bayern
    schalke borussia motdepasse bonjour soleil marseille contraseña teamo mucho tequiero hola senha ciao francesco parola india
    abcd blaze woaini basket volley straw berry water melon skate board play station sweet heart bubble gum snow flake cheer leader
    diamond phoenix eagle maverick chicken peanut guitar hunting fishing cowboys yankees steelers lakers raiders redskins packers
    sunflower moonlight starlight rainbow midnight darkness lightning firebird dolphin elephant butterfly christmas thanksgiving
    123qwe qwe123 qweasd qwe 5201314 420 usuckballz soso123 birthday
    nothing something everything anything forget remember beautiful handsome gorgeous awesome wonderful
"""
_COMMON: Final = frozenset(_WORDS.split())
_RUNS: Final = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "azertyuiop",
                "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "!@#$%^&*()", '!"§$%&/()=',
                "q1w2e3r4t5y6u7i8o9p0", "1qazxsw23edcvfr4", "!qaz@wsx#edc$rfv", "qweasdzxc", "147258369", "147852369", "741852963",
                "7894561230", "1236547890", "1029384756", "112233445566778899", "1020304050607080", "159357",
                "4815162342", "1123581321345589")  # fmt: skip
_LEET: Final = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t", "8": "b", "|": "l"})
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_REPEATED: Final = re.compile(r"(.{1,8}?)\1+")
_SHORTEST_RUN: Final = 4
_HOLE: Final = "\x00"


def check_strength(password: str, *, email: str = "", name: str = "") -> None:
    """Length over composition rules. Raises InvalidInput with the field."""
    if len(password) < MIN_LENGTH:
        raise InvalidInput(f"Use at least {MIN_LENGTH} characters.", field="password")
    if len(password) > MAX_LENGTH:
        raise InvalidInput(f"Use at most {MAX_LENGTH} characters.", field="password")
    if len(set(password.lower())) < 4 or left(password, own=_own(email, name)) < LEAST_LEFT:
        raise InvalidInput("This password is too easy to guess. Use a few unrelated words.", field="password")


def left(password: str, *, own: Iterable[str] = ()) -> int:
    """How many signs a password has when each part that is guessed first counts as one."""
    text = password.lower()
    known = sorted({*_COMMON, *own}, key=len, reverse=True)
    return min(_counted(text, known), _counted(text.translate(_LEET), known))


def _counted(text: str, known: list[str]) -> int:
    for run in _RUNS:
        text = _without_run(text, run)
        text = _without_run(text, run[::-1])
    text = _YEAR.sub(_HOLE, text)
    found = 0
    for word in known:
        if word in text:
            found += 1
            text = text.replace(word, _HOLE)
    if found >= ENOUGH_WORDS:
        return MIN_LENGTH
    text = _REPEATED.sub(lambda m: m[1] if m[1].strip(_HOLE) else _HOLE, text)
    return len(text)


def _without_run(text: str, run: str) -> str:
    """Pieces of four signs and more that stand so on the keyboard or in the alphabet become one sign."""
    start = 0
    while start <= len(text) - _SHORTEST_RUN:
        end = start + _SHORTEST_RUN
        if text[start:end] not in run:
            start += 1
            continue
        while end < len(text) and text[start : end + 1] in run:
            end += 1
        text = f"{text[:start]}{_HOLE}{text[end:]}"
        start += 1
    return text


def _own(email: str, name: str) -> set[str]:
    """What anybody who knows the person would try: the address and its parts, the name and its parts."""
    parts = {email.lower(), *re.split(r"[^a-z0-9]+", email.lower()), *name.lower().split(), "".join(name.lower().split())}
    return {part for part in parts if len(part) > 2}
