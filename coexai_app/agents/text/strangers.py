"""Sentences of a source that do not belong into anything that is written from it: orders to a language model, and another language.

The builtin engine obeys nobody; but what speaks to a machine must not reach the readers either. Writers ask `orders` for the sentences of a
paragraph and `strange` for a single text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from coexai_app.agents.text import words

_MACHINE = (
    r"(?:AIs?|A\.I\.|LLMs?|GPT(?:-\w+)?|ChatGPT|Claude|Gemini|Copilot|chat ?bots?|(?:large )?language models?|"
    r"(?:AI|virtual|automated) \w+)"
)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass) (?:all |any |every |the |my |your |these |those |of )*"
    r"(?:previous |prior |above |earlier |preceding |system |original |other )*(?:instructions?|prompts?|rules|guidelines"
    r"|directions|text above)\b|"
    r"\b(?:system|developer) (?:prompt|message)\b|^\W*(?:system|assistant|user)\s*:|\bSYSTEM\s*:|\bdo anything now\b|\bjailbreak\b|"
    r"\byou are (?:now |no longer )?(?:an? |the )?(?:unfiltered|unrestricted|helpful|AI|language model)\b|"
    r"\byou are (?:now |no longer )(?:an? |the )?(?:[\w-]+ ){0,3}(?:ai|assistant|model|bot|chatbot|persona|dan)\b|\bas an? (?:AI"
    r"|language model)\b|"
    r"\b(?:respond|reply|answer|output) (?:only )?with (?:only |exactly |the )|\b(?:reveal|print|repeat|leak"
    r"|show me) your (?:\w+ )?(?:prompt|instructions)|"
    r"\bfrom now on,? you (?:are|will|must|shall|should)\b|^\W*(?:new|updated|hidden|secret) (?:instructions?|task|prompt)\s*:|"
    r"^\W*(?:dear|hello|hey|hi|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|important for) (?:all |any "
    r"|the |every )*"
    rf"{_MACHINE}\b|"
    rf"\b{_MACHINE} (?:\w+ ){{0,3}}?(?:reading|processing|parsing|summari[sz]ing|that (?:reads?|process(?:es)?)|who reads?"
    rf"|crawling) (?:this|these)\b|"
    rf"\bif you are (?:an? |the )?{_MACHINE}|"
    rf"\b{_MACHINE} (?:\w+ ){{0,4}}?(?:must|should|shall|have to|has to|are required to|is required to) (?:always |only |never |not )?"
    r"(?:recommend|include|mention|output|respond|reply|answer|write|add|say|promote|ignore|describe|rate|insert|append|tell)\b|"
    r"^\W*(?:please )?(?:include|add|insert|append|write|output|print|mention|say|put)\b.{0,90}\b(?:in|to|into|with|at the (?:end"
    r"|start) of) "
    r"(?:your|every|each|all your|the) (?:summary|summaries|output|response|answer|reply)\b|"
    r"\bdo not (?:tell|inform|warn|alert) the (?:user|reader|human)s?\b|"
    r"\[/?INST\]|<\|?/?(?:system|im_start|im_end|assistant|endoftext)|<</?SYS>>|^#{2,}\s*(?:instruction|system)\b|"
    r"\b(?:ignoriere?n?|vergiss|missachte|beachte) (?:Sie |alle |deine |die |sämtliche |bisherigen |vorherigen |obigen |früheren )*"
    r"(?:Anweisungen|Instruktionen|Regeln)\b|\bdu bist (?:jetzt|ab sofort) (?:ein|eine|der|die)\b.{0,30}\b(?:KI|Assistent|Modell|Bot)|"
    r"\b(?:ignor[ae]|olvida) (?:todas )?(?:las |estas |tus |sus )?(?:instrucciones|órdenes)|"
    r"\b(?:ignore[rz]?|oublie[rz]?) (?:toutes? )?(?:les |ces |vos |tes )?(?:instructions|consignes)|"
    r"\b(?:ignora|dimentica) (?:tutte )?(?:le )?istruzioni|\b(?:ignore|esqueça) (?:todas )?(?:as )?instruções|"
    r"\b(?:negeer|vergeet) (?:alle )?(?:vorige |eerdere )?(?:instructies|opdrachten)",
    re.IGNORECASE,
)
_FEWEST = 3
# What follows an order in its paragraph goes on with it: as many sentences at most.
_REACH = 3


def is_order(text: str) -> bool:
    """The text tells a language model what to do."""
    return bool(_ORDERS.search(text))


def orders(texts: Sequence[str]) -> frozenset[int]:
    """The numbers of the sentences of one paragraph that are orders, or that go on with one."""
    found: set[int] = set()
    for number, text in enumerate(texts):
        if is_order(text):
            found.update(range(number, min(number + 1 + _REACH, len(texts))))
    return frozenset(found)


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
