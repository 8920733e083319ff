"""Quiet colours for JSON, shell and Python: spans of one letter (docs.css), everything else in the ink of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

# k: names and keywords, s: strings, n: numbers and constants, c: comments, v: variables of the shell, f: its flags.
_PYTHON_WORDS: Final = "and|as|async|await|class|def|except|for|from|if|import|in|not|or|pass|raise|return|try|while|with|is"
_LANGUAGES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "json": re.compile(
            r'(?P<k>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<s>"(?:[^"\\]|\\.)*")|(?P<n>\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)'
        ),
        "curl": re.compile(
            r"(?P<c>(?m:^)#.*)|(?P<k>\b(?:curl|export)\b)|(?P<s>'(?:[^']|'\\'')*')|(?P<v>\$\w+)|(?P<f>(?<=\s)-{1,2}\w[\w-]*)|(?P<s2>\"[^\"$]*)"
        ),
        "python": re.compile(
            r'(?P<c>#.*)|(?P<s>[fbr]?"""[\s\S]*?"""|[fbr]?"(?:[^"\\\n]|\\.)*"|[fbr]?\'(?:[^\'\\\n]|\\.)*\')'
            rf"|(?P<k>\b(?:{_PYTHON_WORDS})\b)|(?P<n>\b(?:True|False|None|\d[\d_.]*)\b)"
        ),
    }
)
_SAME: Final[Mapping[str, str]] = MappingProxyType({"console": "curl", "bash": "curl", "sh": "curl", "sse": "json"})


def colour(text: str, language: str) -> str:
    """HTML of the text; a language that is not known stays plain."""
    pattern = _LANGUAGES.get(_SAME.get(language, language))
    if pattern is None:
        return escape(text, quote=False)
    pieces, at = [], 0
    for found in pattern.finditer(text):
        pieces.append(escape(text[at : found.start()], quote=False))
        pieces.append(f"<i class={(found.lastgroup or 's')[0]}>{escape(found[0], quote=False)}</i>")
        at = found.end()
    return "".join([*pieces, escape(text[at:], quote=False)])
