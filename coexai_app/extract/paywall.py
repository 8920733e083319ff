"""Is what was found on a page only the open beginning of it? The HTML reader calls `look`, and who needs a whole source `require_open`.

Publishers mark such pages (schema.org `isAccessibleForFree`, Facebook's `article:content_tier`) or say so above the fold.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from coexai_app.errors import InvalidInput
from coexai_app.extract.builder import fold
from coexai_app.extract.limits import label

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from coexai_app.extract.document import Document

# Below so many words a marked page shows a teaser; one that only says "subscribe to read on" must be shorter still to be one.
_MARKED_WORDS: Final = 200
_SAID_WORDS: Final = 150
_LONGEST_LOOK: Final = 200_000
_SAYS = re.compile(
    r"\bsubscribe (?:now )?(?:to|and) (?:read|continue|keep reading|unlock|access|see the (?:rest|full))|"
    r"\bto (?:read on|read the (?:full|rest)|continue reading|keep reading)\b.{0,40}\b(?:subscribe|sign (?:in|up)|log in|register"
    r"|become a member)|"
    r"\b(?:this|the) (?:article|story|post|content|page) is (?:only )?(?:for|available (?:only )?(?:to|for)|reserved for"
    r"|exclusive to|exclusively for) "
    r"(?:paying |paid |our |registered )*(?:subscribers|members)|"
    r"\b(?:subscriber|member)s?[- ]only (?:article|story|content|post)|\bthis (?:post|article|story) is for (?:paid"
    r"|paying) subscribers|"
    r"\balready (?:a|have an?) (?:subscriber|subscription|member)\?|\byou(?:['’]ve| have) (?:reached|read) (?:your"
    r"|all your) .{0,30}(?:limit|free articles)|"
    r"\bunlock (?:this|the (?:full|rest of the)) (?:article|story)|\bstart your (?:free )?trial to (?:read|continue)|"
    r"\babonnieren,? (?:um|und) weiter(?:zu)?lesen|\bweiterlesen mit\b|\b(?:artikel|beitrag|inhalt) ist (?:nur"
    r"|exklusiv) für (?:unsere )?abonnent|"
    r"\b(?:nur|exklusiv) für abonnent\w+|\bmit einem abo weiterlesen|"
    r"\bréservée? (?:aux|à nos) abonnés|\babonnez-vous pour (?:lire|continuer)|\bil vous reste .{1,12} de cet article à lire|"
    r"\b(?:contenido|artículo) (?:exclusivo|solo) para (?:suscriptores|socios)|\bsuscríbete para (?:seguir|continuar|leer)|"
    r"\briservato agli abbonati|\babbonati per (?:continuare|leggere)|\b(?:conteúdo )?exclusivo para assinantes"
    r"|\bassine para (?:continuar|ler)|"
    r"\b(?:alleen|exclusief) voor abonnees|\babonneer je om (?:verder|door) te lezen",
    re.IGNORECASE,
)


def look(root: HtmlElement, words: int, *, marked: bool) -> tuple[bool, tuple[str, ...]]:
    """Whether a page of which so many `words` were found shows only a teaser, and notes for people about it."""
    says = bool(_SAYS.search(fold(root.text_content()[:_LONGEST_LOOK]))) if words < _MARKED_WORDS else False
    teaser = (marked and words < _MARKED_WORDS) or (says and words < _SAID_WORDS)
    return teaser, ("The page is marked as not free to read, so this may be only its open part.",) if marked and not teaser else ()


def require_open(document: Document) -> None:
    """For whoever makes something of a source. Raises `InvalidInput` for a teaser."""
    if document.teaser:
        raise InvalidInput(
            f"{label(document.name, 'The page')} is behind a paywall: only its first {document.words} words are open. Open it in your "
            "browser, copy its text and paste it, or give another address."
        )
