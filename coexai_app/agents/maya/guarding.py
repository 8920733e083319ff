"""What no answer of a model may say, whatever it was asked for: its own instructions, a refusal, words to a machine, another language or
script than the source's, and what only an order in the source told it to say. Sentence by sentence, before anything is made of an answer.

`asking.data_of` calls `guarded`, so every capability has it. The ledger looks after numbers, dates, names and quotes later.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import regex

from coexai_app.agents.maya.answers import plain
from coexai_app.agents.text import sentences, words
from coexai_app.agents.text.strangers import is_order, strange
from coexai_app.llm.base import Prompt
from coexai_app.llm.render import render

# A run of so many words of the instructions is no chance.
_ECHO: Final = 6
_FOREIGN_SHARE, _OWN_SHARE = 0.3, 0.02
_OBEYED, _FEWEST_TERMS = 0.75, 2
# What chat templates, tool calls and structured answers look like; no such text is for people.
_MACHINE: Final = regex.compile(
    r"<\|[^<>]{0,80}\|>|\[/?(?:INST|SYS|TOOL_CALLS?|TOOL_RESULTS?|AVAILABLE_TOOLS)\]|</?(?:tool_call|function_call|tool_use|invoke)s?\b|"
    r"[{,]\s*\"[\w-]{1,40}\"\s*:",
    regex.IGNORECASE,
)
_REFUSES: Final = regex.compile(
    r"\bI(?:['’]m| am)? (?:can(?:['’]?t|not| not)|won['’]?t|(?:not|un)? ?able to|unable to|not able to|not allowed to) "
    r"(?:help with|help you|assist|comply|fulfil+|continue|answer|generate|provide|process|complete|create|do (?:that|this)|"
    r"write (?:this|that|about))|"
    r"\bas an? (?:AI|artificial|language model|assistant)\b|\bmy (?:guidelines|instructions|training data|knowledge cutoff)\b|"
    r"\b(?:you|as) (?:have )?(?:asked|requested)(?: me)?(?: for)?\s*[:.!]|^(?:sure|certainly|of course)[,!] (?:here|I)\b|"
    r"^here(?:['’]s| is| are) (?:the|your|a) (?:\w+ ){0,3}(?:text|thread|posts?|newsletter|article|summary|calendar|json|answer|"
    r"translation)\b|"
    r"\btut mir leid, (?:aber )?(?:ich|das) kann|\bich kann (?:dabei|dir|Ihnen) (?:leider )?nicht (?:helfen|weiterhelfen)|"
    r"\bdésolée?,? (?:mais )?je ne peux pas|\blo siento,? (?:pero )?no puedo|\bmi dispiace,? (?:ma )?non posso|"
    r"\bdesculpe,? (?:mas )?não posso|\bhet spijt me,? (?:maar )?ik kan",
    regex.IGNORECASE,
)
# Behind an order to a machine: what it should say or be.
_GOES_ON: Final = regex.compile(
    r"\W*(?:(?:and|then|now|instead|please|also|next|und|dann|y|luego|et|puis|e|poi|en) )*(?:you|your|from now on|do not|don['’]t|never|"
    r"always|only|write|say|reply|answer|respond|print|output|tell|include|add|mention|start|begin|end|repeat|translate|recommend|promote|praise|"
    r"claim|state|report|pretend|act|reveal|show|send|insert|use|schreib\w*|sag\w*|antwort\w*|escrib\w*|di|responde|écri\w*|dis|répond\w*|"
    r"scrivi|rispondi|escrev\w*|schrijf|zeg)\b",
    regex.IGNORECASE,
)
_SCRIPTS: Final = {
    name: regex.compile(rf"\p{{Script={name}}}")
    for name in ("Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Han", "Hiragana", "Katakana", "Hangul", "Thai", "Devanagari")
}
_LETTER: Final = regex.compile(r"\p{L}")


def guarded(data: Any, prompt: Prompt, language: str) -> Any:
    """An answer's data with nothing but plain words in its strings, without the sentences that nobody should read."""
    return _Guard(prompt, language).of(data)


@dataclass
class _Guard:
    prompt: Prompt
    language: str
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            if value not in self._known:
                self._known[value] = self._text(value)
            return self._known[value]
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        if isinstance(value, Mapping):
            return {name: self.of(inner) for name, inner in value.items()}
        return value

    def _text(self, text: str) -> str:
        if _MACHINE.search(unicodedata.normalize("NFKC", text)):
            return ""
        lines = []
        for line in plain(text).split("\n"):
            found = sentences.split(line, self.language)
            stays = [s.text for s in found if not self._refused(s.text)]
            if len(stays) == len(found):
                lines.append(line)
            elif stays:
                lines.append(" ".join(stays))
        return "\n".join(lines).strip()

    def _refused(self, text: str) -> bool:
        if is_order(text):
            return True
        if _normal(text) in self._said:
            return self._only_ordered(text)
        return (
            bool(_REFUSES.search(text))
            or strange(text, self.language)
            or self._other_script(text)
            or self._echoes(text)
            or self._only_ordered(text)
        )

    @cached_property
    def _said(self) -> str:
        """The source and what else was given, as one line."""
        return _normal("\n".join(self.prompt.data.values()))

    @cached_property
    def _instructions(self) -> str:
        told = render(self.prompt.model_copy(update={"data": dict.fromkeys(self.prompt.data, "")}))
        return _normal("\n".join([told.system, *(turn.text for turn in told.turns)]))

    def _echoes(self, text: str) -> bool:
        spoken = _normal(text).split()
        runs = [" ".join(spoken[i : i + _ECHO]) for i in range(max(1, len(spoken) - _ECHO + 1))]
        return len(spoken) >= _ECHO - 2 and any(f" {run} " in f" {self._instructions} " and run not in self._said for run in runs)

    @cached_property
    def _scripts(self) -> frozenset[str]:
        """The scripts that the source is written in."""
        source = "\n".join(self.prompt.data.values())[:20_000]
        letters = max(1, len(_LETTER.findall(source)))
        return frozenset(name for name, letter in _SCRIPTS.items() if len(letter.findall(source)) > _OWN_SHARE * letters)

    def _other_script(self, text: str) -> bool:
        letters = len(_LETTER.findall(text))
        strange_ = sum(len(letter.findall(text)) for name, letter in _SCRIPTS.items() if name not in self._scripts)
        return strange_ > _FOREIGN_SHARE * max(1, letters)

    @cached_property
    def _orders(self) -> tuple[frozenset[str], frozenset[str]]:
        """The words of the source's orders to a machine, and those of all the rest."""
        ordered: set[str] = set()
        rest: set[str] = set()
        for line in "\n".join(self.prompt.data.values()).split("\n"):
            if not is_order(line):
                rest.update(words.terms(line, self.language))
                continue
            obeys = False
            for sentence in sentences.split(line, self.language):
                obeys = is_order(sentence.text) or (obeys and bool(_GOES_ON.match(sentence.text)))
                (ordered if obeys else rest).update(words.terms(sentence.text, self.language))
        return frozenset(ordered), frozenset(rest)

    def _only_ordered(self, text: str) -> bool:
        ordered, rest = self._orders
        if not ordered:
            return False
        own = set(words.terms(text, self.language))
        alone = [term for term in own if term in ordered and term not in rest]
        strange_ = len(own - rest)
        return len(alone) >= 1 and len(own & ordered) >= _OBEYED * len(own) and strange_ * 2 >= min(len(own), 2 * _FEWEST_TERMS)


def _normal(text: str) -> str:
    """Words in lower case, one space between them."""
    return " ".join(token.text.casefold() for token in words.tokens(text))
