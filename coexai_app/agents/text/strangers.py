"""Sentences of a source that do not belong into anything that is written from it: orders to a language model, and another language.

The builtin engine obeys nobody; but what speaks to a machine must not reach the readers either.
"""

from __future__ import annotations

import re

from coexai_app.agents.text import words

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all |any |the |your |these |those |of )*"
    r"(?:previous|prior|above|earlier|preceding|system|original)?\s*(?:instructions?|prompts?|rules|guidelines)\b|"
    r"\b(?:system|developer) (?:prompt|message)\b|^\W*(?:system|assistant|user)\s*:|\bSYSTEM\s*:|\bdo anything now\b|"
    r"\byou are now (?:an?|the) (?:[\w-]+ ){0,3}(?:assistant|chatbot|bot|AI|model|persona)\b|"
    r"\byou are (?:now )?(?:an?|the) (?:unfiltered|unrestricted|helpful|AI|language model)\b|\bas an? (?:AI|language model)\b|"
    r"\bignor(?:iere|ieren Sie|iert) (?:alle |die |sämtliche )*(?:vorherigen |bisherigen |obigen |früheren )?(?:Anweisungen|Regeln)|"
    r"\bignor[ae] (?:todas )?(?:las |estas )?(?:instrucciones|órdenes)|\bignore[zr]? (?:toutes )?(?:les |ces )?(?:instructions|consignes)|"
    r"\bignora (?:tutte )?le istruzioni|\bignore (?:todas )?as instruções|"
    r"\bnegeer (?:alle )?(?:vorige |eerdere )?(?:instructies|opdrachten)",
    re.IGNORECASE,
)
_FEWEST = 3


def is_order(text: str) -> bool:
    """The text tells a language model what to do."""
    return bool(_ORDERS.search(text))


def is_foreign(text: str, language: str) -> bool:
    """The text is written in another of the languages that are known by their function words; a short one is never."""
    if language not in words.LANGUAGES:
        return False
    found = [token.text.lower().replace("’", "'") for token in words.tokens(text)]
    own = sum(word in words.stopwords(language) for word in found)
    other = max(sum(word in words.stopwords(name) for word in found) for name in words.LANGUAGES if name != language)
    return other >= _FEWEST and other > 2 * own


def strange(text: str, language: str) -> bool:
    return is_order(text) or is_foreign(text, language)
