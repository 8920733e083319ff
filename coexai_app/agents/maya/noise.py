"""What a page says about itself: invitations, credits, notes, pointers at figures and links. `pieces` leaves it out."""

from __future__ import annotations

import re
from bisect import bisect_left

from coexai_app.agents.text import coherence, words
from coexai_app.extract.document import Document

_PAGE_LINES = re.compile(
    r"\b(?:subscribe|newsletter|sign up (?:here|now|for|to)|click (?:here|below|on)|tap here|share this|follow (?:us|me|him|her|"
    r"them) (?:on|at|@)|"
    r"cookies?\b.{0,40}\b(?:policy|accept|use|settings|experience)|all rights reserved|"
    r"privacy policy|terms of (?:use|service)|read (?:more|also|next)\b|related (?:posts|articles)|originally (?:published|appeared)|"
    r"photo(?:graph)? (?:by|credit|courtesy)|image (?:by|credit|source)|"
    r"advertisement|affiliate links?|leave a comment|log in to|posted (?:on|in|by)|copyright \d|min(?:ute)?s? read|table of contents|"
    r"skip to|contributed to this (?:report|story|article)|views? (?:and|or) opinions|(?:is|was) sponsored by|(?:buy|shop|order) now|"
    r"use (?:the )?code|"
    r"this (?:article|post|story|piece|page|entry) (?:was|has been|is (?:part|adapted|sponsored)|originally|contains|first)|"
    r"learn more about|find out more|for more (?:information|details|stories)|download (?:the|our|your) (?:full|free|app)|"
    r"in our (?:weekly|daily|monthly)|enable javascript|your browser|suscríbete|boletín|política de privacidad|"
    r"todos los derechos|lee también|síguenos|haz clic|comparte este|datenschutz|alle rechte|lesen sie auch|abonnieren|jetzt anmelden|"
    r"klicken sie|folgen sie uns|mehr zum thema|abonnez-vous|tous "
    r"droits|lire aussi|cliquez|suivez-nous|partagez cet|iscriviti|leggi anche|clicca|seguici|inscreva-se|leia também|clique|siga-nos|"
    r"schrijf je in|lees ook|klik hier|volg ons)\b|©|\S@\S+\.\w{2,}|\b(?:follow|tweet|email|e-mail)\b.{0,40}@\w",
    re.IGNORECASE,
)
# A line that opens so is a note of the editors', a credit or a caption.
_NOTE_LINES = re.compile(
    r"^\W*(?:about the authors?|about me|(?:image|photo|picture|video|caption|credits?|source|sources|via|filed under|categor(?:y|"
    r"ies)|"
    r"disclosure|disclaimer|editor['’]?s['’]? note|author['’]?s['’]? note|listen|watch|pro tip: (?:get|learn|check)|more:|see also|"
    r"further reading|"
    r"fuente|foto|imagen|quelle|bild|foto|über (?:den autor|die autorin)|sobre (?:el autor|la autora|o autor|"
    r"a autora)|"
    r"crédit|légende|à propos de l['’]auteur|fonte|l['’]autore|bron)\b\s*[:|/]|about the authors?\b|"
    r"(?:updated?|corrections?|clarification|last (?:updated|modified)|published|posted|actualizado|aktualisiert|mis à jour|aggiornato)\b"
    r"(?:\s*[:,]| added| (?:on )?(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"^(?:\[\^?\w{1,4}\]:?|\^\s*\d*|[†‡]|[¹²³⁰-⁹])\s*(?=\S)")
_BIO = re.compile(
    r"^(?:[A-ZÀ-Ý][\w.'’-]+ ){1,4}(?:is|was|has been|covers|writes|works|lives|reports|es|ist|est|è|é)\b.*\b(?:writer|reporter|"
    r"journalist|editor|author|"
    r"columnist|correspondent|blogger|contributor|freelance\w*|consultant|covers|twitter|linkedin|instagram|periodista|redactor\w*|"
    r"autor\w*|"
    r"journaliste|auteur|autrice|giornalista|autore|jornalista|redakteur\w*|schreibt)\b",
    re.IGNORECASE,
)
_BIO_BLOCKS = 4
# Words that point at something that the post does not show: the sentence is of no use without it.
_SHOWN = re.compile(
    r"\b(?:(?:click|tap|see|read|watch|look|find|listed|shown|given|described|pictured|linked|outlined) (?:it )?(?:here|below|above)|"
    r"(?:as|is|are) (?:shown|seen|listed|illustrated|pictured)\b|"
    r"(?:figures?|figs?\.|tables?|charts?|listing|exhibit|appendix|section|chapter) \(?\d+|(?:table|chart|figure|graph|image|photo|list|"
    r"example|code|"
    r"diagram|screenshot|video|map|picture|snippet)s? (?:below|above|shows?)|(?:the|this|following|next|above) (?:table|chart|figure|graph|"
    r"diagram|screenshot|snippet|infographic|slideshow|gallery)\b|in the comments|"
    r"like this(?=[.:])|(?:looks?|like) (?:so|the following)|the following (?:code|command|list|example)|"
    r"(?:la|esta|siguiente) (?:tabla|figura|gráfica) (?:siguiente|anterior|muestra|de abajo)|(?:figura|tabla|gráfico|cuadro) \d|"
    r"en los comentarios|"
    r"(?:abbildung|tabelle|abb\.|tab\.|grafik|abschnitt|kapitel) \d|siehe (?:oben|unten|abbildung|tabelle)|"
    r"(?:folgende|obige|untenstehende|nachfolgende)[nrs]? \w+|in den kommentaren|"
    r"(?:figure|tableau|graphique|section|chapitre) \d|ci-dess(?:ous|us)|en commentaire|voir (?:plus haut|le tableau|la figure)|"
    r"(?:figura|tabella|tabela|quadro|tabel|figuur|afbeelding) \d|nei commenti|nos comentários|in de reacties)",
    re.IGNORECASE,
)
# Words that point at the page as a whole: true there, weak in a post.
_DEICTIC = re.compile(
    r"\b(?:below|(?:in|of) this (?:post|article|guide|tutorial|piece|essay|section|series|chapter)|this (?:post|article|guide|tutorial|"
    r"essay)|"
    r"(?:this|the) (?:image|photo|picture|video)|as (?:i|we) (?:mentioned|said|noted|wrote)|"
    r"mentioned (?:above|earlier|before)|earlier in this|later in this|as you can see|the output|the (?:code|example) "
    r"|en este (?:artículo|post)|a continuación|más abajo|in diesem (?:artikel|beitrag|text)|im folgenden|weiter unten|"
    r"dans cet article|in questo articolo|qui sotto|neste (?:artigo|post)|abaixo|in dit artikel|hieronder)\b",
    re.IGNORECASE,
)
# True and useless outside a newspaper.
_EMPTY = re.compile(
    r"\b(?:declined to comment|could not be reached|did not (?:immediately )?(?:respond|reply)|no comment)\b", re.IGNORECASE
)
# "8 oz." at the end of a line: a row of ingredients, no sentence.
_AMOUNT = re.compile(r"\d[\d/¼½¾.,]*\s*(?:oz|tbsp|tsp|lbs?|g|kg|ml|cl|dl|cups?|EL|TL|cdas?|c\. à s)\.?$")
_LINK_WORDS = re.compile(
    r"(?:click |right |over )?here|(?:this|that|my|our) (?:post|article|link|page|one|site|guide|video)|(?:read|learn|see|"
    r"find out) more|link|hier|"
    r"aquí|ici|qui|aqui",
    re.IGNORECASE,
)
_MARKER = re.compile(r"\s?\[(?:\d{1,3}|\^\w{1,5}|citation needed|note \d+)\]")
_SEE = re.compile(
    r"\s*[(\[](?:see|see also|cf\.|compare|figure|fig\.|table|siehe|s\.|vgl\.|abb\.|tabelle|véase|ver|voir|vedi|cfr\.|zie|"
    r"vide)\s[^()\[\]]{1,80}[)\]]",
    re.IGNORECASE,
)
_POINTING_CLAUSE = re.compile(
    r"^(?:as (?:i |we |you )?(?:can (?:be )?see\w*|mentioned|noted|said|shown|discussed|described|explained|stated)"
    r"(?: (?:above|below|earlier|before|previously|here|in the \w+(?: (?:above|below))?))?|"
    r"como (?:se )?(?:puede ver|ves|vimos|mencion\w+|dij\w+)(?: (?:antes|arriba|más arriba))?|"
    r"comme (?:vous (?:pouvez le voir|le voyez)|(?:indiqué|mentionné|vu|dit) (?:plus haut|ci-dessus|précédemment))|"
    r"come (?:si vede|abbiamo visto|detto)(?: sopra)?|como (?:pode ver|vimos|mencionado)(?: acima)?),\s+(?=\S)",
    re.IGNORECASE,
)


class Page:
    """Where a document's generic links ("here") stand, and where its last blocks begin: what a sentence's place says about it."""

    def __init__(self, document: Document) -> None:
        self._links = sorted(
            link.start for link in document.links if _LINK_WORDS.fullmatch(document.text[link.start : link.end].strip(" .!:»›>"))
        )
        tail = document.blocks[-_BIO_BLOCKS:]
        self._tail = tail[0].start if len(document.blocks) > 2 * _BIO_BLOCKS else len(document.text)

    def drops(self, text: str, start: int, end: int) -> bool:
        """The sentence is about the page, or says nothing without what the page shows or links to."""
        at = bisect_left(self._links, start)
        if at < len(self._links) and self._links[at] < end:
            return True
        return (
            is_page_line(text)
            or bool(_SHOWN.search(text))
            or bool(_AMOUNT.search(text))
            or (start >= self._tail and bool(_BIO.match(text)))
        )


def is_page_line(text: str) -> bool:
    """Invitations, credits, editors' notes, and footnotes."""
    if _FOOTNOTE.match(text) or _NOTE_LINES.match(text):
        return True
    return bool(_PAGE_LINES.search(text)) and words.word_count(text) < 40


def is_deictic(text: str) -> bool:
    return bool(_DEICTIC.search(text))


def says_nothing(text: str) -> bool:
    return bool(_EMPTY.search(text))


def without_pointers(text: str) -> str:
    """A sentence without footnote marks, "(see …)", "As mentioned above, ", and the bold marks of text that was pasted half formatted."""
    bare = _SEE.sub("", _MARKER.sub("", text.replace("**", "")))
    shorter = _POINTING_CLAUSE.sub("", bare)
    return shorter if shorter == bare else coherence.capitalised(shorter)
